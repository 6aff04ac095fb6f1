"""Frames of every operation in every library: the same rows, units, zones and nulls."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec
import polars as pl
import pytest

from enphase_sdk import frames, models
from enphase_sdk.core.decode import Reader
from enphase_sdk.core.effects import Reply
from enphase_sdk.errors import (
    APIResponseValidationError,
    ConfigError,
    InvalidArgumentError,
)
from enphase_sdk.frames import BackendName, Operation, _backends
from tests.frame_rows import BACKENDS, rows_of, schema_of

DENVER = "America/Denver"

NOON = 1_700_000_100
META = {
    "status": "normal",
    "last_report_at": NOON,
    "last_energy_at": NOON,
    "operational_at": NOON - 10**8,
}


@pytest.fixture(params=[*BACKENDS, "pandas 2"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Every library, and pandas without what pandas 3 brought."""
    name, _, older = str(request.param).partition(" ")
    if older:
        monkeypatch.setitem(sys.modules, "pandas.api.internals", None)
        _backends.backend_named.cache_clear()
    yield name
    if older:
        _backends.backend_named.cache_clear()


def encoded(**body: Any) -> bytes:
    return msgspec.json.encode(body)


def stats_body(*intervals: Any) -> bytes:
    return encoded(system_id=67, total_devices=2, meta=META, intervals=list(intervals))


def interval(end_at: Any = NOON, **changes: Any) -> dict[str, Any]:
    return {"end_at": end_at, "devices_reporting": 2, "powr": 120, "enwh": 10, **changes}


RGM = {
    "system_id": 67,
    "total_devices": 2,
    "meta": META,
    "intervals": [{"end_at": NOON, "devices_reporting": 2, "wh_del": 7.5}],
    "meter_intervals": [
        {
            "meter_serial_number": "A",
            "envoy_serial_number": "E",
            "intervals": [
                {"channel": 1, "end_at": NOON, "wh_del": 5, "curr_w": 20},
                {"channel": 1, "end_at": NOON + 900, "wh_del": None, "curr_w": None},
            ],
        },
        {
            "meter_serial_number": "B",
            "envoy_serial_number": "E",
            "intervals": [{"channel": 2, "end_at": NOON, "wh_del": 2.5, "curr_w": 10}],
        },
    ],
}

SYSTEM = {
    "system_id": 67,
    "system_name": "Ann",
    "system_public_name": "Residential System",
    "status": "power",
    "timezone": DENVER,
    "country": "US",
    "state": "CO",
    "city": "Boulder",
    "postal_code": "08030",
    "connection_type": "wifi",
    "meta": {**META, "status": "encharge", "operational_at": None},
}

INVERTER = {
    "id": 1,
    "serial_number": "0122",
    "envoy_serial_number": "E",
    "model": "M250",
    "part_number": "P",
    "sku": "S",
    "status": "normal",
    "power_produced": {"value": 2125, "units": "W", "precision": 1},
    "energy": {"value": 3600, "units": "kJ", "precision": 0},
    "last_report_date": None,
    "grid_profile": "g",
    "param_table": "t",
    "proc_load": "l",
}


def groups_body(*changes: dict[str, Any]) -> bytes:
    members = [{**INVERTER, **change} for change in changes]
    return msgspec.json.encode([{"signal_strength": 4, "micro_inverters": members}])


def lifetime_body(**changes: Any) -> bytes:
    body = {
        "system_id": 67,
        "start_date": "2023-11-10",
        "meta": META,
        "production": [10, 0, 30, 0, 0, 0, 0],
    }
    return msgspec.json.encode({**body, **changes})


