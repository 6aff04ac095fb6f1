"""Dates and instants as people write them."""

from __future__ import annotations

import math
import sys
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk.core.times import to_date, to_epoch, utc, zone_named
from enphase_sdk.errors import ConfigError, InvalidArgumentError

DENVER = ZoneInfo("America/Denver")
SYDNEY = ZoneInfo("Australia/Sydney")


class Whole:
    """An integer of another library, like numpy's: no int, but with an index."""

    def __init__(self, value: int) -> None:
        self._value = value

    def __index__(self) -> int:
        return self._value


@pytest.mark.parametrize(
    "written",
    [
        date(2024, 3, 5),
        "2024-03-05",
        " 2024-03-05\n",
        "20240305",
        "2024-W10-2",
        "2024-3-5",
        "2024/03/05",
        "2024.03.05",
        "5 March 2024",
        "March 5, 2024",
        "5th of March 2024",
        "Tue, 5 Mar 2024",
        "05-Mar-2024",
        "2024-03-05 00:00",
        "2024-03-05T00:00:00",
    ],
)
def test_a_day_is_understood(written: date | str) -> None:
    assert to_date(written, "start_date") == date(2024, 3, 5)


@pytest.mark.parametrize("written", ["13/03/2024", "03/13/2024", "13.3.2024"])
def test_a_day_that_can_only_be_one_is_understood(written: str) -> None:
    assert to_date(written, "start_date") == date(2024, 3, 13)


@pytest.mark.parametrize(
    "written", ["03/05/2024", "5.3.2024", "1/2/3", "March", "2024-03", "March 5", "12", "10 am"]
)
def test_a_text_that_could_be_several_days_is_refused(written: str) -> None:
    with pytest.raises(InvalidArgumentError, match=r"start_date: .* could be more than one day"):
        to_date(written, "start_date")


@pytest.mark.parametrize("written", ["2024-03-05T12:00", "5 March 2024 10 am", "2024-03-05T00:00Z"])
def test_an_instant_is_no_day(written: str) -> None:
    with pytest.raises(InvalidArgumentError, match="is more than a day; write YYYY-MM-DD"):
        to_date(written, "start_date")


@pytest.mark.parametrize(
    "written",
    ["", "  ", "soon", "today", "2024-02-30", "2024-13-01", "99999-01-01", "\x00", "1" * 60],
)
def test_other_text_is_refused_with_an_example(written: str) -> None:
    for convert in (to_date, to_epoch):
        with pytest.raises(InvalidArgumentError, match=r"^when: .*(2024-03-05|naive)"):
            convert(written, "when")


@pytest.mark.parametrize("written", [datetime(2024, 3, 5), datetime(2024, 3, 5, tzinfo=UTC)])
def test_a_datetime_is_no_date(written: datetime) -> None:
    with pytest.raises(InvalidArgumentError, match=r"use value\.date\(\)"):
        to_date(written, "start_date")


@pytest.mark.parametrize("written", [20240305, 1.5, True, None, b"2024-03-05", [2024, 3, 5]])
def test_other_types_are_no_date(written: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=type(written).__name__):
        to_date(written, "start_date")


NOON_UTC = 1_709_640_000
HUGE = pytest.param(10**5000, id="too many digits to print")


@pytest.mark.parametrize(
    "written",
    [
        NOON_UTC,
        float(NOON_UTC),
        NOON_UTC + 0.999,
        Whole(NOON_UTC),
        datetime(2024, 3, 5, 12, tzinfo=UTC),
        datetime(2024, 3, 5, 5, tzinfo=DENVER),
        datetime(2024, 3, 5, 23, tzinfo=SYDNEY),
        "2024-03-05T12:00Z",
        "2024-03-05T13:00:00+01:00",
        "2024-03-05 05:00-0700",
        "20240305T120000Z",
        "5 March 2024 13:00 +01:00",
        "Tue, 05 Mar 2024 12:00:00 GMT",
        "2024-3-5 12:00 UTC",
    ],
)
def test_an_instant_is_understood(written: Any) -> None:
    assert to_epoch(written, "end_at") == NOON_UTC
    assert type(to_epoch(written, "end_at")) is int


