"""`enphase envoy set …`: shown, asked, sent once, confirmed; against a gateway on a real port."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from enphase_sdk.cli.gateway_set import group
from enphase_sdk.testing import FakeClock, SimulatedGateway, gateway_faults
from enphase_sdk.testing.gateway.ensemble import acb_serials
from enphase_sdk.testing.gateway.profiles import profile_named
from tests.cli.conftest import Result, Run

TARIFF = "/admin/lib/tariff"
BATTERY = acb_serials(profile_named("8.2-acb"))[0]

Words = tuple[object, ...]
Set = Callable[..., Result]


@pytest.fixture
def at(
    run: Run, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """A gateway on a port, and `enphase envoy set` for it."""

    @contextmanager
    def opened(
        profile: str = "8.2-batteries", *, owner: bool = True, answer: str = ""
    ) -> Iterator[tuple[SimulatedGateway, Set]]:
        gateway = SimulatedGateway(profile, clock=clock)
        token = gateway.issue_token(owner=owner)
        monkeypatch.setenv("ENPHASE_STATE", str(tmp_path))
        monkeypatch.setenv("ENVOY_TOKEN", token)
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        with gateway.serve(tls=True) as host:

            def set_(command: str, *words: object) -> Result:
                result = run("envoy", "set", command, host, *words)
                assert not any(part in result.out + result.err for part in token.split("."))
                return result

            # The certificate is pinned at the first contact, and that is told once.
            run("envoy", "summary", host)
            gateway.requests.clear()
            yield gateway, set_

    return opened


COMMANDS: dict[str, tuple[str, Words, str, Any]] = {
    "grid": ("8.2-batteries", ("off",), "/ivp/ensemble/relay", {"mains_admin_state": "open"}),
    "contact": (
        "8.2-batteries",
        ("NC1", "open"),
        "/ivp/ensemble/dry_contacts",
        {"dry_contacts": {"id": "NC1", "status": "open"}},
    ),
    "contact-settings": (
        "8.2-batteries",
        ("NC1", "load_name=Pool", "soc_low=25", "override=true"),
        "/ivp/ss/dry_contact_settings",
        {"load_name": "Pool", "soc_low": 25.0, "override": "true"},
    ),
    "storage-mode": (
        "8.2-batteries",
        ("backup", "--optimized-schedules", "off"),
        TARIFF,
        {"mode": "backup", "opt_schedules": False},
    ),
    "reserve": ("8.2-batteries", ("45",), TARIFF, {"reserved_soc": 45.0}),
    "charge-from-grid": ("8.2-batteries", ("on",), TARIFF, {"charge_from_grid": True}),
    "optimized-schedules": ("8.2-batteries", ("off",), TARIFF, {"opt_schedules": False}),
    "acb-sleep": (
        "8.2-acb",
        (BATTERY, "--min-soc", "95", "--max-soc", "100"),
        "/admin/lib/acb_config",
        {"acb_sleep": [{"serial_num": BATTERY, "sleep_min_soc": 95, "sleep_max_soc": 100}]},
    ),
    "acb-wake": (
        "8.2-acb",
        (BATTERY,),
        "/admin/lib/acb_config",
        {"acb_sleep": [{"serial_num": BATTERY}]},
    ),
    "generator": ("8.2-generator", ("on",), "/ivp/ss/gen_mode", {"gen_cmd": "on"}),
    "generator-schedule": (
        "8.2-generator",
        ("exercise_day=Thu", "default_start_soc=35"),
        "/ivp/ss/gen_schedule",
        {"day": "Thu", "start_soc": 35},
    ),
    "charge-from-generator": (
        "8.2-generator",
        ("off",),
        "/ivp/ss/gen_config",
        {"charge_from_generator": False},
    ),
    "production": (
        "8.3-three-phase",
        ("off",),
        "/ivp/mod/603980032/mode/power",
        {"length": 1, "arr": [1]},
    ),
    "export-limit": (
        "8.3-three-phase",
        ("500", "--slew-rate", "20"),
        "/ivp/ss/dpel",
        {"limit_value_W": 500.0, "slew_rate": 20.0, "enable": True},
    ),
}


def leaves(value: Any) -> dict[str, Any]:
    """The values of a document by their own names."""
    found: dict[str, Any] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            found |= leaves(inner)
        found[name] = inner
    return found


def test_every_command_is_tried() -> None:
    assert {command.name for command in group.registered_commands} == COMMANDS.keys()


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_sends_what_it_is_for(command: str, at: Callable[..., Any]) -> None:
    profile, words, path, body = COMMANDS[command]
    with at(profile, owner=profile != "8.3-three-phase") as (gateway, set_):
        result = set_(command, *words, "--yes", "--json")
    [written] = gateway.writes
    assert (result.code, written.path) == (0, path)
    assert body.items() <= leaves(written.body).items()
    told = json.loads(result.out)
    assert told["outcome"] == "applied"
    assert told["request"]["body"] == written.body
    assert told["after"] == told["requested"]


def test_before_and_after_are_shown_and_it_is_asked(at: Callable[..., Any]) -> None:
    with at(answer="y\n") as (gateway, set_):
        result = set_("reserve", "45")
    assert result.code == 0
    assert f"PUT {TARIFF}" in result.err
    assert "reserved_soc: 20.0 -> 45.0" in result.err
    assert "Send it? [y/N]" in result.err
    assert result.err.count("use the cloud's API (v4) there") == 1
    for shown in ("reserved_soc", "20.0", "45.0", "applied"):
        assert shown in result.out
    assert len(gateway.writes) == 1


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [("n\n", 130, "nothing was sent"), ("\n", 130, "nothing was sent"), ("", 2, "--yes")],
)
def test_without_a_yes_nothing_is_sent(
    answer: str, code: int, said: str, at: Callable[..., Any]
) -> None:
    with at(answer=answer) as (gateway, set_):
        result = set_("grid", "off")
    assert (result.code, result.out, gateway.writes) == (code, "", [])
    assert said in result.err


@pytest.mark.parametrize(
    ("command", "words", "profile", "warning"),
    [
        ("grid", ("off",), "8.2-batteries", "cannot be connected again remotely"),
        ("production", ("off",), "8.3-three-phase", "next morning"),
        ("export-limit", ("500",), "8.3-three-phase", "grid operator"),
    ],
)
def test_what_is_dangerous_is_warned_of_before_it_is_asked(
    command: str, words: Words, profile: str, warning: str, at: Callable[..., Any]
) -> None:
    with at(profile, owner=profile == "8.2-batteries", answer="n\n") as (gateway, set_):
        result = set_(command, *words)
    assert result.err.index(warning) < result.err.index("Send it?")
    assert gateway.writes == []


def test_a_dry_run_shows_the_request_and_sends_nothing(at: Callable[..., Any]) -> None:
    with at() as (gateway, set_):
        table = set_("reserve", "45", "--dry-run")
        wire = json.loads(set_("reserve", "45", "--dry-run", "--json").out)
        assert gateway.writes == []
        set_("reserve", "45", "--yes")
    first, _, body = table.out.partition("\n")
    assert (table.code, first) == (0, f"PUT {TARIFF}")
    assert json.loads(body) == gateway.writes[0].body == wire["body"]
    assert (wire["before"], wire["requested"]) == ({"reserved_soc": 20.0}, {"reserved_soc": 45.0})


@pytest.mark.parametrize(
    ("effect", "said"), [("stored only", "does not act on it"), ("reverted", "undone")]
)
def test_what_the_gateway_does_not_do_is_partly_done(
    effect: Any, said: str, at: Callable[..., Any]
) -> None:
    with at() as (gateway, set_):
        gateway.set_effect(TARIFF, effect)
        result = set_("reserve", "45", "--yes", "--csv")
    [row] = csv.DictReader(io.StringIO(result.out))
    assert (result.code, row["outcome"]) == (6, effect)
    assert said in row["reason"] or effect == "reverted"
    assert effect in result.err


def test_no_wait_is_done_when_it_is_sent(at: Callable[..., Any], clock: FakeClock) -> None:
    with at() as (gateway, set_):
        result = set_("reserve", "45", "--yes", "--no-wait")
    assert (result.code, len(gateway.writes), clock.sleeps) == (0, 1, [])
    assert "unknown" in result.out


def test_what_is_so_already_is_not_asked_about(at: Callable[..., Any]) -> None:
    with at() as (gateway, set_):
        result = set_("grid", "on")
        assert "has this value already" in set_("grid", "on", "--dry-run").err
    assert (result.code, gateway.writes) == (0, [])
    assert "nothing was sent" in result.err


@pytest.mark.parametrize(
    ("command", "words", "code", "said"),
    [
        ("reserve", ("101",), 2, "from 0 to 100"),
        ("reserve", ("nan",), 2, "from 0 to 100"),
        ("reserve", ("much",), 2, "PERCENT"),
        ("contact", ("NC3", "open"), 2, "NC1, NC2, NO1, NO2"),
        ("contact", ("NC1", "ajar"), 2, "ajar"),
        ("contact-settings", ("NC1",), 2, "NAME=VALUE"),
        ("contact-settings", ("NC1", "wait=false"), 2, "must be NAME=VALUE"),
        ("contact-settings", ("NC1", "soc_low"), 2, "must be NAME=VALUE"),
        ("contact-settings", ("NC1", "soc_low=1", "soc_low=2"), 2, "each name once"),
        ("contact-settings", ("NC1", "colour=red"), 2, "it has: type"),
        ("storage-mode", ("backup",), 2, "optimi"),
        ("export-limit", ("lots",), 2, "neither a number"),
        ("export-limit", ("500",), 5, "the role installer"),
        ("production", ("off",), 5, "the role owner"),
        ("generator", ("on",), 5, "gen_config"),
        ("acb-wake", (BATTERY,), 5, "needs an AC Battery"),
        ("grid", ("off", "--minimum-soc", "100"), 5, "below 100 %"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    command: str, words: Words, code: int, said: str, at: Callable[..., Any]
) -> None:
    with at() as (gateway, set_):
        result = set_(command, *words, "--yes")
    assert (result.code, gateway.writes, result.out) == (code, [], "")
    assert said in result.err
    assert result.err.count("\n") == 1


def test_a_refused_write_is_not_authorized(at: Callable[..., Any]) -> None:
    with at() as (gateway, set_):
        gateway.fail(TARIFF, with_=gateway_faults.slow(0.0))
        gateway.fail(TARIFF, with_=gateway_faults.slow(0.0))
        gateway.fail(TARIFF, with_=gateway_faults.status(403))
        result = set_("reserve", "45", "--yes")
    assert (result.code, gateway.writes) == (3, [])


def test_ctrl_c_while_it_waits_says_that_it_was_sent(
    at: Callable[..., Any], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at() as (gateway, set_):

        def stop(_: float) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(clock, "sleep", stop)
        result = set_("reserve", "45", "--yes")
    assert (result.code, len(gateway.writes)) == (130, 1)
    assert "the request was sent" in result.err