def test_stats_have_aware_intervals_and_units_in_the_columns(backend: BackendName) -> None:
    frame = frames.from_bytes("stats", stats_body(interval()), backend=backend, timezone=DENVER)
    (row,) = rows_of(frame)
    end = datetime.fromtimestamp(NOON, ZoneInfo(DENVER))
    assert list(row) == [
        "system_id", "interval_start", "interval_end", "power_w", "energy_wh", "devices_reporting"
    ]  # fmt: skip
    assert row["system_id"] == 67
    assert row["interval_end"] == end
    assert row["interval_end"].utcoffset() == timedelta(hours=-7)
    assert row["interval_start"] == end - timedelta(minutes=5)
    assert (row["power_w"], row["energy_wh"], row["devices_reporting"]) == (120.0, 10.0, 2)


def test_the_result_is_of_the_library_asked_for(backend: BackendName) -> None:
    frame = frames.from_bytes("stats", stats_body(), backend=backend)
    assert type(frame).__module__.split(".")[0] == backend


def test_a_day_of_25_hours_keeps_its_100_quarters_apart(backend: BackendName) -> None:
    zone = ZoneInfo(DENVER)
    midnight = int(datetime(2023, 11, 5, tzinfo=zone).timestamp())
    intervals = [
        {"end_at": midnight + 900 * n, "devices_reporting": 1, "enwh": n} for n in range(1, 101)
    ]
    body = encoded(system_id=67, total_devices=1, meta=META, intervals=intervals)
    rows = rows_of(frames.from_bytes("consumption_stats", body, backend=backend, timezone=DENVER))
    ends = [row["interval_end"].timestamp() for row in rows]
    assert ends == [midnight + 900 * n for n in range(1, 101)]
    assert rows[0]["interval_start"].isoformat() == "2023-11-05T00:00:00-06:00"
    assert rows[-1]["interval_end"].isoformat() == "2023-11-06T00:00:00-07:00"
    # 01:15 comes twice, an hour apart.
    assert [r["interval_end"].utcoffset() for r in (rows[4], rows[8])] == [
        timedelta(hours=-6), timedelta(hours=-7)
    ]  # fmt: skip


def test_rgm_stats_are_one_row_for_each_meter_channel_and_interval(backend: BackendName) -> None:
    rows = rows_of(frames.from_bytes("rgm_stats", msgspec.json.encode(RGM), backend=backend))
    told = [
        (r["meter_serial_number"], r["envoy_serial_number"], r["channel"], r["energy_wh"],
         r["power_w"], r["interval_end"].timestamp()) for r in rows
    ]  # fmt: skip
    assert told == [
        ("A", "E", 1, 5.0, 20.0, NOON),
        ("A", "E", 1, None, None, NOON + 900),
        ("B", "E", 2, 2.5, 10.0, NOON),
    ]
    assert rows[0]["interval_end"] - rows[0]["interval_start"] == timedelta(minutes=15)


def test_totals_of_rgm_stats_are_a_table_of_their_own(backend: BackendName) -> None:
    body = msgspec.json.encode(RGM)
    (row,) = rows_of(frames.from_bytes("rgm_stats", body, backend=backend, totals=True))
    assert (row["energy_wh"], row["devices_reporting"]) == (7.5, 2)
    assert "channel" not in row


def test_only_rgm_stats_have_totals() -> None:
    with pytest.raises(InvalidArgumentError, match="totals"):
        frames.from_bytes("stats", stats_body(), backend="polars", totals=True)


def test_a_listing_has_a_row_for_each_system_with_its_meta(backend: BackendName) -> None:
    other = {**SYSTEM, "system_id": 72, "reference": "R", "other_references": ["x", "y"]}
    body = encoded(systems=[SYSTEM, other], next="c")
    first, second = rows_of(frames.from_bytes("systems", body, backend=backend))
    assert first["status"] == "encharge"
    assert first["postal_code"] == "08030"
    assert (first["reference"], first["other_references"]) == (None, None)
    assert (second["reference"], second["other_references"]) == ("R", ["x", "y"])
    assert first["operational_at"] is None
    assert first["last_report_at"] == datetime.fromtimestamp(NOON, UTC)


