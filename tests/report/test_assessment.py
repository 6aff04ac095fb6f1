"""What a fleet needs: every kind of finding, reckoned by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.report import (
    Assessment,
    Condition,
    Estimate,
    Finding,
    Kind,
    Meters,
    ReportRow,
    Thresholds,
    Todo,
    assess,
)

from .fleets import NEWEST, NOW, ZONE, days_to, judged, neighbours, row, silent

approx: Any = pytest.approx

USUAL = 18_000
"""Wh a day of the system that is judged: 3.6 kWh/kWp, 0.9 of its neighbours' 4."""


def with_neighbours(*values: float | None, last: date = NEWEST, **options: Any) -> Assessment:
    """System 1, which made 18 kWh every day before these, and six neighbours."""
    rows, production = neighbours()
    one = options.pop("one", None) or row(1)
    production = production | {1: days_to(last, *values, before=USUAL)}
    return judged([one, *rows], production, **options)


def only(assessment: Assessment) -> Finding:
    (finding,) = assessment.findings
    assert finding.system_id == 1
    return finding


def kinds(assessment: Assessment) -> list[Kind]:
    return [finding.kind for finding in assessment.findings]


def test_a_sound_fleet_needs_nothing() -> None:
    sound = with_neighbours(USUAL, USUAL)
    assert sound.findings == ()
    assert sound.headline == ("7 systems, data to 24 Nov 2026: 0 need a visit, 0 need a call")
    assert (sound.counts.fine, sound.newest_day) == (7, NEWEST)
    assert sound.provisional_from == date(2026, 11, 18)


def test_days_without_energy_while_the_neighbours_produced() -> None:
    found = only(with_neighbours(0, 0))
    assert (found.kind, found.todo, found.by_days) == (Kind.NOT_PRODUCING, Todo.VISIT, True)
    assert (found.since, found.days) == (date(2026, 11, 23), 2)
    # 0.9 x 4 kWh/kWp x 5 kW on each of the two days.
    assert found.lost_wh == approx(2 * 18_000)
    assert found.lost_wh_per_day == approx(18_000)
    assert found.basis == "6 neighbours with the same postal code"
    assert found.reason == (
        "no energy since 2026-11-23 (2 days), while 6 neighbours with the same postal code made "
        "4.0 kWh for each kW a day"
    )


def test_one_such_day_is_enough_and_a_limit_can_ask_for_more() -> None:
    assert kinds(with_neighbours(0)) == [Kind.NOT_PRODUCING]
    assert kinds(with_neighbours(0, thresholds=Thresholds(zero_days=2))) == []


def test_it_is_over_after_two_good_days_and_not_before() -> None:
    again = only(with_neighbours(0, 0, USUAL))
    assert (again.since, again.days) == (date(2026, 11, 22), 2)
    assert again.reason.endswith("it produces again, but not yet for 2 days")
    assert kinds(with_neighbours(0, 0, USUAL, None)) == [Kind.NOT_PRODUCING]
    assert kinds(with_neighbours(0, 0, USUAL, 0)) == [Kind.NOT_PRODUCING]
    assert kinds(with_neighbours(0, 0, USUAL, USUAL)) == []
    assert kinds(with_neighbours(0, 0, USUAL, None, USUAL)) == []


def test_a_day_on_which_nobody_could_produce_is_excused() -> None:
    rows, production = neighbours()
    snow = {one: days | {NEWEST: 1_000.0} for one, days in production.items()}
    dark = days_to(NEWEST, 0, before=USUAL)
    assert kinds(judged([row(1), *rows], snow | {1: dark})) == []


