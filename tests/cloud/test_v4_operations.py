"""Every operation that only v4 has, on a simulated cloud: what comes is what is annotated."""

from __future__ import annotations

from functools import partial
from typing import Any

import httpx
import pytest

from enphase_sdk import AsyncEnlightenV4, Cloud, EnlightenV4, errors
from enphase_sdk.cloud.v4.authorization import TokensInMemory
from enphase_sdk.testing import FakeClock, SimulatedEnlightenV4
from tests.annotations import returned, untrue
from tests.support import Surface

DAY = 86_400

START = 1_718_452_800.0  # of every clock here
EPOCHS: dict[str, Any] = {"start_at": START - DAY, "end_at": START}
DATES: dict[str, Any] = {"start_date": "2024-05-01", "end_date": "2024-06-10"}

# For each the path that it asks for, and its arguments; with `{sn}` a serial number comes first.
OPERATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "system": ("", {}),
    "devices": ("/devices", {}),
    "events": ("/events", {"start_time": START - DAY, "end_time": START}),
    "alarms": ("/alarms", {"start_time": START - DAY, "cleared": True}),
    "open_events": ("/open_events", {}),
    "open_alarms": ("/open_alarms", {}),
    "battery_lifetime": ("/battery_lifetime", DATES),
    "energy_import_lifetime": ("/energy_import_lifetime", DATES),
    "energy_export_lifetime": ("/energy_export_lifetime", DATES),
    "telemetry_production_micro": ("/telemetry/production_micro", EPOCHS),
    "telemetry_production_meter": ("/telemetry/production_meter", EPOCHS),
    "telemetry_consumption_meter": ("/telemetry/consumption_meter", EPOCHS),
    "telemetry_battery": ("/telemetry/battery", EPOCHS),
    "energy_import_telemetry": ("/energy_import_telemetry", EPOCHS),
    "energy_export_telemetry": ("/energy_export_telemetry", EPOCHS),
    "latest_telemetry": ("/latest_telemetry", {}),
    "consumption_meter_readings": ("/consumption_meter_readings", {"end_at": START}),
    "storage_meter_readings": ("/storage_meter_readings", {"end_at": START}),
    "micros_telemetry": ("/devices/micros/telemetry", {**EPOCHS, "page": 1, "size": 10}),
    "micro_telemetry": ("/devices/micros/{sn}/telemetry", EPOCHS),
    "encharge_telemetry": ("/devices/encharges/{sn}/telemetry", EPOCHS),
    "evse_lifetime": ("/{sn}/evse_lifetime", DATES),
    "evse_telemetry": ("/{sn}/evse_telemetry", EPOCHS),
    "hp_lifetime": ("/hp_lifetime", DATES),
    "hp_telemetry": ("/hp_telemetry", EPOCHS),
    "battery_settings": ("config:/battery_settings", {}),
    "storm_guard": ("config:/storm_guard", {}),
    "grid_status": ("config:/grid_status", {}),
    "load_control": ("config:/load_control", {}),
    "ev_charger_devices": ("/ev_charger/devices", {}),
    "ev_charger_events": ("/ev_charger/events", {"offset": 0, "limit": 5}),
    "ev_charger_sessions": ("/ev_charger/{sn}/sessions", {"limit": 5}),
    "ev_charger_schedules": ("/ev_charger/{sn}/schedules", {}),
    "ev_charger_lifetime": ("/ev_charger/{sn}/lifetime", DATES),
    "ev_charger_telemetry": ("/ev_charger/{sn}/telemetry", {"start_at": START - DAY}),
}
KINDS = {"micro_telemetry": "micros", "encharge_telemetry": "encharges"}  # others: chargers


class Watched:
    """A simulated cloud that remembers the paths it was asked for."""

    def __init__(self, cloud: SimulatedEnlightenV4) -> None:
        self.cloud = cloud
        self.paths: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        return self.cloud(request)


@pytest.fixture
def watched(clock: FakeClock) -> Watched:
    assert clock.time() == START
    return Watched(SimulatedEnlightenV4(60, clock=clock))


def surface_class(surface: Surface) -> Any:
    return AsyncEnlightenV4 if surface.is_async else EnlightenV4


def client_of(surface: Surface, watched: Watched) -> Any:
    return surface.client_v4(watched, **watched.cloud.credentials(), tokens=TokensInMemory())