def test_power_and_energy_of_inverters_are_in_watts_and_watt_hours(backend: BackendName) -> None:
    body = groups_body({}, {"power_produced": 35, "last_report_date": NOON})
    first, second = rows_of(frames.from_bytes("inverters_summary", body, backend=backend))
    assert (first["power_w"], first["energy_wh"], first["signal_strength"]) == (212.5, 1000.0, 4)
    assert first["last_report_at"] is None
    assert second["power_w"] == 35.0
    assert second["last_report_at"].timestamp() == NOON


@pytest.mark.parametrize(
    "scaled",
    [
        {"value": 5, "units": "BTU", "precision": 0},
        {"value": None, "units": "Wh", "precision": 0},
        {"value": 5, "units": "Wh", "precision": 400},
        None,
    ],
)
def test_energy_in_a_unit_nobody_knows_is_null(backend: BackendName, scaled: object) -> None:
    body = groups_body({"energy": scaled})
    (row,) = rows_of(frames.from_bytes("inverters_summary", body, backend=backend))
    assert row["energy_wh"] is None


def test_days_after_the_last_report_are_null_and_sunless_days_are_zero(
    backend: BackendName,
) -> None:
    # NOON is on 2023-11-14 in Denver, the fifth day.
    rows = rows_of(
        frames.from_bytes("energy_lifetime", lifetime_body(), backend=backend, timezone=DENVER)
    )
    assert [r["date"] for r in rows] == [date(2023, 11, 10 + n) for n in range(7)]
    assert [r["energy_wh"] for r in rows] == [10.0, 0.0, 30.0, 0.0, 0.0, None, None]
    assert {r["meter_energy_wh"] for r in rows} == {None}


def test_a_day_is_the_systems_own(backend: BackendName) -> None:
    midnight_utc = int(datetime(2023, 11, 15, 2, tzinfo=UTC).timestamp())
    body = lifetime_body(meta={**META, "last_energy_at": midnight_utc})
    here = rows_of(frames.from_bytes("energy_lifetime", body, backend=backend, timezone=DENVER))
    there = rows_of(frames.from_bytes("energy_lifetime", body, backend=backend))
    assert here[5]["energy_wh"] is None
    assert there[5]["energy_wh"] == 0.0


def test_a_system_that_never_produced_has_nothing_reported(backend: BackendName) -> None:
    body = lifetime_body(meta={**META, "last_energy_at": None}, production=[0, 0])
    rows = rows_of(frames.from_bytes("energy_lifetime", body, backend=backend))
    assert [r["energy_wh"] for r in rows] == [None, None]


def test_series_of_a_lifetime_stand_side_by_side(backend: BackendName) -> None:
    body = lifetime_body(production=[5, 6], meter_production=[1], micro_production=[4, 6])
    rows = rows_of(frames.from_bytes("energy_lifetime", body, backend=backend))
    assert [r["meter_energy_wh"] for r in rows] == [1.0, None]
    assert [r["micro_energy_wh"] for r in rows] == [4.0, 6.0]


def test_a_lifetime_without_a_start_has_no_dates(backend: BackendName) -> None:
    body = lifetime_body(start_date=None, production=[])
    assert rows_of(frames.from_bytes("energy_lifetime", body, backend=backend)) == []


def test_without_meta_every_value_of_a_lifetime_stands(backend: BackendName) -> None:
    body = lifetime_body(meta=None, production=[1, 0])
    rows = rows_of(frames.from_bytes("energy_lifetime", body, backend=backend))
    assert [r["energy_wh"] for r in rows] == [1.0, 0.0]


def test_consumption_is_day_by_day_too(backend: BackendName) -> None:
    body = encoded(start_date="2023-11-10", meta=META, consumption=[1, 2])
    rows = rows_of(frames.from_bytes("consumption_lifetime", body, backend=backend))
    assert [(r["date"].day, r["energy_wh"]) for r in rows] == [(10, 1.0), (11, 2.0)]