def test_days_that_do_not_count_are_told_beside_those_that_do() -> None:
    def reason(*values: float | None, snow: bool = True) -> str:
        rows, production = neighbours()
        clouded = date(2026, 11, 22)
        theirs = {one: days | {clouded: 1_000.0 if snow else USUAL}
                  for one, days in production.items()}  # fmt: skip
        own = days_to(NEWEST, *values, before=USUAL)
        found = only(judged([row(1), *rows], theirs | {1: own}))
        return found.reason.partition(", while")[0]

    assert reason(0, 0, 0, 0) == (
        "no energy since 2026-11-21 (3 days, and 1 on which the neighbours hardly produced)"
    )
    assert reason(0, 0, 0, 0, snow=False) == "no energy since 2026-11-21 (4 days)"
    assert reason(0, 0, None, 0) == (
        "no energy since 2026-11-21 (2 days, and 1 on which the neighbours hardly produced, "
        "and 1 not known)"
    )
    assert reason(0, USUAL, 0, 0) == "no energy on 3 days since 2026-11-21"
    assert reason(0, 0, 0, USUAL) == "no energy on 2 days from 2026-11-21 to 2026-11-23"


def test_an_unknown_day_accuses_nobody() -> None:
    assert kinds(with_neighbours(None, None, None)) == []


def test_a_day_that_is_half_over_counts_nowhere() -> None:
    """The 25th has energy to 16:30 and the 26th has begun: both are cut, even if they are given."""
    rows, production = neighbours()
    later = {date(2026, 11, 25): 0.0, date(2026, 11, 26): 0.0}
    made = judged([row(1), *rows], production | {1: days_to(NEWEST, USUAL, before=USUAL) | later})
    assert (kinds(made), made.newest_day) == ([], NEWEST)


def test_days_after_the_newest_energy_are_dark_once_reports_prove_it() -> None:
    """Energy ended on the 20th; reports of the 26th, 00:55, prove the 21st to the 24th.

    The 25th ended less than the 24 h before that it takes for late energies to come in.
    """
    one = row(1, last_energy_at=datetime(2026, 11, 20, 12, tzinfo=ZONE))
    last = date(2026, 11, 19)
    found = only(with_neighbours(USUAL, last=last, one=one))
    assert (found.kind, found.since, found.days) == (Kind.NOT_PRODUCING, date(2026, 11, 21), 4)
    assert found.lost_wh == approx(4 * 18_000)
    gone = row(
        1,
        last_energy_at=datetime(2026, 11, 20, 12, tzinfo=ZONE),
        last_report_at=datetime(2026, 11, 20, 13, tzinfo=ZONE),
    )
    assert kinds(with_neighbours(USUAL, last=last, one=gone)) == []


def test_without_neighbours_two_days_are_needed_and_its_own_past_tells_the_loss() -> None:
    def alone(*values: float) -> Assessment:
        past = {date(2025, 11, 24) + timedelta(days=n): 15_000.0 for n in range(-7, 8)}
        return judged([row(1)], {1: past | days_to(NEWEST, *values, before=USUAL)})

    assert kinds(alone(0)) == []
    found = only(alone(0, 0))
    assert found.lost_wh == approx(30_000)
    assert found.basis == "the same days of its own past years"
    winter = {date(2025, 11, 24) + timedelta(days=n): 0.0 for n in range(-9, 10)}
    days = winter | days_to(NEWEST, 0, 0, before=USUAL)
    assert kinds(judged([row(1)], {1: days})) == []


def test_what_the_listing_says_of_a_dark_system_counts_where_no_days_are_known() -> None:
    def told(hours: float, **changes: Any) -> Finding:
        energy_at = NOW - timedelta(minutes=5, hours=hours)
        reason = "no energy since 2026-11-23 16:00"
        dark = row(1, condition=Condition.NOT_PRODUCING, reason=reason,
                   **{"last_energy_at": energy_at, **changes})  # fmt: skip
        return only(judged([dark], {}))

    assert (told(47).todo, told(48).todo) == (Todo.WATCH, Todo.VISIT)
    assert (told(48).days, told(48).lost_wh, told(48).by_days) == (2, None, False)
    assert told(0, last_energy_at=None).todo is Todo.CALL


