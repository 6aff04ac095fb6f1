"""Changing a system's settings through v4: checked first, sent once, read back."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest

from enphase_sdk import errors
from enphase_sdk.cloud.v4.authorization import TokensInMemory
from enphase_sdk.testing import FakeClock, SimulatedEnlightenV4, faults
from tests.support import Surface

WRITES: dict[str, tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    # name: operation, changes, before, requested
    "set_battery_settings": (
        "SetBatterySettings",
        {"reserve_soc": 45, "battery_mode": "full backup"},
        {"battery_mode": "Self - Consumption", "reserve_soc": 20},
        {"battery_mode": "Full Backup", "reserve_soc": 45},
    ),
    "set_storm_guard": (
        "SetStormGuard",
        {"storm_guard_status": "enabled"},
        {"storm_guard_status": "disabled"},
        {"storm_guard_status": "enabled"},
    ),
    "set_load_control": (
        "SetLoadControl",
        {"name": "NC1", "mode": "Scheduled", "essential_start_time": 3600},
        {"essential_start_time": 32_400, "mode": "Basic"},
        {"essential_start_time": 3600, "mode": "Scheduled"},
    ),
}
every_write = pytest.mark.parametrize("name", WRITES)


class Counted:
    """A cloud that remembers the methods of the requests about settings."""

    def __init__(self, clock: FakeClock) -> None:
        self.cloud = SimulatedEnlightenV4(40, clock=clock)
        self.methods: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if "/systems/config/" in request.url.path:
            self.methods.append(request.method)
        return self.cloud(request)

    def use(self, surface: Surface, name: str, /, *given: Any, **changes: Any) -> Any:
        credentials = {**self.cloud.credentials(), "tokens": TokensInMemory()}
        client = surface.client_v4(self, **credentials)
        return surface.use(client, lambda c: getattr(c, name)(*given, **changes))


@pytest.fixture
def counted(clock: FakeClock) -> Counted:
    return Counted(clock)


@pytest.fixture
def number(counted: Counted) -> int:
    """A system with batteries."""
    for number in counted.cloud.system_ids():
        try:
            counted.use(Surface("sync"), "battery_settings", number)
        except errors.APIStatusError:
            continue
        counted.methods.clear()
        return number
    pytest.fail("no system has batteries")


@every_write
def test_a_change_tells_before_and_after(
    name: str, surface: Surface, counted: Counted, number: int
) -> None:
    _, changes, before, requested = WRITES[name]
    change = counted.use(surface, name, number, **changes)
    assert (change.before, change.requested) == (before, requested)
    assert (change.outcome, counted.methods) == ("stored", ["GET", "PUT", "GET"])
    assert {**requested, **change.after} == requested


@every_write
def test_a_lost_answer_is_made_up_for_by_reading(
    name: str, surface: Surface, counted: Counted, number: int
) -> None:
    operation, changes, _, requested = WRITES[name]
    counted.cloud.fail(operation=operation, with_=faults.answer_lost())
    change = counted.use(surface, name, number, **changes)
    assert (change.outcome, change.after) == ("stored", requested)
    assert "no usable answer" in change.reason
    assert counted.methods.count("PUT") == 1


@every_write
@pytest.mark.parametrize("fault", [faults.unavailable(), faults.dropped()])
def test_a_change_that_failed_is_not_sent_again(
    name: str, fault: Any, surface: Surface, counted: Counted, number: int
) -> None:
    operation, changes, before, _ = WRITES[name]
    counted.cloud.fail(operation=operation, with_=fault)
    change = counted.use(surface, name, number, **changes)
    assert (change.outcome, change.after) == ("unknown", before)
    assert "not sent again" in change.reason
    assert counted.methods.count("PUT") == 1


@every_write
def test_a_refused_change_is_an_error(
    name: str, surface: Surface, counted: Counted, number: int
) -> None:
    operation, changes, _, _ = WRITES[name]
    counted.cloud.fail(operation=operation, with_=faults.status(422))
    with pytest.raises(errors.UnprocessableEntityError):
        counted.use(surface, name, number, **changes)
    assert counted.methods == ["GET", "PUT"]


def test_a_change_that_the_cloud_does_not_keep(
    surface: Surface, counted: Counted, number: int
) -> None:
    """It answers 200, and reads back what was before."""
    kept = faults.replaced("$.reserve_soc", 20)
    counted.cloud.fail(operation="BatterySettings", times=2, with_=kept)
    change = counted.use(surface, "set_battery_settings", number, reserve_soc=45)
    assert (change.outcome, change.after) == ("reverted", {"reserve_soc": 20})


def test_settings_that_cannot_be_read_back(surface: Surface, counted: Counted, number: int) -> None:
    counted.cloud.fail(operation="StormGuard", after=1, times=20, with_=faults.status(422))
    change = counted.use(surface, "set_storm_guard", number, storm_guard_status="enabled")
    assert (change.outcome, change.after) == ("unknown", None)
    assert "could not be read back" in change.reason


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("set_battery_settings", {"reserve_soc": 101}, "0 to 100"),
        ("set_battery_settings", {"reserve_soc": 20.5}, "whole number"),
        ("set_battery_settings", {"reserve_soc": True}, "whole number"),
        ("set_battery_settings", {"battery_mode": "turbo"}, "Full Backup"),
        ("set_battery_settings", {"energy_independence": True}, "enabled, disabled"),
        ("set_battery_settings", {"charge_from_grid": "enabled"}, "there are battery_mode"),
        ("set_storm_guard", {"storm_guard_status": "on"}, "enabled, disabled"),
        ("set_load_control", {"mode": "Basic"}, "name='NC1'"),
        ("set_load_control", {"name": "NC1"}, "nothing is to be changed"),
        ("set_load_control", {"name": "NC1", "soc_low": 9}, "10 to 90"),
        ("set_load_control", {"name": "NC1", "essential_end_time": 86_401}, "0 to 86400"),
        ("set_load_control", {"name": "NC1", "mode": "Advanced_BatteryPowered"}, "needs soc_low"),
    ],
)
def test_a_value_out_of_its_range_asks_nobody(
    name: str, changes: dict[str, Any], said: str, surface: Surface, counted: Counted
) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=said):
        counted.use(surface, name, 67, **changes)
    assert counted.methods == []


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("set_battery_settings", {"reserve_soc": 12}, "13 or more"),
        ("set_load_control", {"name": "NC9", "mode": "Basic"}, "there are: NC1, NC2"),
    ],
)
def test_a_change_that_does_not_fit_the_settings_is_not_sent(
    name: str,
    changes: dict[str, Any],
    said: str,
    surface: Surface,
    counted: Counted,
    number: int,
) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=said):
        counted.use(surface, name, number, **changes)
    assert counted.methods == ["GET"]


def test_a_change_is_logged(
    counted: Counted, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        counted.use(Surface("sync"), "set_battery_settings", number, reserve_soc=45)
    assert "SetBatterySettings: {'reserve_soc': 45}, was {'reserve_soc': 20}" in caplog.messages
