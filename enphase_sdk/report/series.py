"""Daily energies of many systems in little memory, and the days that show an open problem."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from math import isnan, nan
from statistics import median

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.report.days import Daily, known

__all__ = ["DaySeries", "same_days_of_past_years", "standing"]

# Ten centuries. Two days so far apart in one series are a mistake, and would take much memory.
_MOST_DAYS = 366_000


class DaySeries(Mapping[date, "float | None"]):
    """A `Daily` that takes 8 bytes a day: days one after the other, None where not known.

    Args:
        first: The day of the first value.
        values: A value for each day from there on; None and NaN are not known.
    """

    __slots__ = ("_first", "_values")

    def __init__(self, first: date, values: Iterable[float | None]) -> None:
        self._first = first.toordinal()
        self._values = array("d", (nan if known(v) is None else float(v or 0) for v in values))

    @classmethod
    def of(cls, days: Daily) -> DaySeries:
        """The same days from the first known one to the last.

        Raises:
            InvalidArgumentError: they lie more than a thousand years apart.
        """
        if isinstance(days, DaySeries):
            return days
        found = {day.toordinal(): wh for day, v in days.items() if (wh := known(v)) is not None}
        if not found:
            return cls(date.min, ())
        first, last = min(found), max(found)
        if last - first > _MOST_DAYS:
            raise InvalidArgumentError("days: they lie more than a thousand years apart")
        made = cls(date.fromordinal(first), ())
        made._values = array("d", (found.get(n, nan) for n in range(first, last + 1)))
        return made

    @property
    def first(self) -> date | None:
        """The day of the first value; None where there is none."""
        return date.fromordinal(self._first) if self._values else None

    @property
    def last(self) -> date | None:
        """The day of the last value; None where there is none."""
        if not self._values:
            return None
        return date.fromordinal(self._first + len(self._values) - 1)

    def at(self, ordinal: int) -> float | None:
        """The value of a day by its proleptic ordinal; None where not known."""
        place = ordinal - self._first
        if not 0 <= place < len(self._values):
            return None
        value = self._values[place]
        return None if isnan(value) else value

    def through(self, last: date | None) -> DaySeries:
        """The days up to `last`; none where it is None."""
        count = 0 if last is None else max(0, last.toordinal() - self._first + 1)
        if count >= len(self._values):
            return self
        made = DaySeries(date.fromordinal(self._first), ())
        made._values = self._values[:count]
        return made

    def extended(self, first: date, values: Iterable[float | None]) -> DaySeries:
        """The days before `first`, and a value for each day from there on."""
        kept = self.through(first - timedelta(days=1))
        if not kept:
            return DaySeries(first, values)
        made = DaySeries(date.fromordinal(kept._first), ())
        gap = first.toordinal() - kept._first - len(kept)
        made._values = kept._values + array("d", [nan] * gap) + DaySeries(first, values)._values
        return made

    def known(self) -> Iterator[tuple[int, float]]:
        """Ordinal and value of each known day, in order."""
        first = self._first
        return ((first + n, wh) for n, wh in enumerate(self._values) if not isnan(wh))

    def __getitem__(self, day: date) -> float | None:
        if day not in self:
            raise KeyError(day)
        return self.at(day.toordinal())

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and 0 <= day.toordinal() - self._first < len(self._values)

    def __iter__(self) -> Iterator[date]:
        first = date.fromordinal(self._first)
        return (first + timedelta(days=n) for n in range(len(self._values)))

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"DaySeries({self.first} to {self.last}, {len(self)} days)"


def standing(
    marks: Iterable[bool | None], *, open_after: int = 1, clear_after: int = 2
) -> list[int]:
    """The marks that show a problem which is still open at the end; empty if there is none.

    A problem begins with `open_after` consecutive bad marks, and ends only after `clear_after`
    consecutive good marks. Unknown marks neither begin nor end it.

    Args:
        marks: In the order of time: True is bad, False is good, None is not known.
        open_after: Bad marks until it counts.
        clear_after: Good marks until it is over.

    Returns:
        The places of its bad marks, from the first.
    """
    bad: list[int] = []
    good, is_open = 0, False
    for place, mark in enumerate(marks):
        if mark is None:
            continue
        if mark:
            bad.append(place)
            good = 0
            is_open = is_open or len(bad) >= open_after
            continue
        good += 1
        if not is_open or good >= clear_after:
            bad, is_open = [], False
    return bad if is_open else []


def same_days_of_past_years(days: Daily, day: date, *, reach: int = 7) -> float | None:
    """Median of the known days around the same calendar day in earlier years, of the same unit.

    It is the expected value of a day without neighbours. None if no earlier year is known.

    Args:
        days: Daily energy or yield.
        day: The day.
        reach: Days before and after it; 7 makes windows of 15 days.
    """
    series = DaySeries.of(days)
    if series.first is None:
        return None
    values: list[float] = []
    for year in range(day.year - 1, series.first.year - 1, -1):
        middle = day.replace(year=year, day=min(day.day, 28) if day.month == 2 else day.day)
        around = range(middle.toordinal() - reach, middle.toordinal() + reach + 1)
        values += [wh for n in around if (wh := series.at(n)) is not None]
    return median(values) if values else None