def test_less_than_70_percent_of_the_usual_on_three_days() -> None:
    """It makes 2 of 4 kWh/kWp: 50 % of theirs, where 90 % is usual."""
    found = only(with_neighbours(10_000, 10_000, 10_000))
    assert (found.kind, found.todo) == (Kind.LOW, Todo.VISIT)
    assert (found.ratio, found.raw_ratio) == approx((5 / 9, 0.5))
    assert (found.since, found.days) == (date(2026, 11, 22), 3)
    assert found.lost_wh == approx(3 * 8_000)
    assert found.reason == (
        "made 56% of what it usually makes against 6 neighbours with the same postal code, on 3 "
        "days since 2026-11-22 (50% of their yield, usually 90%)"
    )
    # 70 % of the usual 18 kWh is 12.6 kWh.
    assert kinds(with_neighbours(12_600, 12_600, 12_600)) == []
    assert kinds(with_neighbours(12_599, 12_599, 12_599)) == [Kind.LOW]
    assert kinds(with_neighbours(10_000, 10_000)) == []
    assert kinds(with_neighbours(10_000, USUAL, 10_000, 10_000)) == []


def test_low_production_is_over_after_two_good_days() -> None:
    low = [9_000.0] * 3
    assert kinds(with_neighbours(*low, USUAL)) == [Kind.LOW]
    assert kinds(with_neighbours(*low, USUAL, USUAL)) == []


def test_less_than_85_percent_over_14_days() -> None:
    """Not one day is below 70 %; 14 days of 15 kWh are 83.3 % of 18."""
    found = only(with_neighbours(*[15_000.0] * 14))
    assert (found.kind, found.days) == (Kind.LOW, 14)
    assert found.ratio == approx(15 / 18)
    assert found.lost_wh == approx(14 * 3_000)
    assert kinds(with_neighbours(*[15_300.0] * 14)) == []
    # The same two days later: one window of 14 days is low, then none.
    more = [13_000.0] * 14
    assert kinds(with_neighbours(*more, USUAL)) == [Kind.LOW]


def test_a_new_system_is_neither_judged_low_nor_a_neighbour() -> None:
    rows, production = neighbours()
    young = days_to(NEWEST, *[9_000.0] * 14)  # 13 whole days after its first
    assert kinds(judged([row(1), *rows], production | {1: young})) == []
    few, days = neighbours(4)
    fifth = {5: days_to(NEWEST, *[20_000.0] * 30)}  # 29 whole days
    dark = {1: days_to(NEWEST, 0, before=USUAL)}
    assert kinds(judged([row(1), row(5), *few], days | fifth | dark)) == []
    older = {5: days_to(NEWEST, *[20_000.0] * 31)}
    assert kinds(judged([row(1), row(5), *few], days | older | dark)) == [Kind.NOT_PRODUCING]


def test_neighbours_are_those_of_the_city_where_the_postal_code_has_too_few() -> None:
    rows, production = neighbours(6, postal_code="80302")
    made = judged([row(1), *rows], production | {1: days_to(NEWEST, 0, before=USUAL)})
    assert only(made).basis == "6 neighbours in the same city"


def test_a_size_that_cannot_be_right_makes_no_neighbour() -> None:
    """46 kWh of 5 kW are 9.2 kWh/kWp in a day."""
    rows, production = neighbours(5)
    dark = {1: days_to(NEWEST, 0, before=USUAL)}
    assert Kind.NOT_PRODUCING in kinds(judged([row(1), *rows], production | dark))
    grown = production | {101: production[101] | {NEWEST: 46_000.0}}
    made = judged([row(1), *rows], grown | dark)
    (wrong,) = made.findings
    assert (wrong.system_id, wrong.kind, wrong.todo) == (101, Kind.SIZE_WRONG, Todo.WATCH)
    assert wrong.reason.startswith("9.2 kWh for each kW in one day is impossible")
    # 36 kWh on each of 365 days are 2,628 kWh/kWp.
    whole_year = days_to(NEWEST, *[36_000.0] * 365)
    assert kinds(judged([row(1)], {1: whole_year})) == [Kind.SIZE_WRONG]
    assert kinds(judged([row(1)], {1: days_to(NEWEST, *[35_600.0] * 365)})) == []