@pytest.mark.parametrize(
    "written",
    [
        datetime(2024, 3, 5, 12),
        "2024-03-05",
        "2024-03-05T12:00",
        "5 March 2024 12:00",
        # Abbreviations: EST is two zones, IST three; nothing is guessed.
        "2024-03-05 12:00 EST",
        "2024-03-05 12:00 IST",
    ],
)
def test_a_naive_instant_is_refused_with_the_way_out(written: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"end_at: .*naive.*ZoneInfo"):
        to_epoch(written, "end_at")


@pytest.mark.parametrize("written", ["03/05/2024 12:00Z", "12:00 +01:00", "March 12:00Z"])
def test_a_text_that_could_be_several_instants_is_refused(written: str) -> None:
    with pytest.raises(InvalidArgumentError, match="could be more than one instant"):
        to_epoch(written, "end_at")


@pytest.mark.parametrize(
    "written", [NOON_UTC * 1000, -1, -0.5, math.nan, math.inf, -math.inf, 10**30, HUGE]
)
def test_what_is_no_epoch_seconds_is_refused(written: float) -> None:
    with pytest.raises(InvalidArgumentError, match=r"end_at: epoch seconds.*milliseconds"):
        to_epoch(written, "end_at")


@pytest.mark.parametrize("written", [True, False])
def test_a_bool_is_no_instant(written: bool) -> None:
    with pytest.raises(InvalidArgumentError, match="not a bool"):
        to_epoch(written, "end_at")


@pytest.mark.parametrize("written", [None, b"2024", date(2024, 3, 5), [1], 1j])
def test_other_types_are_no_instant(written: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=type(written).__name__):
        to_epoch(written, "end_at")


def test_the_hour_that_comes_twice_is_told_apart_by_its_fold() -> None:
    first = datetime(2024, 11, 3, 1, 30, tzinfo=DENVER)
    second = first.replace(fold=1)
    assert to_epoch(second, "at") - to_epoch(first, "at") == 3600


@pytest.mark.parametrize(("day", "hours"), [((2024, 3, 10), 23), ((2024, 11, 3), 25)])
def test_the_days_of_23_and_25_hours_have_them(day: tuple[int, int, int], hours: int) -> None:
    start = datetime(*day, tzinfo=DENVER)
    end = datetime.combine(start.date() + timedelta(days=1), start.timetz())
    assert to_epoch(end, "end_at") - to_epoch(start, "start_at") == hours * 3600


@pytest.mark.parametrize("edge", [datetime.min, datetime.max])
@pytest.mark.parametrize("hours", [-14, 0, 14])
def test_the_ends_of_the_calendar_are_refused_or_read(edge: datetime, hours: int) -> None:
    written = edge.replace(tzinfo=timezone(timedelta(hours=hours)))
    with pytest.raises(InvalidArgumentError):
        to_epoch(written, "end_at")


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()))
def test_iso_text_means_the_same_as_its_datetime(written: datetime) -> None:
    assert to_epoch(written.isoformat(), "at") == to_epoch(written, "at")
    assert to_epoch(written, "at") == int(written.timestamp())


@given(st.dates())
def test_iso_text_means_the_same_as_its_date(written: date) -> None:
    assert to_date(written.isoformat(), "day") == written


pieces = st.sampled_from(
    [*"0123456789 :/-.+TZ,", "2024", "March", "Mon", "am", "+99:99", "EST", "UTC", "-00:00", "W"]
)


