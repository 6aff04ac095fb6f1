"""The report from a store: the same systems and conditions, at the cost of the listing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from enphase_sdk import Enlighten, Fleet
from enphase_sdk.download import Download
from enphase_sdk.report import (
    Condition,
    FleetReport,
    Period,
    change_since,
    change_since_last_year,
    completeness,
    energy,
    energy_lifetime,
    energy_of_month,
    energy_of_year,
    plain_page,
    report_row,
    stored_days,
    stored_metrics,
    stored_rows,
)
from enphase_sdk.store import Store
from enphase_sdk.testing import FakeClock, SimulatedEnlighten

NIGHT = 9 * 3_600


@pytest.fixture
def cloud(clock: FakeClock) -> SimulatedEnlighten:
    return SimulatedEnlighten(40, clock=clock)


@pytest.fixture
def client(cloud: SimulatedEnlighten) -> Iterator[Enlighten]:
    with Enlighten("k", "u", transport=httpx.MockTransport(cloud)) as made:
        yield made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "fleet.duckdb") as made:
        yield made


def test_it_judges_as_the_report_from_the_cloud_does(client: Enlighten, store: Store) -> None:
    list(Download(client, store, tables=["daily", "summaries"]))
    direct = {row.system_id: row for row in map(report_row, Fleet(client).summaries())}
    stored = {row.system_id: row for row in stored_rows(store)}
    assert stored.keys() == direct.keys()
    assert {row.condition for row in direct.values()} > {Condition.OFFLINE, Condition.NORMAL}
    for system_id, row in direct.items():
        kept = stored[system_id]
        assert (kept.condition, kept.reason) == (row.condition, row.reason)
        assert kept.energy_today_wh == row.energy_today_wh
        assert (kept.size_w, kept.status) == (row.size_w, row.status)
        assert kept.last_report_at == row.last_report_at


def test_the_last_whole_day_is_compared_and_its_age_told(
    client: Enlighten, store: Store, clock: FakeClock
) -> None:
    list(Download(client, store))
    read_at = datetime.fromtimestamp(clock.time(), UTC)
    clock.advance(NIGHT)
    list(Download(client, store, tables=["systems"]))
    rows = {row.system_id: row for row in stored_rows(store)}
    seen = 0
    for system in client.systems():
        row = rows[system.system_id]
        if row.last_day is None:
            continue
        lifetime = client.energy_lifetime(system.system_id, start_date=row.last_day)
        assert lifetime is not None
        assert row.last_day_wh == lifetime.production[0]
        assert row.read_at is not None
        assert abs(row.read_at - read_at) < timedelta(minutes=1)
        if row.size_w:
            assert row.specific_yield_kwh_per_kwp == round(row.last_day_wh / row.size_w, 4)
        seen += 1
    assert seen > 20


def test_an_update_costs_the_listing_alone(
    cloud: SimulatedEnlighten, client: Enlighten, store: Store, clock: FakeClock
) -> None:
    list(Download(client, store))
    clock.advance(86_400)
    before = cloud.hits
    list(Download(client, store, tables=["systems"]))
    assert cloud.hits == before + 1


def test_the_page_has_the_age_of_each_value(client: Enlighten, store: Store) -> None:
    list(Download(client, store))
    now = datetime(2024, 6, 15, 13, tzinfo=UTC)
    page = plain_page(FleetReport.of(stored_rows(store), generated_at=now, from_store=True))
    assert ">Last day kWh<" in page
    assert ">2024-06-14<" in page
    plain = plain_page(FleetReport.of([], generated_at=now))
    assert "Last day" not in plain


def test_what_is_not_in_the_store_is_not_known(
    cloud: SimulatedEnlighten, client: Enlighten, store: Store
) -> None:
    list(Download(client, store, tables=["systems"]))
    rows = list(stored_rows(store))
    assert len(rows) == len(cloud.system_ids())
    assert {row.last_day_wh for row in rows} == {None}
    assert {row.energy_lifetime_wh for row in rows} == {None}
    assert {row.size_w for row in rows} == {None}


def test_days_are_those_that_were_over_when_they_were_read(
    client: Enlighten, store: Store, clock: FakeClock
) -> None:
    list(Download(client, store))
    clock.advance(NIGHT)
    list(Download(client, store, tables=["systems"]))
    days = stored_days(store)
    rows = {row.system_id: row for row in stored_rows(store)}
    assert len(days) > 30
    for system_id, series in days.items():
        assert series.last == rows[system_id].last_day
        if series.last is not None:
            assert series[series.last] == rows[system_id].last_day_wh
    since = max(day for series in days.values() if (day := series.last)) - timedelta(days=9)
    few = stored_days(store, since=since)
    assert {len(series) for series in few.values()} <= set(range(11))
    assert all(
        series.get(day) == days[one].get(day) for one, series in few.items() for day in series
    )
    used = stored_days(store, "consumption")
    assert used.keys() < days.keys()


def test_metrics_in_the_database_are_those_of_the_functions(
    client: Enlighten, store: Store
) -> None:
    list(Download(client, store))
    days = stored_days(store)
    with store.transaction():  # a gap, and a day without energy
        one = next(iter(days))
        gap = days[one].last
        assert gap is not None
        day = gap - timedelta(days=3)
        read_at = datetime(2024, 6, 15, tzinfo=UTC)
        store.write_daily(one, "production", day, [None, 0], None, read_at)
    days = stored_days(store)
    found = {metrics.system_id: metrics for metrics in stored_metrics(store)}
    assert found.keys() == {one for one, series in days.items() if series}
    for one, got in found.items():
        series, last = days[one], got.newest_day
        week, month = Period.ending(last, days=7), Period.ending(last, days=30)
        made = energy(series, week)
        assert (got.week_wh, got.week_days) == ((made.wh, made.days_known) if made else (None, 0))
        so_far = energy_of_month(series, last), energy_of_year(series, last)
        assert [got.month_wh, got.year_wh] == [part and part.wh for part in so_far]
        assert [got.month_days, got.year_days] == [
            part.days_known if part else 0 for part in so_far
        ]
        whole = energy_lifetime(series)
        assert got.lifetime_wh == (whole and whole.wh)
        if got.first_day is not None:
            share = completeness(series, Period(got.first_day, last))
            assert got.completeness == pytest.approx(share)
        assert got.change_week == pytest.approx(change_since(series, week).change)
        assert got.change_year == pytest.approx(change_since_last_year(series, month).change)
        quarter = Period.ending(last, days=90)
        assert got.zero_days == sum(series.get(day) == 0 for day in quarter)
    assert found[next(iter(days))].week_days < 7