def test_devices_and_readings_are_rows(backend: BackendName) -> None:
    envoy = {"envoy_id": 3, "serial_number": "E", "name": "n", "part_number": "p",
             "status": "normal", "last_report_at": None}  # fmt: skip
    (row,) = rows_of(
        frames.from_bytes("envoys", encoded(system_id=67, envoys=[envoy]), backend=backend)
    )
    assert (row["serial_number"], row["last_report_at"]) == ("E", None)
    body = encoded(
        system_id=67,
        inverters=[{"sn": "i", "model": "M"}],
        meters=[{"sn": "m", "model": "C", "manufacturer": "Itron"}],
    )
    inverter, meter = rows_of(frames.from_bytes("inventory", body, backend=backend))
    assert (inverter["kind"], inverter["serial_number"], inverter["manufacturer"]) == (
        "inverter", "i", None
    )  # fmt: skip
    assert (meter["kind"], meter["manufacturer"]) == ("meter", "Itron")
    reading = {"serial_number": "m", "value": 12, "read_at": NOON}
    body = encoded(system_id=67, meta=META, meter_readings=[reading])
    (row,) = rows_of(frames.from_bytes("production_meter_readings", body, backend=backend))
    assert (row["meter_serial_number"], row["energy_wh"]) == ("m", 12.0)


def summary(system_id: int, **changes: Any) -> models.Summary:
    whole = {
        "system_id": system_id, "modules": 9, "size_w": 2000, "current_power": 5,
        "energy_today": 6, "energy_lifetime": 7, "summary_date": "2023-11-14",
        "source": "microinverters", "status": "normal", "operational_at": NOON,
        "last_report_at": NOON, "last_interval_end_at": None, **changes,
    }  # fmt: skip
    return models.Summary.from_dict(whole)


def test_many_summaries_make_one_table(backend: BackendName) -> None:
    rows = rows_of(frames.to_frame([summary(67), summary(72, status="new")], backend=backend))
    assert [(r["system_id"], r["status"]) for r in rows] == [(67, "normal"), (72, "new")]
    assert rows[0]["summary_date"] == date(2023, 11, 14)
    assert rows[0]["current_power_w"] == 5.0


def test_zeros_of_a_summary_of_a_past_day_are_null(backend: BackendName) -> None:
    past = summary(67, modules=0, size_w=0, current_power=0)
    unlit = summary(72, current_power=0)
    rows = rows_of(frames.to_frame([past, unlit], backend=backend))
    columns = ("modules", "size_w", "current_power_w", "energy_today_wh")
    assert [rows[0][name] for name in columns] == [None, None, None, 6]
    assert rows[1]["current_power_w"] == 0


def test_models_and_bytes_give_the_same_frame(backend: BackendName) -> None:
    answers: dict[Operation, tuple[Any, bytes]] = {
        "stats": (models.Stats, stats_body(interval(), interval(NOON + 300, powr=0))),
        "rgm_stats": (models.RgmStats, msgspec.json.encode(RGM)),
        "systems": (models.SystemsPage, encoded(systems=[SYSTEM])),
        "inverters_summary": (list[models.InvertersSummary], groups_body({}, {"id": 2})),
        "energy_lifetime": (models.EnergyLifetime, lifetime_body()),
    }
    for operation, (shape, body) in answers.items():
        model = msgspec.json.decode(body, type=shape)
        from_model = frames.to_frame(model, backend=backend, timezone=DENVER)
        from_bytes = frames.from_bytes(operation, body, backend=backend, timezone=DENVER)
        assert rows_of(from_model) == rows_of(from_bytes)
        assert str(schema_of(from_model)) == str(schema_of(from_bytes))


def test_pages_and_single_systems_are_one_listing(backend: BackendName) -> None:
    page = models.SystemsPage.from_dict({"systems": [SYSTEM]})
    pages = rows_of(frames.to_frame(iter([page, page]), backend=backend))
    systems = rows_of(frames.to_frame([page.systems[0]] * 2, backend=backend))
    assert len(pages) == 2
    assert pages == systems


