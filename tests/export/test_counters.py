"""Counters never go back."""

from __future__ import annotations

from datetime import date

import pytest

from enphase_sdk.export.counters import Counters
from enphase_sdk.export.measures import Value, measure_named

DAY = date(2024, 6, 15)
NEXT = date(2024, 6, 16)


def course(*steps: tuple[float, float], name: str = "grid_import_energy") -> list[float]:
    """What is published of values, each with its minute."""
    counters, published = Counters(), []
    for minute, number in steps:
        values = [Value(measure_named(name), (), number, minute * 60)]
        published += [v.number for v in counters.passed(values, source="meter", today=DAY)]
    return published


@pytest.mark.parametrize(
    ("numbers", "published"),
    [
        ([5, 6, 6, 9], [5, 6, 6, 9]),
        ([5000, 4990, 4995, 5000, 5001], [5000, 5000, 5001]),  # a dip
        ([5000, 0, 0, 5001], [5000, 5001]),  # a gateway that starts
        ([0, 0, 5000], [5000]),  # the same at the beginning: from 0 to 5000 was no energy
        ([5000, -3, 5001], [5000, 5001]),
        ([9_000_000, 7_806_953, 7_806_960], [9_000_000]),  # one of several wrapped at 2**32 J
    ],
)
def test_nothing_is_published_while_a_counter_is_lower(
    numbers: list[float], published: list[float]
) -> None:
    assert course(*enumerate(numbers)) == published


def test_a_counter_that_is_lower_for_a_day_counts_anew() -> None:
    hours = [(60.0 * hour, 100.0 + hour) for hour in range(26)]
    assert course((-60, 5000), *hours) == [5000, 124, 125]


def test_a_counter_that_keeps_falling_does_not() -> None:
    assert course((0, 5000), *((60.0 * hour, 4000.0 - hour) for hour in range(1, 60))) == [5000]


def test_levels_go_where_they_like() -> None:
    assert course((0, 5), (1, -3), (2, 0), name="grid_power") == [5, -3, 0]


def test_another_source_counts_something_else() -> None:
    counters = Counters()
    made = measure_named("production_energy")

    def passed(minute: int, number: float, source: str) -> bool:
        values = [Value(made, (), number, minute * 60.0)]
        return bool(list(counters.passed(values, source=source, today=DAY)))

    assert passed(0, 5000, "meter")
    assert not passed(1, 8000, "inverters")
    assert passed(2, 5001, "meter")


def test_energy_of_today_begins_at_midnight() -> None:
    counters = Counters()
    made = measure_named("production_energy_today")

    def passed(minute: int, number: float, today: date | None) -> bool:
        values = [Value(made, (), number, minute * 60.0)]
        return bool(list(counters.passed(values, source="meter", today=today)))

    assert passed(0, 20_000, DAY)
    assert not passed(1, 0, DAY)  # a gateway that starts
    assert not passed(2, 20_100, None)
    assert passed(3, 20_100, DAY)
    assert not passed(4, 20_100, NEXT)  # its midnight is a little later than ours
    assert passed(5, 0, NEXT)
    assert passed(6, 0, NEXT)
    assert passed(7, 30, NEXT)
    assert not passed(8, 10, NEXT)


def test_a_day_after_a_long_silence_may_have_more_energy() -> None:
    counters = Counters()
    made = measure_named("production_energy_today")
    evening = [Value(made, (), 3000.0, 0.0)]
    noon = [Value(made, (), 5000.0, 16 * 3600.0)]
    assert list(counters.passed(evening, source="meter", today=DAY))
    assert list(counters.passed(noon, source="meter", today=NEXT))


def test_each_inverter_has_its_own() -> None:
    counters = Counters()
    made = measure_named("inverter_energy")
    two = [Value(made, (("inverter", serial),), wh, 0.0) for serial, wh in (("1", 9.0), ("2", 5.0))]
    assert list(counters.passed(two, source="meter", today=DAY)) == two
