"""Every operation of API v4, called by the generated client and read as strictly as it can be."""

from __future__ import annotations

import importlib
import inspect
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import enphase_sdk_api_v4
import httpx
import msgspec
import pytest
from enphase_sdk_api_v4 import models
from enphase_sdk_api_v4.client import decoder

from enphase_sdk.testing import FakeClock, Kind
from enphase_sdk.testing.cloud.v4.contract import OPERATIONS
from enphase_sdk.testing.cloud.v4.simulator import SimulatedEnlightenV4
from enphase_sdk.testing.world.flows import has_battery, has_charger
from enphase_sdk.testing.world.system import System
from tests.testing.v4 import HOST, Caller, complete, headers, serial_of

FOLDER = Path(enphase_sdk_api_v4.__file__).parent / "api" / "default"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
BODIES: dict[str, Any] = {
    "search_systems": models.SystemsSearch(models.SystemsFilter(name="a")),
    "set_battery_settings": models.BatterySettingsChange(reserve_soc=30),
    "set_storm_guard": models.StormGuardChange("enabled"),
    "set_load_control": models.ControlledLoadChange(name="NC1", mode="Scheduled"),
    "start_charging": models.StartCharging("40", "1"),
}
# Those that not every system can answer: what they say of one that cannot.
REFUSED = {
    "battery_settings": 422,
    "set_battery_settings": 422,
    "storm_guard": 422,
    "set_storm_guard": 422,
    "load_control": 422,
    "set_load_control": 422,
    "encharge_telemetry": 404,
    "evse_lifetime": 400,
    "evse_telemetry": 400,
    "ev_charger_lifetime": 400,
    "ev_charger_schedules": 400,
    "ev_charger_sessions": 400,
    "ev_charger_telemetry": 400,
    "start_charging": 400,
    "stop_charging": 400,
}


def operation(name: str) -> Any:
    return importlib.import_module(f"enphase_sdk_api_v4.api.default.{name}")


@pytest.fixture(scope="module")
def sim() -> SimulatedEnlightenV4:
    return SimulatedEnlightenV4(80, clock=FakeClock())


@pytest.fixture(scope="module")
def port(sim: SimulatedEnlightenV4) -> Iterator[str]:
    with sim.serve() as url:
        yield url


def arguments(name: str, sim: SimulatedEnlightenV4, system: System) -> dict[str, Any]:
    """What an operation is called with to hear of a system."""
    found: dict[str, Any] = {}
    for parameter in inspect.signature(operation(name).request).parameters.values():
        required = parameter.default is inspect.Parameter.empty
        if parameter.name in ("system_id", "site_id"):
            found[parameter.name] = system.system_id
        elif parameter.name == "serial_no":
            found["serial_no"] = serial_of(name, system, f"48{system.index:07d}000")
        elif parameter.name == "serial_num" and required:
            found["serial_num"] = system.gateways[0].serial_number
        elif parameter.name == "body":
            found["body"] = BODIES[name]
        elif parameter.name == "start_time":
            found["start_time"] = int(sim.clock.time()) - 7 * 86_400
        elif parameter.name == "start_date" and required:
            found["start_date"] = "20240601"
    return found


def check(name: str, answer: Any, status: int | None = None) -> None:
    expected = status or (202 if name.endswith("_charging") else 200)
    assert answer.status_code == expected, answer.content
    shape = operation(name).RESPONSES[expected]
    assert answer.parsed == decoder(shape).decode(answer.content)
    # Whatever is sent is known to the contract, and no known field is sent as something else.
    wire = msgspec.to_builtins(answer.parsed)
    assert sent_but_lost(msgspec.json.decode(answer.content), wire) == []


def sent_but_lost(sent: Any, kept: Any, path: str = "$") -> list[str]:
    """The places of a body that the models do not keep."""
    if isinstance(sent, dict):
        return [
            place
            for name, value in sent.items()
            for place in (
                sent_but_lost(value, kept[name], f"{path}.{name}")
                if name in kept
                else [f"{path}.{name}"]
            )
        ]
    if isinstance(sent, list):
        assert len(sent) == len(kept), path
        pairs = enumerate(zip(sent, kept, strict=True))
        return [place for n, (a, b) in pairs for place in sent_but_lost(a, b, f"{path}[{n}]")]
    return [] if sent == kept else [path]


