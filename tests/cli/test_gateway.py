"""The commands about a gateway, against a simulated one on a real port."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from zeroconf import ServiceBrowser, ServiceInfo, Zeroconf

from enphase_sdk import Envoy
from enphase_sdk.cli import main
from enphase_sdk.cli.gateway_views import POWERS, powers
from enphase_sdk.cli.watch import Course, watch_table
from enphase_sdk.gateway.discovery import FoundGateway, discover
from enphase_sdk.gateway.models.energy import SystemEnergy
from enphase_sdk.gateway.models.storage import EnchargePower
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.report.formats import number
from enphase_sdk.testing import FakeClock, SimulatedGateway, gateway_faults


@pytest.fixture
def gateway(clock: FakeClock) -> SimulatedGateway:
    return SimulatedGateway("8.2-batteries", clock=clock)


@pytest.fixture
def host(
    gateway: SimulatedGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    monkeypatch.setenv("ENPHASE_STATE", str(tmp_path))
    monkeypatch.setenv("ENVOY_TOKEN", gateway.issue_token())
    with gateway.serve(tls=True) as address:
        yield address


def test_read_in_json_is_the_snapshot(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["envoy", "read", host, "--json"]) == 0
    said = capsys.readouterr()
    wire = json.loads(said.out)
    assert set(wire) >= {"system_production", "inverters", "encharge_inventory", "tariff"}
    assert "first contact" in said.err


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("summary", "meter"),
        ("inverters", "Serial number"),
        ("meters", "net-consumption"),
    ],
)
@pytest.mark.parametrize("form", [[], ["--csv"]])
def test_each_command_shows_what_it_is_for(
    command: str, shown: str, form: list[str], host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["envoy", command, host, *form]) == 0
    out = capsys.readouterr().out
    assert shown.lower().replace(" ", "_" if form else " ") in out.lower()


def test_a_reading_for_programs_names_each_value_by_its_path(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["envoy", "read", host, "--csv"]) == 0
    assert "system_production.watts_now," in capsys.readouterr().out


@pytest.mark.parametrize(
    "profile", ["3.17", "7.6", "8.2-batteries", "8.2-acb", "8.3-generator-collar"]
)
def test_a_reading_for_people_has_sections_with_units(
    profile: str,
    clock: FakeClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ENPHASE_STATE", str(tmp_path))
    simulated = SimulatedGateway(profile, clock=clock)
    is_modern = profile[0] >= "7"
    if is_modern:
        monkeypatch.setenv("ENVOY_TOKEN", simulated.issue_token())
    with simulated.serve(tls=is_modern) as address:
        assert main(["envoy", "read", address]) in (0, 6)
        out = capsys.readouterr().out
        assert main(["envoy", "read", address, "--json"]) in (0, 6)
        wire = json.loads(capsys.readouterr().out)
    titles = [line for line in out.splitlines() if line and line[0].isalpha()]
    assert {"Power", "Energy", "Microinverters"} <= set(titles)
    assert ("Batteries" in titles) == (
        profile in ("8.2-batteries", "8.2-acb", "8.3-generator-collar")
    )
    watts = number(wire["system_production"]["watts_now"])
    assert re.search(rf"^Production +{watts}$", out, re.MULTILINE)
    assert "Lifetime kWh" in out


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("after", [b"", b"\n", b"\r\n"])
@pytest.mark.parametrize("source", ["file", "stdin"])
def test_a_token_need_not_stand_on_the_command_line(
    source: str,
    before: bytes,
    after: bytes,
    host: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    content = before + os.environ["ENVOY_TOKEN"].encode() + after
    monkeypatch.setenv("ENVOY_TOKEN", "not.this.one")
    (tmp_path / "token").write_bytes(content)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    named = "-" if source == "stdin" else str(tmp_path / "token")
    assert main(["envoy", "summary", host, "--token-file", named]) == 0


@pytest.mark.parametrize("option", ["--token-file", "--password-file"])
@pytest.mark.parametrize(
    "content", [b"", b"\n", b"zzSECRETzz\nzzSECRETzz", b"\xff", b"zzSECRETzz\0", None]
)
def test_a_secret_s_file_that_cannot_be_used_is_told(
    option: str, content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    for named in (str(path), "x" * 300):
        assert main(["envoy", "read", "192.0.2.1", option, named]) == 2
        said = capsys.readouterr()
        assert option in said.err
        assert "SECRET" not in said.out + said.err
        assert said.err.count("\n") == 1


def test_stdin_holds_one_secret(capsys: pytest.CaptureFixture[str]) -> None:
    files = ["--token-file", "-", "--password-file", "-"]
    assert main(["envoy", "read", "192.0.2.1", *files]) == 2
    assert "only one" in capsys.readouterr().err


def test_help_says_what_shows_in_ps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["envoy", "read", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("shows in `ps`") == 2
    assert "--token-file" in said
    assert "--password-file" in said


def test_an_old_gateway_must_be_allowed_where_a_token_is_given(
    host: str, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert host
    old = SimulatedGateway("5.0", clock=clock)
    with old.serve() as address:
        assert main(["envoy", "summary", address]) == 2
        assert "--allow-http" in capsys.readouterr().err
        assert main(["envoy", "summary", address, "--allow-http"]) == 0


def test_meters_in_json_are_those_of_the_snapshot(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["envoy", "meters", host, "--json"]) == 0
    wire = json.loads(capsys.readouterr().out)
    assert set(wire) == {"ctmeters", "ctmeters_phases"}
    assert wire["ctmeters"]["production"]["state"] == "enabled"


def test_a_part_that_fails_is_said_and_the_rest_shown(
    gateway: SimulatedGateway, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.fail("/admin/lib/tariff", with_=gateway_faults.status(500), times=None)
    assert main(["envoy", "read", host, "--json"]) == 6
    said = capsys.readouterr()
    assert json.loads(said.out)["tariff"] is None
    assert "/admin/lib/tariff" in said.err


def test_watching_prints_a_line_for_each_reading_where_nobody_watches(
    host: str, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["envoy", "watch", host, "--count", "3", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 3
    assert list(lines[0]) == ["at", *POWERS]
    assert sum(clock.sleeps) <= 2 * 5.0
    assert main(["envoy", "watch", host, "--count", "1"]) == 0
    assert "Production" in capsys.readouterr().out


def test_a_course_has_its_lowest_value_lowest_and_gaps_where_nothing_was_known() -> None:
    course = Course()
    for watts in (0, None, 1000):
        energy = SystemEnergy(
            watts_now=watts,
            watt_hours_today=None,
            watt_hours_last_7_days=None,
            watt_hours_lifetime=None,
        )
        course.add(Snapshot(system_production=energy))
    assert course.sparkline("production_w") == "▁ █"


def _energy(watts: int | None) -> SystemEnergy:
    return SystemEnergy(
        watts_now=watts,
        watt_hours_today=None,
        watt_hours_last_7_days=None,
        watt_hours_lifetime=None,
    )


def _battery(milliwatts: int | None) -> EnchargePower:
    return EnchargePower(apparent_power_mva=None, real_power_mw=milliwatts, soc=50)


@pytest.mark.parametrize(
    ("batteries", "house", "both"),
    [
        ({}, -74, None),
        ({"encharge_power": {"1": _battery(702_000)}}, 628, None),
        ({"encharge_power": {"1": _battery(-500_000), "2": _battery(100_000)}}, -474, None),
        ({"encharge_power": {"1": _battery(702_000), "2": _battery(None)}}, None, -74),
        ({"encharge_inventory": {"1": object()}}, None, -74),
    ],
)
def test_the_house_is_grid_roof_and_batteries_or_is_not_called_so(
    batteries: dict[str, Any], house: float | None, both: float | None
) -> None:
    told = powers(
        Snapshot(
            system_production=_energy(500),
            system_net_consumption=_energy(-574),
            system_consumption=_energy(-74),
            **batteries,
        )
    )
    assert (told["house_w"], told["production_and_grid_w"]) == (house, both)


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_watching_fits_any_terminal(gateway: SimulatedGateway, width: int) -> None:
    with gateway.serve(tls=True) as host, Envoy(host, token=gateway.issue_token()) as envoy:
        snapshot = envoy.read()
    course, stream = Course(), io.StringIO()
    for _ in range(60):
        told = course.add(snapshot)
    Console(file=stream, width=width).print(watch_table("an envoy", course, snapshot, width))
    assert max(map(len, stream.getvalue().splitlines())) <= width
    for name, watts in told.items():
        assert watts is None or re.search(
            rf"{POWERS[name]} +{number(watts)}( |$)", stream.getvalue(), re.M
        )


def test_watching_in_csv_has_a_header(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["envoy", "watch", host, "--count", "2", "--csv"]) == 0
    header, *rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert header == ["at", *POWERS]
    assert [len(row) for row in rows] == [len(header)] * 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["read", "http://192.168.1.50"], 2, "host must be"),
        (["read", "127.0.0.1:1"], 5, "no answer"),
        (["read", "127.0.0.1:1", "--token", "abc"], 2, "JSON Web Token"),
        (["watch", "127.0.0.1:1", "--every", "1"], 2, "--every"),
        (["read", "127.0.0.1:1", "--json", "--csv"], 2, "choose one"),
        (["discover", "--json", "--csv"], 2, "choose one"),
    ],
)
def test_wrong_words_are_one_line_that_says_what_to_do(
    words: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ENPHASE_STATE", str(tmp_path))
    monkeypatch.delenv("ENVOY_TOKEN", raising=False)
    assert main(["envoy", *words]) == code
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_gateway_that_announces_itself_is_found() -> None:
    service, loopback = "_enphase-envoy._tcp.local.", ["127.0.0.1"]
    info = ServiceInfo(
        service,
        f"envoy.{service}",
        addresses=[socket.inet_aton("127.0.0.1")],
        port=80,
        properties={"serialnum": "122364014316"},
        server="envoy.local.",
    )
    wanted = FoundGateway("122364014316", "127.0.0.1", "envoy.local")
    heard = threading.Event()

    def changed(**_: object) -> None:
        heard.set()

    try:
        announcer, listener = Zeroconf(interfaces=loopback), Zeroconf(interfaces=loopback)
    except OSError as error:
        pytest.skip(f"this machine has no multicast on loopback: {error}")
    with announcer, listener:
        browser = ServiceBrowser(listener, service, handlers=[changed])
        announcer.register_service(info)
        for seconds in (0.5, 1, 2, 4, 8, 16, 32):  # a busy machine needs longer
            if wanted in (found := discover(seconds, interfaces=loopback)):
                break
        browser.cancel()
        announcer.unregister_service(info)
    if not heard.is_set():
        pytest.skip("no multicast arrives on this machine's loopback")
    assert wanted in found


def test_log_lines_tell_each_request_and_no_secret(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["envoy", "summary", host, "--verbose", "--json"]) == 0
    said = capsys.readouterr()
    json.loads(said.out)
    assert re.search(r"debug: \S+: GET /info: status 200 after \d", said.err)
    assert said.err.count("first contact") == 1
    assert os.environ["ENVOY_TOKEN"] not in said.err