def test_frames_agree_across_libraries() -> None:
    answers: dict[Operation, bytes] = {
        "stats": stats_body(interval(), interval(NOON + 300, powr=None)),
        "rgm_stats": msgspec.json.encode(RGM),
        "systems": encoded(systems=[SYSTEM]),
        "energy_lifetime": lifetime_body(),
    }
    for operation, body in answers.items():
        made = [
            rows_of(frames.from_bytes(operation, body, backend=name, timezone=DENVER))
            for name in BACKENDS
        ]
        assert made[0] == made[1] == made[2]


@pytest.mark.parametrize("operation", ["stats", "rgm_stats", "systems", "summary", "inventory"])
def test_no_rows_have_the_same_columns(backend: BackendName, operation: Operation) -> None:
    nothing = frames.to_frame([], backend=backend, operation=operation)
    assert rows_of(nothing) == []
    if operation == "stats":
        full = frames.from_bytes("stats", stats_body(interval()), backend=backend)
        assert schema_of(nothing) == schema_of(full)


def test_an_answer_without_intervals_is_an_empty_frame(backend: BackendName) -> None:
    empty = {**RGM, "intervals": [], "meter_intervals": []}
    body = msgspec.json.encode(empty)
    assert rows_of(frames.from_bytes("rgm_stats", body, backend=backend)) == []


def test_a_204_is_a_lifetime_without_days(backend: BackendName) -> None:
    assert rows_of(frames.from_bytes("consumption_lifetime", b"", backend=backend)) == []
    assert rows_of(frames.to_frame(None, backend=backend, operation="energy_lifetime")) == []


def test_nothing_at_all_needs_the_operations_name() -> None:
    with pytest.raises(InvalidArgumentError, match="operation="):
        frames.to_frame([None], backend="polars")


def test_null_and_missing_values_are_null(backend: BackendName) -> None:
    body = stats_body({"end_at": NOON, "devices_reporting": None, "powr": None}, interval(None))
    first, second = rows_of(frames.from_bytes("stats", body, backend=backend))
    assert (first["power_w"], first["energy_wh"], first["devices_reporting"]) == (None, None, None)
    assert (second["interval_start"], second["interval_end"]) == (None, None)
    assert second["power_w"] == 120.0


def test_an_odd_record_does_not_lose_the_others(backend: BackendName) -> None:
    body = stats_body(interval(), "?", interval(NOON + 300, powr=[], enwh="11"))
    first, second = rows_of(frames.from_bytes("stats", body, backend=backend))
    assert first["power_w"] == 120.0
    assert (second["power_w"], second["energy_wh"]) == (None, 11.0)


@pytest.mark.parametrize("huge", [10**15, 2**70, -1])
def test_numbers_beyond_their_columns_are_null(backend: BackendName, huge: int) -> None:
    body = stats_body(interval(huge, powr=1, devices_reporting=2**70), interval())
    rows = rows_of(frames.from_bytes("stats", body, backend=backend))
    assert rows[0]["interval_end"] is None
    assert rows[0]["devices_reporting"] is None
    assert rows[1]["interval_end"].timestamp() == NOON


def test_odd_labels_and_references_are_null(backend: BackendName) -> None:
    meter = {"meter_serial_number": 5.5, "envoy_serial_number": None,
             "intervals": [{"channel": "x", "end_at": NOON}]}  # fmt: skip
    body = msgspec.json.encode({**RGM, "meter_intervals": [meter]})
    (row,) = rows_of(frames.from_bytes("rgm_stats", body, backend=backend))
    assert (row["envoy_serial_number"], row["channel"], row["power_w"]) == (None, None, None)
    system = {**SYSTEM, "other_references": ["a", None], "city": None}
    (row,) = rows_of(frames.from_bytes("systems", encoded(systems=[system]), backend=backend))
    assert (row["other_references"], row["city"]) == (["a"], None)


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"intervals": [', b"\xff", b"[]", b"3"])
@pytest.mark.parametrize("operation", ["stats", "systems", "envoys"])
def test_what_is_no_answer_is_our_error(operation: Operation, content: bytes) -> None:
    with pytest.raises(APIResponseValidationError) as caught:
        frames.from_bytes(operation, content, backend="polars")
    assert caught.value.operation == operation


def test_results_of_two_kinds_do_not_mix() -> None:
    page = models.SystemsPage.from_dict({"systems": []})
    with pytest.raises(InvalidArgumentError, match="among those of summary"):
        frames.to_frame([summary(67), page], backend="polars")


def test_what_is_no_result_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="no frame of a int"):
        frames.to_frame(5, backend="polars")