@pytest.fixture(scope="module")
def asked_of() -> dict[int, dict[str, str]]:
    """Some systems, of every kind of device one, and the serial numbers of their devices."""
    cloud = SimulatedEnlightenV4(60, clock=FakeClock(START))
    settings: dict[str, Any] = {**cloud.credentials(), "tokens": TokensInMemory()}
    found: dict[int, dict[str, str]] = {}
    with EnlightenV4(**settings, transport=httpx.MockTransport(cloud)) as client:
        for number in cloud.system_ids():
            kinds: dict[str, str] = {}
            chargers = client.ev_charger_devices(number).devices or {}
            for kind, devices in (client.devices(number).devices or {}).items():
                kinds |= {kind: str(devices[0].serial_number)} if devices else {}
            for found_chargers in chargers.values():
                if found_chargers:
                    kinds["evses"] = str(found_chargers[0].serial_number)
            if set(kinds) - {kind for known in found.values() for kind in known}:
                found[number] = kinds
    return found


def promised(name: str) -> Any:
    return returned(getattr(EnlightenV4, name))


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_comes_is_what_is_annotated(
    name: str, surface: Surface, watched: Watched, asked_of: dict[int, dict[str, str]]
) -> None:
    path, named = OPERATIONS[name]
    answered = 0
    for number, serials in asked_of.items():
        serial = serials.get(KINDS.get(name, "evses"), "0")
        call = partial(
            getattr(surface_class(surface), name),
            **{"system_id": number, **({"serial_no": serial} if "{sn}" in path else {}), **named},
        )
        try:
            result = surface.use(client_of(surface, watched), call)
        except errors.APIStatusError:
            continue  # a system without such a device
        answered += 1
        assert list(untrue(result, promised(name), name)) == []
        prefix, _, rest = path.rpartition(":")
        below = f"/{prefix}/{number}" if prefix else f"/{number}"
        assert watched.paths[-1] == f"/api/v4/systems{below}{rest.format(sn=serial)}"
    assert answered


def test_every_operation_is_in_the_table() -> None:
    shared = set(dir(EnlightenV4)) - set(dir(Cloud)) - set(OPERATIONS)
    public = {name for name in shared if not name.startswith("_")}
    assert public == {
        "authorize", "authorize_installer", "authorize_url", "event_types", "live_data",
        "set_battery_settings", "set_load_control", "set_storm_guard", "with_raw_response",
    }  # fmt: skip


@pytest.mark.parametrize("arguments", [(), (7,)])
def test_kinds_of_events(arguments: Any, surface: Surface, watched: Watched) -> None:
    result = surface.use(client_of(surface, watched), lambda c: c.event_types(*arguments))
    assert list(untrue(result, promised("event_types"))) == []
    assert bool(result.event_types) == (not arguments)


@pytest.mark.parametrize("changes", [{}, {"name": "NC1", "reserve": 40}])
@pytest.mark.parametrize("name", ["set_battery_settings", "set_storm_guard", "set_load_control"])
def test_a_setting_that_does_not_exist_is_not_sent(
    name: str, changes: dict[str, Any], surface: Surface, watched: Watched
) -> None:
    client = client_of(surface, watched)
    with pytest.raises(errors.InvalidArgumentError, match="there are "):
        surface.use(client, lambda c: getattr(c, name)(67, **changes))
    assert watched.paths == []


@pytest.mark.parametrize("seconds", [0, -1, -90_000])
def test_an_empty_window_is_called_empty(seconds: int, surface: Surface, watched: Watched) -> None:
    call = partial(
        surface_class(surface).telemetry_battery,
        system_id=67, start_at=START, end_at=START + seconds,
    )  # fmt: skip
    with pytest.raises(errors.InvalidArgumentError, match="the window is empty") as caught:
        surface.use(client_of(surface, watched), call)
    assert "at most" not in str(caught.value)
    assert watched.paths == []


@pytest.mark.parametrize(
    ("name", "longest"),
    [("telemetry_production_micro", 1), ("energy_import_telemetry", 1), ("telemetry_battery", 7)],
)
def test_a_window_that_v4_would_cut_is_refused(
    name: str, longest: int, surface: Surface, watched: Watched
) -> None:
    too_long = {"start_at": START - longest * DAY - 900, "end_at": START}
    for window in (too_long, {"start_at": START, "end_at": START - 1}, {"end_at": START}):
        call = partial(getattr(surface_class(surface), name), system_id=67, **window)
        with pytest.raises(errors.InvalidArgumentError, match="start_at"):
            surface.use(client_of(surface, watched), call)
    assert watched.paths == []