def test_offline_is_a_call_and_after_72_hours_a_visit() -> None:
    def gone(hours: float) -> Finding:
        return only(judged([silent(1, NOW - timedelta(hours=hours))], {}))

    assert (gone(71.9).todo, gone(72).todo) == (Todo.CALL, Todo.VISIT)
    assert (gone(72).kind, gone(72).days, gone(72).since) == (
        Kind.OFFLINE, 3, NOW - timedelta(hours=72),
    )  # fmt: skip
    assert (gone(72).lost_wh, gone(72).basis, gone(72).certainty) == (None, None, 0.0)


def test_an_offline_system_loses_nothing_that_is_known() -> None:
    one = silent(1, datetime(2026, 11, 20, 12, tzinfo=ZONE))
    found = only(with_neighbours(USUAL, last=date(2026, 11, 19), one=one))
    assert (found.kind, found.lost_wh) == (Kind.OFFLINE, None)


def test_a_listing_read_long_ago_does_not_make_systems_offline_for_longer() -> None:
    old = silent(
        1,
        NOW - timedelta(hours=100),
    )
    assert only(judged([old], {})).todo is Todo.VISIT
    read = NOW - timedelta(hours=60)
    told = silent(1, NOW - timedelta(hours=100), judged_at=read)
    assert only(judged([told], {})).todo is Todo.CALL


@pytest.mark.parametrize(
    ("status", "kind", "todo"),
    [
        ("meter", Kind.METER, Todo.VISIT),
        ("meter_issue", Kind.METER, Todo.VISIT),
        ("micro", Kind.MICROINVERTERS, Todo.WATCH),
        ("comm", Kind.ATTENTION, Todo.CALL),
        ("power", Kind.ATTENTION, Todo.VISIT),
        ("battery", Kind.ATTENTION, Todo.WATCH),
        ("brand_new", Kind.ATTENTION, Todo.WATCH),
    ],
)
def test_a_status_that_names_a_trouble(status: str, kind: Kind, todo: Todo) -> None:
    told = row(1, condition=Condition.ATTENTION, status=status, reason="a trouble")
    found = only(judged([told], {}))
    assert (found.kind, found.todo, found.reason) == (kind, todo, "a trouble")


def test_a_system_that_could_not_be_read_is_said_to_be_so() -> None:
    told = row(1, condition=Condition.UNKNOWN, problem="Enlighten did not answer in time")
    made = judged([told], {})
    assert (only(made).kind, only(made).reason) == (Kind.UNREAD, "Enlighten did not answer in time")
    assert made.counts.unread == 1
    assert made.headline.endswith(", 1 could not be read")


def test_microinverters_that_are_silent_for_three_days() -> None:
    heard = NOW - timedelta(minutes=5)
    units: dict[str, datetime | None] = {f"1{n}": heard for n in range(18)}
    units |= {"a": heard - timedelta(days=3), "b": heard - timedelta(days=2, hours=23), "c": None}
    found = only(judged([row(1)], {}, inverters={1: units}))
    assert (found.kind, found.todo, found.days) == (Kind.MICROINVERTERS, Todo.VISIT, 3)
    assert found.since == heard - timedelta(days=3)
    assert found.reason == "1 of 21 microinverters has not reported for 3 days or more"
    gone = silent(1, NOW - timedelta(days=9))
    assert kinds(judged([gone], {}, inverters={1: units})) == [Kind.OFFLINE]


def test_what_was_measured_comes_before_what_the_status_says() -> None:
    heard = NOW - timedelta(days=5)
    told = row(1, condition=Condition.ATTENTION, status="micro", reason="some do not report")
    found = only(judged([told], {}, inverters={1: {"a": heard, "b": NOW}}))
    assert (found.todo, found.days) == (Todo.VISIT, 4)


@pytest.mark.parametrize(
    ("meter", "words"),
    [
        (20_900, None),  # +4.5 %
        (19_000.2, None),  # just within -5 %
        (18_800, "the meter shows 6% less than the microinverters over 30 days to 2026-11-24"),
        (10_000, "it seems to measure one of two phases only"),
        (6_700, "it seems to measure one of three phases only"),
        (-20_000, "200% less"),
    ],
)
def test_a_meter_that_does_not_agree_with_the_microinverters(
    meter: float, words: str | None
) -> None:
    micro = days_to(NEWEST, *[20_000.0] * 40)
    meters = {1: Meters(dict.fromkeys(micro, meter), micro)}
    made = judged([row(1)], {1: micro}, meters=meters)
    if words is None:
        assert kinds(made) == []
    else:
        assert (only(made).kind, only(made).todo) == (Kind.METER, Todo.VISIT)
        assert words in only(made).reason


