"""Microinverters by their energies: which compare, which are weak, and what a report says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk import Cloud, Enlighten
from enphase_sdk.download import Download
from enphase_sdk.report import (
    Assessment,
    Finding,
    InverterEnergy,
    InverterSpan,
    Kind,
    Thresholds,
    Todo,
    assess,
    compare_inverters,
    like_microinverters,
    stored_inverter_energy,
    stored_inverters,
    stored_inverters_read_at,
    stored_rows,
)
from enphase_sdk.store import Store
from enphase_sdk.testing import FakeClock, SimulatedEnlighten
from tests.store.support import KINDS

from .fleets import NOW, ZONE, judged, row, silent

approx: Any = pytest.approx

ENDED = datetime(2026, 11, 26, 0, 30, tzinfo=UTC)
"""17:30 of 25 November in Denver."""

WEEK = [20_100.0, 19_900.0, 20_050.0, 19_950.0, 20_000.0, 20_000.0, 20_020.0, 19_980.0]
"""Wh of eight microinverters in a week; their median is 20 kWh."""


def span(energies: Sequence[float | None], *, back: float = 0, days: float = 7) -> InverterSpan:
    """Energies of microinverters a, b, c, …, which ended that many days ago."""
    ended = ENDED - timedelta(days=back)
    named = dict(zip("abcdefghijklmnopqrstuvwxyz", energies, strict=False))
    return InverterSpan(ended - timedelta(days=days), ended, named)


def found(*spans: InverterSpan, year: InverterSpan | None = None, **options: Any) -> list[Finding]:
    one = options.pop("one", None) or row(1)
    return list(
        judged([one], {}, inverter_energy={1: InverterEnergy(spans, year)}, **options).findings
    )


def only(findings: Sequence[Finding]) -> Finding:
    (finding,) = findings
    return finding


def test_one_that_makes_half_of_the_others_needs_a_visit() -> None:
    weak = only(found(span([*WEEK, 10_000])))
    assert (weak.kind, weak.todo, weak.days) == (Kind.WEAK_MICROINVERTERS, Todo.VISIT, 7)
    assert weak.reason == (
        "1 of 9 microinverters produces less than 85% of the like ones over 7 days to 2026-11-25 "
        "(lowest: i with 50%)"
    )
    assert weak.lost_wh == approx(20_000 - 10_000)
    assert (weak.basis, weak.by_days) == ("the like microinverters", True)
    assert weak.ratio == approx(170_000 / 180_000)
    assert weak.since == (ENDED - timedelta(days=7)).astimezone(ZONE)
    two = only(found(span([*WEEK, 10_000, 16_000])))
    assert two.reason.startswith("2 of 10 microinverters produce less than 85%")
    assert two.lost_wh == approx(2 * 19_990 - 10_000 - 16_000)


def test_both_limits_must_be_passed() -> None:
    assert found(span([*WEEK, 17_200])) == []  # far below by z, but 86 % of the median
    assert only(found(span([*WEEK, 16_800]))).kind is Kind.WEAK_MICROINVERTERS
    uneven = [16_000.0, 17_500, 18_500, 19_500, 20_500, 21_500, 22_500, 23_500]
    assert found(span([*uneven, 16_500])) == []  # 82 % of the median, as others are
    limits = Thresholds(weak_ratio=0.95)
    assert only(found(span([*WEEK, 17_200]), thresholds=limits)).days == 7


def test_too_few_too_short_and_too_dark_spans_show_nothing() -> None:
    assert found(span([*WEEK[:4], 10_000])) == []
    assert found(span([*WEEK, 10_000], days=6.4)) == []
    assert only(found(span([*WEEK, 10_000], days=6.6))).days == 7
    assert found(span([wh / 25 for wh in [*WEEK, 10_000, 0]])) == []  # 800 Wh in a week: snow


def test_one_without_energy_among_others_that_produced() -> None:
    dead = only(found(span([*WEEK, 0.0, None])))
    assert (dead.kind, dead.todo) == (Kind.DEAD_MICROINVERTERS, Todo.VISIT)
    assert dead.reason == (
        "1 of 10 microinverters reports, but has made no energy over 7 days to 2026-11-25 (i)"
    )
    assert dead.lost_wh == approx(20_000)
    # If all are dark, it is the system that does not produce.
    assert found(span([0.0] * 8)) == []
    # Not known is neither.
    assert found(span([*WEEK, None])) == []


def test_it_is_over_after_two_good_readings_and_not_before() -> None:
    good, bad = span([*WEEK, 20_000]), span([*WEEK, 10_000], back=1)
    assert only(found(good, bad)).reason.endswith("to 2026-11-24 (lowest: i with 50%)")
    assert found(good, good, bad) == []
    assert found(good, bad, thresholds=Thresholds(clear_days=1)) == []
    # One that is dead now is said to be that, and not weak, too.
    gone = found(span([*WEEK, 0.0]), bad)
    assert [one.kind for one in gone] == [Kind.DEAD_MICROINVERTERS]


def test_shade_is_the_same_each_year_and_needs_no_visit() -> None:
    weak, year = span([*WEEK, 12_000]), span([*WEEK, 12_500], back=365, days=30)
    shade = only(found(weak, year=year))
    assert (shade.todo, shade.lost_wh, shade.ratio) == (Todo.WATCH, None, 1.0)
    assert shade.reason.endswith("; as little a year before, so perhaps shade")
    worse = only(found(span([*WEEK, 10_000]), year=year))
    assert (worse.todo, worse.lost_wh) == (Todo.VISIT, approx(10_000))
    both = only(found(span([*WEEK, 12_000, 12_000]), year=year))
    assert (both.todo, both.lost_wh) == (Todo.VISIT, approx(8_000, rel=0.01))
    assert "; 1 of them as little a year before" in both.reason


def test_an_offline_system_keeps_what_was_found_until_it_is_too_old() -> None:
    gone = silent(1, NOW - timedelta(hours=9))
    kinds = [one.kind for one in found(span([*WEEK, 10_000], back=20), one=gone)]
    assert kinds == [Kind.WEAK_MICROINVERTERS, Kind.OFFLINE]
    kinds = [one.kind for one in found(span([*WEEK, 10_000], back=32), one=gone)]
    assert kinds == [Kind.OFFLINE]


def test_east_and_west_and_models_are_compared_apart() -> None:
    east, west = [20_000.0 + n for n in range(8)], [12_000.0 + n for n in range(7)]
    assert found(span([*east, *west])) == []
    weak = only(found(span([*east, *west, 6_000])))  # far below the west, too
    assert weak.reason.startswith("1 of 16 microinverters")
    assert weak.lost_wh == approx(12_003 - 6_000, abs=1)
    mixed = span([*WEEK, *[10_000.0 + n for n in range(2)]])
    assert only(found(mixed)).kind is Kind.WEAK_MICROINVERTERS
    models = {name: "old" if name in "ij" else "new" for name in mixed.energy_wh}
    other = InverterSpan(mixed.started_at, mixed.ended_at, mixed.energy_wh, models)
    assert found(other) == []


def test_arrays_are_divided_at_a_wide_gap() -> None:
    def arrays(*energies: float | None) -> list[list[int]]:
        return [sorted(part) for part in like_microinverters(dict(enumerate(energies)))]

    assert arrays(100, 98, 102, 70, 69, 71) == [[0, 1, 2], [3, 4, 5]]
    assert arrays(100, 98, 102, 76, 77, 78) == [[0, 1, 2, 3, 4, 5]]
    assert arrays(100, 98, 102, 70, 69) == [[0, 1, 2, 3, 4]]  # two are weak, not an array
    assert arrays(200, 100, 98, 102, 60, 61, 62) == [[0, 1, 2, 3], [4, 5, 6]]
    assert arrays(100, 98, 102, 70, 69, 71, 30) == [[0, 1, 2], [3, 4, 5, 6]]
    assert arrays(100, 98, 102, 0, None) == [[0, 1, 2, 3, 4]]
    assert arrays(None, 0) == [[0, 1]]
    assert arrays() == []
    assert len(arrays(*[100.0] * 40, 50, 50, 50)) == 1  # 3 of 43 are less than a tenth


@given(
    st.dictionaries(st.integers(), st.none() | st.just(0.0) | st.floats(0.001, 1e9), max_size=40)
)
def test_each_microinverter_is_in_one_array(energies: dict[int, float | None]) -> None:
    arrays = like_microinverters(energies)
    assert sorted(one for part in arrays for one in part) == sorted(energies)
    assert all(arrays)
    if len(arrays) > 1:
        assert min(map(len, arrays)) >= 3
    compared = compare_inverters(
        InverterSpan(ENDED - timedelta(7), ENDED, {str(one): wh for one, wh in energies.items()})
    )
    listed = [*compared.weak, *compared.dead, *compared.not_known]
    assert len(listed) == len(set(listed))
    assert {str(one) for one, wh in energies.items() if wh is None} == set(compared.not_known)


def test_microinverters_that_were_read_long_ago_are_not_said_to_be_silent() -> None:
    read = NOW - timedelta(days=9)
    units = {"a": read, "b": read - timedelta(days=4), "c": read - timedelta(days=1)}
    made = judged([row(1)], {}, inverters={1: units}, inverters_read_at={1: read})
    silence = only(made.findings)
    assert (silence.kind, silence.days) == (Kind.MICROINVERTERS, 4)
    assert silence.reason.startswith("1 of 3 microinverters has not reported")


# Readings in a store.


@pytest.fixture(params=[*KINDS.values()], ids=[*KINDS])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / str(request.param)) as opened:
        yield opened


def write(store: Store, at: datetime, energies: Mapping[str, Any], **late: timedelta) -> None:
    """Counters that were read at an instant, an hour after the last reports."""
    rows = [
        {
            "serial_number": serial,
            "model": "IQ7",
            "energy_wh": wh,
            "last_report_at": at - timedelta(hours=1) - late.get(serial, timedelta(0)),
        }
        for serial, wh in energies.items()
    ]
    store.write_inverters(67, rows, at, zone=ZONE)


def test_differences_of_counters_and_what_has_none(store: Store) -> None:
    first, last = ENDED - timedelta(days=8), ENDED
    late = {"late": timedelta(hours=4), "dusk": timedelta(hours=2)}
    write(store, first - timedelta(days=2), {"a": 500.0})
    write(store, first, {"a": 1_000.0, "b": 1_000.0, "fell": 900.0, "late": 5.0, "dusk": 1.0})
    write(store, first + timedelta(days=5), {"a": 5_000.0})
    now = {"a": 9_000.0, "b": 1_000.0, "fell": 800.0, "new": 70.0, "late": 9.0, "dusk": 2.0}
    write(store, last, now | {"mute": None}, **late)
    energy = stored_inverter_energy(store)[67]
    newest, before = energy.spans
    assert (newest.days, newest.ended_at) == (8, last - timedelta(hours=1))
    assert newest.started_at == first - timedelta(hours=1)
    assert newest.energy_wh == {
        "a": 8_000.0, "b": 0.0, "dusk": 1.0, "fell": None, "late": None, "mute": None, "new": None,
    }  # fmt: skip
    assert set(newest.models.values()) == {"IQ7"}
    # The reading before, from its own start.
    assert (before.days, before.energy_wh) == (7, {"a": 4_500.0})
    assert energy.year_before is None
    assert stored_inverter_energy(store, [68]) == {}
    assert stored_inverter_energy(store, [67], Thresholds(weak_days=9))[67].spans[0].days == 10


def test_a_gateway_that_was_silent_does_not_make_the_span_longer(store: Store) -> None:
    write(store, ENDED - timedelta(days=8), {"a": 1_000.0})
    heard = ENDED - timedelta(days=3)
    rows = [{"serial_number": "a", "energy_wh": 6_000.0, "last_report_at": heard}]
    store.write_inverters(67, rows, ENDED, zone=ZONE)
    assert stored_inverter_energy(store) == {}  # only five days have been reported


def test_the_same_weeks_a_year_before_are_found(store: Store) -> None:
    for back in (400, 385, 370, 20, 7, 0):
        write(store, ENDED - timedelta(days=back), {"a": 100_000.0 - 10 * back})
    energy = stored_inverter_energy(store)[67]
    assert energy.year_before is not None
    assert energy.year_before.energy_wh == {"a": approx(150.0, abs=151)}
    assert energy.year_before.ended_at < ENDED - timedelta(days=335)
    assert energy.spans[0].energy_wh == {"a": 70.0}


# From the simulated cloud to the findings.


def sync_and_judge(client: Cloud, store: Store, clock: FakeClock) -> Assessment:
    for _ in Download(client, store, tables=["systems", "inverters"]):
        pass
    return assess(
        list(stored_rows(store)),
        as_of=datetime.fromtimestamp(clock.time(), UTC),
        inverters=stored_inverters(store),
        inverters_read_at=stored_inverters_read_at(store),
        inverter_energy=stored_inverter_energy(store),
    )


def test_a_weak_one_is_found_by_syncs_of_two_weeks(store: Store, clock: FakeClock) -> None:
    cloud = SimulatedEnlighten(12, clock=clock)
    weak = cloud.find(kind="plain").system_id
    dead = cloud.find(kind="metered").system_id
    cloud.weaken_microinverter(weak, 0.6, module=4)
    cloud.weaken_microinverter(dead, 0.0, module=2)
    clock.advance(7_200)  # until then it has produced, and that is reported
    with Enlighten("k", "u", transport=httpx.MockTransport(cloud)) as client:
        first = sync_and_judge(client, store, clock)
        clock.advance(7 * 86_400)
        second = sync_and_judge(client, store, clock)
        cloud.weaken_microinverter(weak, 1.0, module=4)
        clock.advance(8 * 86_400)
        third = sync_and_judge(client, store, clock)
        clock.advance(86_400)
        fourth = sync_and_judge(client, store, clock)
    kinds = (Kind.WEAK_MICROINVERTERS, Kind.DEAD_MICROINVERTERS)

    def told(assessment: Assessment) -> list[tuple[int, Kind]]:
        return sorted((f.system_id, f.kind) for f in assessment.findings if f.kind in kinds)

    assert told(first) == []
    assert told(second) == sorted(
        [(weak, Kind.WEAK_MICROINVERTERS), (dead, Kind.DEAD_MICROINVERTERS)]
    )
    (finding,) = [f for f in second.findings if f.kind is Kind.WEAK_MICROINVERTERS]
    modules = cloud.system(weak).modules
    assert finding.reason.startswith(f"1 of {modules} microinverters produces less than 85%")
    serial = f"48{cloud.system(weak).index:07d}004"
    assert f"(lowest: {serial} with " in finding.reason
    newest = stored_inverter_energy(store)[weak].spans[0]
    assert compare_inverters(newest).shares[serial] == approx(1.0, abs=0.04)
    # Mended: the reading of the week after is good, the one of the day after is the second.
    assert (weak, Kind.WEAK_MICROINVERTERS) in told(third)
    assert (weak, Kind.WEAK_MICROINVERTERS) not in told(fourth)
    assert (dead, Kind.DEAD_MICROINVERTERS) in told(fourth)