def test_there_are_51_operations_of_which_one_is_not_generated() -> None:
    ids = {operation(name).OPERATION for name in NAMES}
    assert len(NAMES) == len(ids) == 50
    assert set(OPERATIONS) - ids == {"LiveData"}
    assert ids < set(OPERATIONS)


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_is_answered_as_the_contract_says(
    sim: SimulatedEnlightenV4, name: str
) -> None:
    system = complete(sim)
    transport = httpx.MockTransport(sim)
    asked = arguments(name, sim, system)
    with httpx.Client(base_url=HOST, transport=transport, headers=headers(sim)) as client:
        answer = operation(name).sync(client=client, **asked)
    check(name, answer)
    assert sim.requests[-1].operation == operation(name).OPERATION

    async def again() -> Any:
        async with httpx.AsyncClient(
            base_url=HOST, transport=transport, headers=headers(sim)
        ) as client:
            return await operation(name).asyncio(client=client, **asked)

    assert anyio.run(again).content == answer.content


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_is_answered_on_a_port(
    sim: SimulatedEnlightenV4, port: str, name: str
) -> None:
    asked = arguments(name, sim, complete(sim))
    with httpx.Client(base_url=port, headers=headers(sim)) as client:
        check(name, operation(name).sync(client=client, **asked))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("name", NAMES)
def test_systems_of_every_kind_are_answered_as_the_contract_says(
    sim: SimulatedEnlightenV4, name: str, kind: Kind
) -> None:
    system = sim.find(kind=kind)
    with httpx.Client(
        base_url=HOST, transport=httpx.MockTransport(sim), headers=headers(sim)
    ) as client:
        answer = operation(name).sync(client=client, **arguments(name, sim, system))
    consumption = OPERATIONS[operation(name).OPERATION].access.startswith("Site Level Cons")
    if answer.status_code in (200, 202):
        check(name, answer)
    elif (kind is Kind.CONSUMPTION_DENIED and consumption) or name == "encharge_telemetry":
        check(name, answer, answer.status_code)
        assert answer.status_code in (401, 404)
    else:
        check(name, answer, REFUSED[name])
        lacks = has_charger if REFUSED[name] == 400 else has_battery
        assert not lacks(system)


def test_settings_are_kept_and_read_back(sim: SimulatedEnlightenV4) -> None:
    cloud, number = Caller(sim), complete(sim).system_id
    path = f"/config/{number}/battery_settings"
    before = cloud.json(path)
    change = {"battery_mode": "Savings Mode", "reserve_soc": 55}
    changed = cloud.json(path, method="PUT", json=change)
    assert changed == {**before, **change}
    assert cloud.json(path) == changed
    back = cloud.json(path, method="PUT", json={"battery_mode": "Self-consumption"})
    assert back["battery_mode"] == "self-consumption"
    assert cloud.json(path)["battery_mode"] == "Self - Consumption"
    path = f"/config/{number}/load_control"
    change = {"name": "NC2", "mode": "Advanced_BatteryPowered", "soc_low": 20, "load_name": "x"}
    loads = {
        load["name"]: load
        for load in cloud.json(path, method="PUT", json=change)["load_control_data"]
    }
    assert (loads["NC2"]["soc_low"], loads["NC2"]["load_name"]) == (20, "Pool pump")
    assert loads["NC1"]["mode"] != "Advanced_BatteryPowered"
    assert cloud.json(path)["load_control_data"] == list(loads.values())


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("battery_settings", None),
        ("battery_settings", []),
        ("battery_settings", {"battery_mode": "Self - Consumption"}),
        ("battery_settings", {"reserve_soc": 5}),
        ("battery_settings", {"reserve_soc": True}),
        ("battery_settings", {"energy_independence": "on"}),
        ("storm_guard", {}),
        ("storm_guard", {"storm_guard_status": None}),
        ("load_control", {"mode": "Basic"}),
        ("load_control", {"name": "NC9"}),
        ("load_control", {"name": "NC1", "mode": "Advanced_BatteryPowered"}),
        ("load_control", {"name": "NC1", "soc_low": "20"}),
    ],
)
def test_a_wrong_setting_is_refused_and_changes_nothing(
    sim: SimulatedEnlightenV4, path: str, body: Any
) -> None:
    cloud, place = Caller(sim), f"/config/{complete(sim).system_id}/{path}"
    before = cloud.json(place)
    assert cloud.json(place, 422, method="PUT", json=body)["message"] == "Unprocessable Entity"
    assert cloud.json(place) == before


@pytest.mark.parametrize(
    "body", [None, {}, {"connectorId": "0", "chargingLevel": "40"}, {"chargingLevel": 40}, []]
)
def test_a_wrong_command_to_a_charger_is_refused_in_its_own_shape(
    sim: SimulatedEnlightenV4, body: Any
) -> None:
    system = complete(sim)
    serial = serial_of("start_charging", system, "")
    path = f"/{system.system_id}/ev_charger/{serial}/start_charging"
    refused = Caller(sim).json(path, 400, method="POST", json=body)
    assert refused["code"] == "400"
    assert "Connector Id must be greater than 0" in refused["details"]


