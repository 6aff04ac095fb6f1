"""Energy from a counter, one reading after the other."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk.history.counting import Count, Reason, Rules, Shown, Span

STEP = 300
RULES = Rules(bridge=300, most_watts=500_000)
AT = 1_700_000_100  # a boundary

Readings = Sequence[tuple[float, int]]


def followed(
    readings: Readings, *, rules: Rules = RULES, sources: list[str] | None = None
) -> tuple[list[Span], list[Reason]]:
    """What follows from readings at seconds after a boundary."""
    named = sources or ["meter"] * len(readings)
    shown = [Shown(AT + at, wh, source) for (at, wh), source in zip(readings, named, strict=True)]
    count = Count.begun(shown[0], STEP)
    spans: list[Span] = []
    reasons: list[Reason] = []
    for each in shown[1:]:
        count, more, reason = count.followed(each, STEP, rules)
        spans += more
        reasons += [] if reason is None else [reason]
    return spans, reasons


def energies(readings: Readings, rules: Rules = RULES) -> list[tuple[int, int, int]]:
    """Spans as start and end in seconds after the boundary, and energy."""
    spans, _ = followed(readings, rules=rules)
    return [(span.start_at - AT, span.end_at - AT, span.wh) for span in spans]


def test_at_a_boundary_the_counter_lies_on_the_line_between_its_neighbours() -> None:
    readings = [(-30, 1000), (30, 1010), (270, 1100), (330, 1120)]

    # 1005 Wh at the first boundary, 1110 at the second.
    assert energies(readings) == [(0, 300, 105)]


def test_readings_at_the_boundaries_need_no_line() -> None:
    assert energies([(0, 1000), (300, 1017), (600, 1017)]) == [(0, 300, 17), (300, 600, 0)]


def test_rounding_is_never_lost_but_passed_on() -> None:
    readings = [(float(60 * minute), 1000 + minute * 7 // 60) for minute in range(61)]

    spans, _ = followed(readings)

    assert [span.wh for span in spans] == [0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1]
    assert sum(span.wh for span in spans) == 7


def test_one_line_may_go_over_several_boundaries() -> None:
    readings = [(-10, 1000), (890, 1090), (910, 1092)]
    assert energies(readings, Rules(900, 500_000)) == [
        (0, 300, 30),
        (300, 600, 30),
        (600, 900, 30),
    ]


def test_the_longest_line_is_as_long_as_it_is_said_to_be() -> None:
    assert energies([(0, 1000), (300, 1010)]) == [(0, 300, 10)]
    assert energies([(0, 1000), (290.0, 1010), (590.0, 1020), (600, 1020)]) == [
        (0, 300, 10),
        (300, 600, 10),
    ]
    assert energies([(0, 1000), (290, 1010), (590.5, 1020), (600, 1020)]) == [(0, 600, 20)]


def test_a_gap_has_an_energy_and_no_intervals() -> None:
    readings = [(0, 1000), (300, 1010), (320, 1011), (4000, 1500), (4200, 1510), (4500, 1520)]

    assert energies(readings) == [(0, 300, 10), (300, 4200, 500), (4200, 4500, 10)]


def test_a_gap_may_end_at_a_boundary() -> None:
    assert energies([(0, 1000), (3600, 1500)]) == [(0, 3600, 500)]


def test_nothing_is_known_before_the_first_boundary() -> None:
    assert energies([(100, 1000), (299, 1010), (500, 1020), (601, 1030)]) == [(300, 600, 19)]


def test_an_interval_in_which_the_counter_was_reset_does_not_exist() -> None:
    readings = [(0, 90_000), (300, 90_010), (400, 4), (600, 10), (900, 30)]

    spans, reasons = followed(readings)

    assert [(span.start_at - AT, span.wh) for span in spans] == [(0, 10), (600, 20)]
    assert reasons == [Reason.RESET]


def test_a_counter_that_comes_back_after_a_reset_made_no_energy() -> None:
    spans, reasons = followed([(0, 50_000), (60, 0), (120, 0), (180, 50_001), (300, 50_002)])

    assert reasons == [Reason.RESET, Reason.RETURNED]
    assert spans == []


def test_a_counter_that_counts_up_after_a_reset_passes_its_old_value_unseen() -> None:
    readings = [(0, 500), (60, 0)]
    readings += [(60 + 60 * minute, 20 * minute) for minute in range(1, 40)]

    spans, reasons = followed([(float(at), wh) for at, wh in readings])

    assert reasons == [Reason.RESET]
    assert sum(span.wh for span in spans) == 20 * (readings[-1][0] // 300 * 5 - 5)


def test_a_second_reset_is_one_too() -> None:
    readings = [(0, 5000), (60, 0), (120, 300), (180, 1), (240, 10), (300, 20), (600, 40)]

    spans, reasons = followed([(float(at), wh) for at, wh in readings])

    assert reasons == [Reason.RESET, Reason.RESET]
    assert [span.wh for span in spans] == [20]


def test_a_jump_forward_is_no_energy() -> None:
    spans, reasons = followed([(0, 1000), (60, 9_000_000), (120, 9_000_001), (420, 9_000_002)])

    assert reasons == [Reason.JUMP]
    assert spans == []


def test_a_counter_that_moves_every_quarter_of_an_hour_does_not_jump() -> None:
    spans, reasons = followed([(0, 0), (60, 0), (120, 120_000), (300, 120_000)])

    assert reasons == []
    assert [span.wh for span in spans] == [120_000]


def test_what_was_missed_in_a_long_gap_is_no_jump() -> None:
    week = 7 * 86_400
    assert energies([(0, 0), (week, 400_000)]) == [(0, week, 400_000)]


def test_another_source_starts_afresh() -> None:
    readings: Readings = [(0, 1000), (300, 1010), (360, 1011), (600, 1020), (900, 1030)]

    spans, reasons = followed(readings, sources=["meter", "meter", "v1", "v1", "v1"])

    assert reasons == [Reason.SOURCE]
    assert [(span.start_at - AT, span.wh) for span in spans] == [(0, 10), (600, 10)]


WRAP = 1_193_046  # 2^32 joules in Wh


@pytest.mark.parametrize("source", ["v1", "inverters"])
@pytest.mark.parametrize("silent", [0, 2700])
def test_the_wrap_of_a_microinverters_counter_neither_loses_nor_makes_energy(
    source: str, silent: int
) -> None:
    """At 10,000 W; `silent` is for how long nothing is told after the wrap."""
    true = [(60.0 * minute, 5_000_000 + minute * 1000 // 6) for minute in range(181)]
    told = [
        (at, wh - (at > 3600) * WRAP - (at > 7200) * WRAP)
        for at, wh in true
        if not 3600 < at <= 3600 + silent
    ]
    named = [source] * len(told)
    spans, reasons = followed(told, sources=named)

    assert reasons == [Reason.WRAP, Reason.WRAP]
    assert sum(span.wh for span in spans) == true[-1][1] - true[0][1]
    expected, _ = followed([each for each in true if not 3600 < each[0] <= 3600 + silent])
    assert spans == expected


@pytest.mark.parametrize(
    ("source", "fall"),
    [("meter", WRAP), ("v1", WRAP + 101), ("v1", WRAP * 9 // 10 - 20_000), ("v1", 2 * WRAP)],
)
def test_another_fall_is_no_wrap(source: str, fall: int) -> None:
    readings = [(0, 5_000_000), (300, 5_000_000 - fall), (600, 5_000_010 - fall)]
    spans, reasons = followed(readings, sources=[source] * 3)
    assert reasons == [Reason.RESET]
    assert [span.wh for span in spans] == [10]


def test_no_more_is_made_at_a_wrap_than_the_site_can_make() -> None:
    rules = Rules(bridge=300, most_watts=8000)
    for made, reason in ((2600, Reason.WRAP), (2700, Reason.RESET)):
        readings = [(0, 5_000_000), (300, 5_000_000 - WRAP + made)]
        _, reasons = followed(readings, rules=rules, sources=["v1", "v1"])
        assert reasons == [reason]


def test_a_small_step_back_is_a_standstill_that_is_told_once() -> None:
    readings = [(0, 1000), (60, 1005), (120, 1003), (180, 1001), (240, 1006), (300, 1004)]

    spans, reasons = followed([(float(at), wh) for at, wh in readings])

    assert reasons == [Reason.DIP, Reason.DIP]
    assert [span.wh for span in spans] == [6]


def test_many_small_steps_back_are_a_reset() -> None:
    readings = [(float(60 * minute), 1000 - 30 * minute) for minute in range(6)]

    _, reasons = followed(readings)

    assert reasons == [Reason.DIP, Reason.RESET, Reason.DIP]


@pytest.mark.parametrize(("fall", "reason"), [(100, Reason.DIP), (101, Reason.RESET)])
def test_where_a_step_back_stops_being_small(fall: int, reason: Reason) -> None:
    assert followed([(0, 1000), (60, 1000 - fall)])[1] == [reason]


changes = st.one_of(
    st.integers(0, 500),
    st.integers(-100, 0),
    st.sampled_from([-1_000_000, -5000, 300_000, 10**12]),
)
waits = st.one_of(
    st.just(60.0), st.floats(0.001, 300, allow_nan=False), st.floats(300, 9000, allow_nan=False)
)


@given(st.integers(0, 10_000), st.lists(st.tuples(waits, changes), min_size=1, max_size=60))
def test_energy_is_never_negative_never_twice_and_never_more_than_the_counter_rose(
    first: int, path: list[tuple[float, int]]
) -> None:
    readings: list[tuple[float, int]] = [(0.5, first)]
    for wait, change in path:
        at, wh = readings[-1]
        readings.append((at + wait, wh + change))

    spans, reasons = followed(readings)

    end = 0
    for span in spans:
        assert span.wh >= 0
        assert end <= span.start_at < span.end_at
        assert span.start_at % STEP == span.end_at % STEP == 0
        end = span.end_at
    assert end <= AT + readings[-1][0]
    rises = [max(0, after - before) for (_, before), (_, after) in pairwise(readings)]
    plausible = [rise for rise in rises if rise < 10**12]
    assert sum(span.wh for span in spans) <= sum(plausible)
    if not reasons:
        assert sum(span.wh for span in spans) <= readings[-1][1] - first


@given(
    st.integers(0, 10**9),
    st.lists(st.tuples(st.integers(1, 300), st.integers(0, 2000)), min_size=1, max_size=80),
)
def test_without_gaps_intervals_add_up_to_the_rise_between_the_outer_boundaries(
    first: int, path: list[tuple[int, int]]
) -> None:
    readings: list[tuple[int, int]] = [(0, first)]
    for wait, rise in path:
        at, wh = readings[-1]
        readings.append((at + wait, wh + rise))

    spans, reasons = followed([(float(at), wh) for at, wh in readings])

    last = readings[-1][0] // STEP * STEP
    assert reasons == []
    assert [(span.start_at - AT, span.end_at - AT) for span in spans] == [
        (end - STEP, end) for end in range(STEP, last + 1, STEP)
    ]
    assert abs(sum(span.wh for span in spans) - (_exactly(readings, last) - first)) <= 1


def _exactly(readings: Sequence[tuple[int, int]], at: int) -> int:
    """The counter's whole Wh at an instant, on the straight line between its neighbours."""
    if at == readings[-1][0]:
        return readings[-1][1]
    for (start, before), (end, after) in pairwise(readings):
        if start <= at < end:
            return floor(before + Fraction((after - before) * (at - start), end - start))
    raise AssertionError("outside of the readings")
