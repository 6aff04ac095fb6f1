"""Degradation, against what rdtools 3.2.1 gave for the same series.

rdtools is no dependency: with xgboost it takes 500 MB. `rdtools.json` holds what it gave once for
`series(seed)` as daily pandas series; all 40 seeds that were tried agreed to 2e-14 %/yr.
"""

from __future__ import annotations

import json
import math
import random
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from enphase_sdk.report import Period, degradation, first_year_median, year_on_year_slopes

THEIRS = json.loads(Path(__file__).with_name("rdtools.json").read_text("utf-8"))["values"]


def series(seed: int) -> dict[date, float]:
    """Daily yields: years, trend, season, noise and gaps differ with the seed."""
    source = random.Random(seed)
    first = date(2020, 1, 1) + timedelta(days=source.randrange(400))
    days = source.randrange(3 * 366, 6 * 366)
    trend, season, noise = -source.random() * 2, source.random() * 0.3, 0.01 + source.random() * 0.1
    gaps = source.random() * 0.1
    found = {}
    for n in range(days):
        value = (1 + trend / 100 * n / 365) * (1 + season * math.sin(n / 58.1))
        value *= 1 + noise * (source.random() * 2 - 1)
        if source.random() >= gaps:
            found[first + timedelta(days=n)] = 4 * value
    return found


@pytest.mark.parametrize("seed", [*map(int, THEIRS)])
def test_it_is_that_of_rdtools(seed: int) -> None:
    theirs: dict[str, Any] = THEIRS[str(seed)]
    days = series(seed)
    slopes = year_on_year_slopes(days, base=first_year_median(days))
    assert len(slopes) == theirs["pairs"]
    assert median(slopes) == pytest.approx(theirs["percent_per_year"], abs=1e-9)
    got = degradation(days, max_width=math.inf)
    assert got.percent_per_year == pytest.approx(theirs["percent_per_year"], abs=1e-9)
    # Theirs is one bootstrap with one seed.
    assert got.low == pytest.approx(theirs["low"], abs=0.05)
    assert got.high == pytest.approx(theirs["high"], abs=0.05)


def test_it_is_withheld_where_it_would_tell_nothing() -> None:
    whole = Period(date(2021, 1, 1), date(2023, 12, 31))
    steady = {day: 4.0 - 0.00005 * n for n, day in enumerate(whole)}
    assert degradation(steady).withheld is None
    short = {day: wh for day, wh in steady.items() if day < date(2023, 12, 31)}
    assert degradation(short).withheld == "less than 3 years are known"
    gap = {day: wh for day, wh in steady.items() if not (day.year == 2022 and day.month < 4)}
    assert str(degradation(gap).withheld).startswith("too few days are known of the year from 2022")
    meter = degradation(steady, meter_start=date(2022, 6, 1))
    assert (meter.percent_per_year, meter.withheld) == (None, "a meter took over within the time")
    source = random.Random(1)
    wild = {day: wh * source.uniform(0.2, 1.8) for day, wh in steady.items()}
    assert degradation(wild).withheld == "its confidence interval is wider than 1 %/yr"