def test_less_than_90_percent_of_the_owners_estimate_over_90_days() -> None:
    """89 days of 18 kWh; the estimate is 20.2 kWh on each day: 89.1 %."""
    days = {1: days_to(NEWEST, *[18_000.0] * 91)}
    months: dict[int | tuple[int, int], float] = {
        month: 20.2 * length for month, length in ((8, 31), (9, 30), (10, 31), (11, 30))
    }
    found = only(judged([row(1)], days, estimates={1: Estimate(months)}))
    assert (found.kind, found.todo, found.days) == (Kind.BELOW_ESTIMATE, Todo.WATCH, 90)
    assert found.ratio == approx(18 / 20.2)
    assert found.lost_wh == approx(90 * 2_200)
    assert found.basis == "the owner's estimate"
    less = Estimate({month: kwh * 20 / 20.2 for month, kwh in months.items()})  # exactly 90 %
    assert kinds(judged([row(1)], days, estimates=less)) == []
    assert kinds(judged([row(1)], days, estimates={2: Estimate(months)})) == []


def silent_together(together: int, apart: int = 0, sound: int = 0) -> Assessment:
    at = NOW - timedelta(hours=20)
    rows = [silent(n, at + timedelta(minutes=n)) for n in range(1, together + 1)]
    rows += [silent(50 + n, at - timedelta(days=n)) for n in range(1, apart + 1)]
    rows += [row(80 + n) for n in range(sound)]
    return judged(rows, {})


def test_a_city_that_stops_together_is_one_line() -> None:
    made = silent_together(5, apart=1, sound=4)
    (outage,) = made.outages
    assert outage.system_ids == (1, 2, 3, 4, 5)
    assert (outage.place, outage.of, outage.kind) == ("Boulder, CO, US", 10, Kind.OFFLINE)
    assert outage.since == NOW - timedelta(hours=20) + timedelta(minutes=1)
    assert outage.reason == "5 of 10 systems stopped reporting together"
    assert [finding.system_id for finding in made.findings] == [51]
    assert (made.counts.in_outage, made.counts.call, made.counts.fine) == (5, 1, 4)
    assert made.headline == (
        "10 systems: 0 need a visit, 1 needs a call, 5 stopped with their area"
    )


def test_fewer_than_five_or_than_half_are_no_outage() -> None:
    assert silent_together(4).outages == ()
    assert silent_together(5, sound=6).outages == ()
    assert silent_together(5, sound=5).outages
    assert len(silent_together(5, sound=6).findings) == 5


def test_stopping_within_two_hours_is_together() -> None:
    start = NOW - timedelta(hours=20)

    def of(hours: float) -> Assessment:
        return judged([silent(n, start + timedelta(hours=hours * n / 4)) for n in range(5)], {})

    assert of(2.0).outages
    assert of(2.1).outages == ()


def test_a_city_without_energy_on_the_same_day_is_one_line() -> None:
    rows, production = neighbours()
    dark = {one: days | {NEWEST: 0.0} for one, days in production.items()}
    made = judged(rows, dark)
    (outage,) = made.outages
    assert (outage.kind, outage.since, outage.of) == (Kind.NOT_PRODUCING, NEWEST, 6)
    assert made.findings == ()


def test_visits_come_first_and_the_dearest_before_all() -> None:
    rows, production = neighbours()
    mine = {
        1: days_to(NEWEST, 0, before=USUAL),
        2: days_to(NEWEST, 0, 0, before=USUAL),
        3: days_to(NEWEST, *[9_000.0] * 3, before=USUAL),
    }
    gone = [silent(5, NOW - timedelta(hours=9)), silent(4, NOW - timedelta(hours=90))]
    large = row(1, size_w=10_000)
    made = judged([*gone, row(3), row(2), large, *rows], production | mine)
    order = [(finding.todo, finding.system_id) for finding in made.findings]
    visits = [(Todo.VISIT, n) for n in (2, 1, 3, 4)]
    # 1 and 2 lose 18 kWh a day, 2 for longer; 3 loses 9; of 4 nothing is known.
    assert order == [*visits, (Todo.CALL, 5)]
    assert [f.system_id for f in made.visits] == [2, 1, 3, 4]
    assert [f.system_id for f in made.calls] == [5]
    assert (made.counts.visit, made.counts.call) == (4, 1)