def test_unknown_names_say_what_there_is() -> None:
    operation, backend = cast("Any", "weather"), cast("Any", "excel")
    with pytest.raises(InvalidArgumentError, match="energy_lifetime"):
        frames.from_bytes(operation, b"{}", backend="polars")
    with pytest.raises(InvalidArgumentError, match="'polars'"):
        frames.from_bytes("stats", b"{}", backend=backend)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc", 5, timedelta()])
def test_a_zone_must_have_a_name(zone: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="IANA"):
        frames.from_bytes("stats", stats_body(), backend="polars", timezone=zone)


def test_a_zone_can_be_a_tzinfo(backend: BackendName) -> None:
    body = stats_body(interval())
    by_name = frames.from_bytes("stats", body, backend=backend, timezone=DENVER)
    by_zone = frames.from_bytes("stats", body, backend=backend, timezone=ZoneInfo(DENVER))
    assert rows_of(by_name) == rows_of(by_zone)


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _backends.backend_named.cache_clear()
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(ConfigError, match=r"need narwhals.*pip install 'enphase-sdk\[frames\]'"):
        frames.from_bytes("stats", stats_body(), backend="polars")


def test_a_pandas_with_other_instants_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _backends.backend_named.cache_clear()
    monkeypatch.setattr("pandas.__version__", "1.5.3")
    with pytest.raises(ConfigError, match=r"need pandas 2 or newer, not 1\.5\.3"):
        frames.from_bytes("stats", stats_body(), backend="pandas")


PROGRAM = """
import sys
sys.modules[{name!r}] = None
from enphase_sdk import errors, frames
assert not {{"pandas", "polars", "pyarrow", "narwhals", "numpy"}} & {{
    name for name, module in sys.modules.items() if module
}}
try:
    frames.to_frame([], backend={name!r}, operation="stats")
except errors.ConfigError as error:
    print(error)
"""


