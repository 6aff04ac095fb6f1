"""What is written is read back, in both kinds of store alike."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from enphase_sdk import models
from enphase_sdk.errors import ConfigError, InvalidArgumentError
from enphase_sdk.store import Interval, Store
from enphase_sdk.testing import builders
from tests.store.support import KINDS, LATER, READ_AT
from tests.support import forks


@pytest.fixture(params=[*KINDS.values()], ids=[*KINDS])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


def daily(store: Store) -> list[tuple[Any, ...]]:
    return store.connection.execute(
        "SELECT system_id, measure, day, wh, final FROM daily ORDER BY ALL"
    ).fetchall()


def test_a_listed_system_is_kept_with_its_zone_and_nulls(store: Store, path: Path) -> None:
    system = builders.system(
        system_id=67,
        system_name="Haus Süd",
        timezone="Europe/Berlin",
        city=None,
        other_references=["a", "b"],
        meta=builders.meta(status="comm", last_report_at=1_764_000_000, last_energy_at=None),
    )
    store.write_systems([system], READ_AT)
    (row,) = store.systems()
    assert row["system_id"] == 67
    assert row["system_name"] == "Haus Süd"
    assert row["timezone"] == "Europe/Berlin"
    assert row["city"] is None
    assert row["other_references"] == ["a", "b"]
    assert row["status"] == "comm"
    assert row["last_report_at"] == datetime(2025, 11, 24, 16, 0, tzinfo=UTC)
    assert row["last_energy_at"] is None
    assert row["read_at"] == READ_AT
    store.close()
    with Store(path, read_only=True) as again:
        assert again.systems() == [row]


def test_a_system_listed_again_replaces_its_row(store: Store) -> None:
    store.write_systems([{"system_id": 1, "city": "A"}, {"system_id": 2, "city": "B"}], READ_AT)
    # On a page that moved the same system comes twice: the later counts.
    store.write_systems([{"system_id": 2, "city": "C"}, {"system_id": 2, "city": None}], LATER)
    assert [(r["system_id"], r["city"], r["read_at"]) for r in store.systems()] == [
        (1, "A", READ_AT),
        (2, None, LATER),
    ]


def test_days_are_kept_with_unreported_ones_null(store: Store) -> None:
    store.write_daily(67, "production", "2025-12-30", [5, 0, None, 7], "2026-01-01", READ_AT)
    assert daily(store) == [
        (67, "production", date(2025, 12, 30), 5, True),
        (67, "production", date(2025, 12, 31), 0, True),
        (67, "production", date(2026, 1, 1), None, True),
        (67, "production", date(2026, 1, 2), 7, False),
    ]
    assert store.daily_known("production") == {67: date(2026, 1, 1)}
    assert store.daily_known("consumption") == {}


def test_late_data_replaces_what_was_there_and_nothing_else(store: Store) -> None:
    store.write_daily(1, "production", "2025-12-30", [1, 2, 3, 4], None, READ_AT)
    store.write_daily(1, "consumption", "2025-12-30", [5, 6, 7, 8], None, READ_AT)
    store.write_daily(65, "production", "2025-12-30", [9, 9, 9, 9], None, READ_AT)
    store.write_daily(1, "production", "2025-12-31", [20, 30], "2026-01-01", LATER)
    assert [(s, m, wh) for s, m, _, wh, _ in daily(store)] == [
        *((1, "consumption", wh) for wh in (5, 6, 7, 8)),
        *((1, "production", wh) for wh in (1, 20, 30, 4)),
        *((65, "production", wh) for wh in (9, 9, 9, 9)),
    ]
    # Again the same: nothing is doubled.
    before = daily(store)
    store.write_daily(1, "production", "2025-12-31", [20, 30], "2026-01-01", LATER)
    assert daily(store) == before


def test_a_series_that_does_not_exist_is_known_not_to(store: Store) -> None:
    store.write_daily(67, "consumption", "2020-01-01", [], "2026-11-25", READ_AT)
    assert daily(store) == []
    assert store.daily_known("consumption") == {67: date(2026, 11, 25)}


def test_values_that_are_withdrawn_are_gone(store: Store) -> None:
    store.write_daily(67, "production", "2026-01-01", [1, 2, 3], None, READ_AT)
    store.write_daily(67, "production", "2026-01-01", [1], "2026-01-03", LATER)
    assert [row[2:] for row in daily(store)] == [(date(2026, 1, 1), 1, True)]


def test_known_stretches_grow_together_and_are_cut_by_what_is_provisional(store: Store) -> None:
    def spans() -> list[tuple[str, str]]:
        found = store.daily_spans("production").get(67, [])
        return [(first.isoformat()[5:], last.isoformat()[5:]) for first, last in found]

    def write(first: str, days: int, final: str | None) -> None:
        final = final and f"2026-{final}"
        store.write_daily(67, "production", f"2026-{first}", [1] * days, final, READ_AT)

    write("11-20", 3, "11-22")
    write("11-10", 2, "11-11")
    assert spans() == [("11-10", "11-11"), ("11-20", "11-22")]
    write("11-12", 8, "11-19")
    assert spans() == [("11-10", "11-22")]
    write("11-22", 3, "11-23")
    assert spans() == [("11-10", "11-23")]
    write("11-15", 2, None)
    assert spans() == [("11-10", "11-14"), ("11-17", "11-23")]
    write("11-01", 30, None)
    assert spans() == []
    assert store.daily_known("production") == {}


def test_intervals_are_kept_in_utc_with_what_reported(store: Store) -> None:
    start = datetime(2026, 3, 29, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    end = datetime(2026, 3, 30, 0, tzinfo=ZoneInfo("Europe/Berlin"))  # 23 hours later
    first = int(start.timestamp())
    given = [
        Interval(first + 900 * n, wh=n / 4, w=None if n == 2 else n, devices_reporting=3)
        for n in range(1, 93)
    ]
    store.write_intervals(
        67, "production", reversed(given), start, end, first + 1800, READ_AT, total_devices=4
    )
    rows = store.connection.execute("FROM intervals ORDER BY end_at").fetchall()
    assert len(rows) == 92
    assert rows[1] == (
        67, "production", datetime(2026, 3, 28, 23, 30, tzinfo=UTC), 0.5, None, 3, 4, True, None,
        READ_AT,
    )  # fmt: skip
    assert rows[-1][2] == end
    assert [row[7] for row in rows] == [True] * 2 + [False] * 90
    assert store.intervals_known("production") == {67: [(start, start + timedelta(minutes=30))]}


def test_a_window_of_intervals_replaces_all_that_ended_in_it(store: Store) -> None:
    month = int(datetime(2026, 2, 1, tzinfo=UTC).timestamp())
    day = 86_400
    ends = range(month - day + 300, month + day + 1, 300)
    store.write_intervals(
        1, "production", [Interval(e, 1.0) for e in ends], month - day, month + day, None, READ_AT
    )
    # Over the end of the month: what ends at the start belongs to the window before.
    store.write_intervals(
        1, "production", [Interval(month, 9.0)], month - 600, month + 600, month + 600, LATER
    )
    rows = store.connection.execute(
        "SELECT epoch(end_at)::BIGINT, wh FROM intervals ORDER BY 1"
    ).fetchall()
    kept = [(end, 1.0) for end in ends if not month - 600 < end <= month + 600]
    assert rows == sorted([*kept, (month, 9.0)])


def test_summaries_tell_no_power_of_days_that_are_over(store: Store) -> None:
    today = builders.summary(system_id=1, summary_date="2026-11-26", energy_today=5, size_w=3000)
    over = builders.summary(
        system_id=2, summary_date="2026-11-26", size_w=0, modules=0, current_power=0
    )
    store.write_summaries([today, over], READ_AT)
    store.write_summaries([{"system_id": 1, "day": "2026-11-25", "energy_today_wh": 8}], READ_AT)
    rows = store.summaries("2026-11-26")
    assert rows.keys() == {1, 2}
    assert (rows[1]["energy_today_wh"], rows[1]["size_w"]) == (5, 3000)
    assert rows[2]["size_w"] is rows[2]["modules"] is rows[2]["current_power_w"] is None
    assert store.summaries(date(2026, 11, 25))[1]["energy_today_wh"] == 8


def test_inverters_replace_their_rows_and_those_retired_stay(store: Store) -> None:
    def group(*serials: str) -> models.InvertersSummary:
        inverters = [builders.micro_inverter(serial_number=serial) for serial in serials]
        return builders.inverters_summary(micro_inverters=inverters)

    store.write_inverters(67, [group("A", "B"), group("C")], READ_AT)
    store.write_inverters(67, [group("B"), group("C")], LATER)
    rows = store.connection.execute(
        "SELECT system_id, serial_number, read_at FROM inverters ORDER BY 2"
    ).fetchall()
    assert rows == [(67, "A", READ_AT), (67, "B", LATER), (67, "C", LATER)]


def test_each_day_keeps_the_newest_status_in_the_system_s_own_zone(store: Store) -> None:
    def listed(status: str, zone: str | None) -> models.System:
        meta = builders.meta(status=status, last_report_at=1_764_000_000, last_energy_at=None)
        return builders.system(system_id=67, timezone=zone, meta=meta)

    # READ_AT is the 26th, 20:00 UTC: in Auckland the 27th has begun.
    store.write_systems([listed("normal", "Pacific/Auckland")], READ_AT)
    store.write_systems([listed("micro", "Pacific/Auckland")], READ_AT + timedelta(hours=1))
    store.write_systems([listed("comm", "Pacific/Auckland")], LATER)
    store.write_systems([{"system_id": 3}], READ_AT)
    rows = store.connection.execute(
        "SELECT system_id, day, status, last_energy_at, read_at FROM statuses ORDER BY ALL"
    ).fetchall()
    assert rows == [
        (3, date(2026, 11, 26), None, None, READ_AT),
        (67, date(2026, 11, 27), "micro", None, READ_AT + timedelta(hours=1)),
        (67, date(2026, 11, 28), "comm", None, LATER),
    ]
    ((reported,),) = store.connection.execute(
        "SELECT DISTINCT epoch(last_report_at) FROM statuses WHERE system_id = 67"
    ).fetchall()
    assert reported == 1_764_000_000

    def fail_afterwards() -> None:
        with store.transaction():
            store.write_systems([listed("power", None), {"system_id": 4}], LATER)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_afterwards()
    assert store.frame("statuses", backend="polars").height == 3
    assert len(store.systems()) == 2


def readings(store: Store) -> list[tuple[Any, ...]]:
    return store.connection.execute(
        "SELECT system_id, serial_number, day, energy_wh FROM inverter_readings ORDER BY ALL"
    ).fetchall()


def test_counters_of_microinverters_are_kept_one_for_each_day(store: Store) -> None:
    zone = ZoneInfo("Pacific/Auckland")
    early, late = {"serial_number": "A", "energy_wh": 5.0}, {"serial_number": "A", "energy_wh": 7.5}
    other = {"serial_number": "B", "energy_wh": None, "last_report_at": READ_AT}
    store.write_inverters(67, [early, other, {"serial_number": None}], READ_AT, zone=zone)
    store.write_inverters(67, [late], READ_AT + timedelta(hours=2), zone=zone)
    store.write_inverters(67, [late], LATER, zone=zone)
    store.write_inverters(68, [early], READ_AT)
    assert readings(store) == [
        (67, "A", date(2026, 11, 27), 7.5),
        (67, "A", date(2026, 11, 28), 7.5),
        (67, "B", date(2026, 11, 27), None),
        (68, "A", date(2026, 11, 26), 5.0),
    ]


def test_of_old_counters_the_first_of_each_month_is_kept_for_430_days(store: Store) -> None:
    first = READ_AT - timedelta(days=499)
    store.write_inverters(131, [{"serial_number": "Z"}], first)  # of the same bucket: left alone
    with store.transaction():
        for number in range(0, 500, 2):
            found = [{"serial_number": name, "energy_wh": number} for name in ("A", "B")]
            store.write_inverters(67, found, first + timedelta(days=number))
    kept = [day for system, name, day, _ in readings(store) if (system, name) == (67, "B")]
    newest = (first + timedelta(days=498)).date()
    recent = [newest - timedelta(days=n) for n in range(34, -1, -2)]
    assert kept[-len(recent) :] == recent
    old = kept[: -len(recent)]
    assert len(old) == len({(day.year, day.month) for day in old}) == 13
    assert all(day.day <= 2 for day in old)
    assert newest - timedelta(days=430) < old[0]
    assert [row for row in readings(store) if row[0] == 131] == [(131, "Z", first.date(), None)]


def test_runs_are_numbered_and_one_that_was_killed_has_no_end(store: Store) -> None:
    first = store.begin_run(READ_AT, api="v2")
    with store.transaction():
        second = store.begin_run(READ_AT, api="v4")
    assert second > first
    store.end_run(second, LATER, hits=12, outcome="done", message="all of it")
    runs = store.runs()
    assert [(r["run_id"], r["ended_at"], r["hits"]) for r in runs] == [
        (second, LATER, 12),
        (first, None, None),
    ]
    with pytest.raises(InvalidArgumentError, match="no run 99"):
        store.end_run(99, LATER, hits=0, outcome="done")


def test_a_transaction_is_stored_whole_or_not_at_all(store: Store) -> None:
    store.write_daily(1, "production", "2026-01-01", [1], None, READ_AT)

    def fail_half_way() -> None:
        with store.transaction():
            store.write_systems([{"system_id": 1}], READ_AT)
            store.write_daily(1, "production", "2026-01-01", [2], "2026-01-01", LATER)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert [row[3] for row in daily(store)] == [1]
    assert store.systems() == []
    assert store.daily_known("production") == {}
    with store.transaction(), store.transaction():
        store.write_systems([{"system_id": 1}], READ_AT)
    assert len(store.systems()) == 1


def test_in_a_transaction_the_later_write_counts(store: Store) -> None:
    with store.transaction():
        for value in range(5):
            first = f"2026-01-0{value + 1}"
            store.write_daily(1, "production", first, [value] * 3, first, READ_AT)
            store.write_daily(2, "production", first, [value], None, READ_AT)
    assert [row[3:] for row in daily(store) if row[0] == 1] == [
        *((value, True) for value in range(5)), (4, False), (4, False),
    ]  # fmt: skip
    assert store.daily_spans("production") == {1: [(date(2026, 1, 1), date(2026, 1, 5))]}


@pytest.mark.parametrize(
    "values", [[1.5], ["x"], [2**70], [math.nan]], ids=["half", "text", "huge", "nan"]
)
def test_what_is_no_whole_number_is_refused(store: Store, values: list[Any]) -> None:
    with pytest.raises(InvalidArgumentError, match="values"):
        store.write_daily(1, "production", "2026-01-01", values, None, READ_AT)
    assert daily(store) == []


def test_what_cannot_be_stored_is_refused_in_our_words(store: Store) -> None:
    measure: Any = "sunshine"
    with pytest.raises(InvalidArgumentError, match="one of production"):
        store.write_daily(1, measure, "2026-01-01", [1], None, READ_AT)
    with pytest.raises(InvalidArgumentError, match="no column 'colour'"):
        store.write_systems([{"system_id": 1, "colour": "red"}], READ_AT)
    with pytest.raises(InvalidArgumentError, match="needs system_id"):
        store.write_systems([{"system_name": "x"}], READ_AT)
    with pytest.raises(InvalidArgumentError, match="wrong type"):
        store.write_systems([{"system_id": "many"}], READ_AT)
    with pytest.raises(InvalidArgumentError, match="window"):
        store.write_intervals(1, "production", [Interval(100)], 100, 200, None, READ_AT)
    with pytest.raises(InvalidArgumentError, match="naive"):
        store.write_systems([{"system_id": 1}], datetime(2026, 1, 1))
    with pytest.raises(InvalidArgumentError, match="table"):
        store.frame("sun", backend="polars")  # type: ignore[call-overload]
    assert store.systems() == []


def test_frames_keep_types_and_nulls(store: Store) -> None:
    store.write_daily(2, "production", "2026-01-01", [1, None], "2026-01-01", READ_AT)
    store.write_daily(1, "production", "2026-01-01", [3], None, READ_AT)
    arrow = store.frame("daily", backend="pyarrow")
    assert arrow.column("system_id").to_pylist() == [1, 2, 2]
    assert str(arrow.schema.field("read_at").type) == "timestamp[us, tz=UTC]"
    polars = store.frame("daily", backend="polars", system_id=2)
    assert polars["wh"].to_list() == [1, None]
    assert polars["day"].to_list() == [date(2026, 1, 1), date(2026, 1, 2)]
    pandas = store.frame("daily", backend="pandas", system_id=2)
    assert str(pandas["wh"].dtype) == "Int64"
    assert str(pandas["read_at"].dtype) == "datetime64[us, UTC]"
    assert pandas["wh"].isna().tolist() == [False, True]
    # Of a table with no rows, too.
    assert store.frame("inverters", backend="polars").height == 0
    by_default = store.frame("daily", system_id=2)  # the first that is installed
    assert type(by_default) is type(pandas)
    assert len(by_default) == 2


def test_groups_hold_every_system_once(store: Store) -> None:
    groups = store.groups(range(1000))
    assert len(groups) > 1
    assert sorted(system for group in groups for system in group) == list(range(1000))


def test_a_store_that_is_closed_or_read_only_says_so(store: Store, path: Path) -> None:
    store.write_systems([{"system_id": 1}], READ_AT)
    store.close()
    store.close()
    with pytest.raises(ConfigError, match="closed"):
        store.systems()
    with pytest.raises(ConfigError, match="closed"):
        store.write_systems([{"system_id": 2}], READ_AT)
    with Store(path, read_only=True) as one, Store(path, read_only=True) as two:
        with pytest.raises(ConfigError, match="read-only"):
            one.write_systems([{"system_id": 2}], READ_AT)
        assert len(one.systems()) == len(two.systems()) == 1


@forks
def test_a_forked_process_opens_it_anew(store: Store) -> None:
    child = os.fork()
    if child == 0:
        try:
            store.systems()
        except ConfigError as error:
            os._exit(0 if "forked" in str(error) else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.systems() == []
