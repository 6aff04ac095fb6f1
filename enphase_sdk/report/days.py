"""Daily energy of a system, and the whole days that may be compared.

A day is a day of the system's own time zone: it has 23, 24 or 25 hours. What is not known is None
and never 0: `energy_lifetime` answers 0 Wh for days that have not been reported yet, so its values
come in through `whole_days`, which cuts them at the newest energy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from math import isfinite
from typing import Any, TypeAlias

from attrs import frozen

from enphase_sdk.errors import ConfigError, InvalidArgumentError

__all__ = [
    "Daily",
    "Period",
    "daily",
    "daily_from_frame",
    "expected_intervals",
    "hours_of_day",
    "known",
    "newest_whole_day",
    "whole_days",
]

# Wh (or another quantity) of each day. A day that is absent is as unknown as one that is None.
Daily: TypeAlias = Mapping[date, float | None]


@frozen
class Period:
    """Whole days from `first` to `last`, both included.

    Raises:
        InvalidArgumentError: `last` lies before `first`.
    """

    first: date
    last: date

    def __attrs_post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidArgumentError(f"a period cannot end ({self.last}) before {self.first}")

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        """A calendar month."""
        first = date(year, month, 1)
        return cls(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))

    @classmethod
    def year(cls, year: int) -> Period:
        """A calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def ending(cls, last: date, *, days: int) -> Period:
        """The `days` days up to `last`."""
        return cls(last - timedelta(days=days - 1), last)

    @property
    def before(self) -> Period:
        """The period of the same length just before."""
        return Period.ending(self.first - timedelta(days=1), days=len(self))

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(len(self)))

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last


def known(value: float | None) -> float | None:
    """The value; None for what frames write for unknown (NaN) and for what is no number."""
    return value if value is not None and isfinite(value) else None


def daily(days: Iterable[tuple[date, float | None]]) -> dict[date, float | None]:
    """Days in any order as a mapping in calendar order; NaN becomes None.

    Raises:
        InvalidArgumentError: a day is given twice.
    """
    gathered: dict[date, float | None] = {}
    for day, value in days:
        if day in gathered:
            raise InvalidArgumentError(f"{day} is given twice; pass the days of one system only")
        gathered[day] = known(value)
    return dict(sorted(gathered.items()))


def daily_from_frame(
    frame: Any, *, day: str = "date", value: str = "energy_wh"
) -> dict[date, float | None]:
    """Days from a pandas, polars or pyarrow table with a column of dates and one of values.

    Needs the extra `frames`. Null and NaN become None.

    Raises:
        InvalidArgumentError: it is not such a table, a day is null or is given twice.
        ConfigError: the extra `frames` is not installed.
    """
    try:
        import narwhals as nw
    except ImportError:
        raise ConfigError(
            "days of a frame need narwhals; install it: pip install 'enphase-sdk[frames]'"
        ) from None
    try:
        table = nw.from_native(frame, eager_only=True)
    except TypeError:
        raise InvalidArgumentError(
            f"pass a pandas, polars or pyarrow table, not {type(frame).__name__}"
        ) from None
    if missing := {day, value} - set(table.columns):
        raise InvalidArgumentError(f"the table has no column {', '.join(sorted(missing))}")
    days, values = (_told(table[name]) for name in (day, value))
    return daily((_date(one), _number(wh)) for one, wh in zip(days, values, strict=True))


def _told(column: Any) -> Iterator[Any]:
    """The values of a column, None for null: pandas has NA and NaT for it."""
    nulls = column.is_null().to_list()
    return (None if null else one for one, null in zip(column.to_list(), nulls, strict=True))


def _number(value: Any) -> float | None:
    if value is None or isinstance(value, (int, float)):
        return value
    if isinstance(value, Decimal):
        return float(value)
    raise InvalidArgumentError(f"the column of values holds {type(value).__name__}; pass numbers")


def _date(value: Any) -> date:
    """A frame's day: pandas has only instants, a midnight stands for its day."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise InvalidArgumentError(f"the column of dates holds {type(value).__name__}; pass dates")


def newest_whole_day(
    last_energy_at: datetime | None, *, now: datetime, zone: tzinfo
) -> date | None:
    """The newest day that is over and wholly reported, in the system's zone; None where none is.

    It is the earlier of the day before today and the day before the one of the newest energy: the
    day on which the newest energy lies may go on. Source: `meta.last_energy_at` of the listing.

    Args:
        last_energy_at: End of the newest interval with energy (aware).
        now: The present instant (aware).
        zone: The system's time zone.
    """
    if last_energy_at is None:
        return None
    reached = min(last_energy_at, now).astimezone(zone).date()
    return reached - timedelta(days=1)


def whole_days(
    start: date,
    values: Sequence[float | None],
    *,
    last_energy_at: datetime | None,
    now: datetime,
    zone: tzinfo,
) -> dict[date, float | None]:
    """The answer of `energy_lifetime` as days; what lies after the newest whole day is left out.

    Args:
        start: Day of the first value.
        values: Wh of each day from there on.
        last_energy_at: End of the newest interval with energy (aware).
        now: The present instant (aware).
        zone: The system's time zone.
    """
    newest = newest_whole_day(last_energy_at, now=now, zone=zone)
    if newest is None:
        return {}
    count = max(0, (newest - start).days + 1)
    return daily((start + timedelta(days=n), wh) for n, wh in enumerate(values[:count]))


def hours_of_day(day: date, zone: tzinfo) -> float:
    """Length of a day of the zone in h: 24, or 23 and 25 when clocks are changed."""
    ends = (datetime.combine(d, time.min, zone) for d in (day, day + timedelta(days=1)))
    midnight, next_midnight = (end.astimezone(UTC) for end in ends)
    return (next_midnight - midnight) / timedelta(hours=1)


def expected_intervals(day: date, zone: tzinfo, *, minutes: int = 15) -> int:
    """How many intervals a whole day of the zone has: 96 quarters of an hour, or 92 and 100."""
    if minutes <= 0:
        raise InvalidArgumentError(f"minutes: an interval has at least 1, not {minutes}")
    return round(hours_of_day(day, zone) * 60 / minutes)
