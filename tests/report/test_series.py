"""Days in little memory, standing troubles, medians without one value; and their properties."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from statistics import fmean, median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.report import (
    DaySeries,
    Located,
    Neighbourhoods,
    Period,
    Thresholds,
    availability,
    capacity_factor,
    change_since,
    compare,
    days_without_energy,
    energy_today,
    fleet_yield,
    offline_since,
    same_days_of_past_years,
    specific_yield,
    standing,
)
from enphase_sdk.report.ordered import Ordered

START = date(2026, 1, 1)
WH = st.one_of(st.none(), st.floats(0, 1e6), st.just(float("nan")))
DAYS = st.dictionaries(st.dates(START, START + timedelta(days=60)), WH, max_size=40)
PERIOD = Period(START, START + timedelta(days=60))
approx: Any = pytest.approx


@given(DAYS)
def test_a_series_holds_what_it_was_made_of(days: dict[date, float | None]) -> None:
    series = DaySeries.of(days)
    known = {day: wh for day, wh in days.items() if wh is not None and wh == wh}
    assert {day: wh for day, wh in series.items() if wh is not None} == known
    assert {date.fromordinal(day): wh for day, wh in series.known()} == known
    assert (series.first, series.last) == (min(known, default=None), max(known, default=None))
    middle = START + timedelta(days=30)
    cut = {day: wh for day, wh in known.items() if day <= middle}
    assert {day: wh for day, wh in series.through(middle).items() if wh is not None} == cut
    longer = series.extended(middle, [1.0, None, 2.0])
    told = {day: wh for day, wh in longer.items() if wh is not None}
    before = {day: wh for day, wh in known.items() if day < middle}
    assert told == before | {middle: 1.0, middle + timedelta(days=2): 2.0}


@given(DAYS, st.sets(st.dates(START, START + timedelta(days=60)), max_size=9))
def test_unknown_days_never_change_a_ratio(days: dict[date, float | None], more: set[date]) -> None:
    with_unknown = days | {day: None for day in more if day not in days}
    for one, other in ((days, with_unknown), (days, dict(reversed(with_unknown.items())))):
        assert specific_yield(one, PERIOD, size_w=5_000) == approx_yield(other)
        week = Period.ending(PERIOD.last, days=7)
        assert change_since(one, week) == change_since(other, week)
        zone = ZoneInfo("Europe/Berlin")
        assert capacity_factor(one, PERIOD, size_w=5_000, zone=zone) == approx(
            capacity_factor(other, PERIOD, size_w=5_000, zone=zone)
        )
        peers = dict.fromkeys(PERIOD, 4.0)
        assert availability(one, peers, PERIOD) == availability(other, peers, PERIOD)


def approx_yield(days: dict[date, float | None]) -> Any:
    return specific_yield(days, PERIOD, size_w=5_000)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(1, 1e5)), min_size=1), st.floats(0.1, 10))
def test_a_fleet_twice_as_large_that_makes_twice_as_much_has_the_same_yield(
    systems: list[tuple[float, float]], factor: float
) -> None:
    before = fleet_yield(systems)
    after = fleet_yield([(wh * factor, size * factor) for wh, size in systems])
    assert before is not None
    assert after is not None
    assert after.kwh_per_kwp == approx(before.kwh_per_kwp)
    unknown = fleet_yield([*systems, (None, 5_000), (9_000, None), (9_000, 0)])
    assert unknown == before


@pytest.mark.parametrize(
    ("marks", "open_after", "bad"),
    [
        ("", 1, []),
        ("x", 1, [0]),
        ("..x", 1, [2]),
        ("x.", 1, [0]),
        ("x..", 1, []),
        ("x.?.", 1, []),
        ("x?.?", 1, [0]),
        ("x.x..", 1, []),
        ("x.x.", 1, [0, 2]),
        ("xx", 3, []),
        ("xx.x", 3, []),
        ("xx?x", 3, [0, 1, 3]),
        ("xxx.x", 3, [0, 1, 2, 4]),
        ("xxx..xx", 3, []),
        ("xxx..xxx", 3, [5, 6, 7]),
    ],
)
def test_a_trouble_stands_until_two_good_days(marks: str, open_after: int, bad: list[int]) -> None:
    told = [{"x": True, ".": False, "?": None}[mark] for mark in marks]
    assert standing(told, open_after=open_after) == bad


@given(st.lists(st.sampled_from([True, False, None])), st.integers(1, 4), st.integers(1, 3))
def test_what_stands_is_bad_and_unknown_marks_do_not_count(
    marks: list[bool | None], open_after: int, clear_after: int
) -> None:
    bad = standing(marks, open_after=open_after, clear_after=clear_after)
    assert all(marks[place] for place in bad)
    assert not bad or len(bad) >= open_after
    known = [mark for mark in marks if mark is not None]
    assert len(standing(known, open_after=open_after, clear_after=clear_after)) == len(bad)
    assert standing([*marks, *[False] * clear_after], clear_after=clear_after) == []


NUMBERS = st.lists(st.one_of(st.floats(0, 9), st.sampled_from([1.0, 2.0])), min_size=2, max_size=30)


@given(NUMBERS, st.data())
def test_medians_without_one_value_are_those_of_the_others(
    values: list[float], data: st.DataObject
) -> None:
    own = data.draw(st.sampled_from(values))
    others = list(values)
    others.remove(own)
    got = Ordered(values).prepared().without(own)
    assert len(got) == len(others)
    assert [got[n] for n in range(len(got))] == sorted(others)
    middle = median(others)
    assert got.median() == middle
    deviations = [abs(value - middle) for value in others]
    assert got.median_deviation(middle) == approx(median(deviations), abs=1e-12)
    assert got.mean_deviation(middle) == approx(fmean(deviations), abs=1e-9)
    assert got.above(own) == sum(value > own for value in others)


# kWh/kWp; finer ones differ by less than sums of floating-point numbers can tell.
YIELDS = st.floats(0, 9).map(lambda made: round(made, 6))


@given(st.lists(st.one_of(st.none(), YIELDS), min_size=1, max_size=12))
def test_a_rank_is_what_comparing_with_all_others_gives(yields: list[float | None]) -> None:
    systems = [Located(n, made, "80301") for n, made in enumerate(yields)]
    fleet = Neighbourhoods(systems)
    for system in systems:
        others = [one.specific_yield for one in systems if one is not system]
        expected = compare(system.specific_yield, others, area="postal_code")
        got = fleet.rank(system)
        assert (got is None) == (expected is None)
        if got is not None and expected is not None:
            assert (got.rank, got.of, got.median, got.area) == (
                expected.rank, expected.of, expected.median, expected.area,
            )  # fmt: skip
            assert got.z == approx(expected.z)


def test_days_too_far_apart_are_a_mistake() -> None:
    with pytest.raises(InvalidArgumentError, match="a thousand years apart"):
        DaySeries.of({date(1, 1, 1): 1.0, date(2026, 1, 1): 1.0})


def test_the_same_days_of_past_years_are_fifteen_around_each() -> None:
    days = dict(zip(Period(date(2024, 2, 21), date(2024, 3, 7)), range(16), strict=True))
    assert same_days_of_past_years(days, date(2025, 2, 28)) == 7  # 21 February to 6 March
    assert same_days_of_past_years(days, date(2025, 3, 1)) == 8.5  # 23 February to 7 March: 2..15
    assert same_days_of_past_years(days, date(2024, 2, 29)) is None
    assert same_days_of_past_years({}, date(2025, 2, 28)) is None


def test_offline_since_the_last_sign_of_life() -> None:
    read = datetime(2026, 11, 26, 12, tzinfo=UTC)
    six, twelve = read - timedelta(hours=6), read - timedelta(hours=12)
    assert offline_since(six, twelve, read_at=read) == six
    assert offline_since(None, six, read_at=read) == six
    assert offline_since(six + timedelta(seconds=1), None, read_at=read) is None
    assert offline_since(six, None, read_at=read, cellular=True) is None
    assert offline_since(twelve, None, read_at=read, cellular=True) == twelve
    assert offline_since(None, None, read_at=read) is None


def test_reporting_but_not_producing_by_whole_days() -> None:
    """Denver changes its clocks on 1 November 2026: that day has 25 hours."""
    zone = ZoneInfo("America/Denver")
    energy_at = datetime(2026, 10, 30, 15, tzinfo=zone)

    def dark(month: int, day: int, hour: int, minute: int = 0) -> Period | None:
        reported = datetime(2026, month, day, hour, minute, tzinfo=zone)
        return days_without_energy(reported, energy_at, zone=zone)

    assert dark(10, 31, 23) is None
    # 31 October ended at midnight; 24 h later it is 23:00 of 1 November, by the clock.
    assert dark(11, 1, 22, 59) is None
    assert dark(11, 1, 23) == Period(date(2026, 10, 31), date(2026, 10, 31))
    assert dark(11, 5, 0) == Period(date(2026, 10, 31), date(2026, 11, 3))
    assert days_without_energy(None, energy_at, zone=zone) is None
    soon = Thresholds(settled_h=0)
    at = datetime(2026, 11, 1, 0, tzinfo=zone)
    assert days_without_energy(at, energy_at, zone=zone, thresholds=soon) is not None


def test_energy_today_is_not_known_before_the_first_report_of_the_day() -> None:
    zone = ZoneInfo("Pacific/Auckland")
    day, midnight = date(2026, 11, 26), datetime(2026, 11, 26, tzinfo=zone)
    assert energy_today(0, day=day, heard_at=midnight, zone=zone) == 0
    before = midnight - timedelta(seconds=1)
    assert energy_today(0, day=day, heard_at=before, zone=zone) is None
    assert energy_today(0, day=day, heard_at=None, zone=zone) is None
    assert energy_today(None, day=day, heard_at=midnight, zone=zone) is None
