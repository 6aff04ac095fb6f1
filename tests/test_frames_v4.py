"""Frames of what only API v4 has: from the contract's examples and from a simulated cloud."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import msgspec
import pytest

from enphase_sdk import Enlighten, EnlightenV4, Fleet, frames, models_v4
from enphase_sdk.cloud.v4.authorization import TokensInMemory
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.frames import BackendName, Operation
from enphase_sdk.frames._operations import RESULTS, WITHOUT, shape_of
from enphase_sdk.testing import FakeClock, SimulatedEnlightenV4
from enphase_sdk.types import SystemOperation
from tests.cloud.test_v4_operations import EPOCHS, OPERATIONS, START
from tests.contract.contracts import APIS, V4, examples
from tests.frame_rows import BACKENDS, rows_of, schema_of
from tests.support import OPERATION_CALLS, Surface
from tests.testing.v4 import complete, serial_of

DENVER = "America/Denver"
NOON = 1_700_000_100  # on 14 November 2023 in Denver
META = {
    "status": "normal",
    "last_report_at": NOON,
    "last_energy_at": NOON,
    "operational_at": NOON - 10**8,
}
FRAMED = [name for name in get_args(Operation) if name not in ("inverters_summary", "summaries")]
OF_V4 = [name for name in FRAMED if shape_of(name).__module__.startswith("enphase_sdk_api_v4")]

# Methods of the clients that are no operations.
OTHERS = {
    "api", "authorize", "authorize_installer", "authorize_url", "close", "exchange", "hits",
    "largest_page", "quota", "quota_is_local", "settings", "site", "twin", "with_options",
    "with_raw_response",
}  # fmt: skip


# Of which a simulated system that is well, and has no heat pump, has nothing to tell.
EMPTY = {"alarms", "events", "hp_lifetime", "hp_telemetry", "open_alarms", "open_events"}


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> BackendName:
    chosen: BackendName = request.param
    return chosen


def operations() -> set[str]:
    names = {name for client in (Enlighten, EnlightenV4) for name in dir(client)}
    return {name for name in names if not name.startswith("_")} - OTHERS


def test_every_operation_has_a_frame_or_a_reason_why_not() -> None:
    known = {*get_args(Operation)} - {"inverters_summary", "summaries"}  # of a site, of a fleet
    assert operations() == known | WITHOUT.keys()
    assert not known & WITHOUT.keys()
    assert set(get_args(SystemOperation)) <= known | WITHOUT.keys()


@pytest.mark.parametrize("name", WITHOUT)
def test_what_has_no_frame_says_why(name: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=f"not '{name}' ") as caught:
        frames.from_bytes(name, b"{}", backend="polars")
    assert WITHOUT[name] in str(caught.value)
    assert "energy_lifetime" in str(caught.value)


def test_a_setting_has_no_frame() -> None:
    setting = models_v4.StormGuard(storm_alert="", storm_guard_status="", system_id=1)
    with pytest.raises(InvalidArgumentError, match=r"no frame of a StormGuard.*battery_lifetime"):
        frames.to_frame(setting, backend="polars")


# Of these the contract has an example of a row only.
OF_ROWS: dict[Operation, tuple[str, Any]] = {
    "ev_charger_events": ("events", models_v4.EvChargerEvent),
    "ev_charger_sessions": ("sessions", models_v4.ChargingSession),
}


def examples_of(operation: Operation) -> list[Any]:
    name, row = OF_ROWS.get(operation, ("", shape_of(operation)))
    values = [each.value for each in examples(V4) if each.shape == row]
    return [{"system_id": 67, "count": 1, name: [value]} for value in values] if name else values


@pytest.mark.parametrize("operation", OF_V4)
def test_an_example_of_the_contract_is_a_frame(operation: Operation, backend: BackendName) -> None:
    empty = frames.to_frame([], backend=backend, operation=operation, timezone=DENVER)
    values = examples_of(operation)
    assert values
    for value in values:
        body = msgspec.json.encode(value)
        model = msgspec.json.decode(body, type=shape_of(operation))
        made = model.to_frame(backend=backend, timezone=DENVER)
        assert type(made).__module__.split(".")[0] == backend
        assert schema_of(made) == schema_of(empty)
        told = frames.from_bytes(operation, body, backend=backend, timezone=DENVER)
        assert rows_of(told) == rows_of(made)
        assert schema_of(told) == schema_of(made)
        in_polars = rows_of(model.to_frame(backend="polars", timezone=DENVER))
        assert rows_of(made) == in_polars
        for row in in_polars:
            instants = [v for v in row.values() if isinstance(v, datetime)]
            assert {str(instant.tzinfo) for instant in instants} <= {DENVER}


@pytest.mark.parametrize("operation", OF_V4)
def test_examples_have_rows(operation: Operation) -> None:
    """At least one, or the columns of this operation are never held against an answer."""
    made = [
        frames.from_bytes(operation, msgspec.json.encode(value), backend="polars")
        for value in examples_of(operation)
    ]
    assert max(frame.height for frame in made) > 0


def of(operation: Operation, backend: BackendName, **body: Any) -> list[dict[str, Any]]:
    content = msgspec.json.encode({"system_id": 67, **body})
    return rows_of(frames.from_bytes(operation, content, backend=backend, timezone=DENVER))


@pytest.mark.parametrize(
    ("operation", "series"),
    [
        ("battery_lifetime", {"charge": "charge_energy_wh", "discharge": "discharge_energy_wh"}),
        ("energy_import_lifetime", {"import": "energy_wh"}),
        ("energy_export_lifetime", {"export": "energy_wh"}),
    ],
)
def test_days_after_the_last_report_are_null(
    operation: Operation, series: dict[str, str], backend: BackendName
) -> None:
    days = {name: [10, 0, 30, 0, 0, 0, None] for name in series}
    rows = of(operation, backend, start_date="2023-11-10", meta=META, **days)
    assert [row["date"] for row in rows] == [date(2023, 11, 10 + n) for n in range(7)]
    for column in series.values():
        assert [row[column] for row in rows] == [10.0, 0.0, 30.0, 0.0, 0.0, None, None]


@pytest.mark.parametrize("operation", ["hp_lifetime", "evse_lifetime", "ev_charger_lifetime"])
def test_without_a_last_report_every_day_stands(operation: Operation, backend: BackendName) -> None:
    rows = of(operation, backend, start_date="2023-11-10", consumption=[-5, 0])
    assert [(row["system_id"], row["energy_wh"]) for row in rows] == [(67, -5.0), (67, 0.0)]


@pytest.mark.parametrize("intervals", [
    [{"end_at": NOON, "wh_imported": 5}, {"end_at": NOON + 900, "wh_imported": None}],
    [[{"end_at": NOON, "wh_imported": 5}], [], [{"end_at": NOON + 900, "wh_imported": None}]],
])  # fmt: skip
def test_intervals_may_be_nested(intervals: Any, backend: BackendName) -> None:
    rows = of("energy_import_telemetry", backend, intervals=intervals)
    assert [(row["energy_wh"], row["interval_end"].timestamp()) for row in rows] == [
        (5.0, NOON), (None, NOON + 900)
    ]  # fmt: skip
    assert rows[0]["interval_end"] - rows[0]["interval_start"] == timedelta(minutes=15)


def test_an_answer_says_how_long_its_intervals_are(backend: BackendName) -> None:
    intervals = [{"end_at": NOON, "wh_consumed": 5}]
    builder = frames.FrameBuilder("hp_telemetry", backend=backend)
    for duration in ("5mins", "15mins", "a fortnight"):
        body = {"system_id": 67, "interval_duration": duration, "intervals": intervals}
        builder.add_bytes(msgspec.json.encode(body))
    starts = [row["interval_start"] for row in rows_of(builder.frame())]
    assert [start and start.timestamp() for start in starts] == [NOON - 300, NOON - 900, None]


def test_parts_that_are_missing_are_null(backend: BackendName) -> None:
    intervals = [
        {"end_at": NOON, "charge": {"enwh": 5, "devices_reporting": 2}, "discharge": None},
        {"end_at": None, "soc": {"percent": 50}},
    ]
    first, second = of("telemetry_battery", backend, intervals=intervals)
    assert (first["charge_energy_wh"], first["charge_devices_reporting"]) == (5.0, 2)
    assert (first["discharge_energy_wh"], first["charge_percent"]) == (None, None)
    assert (second["interval_start"], second["charge_percent"]) == (None, 50.0)


def test_devices_are_told_in_the_words_of_the_inventory(backend: BackendName) -> None:
    device = {"serial_number": "01", "id": 5, "active": True, "last_report_at": None}
    rows = of("devices", backend, devices={
        "micros": [device], "gateways": [{**device, "active": None}], "meters": [device],
        "encharges": [device], "heat_pump": [{"id": "", "SKU": "HP"}], "added_later": [device],
    })  # fmt: skip
    assert [row["kind"] for row in rows] == [
        "inverter", "envoy", "meter", "battery", "heat_pump", "added_later"
    ]  # fmt: skip
    assert [row["active"] for row in rows] == [True, None, True, True, None, True]
    assert [row["id"] for row in rows] == [5, 5, 5, 5, None, 5]
    assert [row["sku"] for row in rows] == [None, None, None, None, "HP", None]


def test_an_alarm_names_its_devices(backend: BackendName) -> None:
    alarm = {
        "id": "7", "event_type_id": 28, "severity": 3, "cleared": False,
        "alarm_start_time": NOON, "alarm_end_time": None,
        "events": [{"serial_number": "a"}, {"serial_number": None}, {"serial_number": "b"}],
    }  # fmt: skip
    (row,) = of("open_alarms", backend, alarms=[alarm])
    assert (row["alarm_id"], row["severity"], row["cleared"]) == ("7", 3, False)
    assert (row["serial_numbers"], row["ended_at"]) == (["a", "b"], None)
    assert row["started_at"] == datetime.fromtimestamp(NOON, UTC)


@pytest.fixture
def cloud(clock: FakeClock) -> SimulatedEnlightenV4:
    assert clock.time() == START
    return SimulatedEnlightenV4(60, clock=clock)


def call(surface: Surface, cloud: SimulatedEnlightenV4, act: Any) -> Any:
    client = surface.client_v4(cloud, **cloud.credentials(), tokens=TokensInMemory())
    return surface.use(client, act)


def arguments_of(name: str, cloud: SimulatedEnlightenV4) -> tuple[list[Any], dict[str, Any]]:
    if name in ("systems", "event_types"):
        return [], {}
    system = complete(cloud)
    path, named = OPERATIONS.get(name, ("", EPOCHS if name.endswith("stats") else {}))
    if "{sn}" not in path:
        return [system.system_id, *OPERATION_CALLS.get(name, (0,))[1:]], named
    return [system.system_id, serial_of(name, system, micro_of(cloud, system.system_id))], named


def micro_of(cloud: SimulatedEnlightenV4, number: int) -> str:
    devices = call(Surface("sync"), cloud, lambda c: c.devices(number))
    return str(devices.devices["micros"][0].serial_number)


@pytest.mark.parametrize("name", [n for n in FRAMED if n in operations()])
def test_a_whole_answer_is_the_frame_of_its_result(
    name: Operation, surface: Surface, cloud: SimulatedEnlightenV4
) -> None:
    positional, named = arguments_of(name, cloud)

    def asked(client: Any) -> Any:
        return getattr(client.with_raw_response, name)(*positional, **named)

    raw = call(surface, cloud, asked)
    made = raw.to_frame(backend="polars", timezone=DENVER)
    if name == "systems":
        listing = call(surface, cloud, lambda c: c.systems().to_frame(backend="polars"))
        assert made["system_id"].to_list() == listing["system_id"].to_list()
        assert made["system_name"].to_list() == listing["system_name"].to_list()
        return
    result = call(surface, cloud, lambda c: getattr(c, name)(*positional, **named))
    wanted = frames.to_frame(result, backend="polars", timezone=DENVER)
    assert made.equals(wanted)
    assert made.height > 0 or name in EMPTY


@pytest.mark.parametrize("name", [
    "battery_lifetime", "devices", "grid_status", "inverters_summary_by_envoy_or_site",
    "latest_telemetry", "system",
])  # fmt: skip
def test_of_many_systems_at_once(name: Any, cloud: SimulatedEnlightenV4) -> None:
    numbers = cloud.system_ids()[:5]
    credentials = cloud.credentials()
    with Surface("sync").client_v4(cloud, **credentials, tokens=TokensInMemory()) as client:
        made = Fleet(client).frame(name, numbers, backend="polars")
    assert made.stopped_by is None
    assert made.frame.height > 0
    if name in ("grid_status", "system"):
        assert made.frame["system_id"].to_list() == numbers
    assert not made.errors or name == "battery_lifetime"


def test_each_class_with_a_frame_has_the_method_and_no_other() -> None:
    having = {
        (api.package, name)
        for api in APIS
        for name in api.models.__all__
        if hasattr(getattr(api.models, name), "to_frame")
    }
    assert having == {key for key in RESULTS if key[0] != "enphase_sdk"}
