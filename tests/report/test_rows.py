"""The report's rows, their order, and the totals."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import attrs
import httpx
import msgspec
import pytest
from attrs import evolve

from enphase_sdk import Enlighten, Fleet
from enphase_sdk.errors import ServerError
from enphase_sdk.report import Condition, FleetReport, ReportRow, report_row
from enphase_sdk.testing import FakeClock, Kind, SimulatedEnlighten

from .fleets import NEWEST, NOW, days_to, judged, neighbours, row, silent
from .records import NOON, ZONE, ago, at, record

UNREAD = ServerError("Summary: status 503", status_code=503, body=None, operation="Summary")


def report_of(*rows: ReportRow, **changes: Any) -> FleetReport:
    return FleetReport.of(rows, generated_at=NOON, **changes)


def test_a_row_holds_what_was_read() -> None:
    row = report_row(record())
    assert row == ReportRow(
        system_id=67,
        system_name="Green Barn",
        city="Boulder",
        state="CO",
        postal_code="80301",
        country="US",
        timezone="America/Denver",
        connection_type="ethernet",
        condition=Condition.NORMAL,
        reason="",
        status="normal",
        last_report_at=datetime(2024, 6, 15, 11, 55, tzinfo=ZONE),
        energy_today_wh=10_000,
        energy_lifetime_wh=1_010_000,
        size_w=5_000,
        specific_yield_kwh_per_kwp=2.0,
        last_energy_at=datetime(2024, 6, 15, 11, 55, tzinfo=ZONE),
        judged_at=datetime(2024, 6, 15, 18, 0, tzinfo=UTC),
    )
    assert row.place == "Boulder, CO, US"
    assert row.to_dict()["last_report_at"] == "2024-06-15T11:55:00-06:00"


def test_lifetime_includes_today_which_the_summary_leaves_out() -> None:
    row = report_row(record(energy_today=7, energy_lifetime=100))
    assert row.energy_lifetime_wh == 107


def test_nothing_is_known_of_a_day_that_has_not_been_reported() -> None:
    row = report_row(record(reported=ago(days=2), energy_today=0))
    assert row.energy_today_wh is None
    assert row.specific_yield_kwh_per_kwp is None
    assert row.energy_lifetime_wh == 1_000_000


def test_what_was_reported_of_a_day_before_the_silence_stays_known() -> None:
    row = report_row(record(reported=ago(hours=7), energy_today=300))
    assert (row.condition, row.energy_today_wh) == (Condition.OFFLINE, 300)


def test_the_first_report_after_midnight_makes_the_day_known() -> None:
    before, after = int(at(0).timestamp()) - 1, int(at(0).timestamp())
    assert report_row(record(reported=before, energy_today=0)).energy_today_wh is None
    assert report_row(record(reported=after, energy_today=0)).energy_today_wh == 0


def test_no_size_is_no_yield_and_not_zero() -> None:
    row = report_row(record(size_w=0))
    assert (row.size_w, row.specific_yield_kwh_per_kwp) == (None, None)


def test_without_a_summary_the_numbers_are_unknown_and_the_problem_is_told() -> None:
    row = report_row(record(error=UNREAD))
    assert (row.energy_today_wh, row.energy_lifetime_wh, row.size_w) == (None, None, None)
    assert row.problem == "Enlighten had an internal error"
    assert row.error == "Summary: status 503"


@pytest.mark.parametrize(
    "summary_field", ["energy_today", "energy_lifetime", "size_w", "summary_date"]
)
def test_what_the_lenient_reading_left_out_stays_unknown(summary_field: str) -> None:
    whole = record()
    assert whole.summary is not None
    setattr(whole.summary, summary_field, None)
    row = report_row(whole)
    assert (row.energy_lifetime_wh is None) == summary_field.startswith("energy")
    assert (row.specific_yield_kwh_per_kwp is None) == (summary_field in ("energy_today", "size_w"))


@pytest.mark.parametrize("field", attrs.fields_dict(type(record().system)))
def test_no_missing_field_of_the_listing_breaks_a_row(field: str) -> None:
    whole = record()
    setattr(whole.system, field, None)
    msgspec.json.encode(report_of(report_row(whole)).to_dict())


def test_the_worst_comes_first() -> None:
    rows = [
        report_row(record(system={"system_id": 1})),
        report_row(record(system={"system_id": 2}, energy_today=4_000)),
        report_row(record(system={"system_id": 3}, size_w=0)),
        report_row(record(system={"system_id": 4}, error=UNREAD)),
        report_row(record(system={"system_id": 5}, status="micro")),
        report_row(record(system={"system_id": 6}, energy_today=0, last_energy=ago(days=3))),
        report_row(record(system={"system_id": 7}, reported=ago(days=3))),
        report_row(record(system={"system_id": 8}, reported=ago(days=9))),
        report_row(record(system={"system_id": 9}, reported=ago(hours=7), energy_today=50)),
    ]
    made = report_of(*rows)
    assert [row.system_id for row in made.rows] == [9, 8, 7, 6, 5, 4, 2, 1, 3]


def test_totals_are_over_what_is_known() -> None:
    made = report_of(
        report_row(record()),
        report_row(record(energy_today=0, size_w=15_000, last_energy=ago(hours=30))),
        report_row(record(reported=ago(days=3), size_w=7_000, energy_today=0)),
        report_row(record(error=UNREAD)),
    )
    totals = made.totals
    assert totals.systems == 4
    assert totals.conditions == {
        Condition.OFFLINE: 1,
        Condition.NOT_PRODUCING: 1,
        Condition.ATTENTION: 0,
        Condition.UNKNOWN: 1,
        Condition.NORMAL: 1,
    }
    assert (totals.unread, totals.reported_today) == (1, 2)
    assert totals.energy_today_wh == 10_000
    assert totals.energy_lifetime_wh == 3_010_000
    assert totals.size_w == 27_000
    assert totals.specific_yield_kwh_per_kwp == 0.5
    assert not made.complete


def test_totals_of_what_nobody_knows_are_unknown() -> None:
    totals = report_of(report_row(record(error=UNREAD))).totals
    assert totals.energy_today_wh is None
    assert totals.energy_lifetime_wh is None
    assert totals.size_w is None
    assert totals.specific_yield_kwh_per_kwp is None
    assert report_of().totals.systems == 0


def test_the_total_of_the_last_day_is_that_of_one_day() -> None:
    """East of Boulder the next day is over, too; another system ended its days long ago."""
    rows, production = neighbours()
    east = evolve(rows[0], system_id=1, timezone="Australia/Sydney", last_day=date(2026, 11, 25))
    old = silent(2, datetime(2026, 10, 1, 12, tzinfo=ZONE), last_day=date(2026, 9, 30))
    unsized = row(3, size_w=None)
    made = production | {
        1: days_to(date(2026, 11, 25), 1_000, before=10_000),
        2: days_to(date(2026, 9, 30), 5_000, before=5_000),
        3: days_to(NEWEST, 7_000, before=7_000),
    }
    every = [
        evolve(one, last_day=one.last_day or NEWEST, last_day_wh=9_999, read_at=NOW)
        for one in (*rows, east, old, unsized)
    ]
    told = FleetReport.of(
        every, generated_at=NOW, from_store=True, assessment=judged(every, made)
    ).totals
    assert (told.last_day, told.last_day_systems) == (NEWEST, 8)
    assert told.last_day_wh == 6 * 20_000 + 10_000 + 7_000
    assert told.specific_yield_kwh_per_kwp == pytest.approx(130_000 / 35_000, abs=1e-4)
    alone = FleetReport.of(every, generated_at=NOW, from_store=True).totals
    assert (alone.last_day, alone.last_day_systems, alone.last_day_wh) == (NEWEST, 7, 7 * 9_999)


def test_a_report_that_was_stopped_is_not_complete() -> None:
    assert report_of(report_row(record())).complete
    stopped = report_of(report_row(record()), stopped_by="the quota is used up")
    assert not stopped.complete
    assert stopped.to_dict()["stopped_by"] == "the quota is used up"


def test_a_simulated_fleet_is_judged_as_it_was_made(clock: FakeClock) -> None:
    """Every kind of trouble the simulator makes is found at any hour, and no other."""
    cloud = SimulatedEnlighten(120, clock=clock, seed=3)
    expected = {
        Kind.OFFLINE: Condition.OFFLINE,
        Kind.NOT_PRODUCING: Condition.NOT_PRODUCING,
        Kind.NEVER_PRODUCED: Condition.NOT_PRODUCING,
        Kind.FAILING_MICRO: Condition.ATTENTION,
        Kind.PLAIN: Condition.NORMAL,
        Kind.CELLULAR: Condition.NORMAL,
        Kind.TWO_GATEWAYS: Condition.NORMAL,
        Kind.LARGE: Condition.NORMAL,
    }
    with Enlighten("api-key", "user-id", transport=httpx.MockTransport(cloud)) as client:
        for _ in range(4):
            for row in map(report_row, Fleet(client).summaries()):
                kind = cloud.system(row.system_id).kind
                assert row.condition is expected.get(kind, row.condition), (kind, row)
            clock.advance(6 * 3_600)


def test_rows_within_a_condition_are_sorted_by_yield() -> None:
    made = report_of(*(report_row(record(energy_today=wh)) for wh in (900, 100, 500, 4_000, 1)))
    yields = [row.specific_yield_kwh_per_kwp or 0 for row in made.rows]
    assert all(worse <= better for worse, better in pairwise(yields))