@given(st.one_of(st.text(), st.lists(pieces, max_size=12).map("".join)))
def test_no_text_brings_another_error_than_ours(text: str) -> None:
    converts: list[Callable[[str, str], object]] = [to_date, to_epoch]
    for convert in converts:
        try:
            convert(text, "when")
        except InvalidArgumentError as error:
            said = str(error)
        else:
            said = "when: understood"
        assert said.startswith("when: ")


def test_utc_is_aware() -> None:
    assert utc(NOON_UTC) == datetime(2024, 3, 5, 12, tzinfo=UTC)


def test_a_zone_has_an_iana_name() -> None:
    # Zones are equal only if they are the same object, which a cleared cache makes anew.
    assert str(zone_named("America/Denver")) == "America/Denver"


@pytest.mark.parametrize("name", [None, "", "Mars/Base", "America", "../UTC", "/etc/passwd", "\0"])
def test_what_names_no_zone_is_none(name: str | None) -> None:
    assert zone_named(name) is None


@pytest.mark.parametrize(
    "written",
    [
        np.datetime64("2024-03-05"),
        np.datetime64("2024-03-05T00:00", "ns"),
        np.str_("2024-03-05"),
        pd.Timestamp("2024-03-05"),
        pd.Series(pd.to_datetime(["2024-03-05"]))[0],
    ],
    ids=repr,
)
def test_days_of_pandas_and_numpy_are_days(written: Any) -> None:
    assert to_date(written, "day") == date(2024, 3, 5)
    assert type(to_date(written, "day")) is date


@pytest.mark.parametrize(
    "written",
    [
        np.datetime64("2024-03-05T01:00"),
        pd.Timestamp("2024-03-05T12:00"),
        pd.Timestamp("2024-03-05", tz="UTC"),
        np.datetime64("NaT"),
        pd.NaT,
        pd.NA,
        np.float64(20240305),
        Decimal(20240305),
        np.array(["2024-03-05"]),
    ],
    ids=repr,
)
def test_what_is_no_day_of_theirs_is_refused(written: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^day: "):
        to_date(written, "day")


@pytest.mark.parametrize(
    "written",
    [
        np.int64(NOON_UTC),
        np.float64(NOON_UTC),
        np.uint32(NOON_UTC),
        Decimal(NOON_UTC),
        Decimal(f"{NOON_UTC}.9"),
        Fraction(2 * NOON_UTC + 1, 2),
        pd.Timestamp("2024-03-05T12:00Z"),
        pd.Timestamp("2024-03-05T05:00:00.123456789", tz="America/Denver"),
    ],
    ids=repr,
)
def test_instants_of_every_library_are_understood(written: Any) -> None:
    assert to_epoch(written, "end_at") == NOON_UTC
    assert type(to_epoch(written, "end_at")) is int


@pytest.mark.parametrize(
    "written",
    [
        pd.Timestamp("2024-03-05T12:00"),
        np.datetime64("2024-03-05T12:00"),
        np.datetime64("NaT"),
        pd.NaT,
        pd.NA,
        np.float64("nan"),
        Decimal("NaN"),
        Decimal("Infinity"),
        np.bool_(True),
        np.array([NOON_UTC]),
        pd.Timedelta(5),
    ],
    ids=repr,
)
def test_what_is_no_instant_of_theirs_is_refused(written: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^end_at: "):
        to_epoch(written, "end_at")


@pytest.fixture
def no_time_zones(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without a time zone database."""
    loaded = [name for name in sys.modules if name.partition(".")[0] == "tzdata"]
    for name in ("tzdata", *loaded):
        monkeypatch.setitem(sys.modules, name, None)
    zoneinfo.reset_tzpath([])
    ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath()
    ZoneInfo.clear_cache()


@pytest.mark.usefixtures("no_time_zones")
def test_a_machine_without_time_zones_is_told_what_to_install() -> None:
    with pytest.raises(ConfigError, match=r"'America/Denver'.*pip install tzdata"):
        zone_named("America/Denver")
    assert zone_named(None) is None