@pytest.mark.parametrize("name", BACKENDS)
def test_a_library_is_imported_only_when_used_and_named_when_missing(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(name=name)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f"pip install 'enphase-sdk[frames]' {name}" in done.stdout


def test_rows_can_be_gathered_answer_by_answer(backend: BackendName) -> None:
    builder = frames.FrameBuilder("stats", backend=backend)
    builder.add_bytes(stats_body(interval()))
    builder.add(msgspec.json.decode(stats_body(interval(NOON + 300)), type=models.Stats))
    ends = [row["interval_end"].timestamp() for row in rows_of(builder.frame())]
    assert ends == [NOON, NOON + 300]


def other_system(body: bytes) -> bytes:
    return body.replace(b'"system_id":67', b'"system_id":72')


WITH_SYSTEM: dict[Operation, bytes] = {
    "stats": stats_body(interval(), interval(NOON + 300)),
    "consumption_stats": stats_body(interval()),
    "rgm_stats": msgspec.json.encode(RGM),
    "energy_lifetime": lifetime_body(),
    "consumption_lifetime": lifetime_body(consumption=[1, 2]),
    "envoys": encoded(
        system_id=67,
        envoys=[{"envoy_id": 1, "last_report_at": None, "name": "n", "part_number": "p",
                 "serial_number": "s", "status": "comm"}],
    ),
    "inventory": encoded(
        system_id=67, inverters=[{"sn": "1", "model": "m"}], meters=[], meta=META
    ),
    "production_meter_readings": encoded(
        system_id=67, meta=META,
        meter_readings=[{"serial_number": "A", "value": 1, "read_at": NOON}],
    ),
    "summary": msgspec.json.encode(summary(67)),
    "systems": encoded(systems=[SYSTEM]),
}  # fmt: skip


@pytest.mark.parametrize("operation", WITH_SYSTEM)
def test_the_rows_of_two_systems_can_be_told_apart(
    backend: BackendName, operation: Operation
) -> None:
    body = WITH_SYSTEM[operation]
    builder = frames.FrameBuilder(operation, backend=backend)
    builder.add_bytes(body)
    builder.add_bytes(other_system(body))
    ids = [row["system_id"] for row in rows_of(builder.frame())]
    assert ids == sorted(ids)
    assert ids.count(67) == ids.count(72) > 0


def test_what_belongs_to_no_known_system_has_a_null_there(backend: BackendName) -> None:
    unknown = stats_body(interval()).replace(b'"system_id":67', b'"system_id":null')
    builder = frames.FrameBuilder("stats", backend=backend)
    builder.add_bytes(unknown)
    builder.add(msgspec.json.decode(stats_body(interval()), type=models.Stats))
    assert [row["system_id"] for row in rows_of(builder.frame())] == [None, 67]


@pytest.mark.parametrize("value", [10.03, 10, "10.03", 1e25, 2**80])
def test_a_quantity_is_the_same_in_the_frame_and_in_the_model(
    backend: BackendName, value: Any
) -> None:
    body = stats_body(interval(enwh=value))
    (from_bytes,) = rows_of(frames.from_bytes("stats", body, backend=backend))
    model = Reader().read("Stats", models.Stats, Reply(200, content=body))
    (from_model,) = rows_of(frames.to_frame(model, backend=backend))
    assert from_bytes == from_model
    assert from_bytes["energy_wh"] == model.intervals[0].enwh == float(value)


@pytest.mark.parametrize("written", [b"NaN", b"1e999", b'"\\ud83c"'])
def test_a_value_that_json_cannot_hold_is_null_alone(backend: BackendName, written: bytes) -> None:
    body = stats_body(interval(), interval(NOON + 300, powr=7_654_321)).replace(b"7654321", written)
    first, second = rows_of(frames.from_bytes("stats", body, backend=backend))
    assert (first["power_w"], second["power_w"], second["energy_wh"]) == (120.0, None, 10.0)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_bytes_of_another_encoding_make_the_same_frame(encoding: str) -> None:
    body = msgspec.json.encode({"systems": [{**SYSTEM, "city": "M\u00fcnchen"}]}).decode()
    charset = encoding if encoding == "latin-1" else None
    frame = frames.from_bytes("systems", body.encode(encoding), backend="polars", charset=charset)
    assert frame["city"].to_list() == ["M\u00fcnchen"]


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ([100, 0, None], [100, None, None]),
        ([100, 0, None, 0, None], [100, None, None, None, None]),
        ([100, None, 5, 0, 0, None], [100, None, 5, 0, 0, None]),
        ([None, 0], [None, 0]),
    ],
)
def test_a_zero_among_days_that_are_not_known_is_not_known(
    backend: BackendName, sent: list[Any], wanted: list[Any]
) -> None:
    day = {"last_energy_at": NOON} if len(sent) == 6 else {"last_energy_at": NOON - 4 * 86_400}
    if sent[0] is None:
        day = {"last_energy_at": NOON}
    body = lifetime_body(production=sent, meta={**META, **day})
    rows = rows_of(frames.from_bytes("energy_lifetime", body, backend=backend, timezone=DENVER))
    assert [row["energy_wh"] for row in rows] == wanted


@pytest.mark.parametrize("timezone", [None, msgspec.UNSET])
def test_a_system_without_a_zone_is_in_utc_and_its_frame_says_so(timezone: Any) -> None:
    frame = frames.from_bytes("stats", stats_body(interval()), backend="polars", timezone=timezone)
    assert frame.schema["interval_end"] == pl.Datetime("us", "UTC")