def frames(response: httpx.Response) -> list[Any]:
    """The frames of a stream, as they came."""
    assert response.headers["Content-Type"] == "text/event-stream"
    texts = response.read().decode().split("\n\n")
    assert texts.pop() == ""
    return [msgspec.json.decode(text.removeprefix("data:")) for text in texts]


@pytest.mark.parametrize("seconds", [None, 30, 300])
def test_live_data_has_a_frame_for_every_second(seconds: int | None) -> None:
    clock = FakeClock()
    cloud = Caller(SimulatedEnlightenV4(80, clock=clock))
    system = complete(cloud.sim)
    asked = {} if seconds is None else {"duration": str(seconds)}
    started = clock.time()
    seen = frames(cloud.send(f"/{system.system_id}/live_data", headers=asked))
    assert len(seen) == (seconds or 30)
    times = [frame["timestamp_epoch"] for frame in seen]
    assert times == [int((started + n) * 1_000) for n in range(len(seen))]
    assert {frame["type"] for frame in seen} == {"response"}
    for frame in seen:
        data = frame["data"]
        assert data["system_id"] == system.system_id
        assert 0 <= data["battery_soc"] <= 100
        flows = data["pv_power"] + data["battery_power"] + data["grid_power"]
        assert data["consumption_power"] == flows


def test_live_data_agrees_with_what_is_reported_of_the_same_quarter_hour_later() -> None:
    clock = FakeClock()
    cloud = Caller(SimulatedEnlightenV4(80, clock=clock))
    system = complete(cloud.sim)
    path = f"/{system.system_id}"
    start = int(clock.time()) // 900 * 900
    data = frames(cloud.send(f"{path}/live_data"))[0]["data"]
    clock.advance(3_600)
    asked: dict[str, Any] = {"start_at": start, "granularity": "15mins"}
    (used,) = cloud.json(f"{path}/telemetry/consumption_meter", **asked)["intervals"]
    (battery,) = cloud.json(f"{path}/telemetry/battery", **asked)["intervals"]
    ((taken,),) = cloud.json(f"{path}/energy_import_telemetry", **asked)["intervals"]
    ((given,),) = cloud.json(f"{path}/energy_export_telemetry", **asked)["intervals"]
    assert data["consumption_power"] == used["enwh"] * 4
    assert data["battery_power"] == (battery["discharge"]["enwh"] - battery["charge"]["enwh"]) * 4
    assert data["grid_power"] == (taken["wh_imported"] - given["wh_exported"]) * 4


@pytest.mark.parametrize(("duration", "code"), [("29", 461), ("301", 462), ("half", 463)])
def test_live_data_of_a_wrong_duration_is_one_frame_that_says_so(
    sim: SimulatedEnlightenV4, duration: str, code: int
) -> None:
    path = f"/{complete(sim).system_id}/live_data"
    (frame,) = frames(Caller(sim).send(path, headers={"duration": duration}))
    assert frame["error"]["code"] == code
    assert frame["type"] == "error"


def test_live_data_without_a_consumption_meter_is_one_frame_that_says_so(
    sim: SimulatedEnlightenV4,
) -> None:
    path = f"/{sim.find(kind=Kind.PLAIN).system_id}/live_data"
    (frame,) = frames(Caller(sim).send(path))
    assert frame["error"]["code"] == 472


def test_devices_are_those_that_the_other_operations_tell_of(sim: SimulatedEnlightenV4) -> None:
    cloud, system = Caller(sim), complete(sim)
    devices = cloud.json(f"/{system.system_id}/devices")
    kinds = devices["devices"]
    assert devices["total_devices"] == sum(map(len, kinds.values()))
    assert Counter({kind: len(those) for kind, those in kinds.items()}) == Counter(
        micros=system.modules, meters=2, gateways=1, encharges=1, ev_chargers=1
    )
    ids = [device["id"] for those in kinds.values() for device in those]
    assert len(set(ids)) == len(ids)
    chargers = cloud.json(f"/{system.system_id}/ev_charger/devices")["devices"]["ev_chargers"]
    assert [one["id"] for one in chargers] == [one["id"] for one in kinds["ev_chargers"]]
    latest = cloud.json(f"/{system.system_id}/latest_telemetry")["devices"]
    assert {one["id"] for one in latest["meters"]} == {one["id"] for one in kinds["meters"]}
    assert latest["encharges"][0]["id"] == kinds["encharges"][0]["id"]