def test_a_day_without_a_zone_is_taken_to_end_last() -> None:
    """At 08:00 UTC of the 26th it is still the 25th where days end last."""
    one = row(1, timezone=None, last_energy_at=NOW)
    made = judged([one], {1: days_to(date(2026, 11, 26), USUAL, before=USUAL)})
    assert made.newest_day == date(2026, 11, 24)


@pytest.mark.parametrize("changed", [date(2026, 3, 8), date(2026, 11, 1)])
def test_the_day_on_which_clocks_are_changed_is_over_at_its_midnight(changed: date) -> None:
    """23 and 25 hours: 05:59 UTC and 06:59 UTC are before the midnight, an hour later after it."""
    ends = {date(2026, 3, 8): 6, date(2026, 11, 1): 7}[changed]
    midnight = datetime(changed.year, changed.month, changed.day + 1, ends, tzinfo=UTC)
    for minutes, newest in ((-1, changed - timedelta(days=1)), (1, changed)):
        now = midnight + timedelta(minutes=minutes)
        one = row(1, last_energy_at=now, last_report_at=now, judged_at=now)
        days = {1: days_to(changed + timedelta(days=1), 1_000, before=1_000)}
        assert assess([one], days, as_of=now).newest_day == newest


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="as_of: pass an aware datetime"):
        assess([], as_of=datetime(2026, 1, 1))
    with pytest.raises(InvalidArgumentError, match="system 1 is given twice"):
        judged([row(1), row(1)], {})


def test_reasons_hold_no_status_number_and_no_option() -> None:
    made = with_neighbours(0, 0)
    assert "--" not in made.headline + only(made).reason
    assert made.to_dict()["findings"][0]["since"] == "2026-11-23"
    assert made.of_system(1) == made.findings
    assert made.of_system(101) == ()


FLEET = st.lists(st.sampled_from([0.0, 2_000.0, 10_000.0, 18_000.0, None]), max_size=20)


def fleet_of(values: Sequence[Sequence[float | None]]) -> tuple[list[ReportRow], dict[int, Any]]:
    rows, production = neighbours(6)
    for system_id, its in enumerate(values, 1):
        rows.append(row(system_id))
        production[system_id] = days_to(NEWEST, *its, before=USUAL)
    return rows, production


@settings(max_examples=40)
@given(st.lists(FLEET, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_systems_and_days_does_not_matter(
    values: list[list[float | None]], source: Any
) -> None:
    rows, production = fleet_of(values)
    before = judged(rows, production)
    source.shuffle(rows)
    mixed: dict[int, Any] = {}
    for one, days in production.items():
        items = list(days.items())
        source.shuffle(items)
        mixed[one] = dict(items)
    assert judged(rows, mixed) == before


@settings(max_examples=40)
@given(FLEET, st.sampled_from([2.0, 10.0, 0.5]))
def test_a_larger_fleet_of_the_same_yield_is_judged_the_same(
    values: list[float | None], factor: float
) -> None:
    rows, production = fleet_of([values])
    before = judged(rows, production)
    larger = {
        one: {day: wh if wh is None else wh * factor for day, wh in days.items()}
        for one, days in production.items()
    }
    sized = [row(r.system_id, size_w=r.size_w * factor) for r in rows if r.size_w]
    after = judged(sized, larger)
    assert [(f.kind, f.since, f.reason) for f in after.findings] == [
        (f.kind, f.since, f.reason) for f in before.findings
    ]
    for one, other in zip(before.findings, after.findings, strict=True):
        assert other.lost_wh == approx((one.lost_wh or 0) * factor, rel=1e-9)
