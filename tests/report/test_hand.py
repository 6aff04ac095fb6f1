"""What whole days are read from, and days and microinverters below 0, each number by hand."""

from __future__ import annotations

import sys
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from enphase_sdk.errors import ConfigError, InvalidArgumentError
from enphase_sdk.report import (
    Located,
    Neighbourhoods,
    Period,
    availability,
    daily_from_frame,
    like_microinverters,
    weak_microinverters,
    zero_days,
)

DAYS = [date(2026, 3, 9), date(2026, 3, 8), date(2026, 3, 10)]
INSTANTS = [datetime(day.year, day.month, day.day) for day in DAYS]
WANT = {date(2026, 3, 8): None, date(2026, 3, 9): 1500, date(2026, 3, 10): 0}


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"date": DAYS, "energy_wh": [1500, None, 0]}),
        pd.DataFrame({"date": INSTANTS, "energy_wh": pd.array([1500, None, 0], dtype="Int64")}),
        pd.DataFrame(
            {
                "date": pd.Series(INSTANTS).dt.tz_localize("America/Los_Angeles"),
                "energy_wh": pd.array([1500, None, 0], dtype="double[pyarrow]"),
            }
        ),
        pd.DataFrame({"date": DAYS, "energy_wh": [Decimal(1500), None, Decimal(0)]}),
        pl.DataFrame({"date": DAYS, "energy_wh": [1500, None, 0]}),
        pl.DataFrame({"date": INSTANTS, "energy_wh": [1500.0, float("nan"), 0]}),
        pa.table({"date": DAYS, "energy_wh": [1500, None, 0]}),
        pa.table({"date": INSTANTS, "energy_wh": pa.array([1500, None, 0], pa.decimal128(9))}),
    ],
)
def test_days_come_from_a_frame_of_any_library(frame: Any) -> None:
    got = daily_from_frame(frame)
    assert list(got.items()) == list(WANT.items())
    assert {type(wh) for wh in got.values()} <= {int, float, type(None)}


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame({"date": [*DAYS, DAYS[0]], "energy_wh": 1}), "2026-03-09 is given twice"),
        (pd.DataFrame({"date": pd.Series([INSTANTS[0], None]), "energy_wh": 1}), "holds None"),
        (pl.DataFrame({"date": [DAYS[0], None], "energy_wh": 1}), "dates holds None"),
        (pd.DataFrame({"date": DAYS, "energy_wh": ["1", "2", "3"]}), "values holds str"),
        (pa.table({"date": ["2026-03-09"], "energy_wh": [1]}), "dates holds str"),
        (pa.table({"day": DAYS}), "no column date, energy_wh"),
        ({"date": DAYS}, "not dict"),
    ],
)
def test_what_is_no_table_of_days_is_said(frame: Any, words: str) -> None:
    with pytest.raises(InvalidArgumentError, match=words):
        daily_from_frame(frame)


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(ConfigError, match=r"pip install 'enphase-sdk\[frames\]'"):
        daily_from_frame(pl.DataFrame({"date": DAYS, "energy_wh": 1}))


def test_a_day_below_0_is_one_without_energy() -> None:
    # A meter at night: 9 kWh, -20 Wh, not known, -15 Wh in a storm: 1 of 2 days, at worst 1 of 3.
    own = dict(zip(Period(date(2026, 3, 1), date(2026, 3, 4)), [9000, -20, None, -15], strict=True))
    period = Period(min(own), max(own))
    peers = dict(zip(period, [4.0, 4.0, 4.0, 0.1], strict=True))
    none = zero_days(own, peers, period)
    assert (none.zero, none.excused, none.unknown) == (
        (date(2026, 3, 2),),
        (date(2026, 3, 4),),
        (date(2026, 3, 3),),
    )
    days = availability(own, peers, period)
    assert (days.available, days.judged, days.ratio) == (1, 2, 0.5)
    assert days.worst_case == pytest.approx(1 / 3)


def test_a_microinverter_below_0_is_dead() -> None:
    energies = dict(enumerate([1000, 1010, 990, 1005, 995, 1000, -3]))
    assert weak_microinverters(energies, days=7).dead == (6,)
    assert like_microinverters(energies) == [[1, 3, 0, 5, 4, 2, 6]]


def test_a_system_that_is_listed_twice_is_no_neighbour_of_itself() -> None:
    yields = [1.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    fleet = [Located(n, made, "95472") for n, made in enumerate(yields)]
    got = Neighbourhoods([*fleet, *fleet]).rank(fleet[0])
    assert got
    assert (got.neighbours, got.median, got.mad, got.rank, got.of) == (5, 6.0, 1.0, 6, 6)
    assert Neighbourhoods([*fleet[:5], *fleet[:5]]).rank(fleet[0]) is None
