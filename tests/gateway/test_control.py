"""What comes of each write: applied, stored only, reverted or unknown, and after how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import frozen

from enphase_sdk.gateway import ConfirmedChange
from enphase_sdk.testing import FakeClock, SimulatedGateway
from enphase_sdk.testing.gateway.ensemble import acb_serials
from enphase_sdk.testing.gateway.profiles import profile_named
from tests.gateway.envoys import HOST, opened
from tests.support import Surface

RELAY = "/ivp/ensemble/relay"
CONTACTS = "/ivp/ensemble/dry_contacts"
CONTACT_SETTINGS = "/ivp/ss/dry_contact_settings"
TARIFF = "/admin/lib/tariff"
ACB = "/admin/lib/acb_config"
SWITCH = "/ivp/mod/603980032/mode/power"
LIMIT = "/ivp/ss/dpel"
BATTERY = acb_serials(profile_named("8.2-acb"))[0]


@frozen
class Write:
    """One write, what it is sent to, and how long is waited for each outcome.

    Attributes:
        at_once: Seconds until it is confirmed where the gateway acts at once.
        late: Seconds until the gateway acts, and until that is confirmed.
        never: The outcome, and seconds until it is known, where the gateway only stores it.
        undone: Seconds until it is undone, and until that is known.
    """

    profile: str
    path: str
    call: Callable[[Any], Any]
    at_once: float
    late: tuple[float, float]
    never: tuple[str, float]
    undone: tuple[float, float]
    owner: bool = True


WRITES = {
    "off grid": Write(
        "8.2-batteries",
        RELAY,
        lambda c: c.go_off_grid(),
        5,
        (90, 90),
        ("stored only", 90),
        (4, 90),
    ),
    "dry contact": Write(
        "8.2-batteries",
        CONTACTS,
        lambda c: c.open_dry_contact("NC1"),
        2,
        (8, 10),
        # There is nothing that tells what it was told but what it does.
        ("reverted", 10),
        (1, 10),
    ),
    "contact settings": Write(
        "8.2-batteries",
        CONTACT_SETTINGS,
        lambda c: c.update_dry_contact("NO1", soc_low=40),
        5,
        (8, 5),
        ("applied", 5),
        (3, 30),
    ),
    "mode": Write(
        "8.2-batteries",
        TARIFF,
        lambda c: c.set_storage_mode("backup", optimized_schedules=False),
        180,
        (100, 180),
        ("stored only", 180),
        (110, 180),
    ),
    "reserve": Write(
        "8.2-batteries",
        TARIFF,
        lambda c: c.set_reserve_soc(45),
        180,
        (179, 180),
        ("stored only", 180),
        (110, 180),
    ),
    "charge from grid": Write(
        "8.2-batteries",
        TARIFF,
        lambda c: c.set_charge_from_grid(True),
        180,
        (100, 180),
        ("stored only", 180),
        (110, 180),
    ),
    "optimized schedules": Write(
        "8.2-batteries",
        TARIFF,
        lambda c: c.set_optimized_schedules(False),
        180,
        (100, 180),
        ("stored only", 180),
        (110, 180),
    ),
    "acb sleep": Write(
        "8.2-acb",
        ACB,
        lambda c: c.set_acb_sleep(BATTERY, min_soc=95, max_soc=100),
        60,
        (900, 900),
        ("stored only", 900),
        (30, 900),
    ),
    "generator mode": Write(
        "8.2-generator",
        "/ivp/ss/gen_mode",
        lambda c: c.set_generator_mode("on"),
        10,
        (100, 120),
        ("stored only", 120),
        (5, 120),
    ),
    "charge from generator": Write(
        "8.2-generator",
        "/ivp/ss/gen_config",
        lambda c: c.set_charge_from_generator(False),
        30,
        (10, 30),
        ("applied", 30),
        (20, 30),
    ),
    "generator schedule": Write(
        "8.2-generator",
        "/ivp/ss/gen_schedule",
        lambda c: c.update_generator_schedule(exercise_day="Thu", exercise_start=60),
        10,
        (10, 10),
        ("applied", 10),
        (5, 30),
    ),
    "production": Write(
        "8.3-three-phase",
        SWITCH,
        lambda c: c.set_production(False),
        60,
        (900, 900),
        ("stored only", 900),
        (30, 900),
        owner=False,
    ),
    "export limit": Write(
        "8.3-three-phase",
        LIMIT,
        lambda c: c.set_export_limit(500),
        20,
        (290, 300),
        ("stored only", 300),
        (10, 300),
        owner=False,
    ),
}
every_write = pytest.mark.parametrize("name", WRITES)


def gateway_for(write: Write, clock: FakeClock) -> SimulatedGateway:
    return SimulatedGateway(write.profile, clock=clock)


def made(write: Write, gateway: SimulatedGateway, surface: Surface) -> ConfirmedChange:
    token = gateway.issue_token(owner=write.owner)
    with opened(surface, HOST, transport=gateway.transport(), token=token) as envoy:
        change = write.call(envoy.control)
    assert isinstance(change, ConfirmedChange)
    assert [(one.method, one.path) for one in gateway.writes] == [
        (change.request.method, write.path)  # type: ignore[union-attr]
    ]
    assert gateway.writes[0].body == change.request.body  # type: ignore[union-attr]
    return change


def sent_at(gateway: SimulatedGateway) -> int:
    return next(n for n, (method, _) in enumerate(gateway.requests) if method != "GET")


@every_write
def test_a_write_that_the_gateway_acts_on(name: str, surface: Surface, clock: FakeClock) -> None:
    write, gateway = WRITES[name], gateway_for(WRITES[name], clock)
    change = made(write, gateway, surface)
    assert (change.outcome, sum(clock.sleeps)) == ("applied", write.at_once)
    assert change.after == change.requested
    assert change.before != change.requested
    # All that is read beforehand is read before, and the effect afterwards.
    assert 0 < sent_at(gateway) < len(gateway.requests) - 1


@every_write
def test_a_write_that_the_gateway_acts_on_late(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    write, gateway = WRITES[name], gateway_for(WRITES[name], clock)
    gateway.set_effect(write.path, "late", after=write.late[0])
    change = made(write, gateway, surface)
    assert (change.outcome, sum(clock.sleeps)) == ("applied", write.late[1])


@every_write
def test_a_write_that_is_stored_only(name: str, surface: Surface, clock: FakeClock) -> None:
    write, gateway = WRITES[name], gateway_for(WRITES[name], clock)
    gateway.set_effect(write.path, "stored only")
    change = made(write, gateway, surface)
    assert (change.outcome, sum(clock.sleeps)) == write.never
    if change.outcome == "stored only":
        assert change.after == change.requested
        assert change.effect
        assert change.effect != change.requested


@every_write
def test_a_write_that_is_undone(name: str, surface: Surface, clock: FakeClock) -> None:
    write, gateway = WRITES[name], gateway_for(WRITES[name], clock)
    gateway.set_effect(write.path, "reverted", after=write.undone[0])
    change = made(write, gateway, surface)
    assert (change.outcome, sum(clock.sleeps)) == ("reverted", write.undone[1])
    assert change.after is not None
    assert {key: change.after[key] for key in change.before} == change.before


@every_write
def test_without_waiting_the_outcome_is_unknown(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    write, gateway = WRITES[name], gateway_for(WRITES[name], clock)
    token = gateway.issue_token(owner=write.owner)
    with opened(surface, HOST, transport=gateway.transport(), token=token) as envoy:
        change = write.call(Options(envoy.control, wait=False))
    assert change.outcome == "unknown"
    assert change.reason.startswith("not waited for")
    assert clock.sleeps == []
    assert len(gateway.writes) == 1


@every_write
def test_a_dry_run_shows_what_would_be_sent(name: str, surface: Surface, clock: FakeClock) -> None:
    write, gateway = WRITES[name], gateway_for(WRITES[name], clock)
    token = gateway.issue_token(owner=write.owner)
    with opened(surface, HOST, transport=gateway.transport(), token=token) as envoy:
        planned = write.call(Options(envoy.control, dry_run=True))
        assert {method for method, _ in gateway.requests} == {"GET"}
        change = write.call(envoy.control)
    assert gateway.writes == [(planned.method, planned.path, planned.body)]
    assert (planned.before, planned.requested) == (change.before, change.requested)
    assert (planned.refusal, planned.is_done) == (None, False)


class Options:
    """A control whose methods get further options."""

    def __init__(self, control: Any, **options: Any) -> None:
        self._control = control
        self._options = options

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._control, name)
        return lambda *args, **options: method(*args, **options, **self._options)
