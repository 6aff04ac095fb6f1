"""Converts dates and instants, as callers write them, into the form that requests need.

A date is a day in the system's own time zone. An instant is seconds since the Unix epoch, UTC.
"""

from __future__ import annotations

import operator
import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import lru_cache
from math import isfinite
from numbers import Real
from typing import Any, Literal, SupportsIndex, TypeAlias
from zoneinfo import ZoneInfo

from enphase_sdk.errors import ConfigError, InvalidArgumentError

__all__ = [
    "DateLike",
    "InstantLike",
    "Window",
    "check_window",
    "end_of_window",
    "http_date",
    "midnight",
    "moment_told",
    "plain",
    "to_date",
    "to_epoch",
    "utc",
    "zone_named",
]

DateLike: TypeAlias = date | str
InstantLike: TypeAlias = datetime | str | int | float

# The longest windows for which the interval operations answer.
Window: TypeAlias = Literal["1 day", "7 days", "1 month"]

# Epoch seconds, 2015 to 2100. A server's clock outside this range is ignored.
EARLIEST, LATEST = 1_420_070_400.0, 4_102_444_800.0

# Epoch seconds (year 5138). A larger number is taken for milliseconds and refused.
_LATEST = 100_000_000_000


def to_date(value: DateLike, name: str) -> date:
    """A calendar day from a `date` or from text.

    Text is ISO 8601 (``2024-03-05``) or another unambiguous form (``5 March 2024``). pandas and
    numpy have no type for days: a naive midnight of theirs counts as a day.

    Raises:
        InvalidArgumentError: it is not a day, or is ambiguous (``03/05/2024``).
    """
    written = plain(value)
    if isinstance(written, datetime):
        if written is not value and written.tzinfo is None and written.time() == time.min:
            return written.date()
        raise InvalidArgumentError(
            f"{name}: pass a date, not a datetime: use value.date() of the time in the "
            "system's own zone"
        )
    if isinstance(written, date):
        return written
    if isinstance(written, str):
        return _date_from_text(written.strip(), name)
    raise InvalidArgumentError(
        f"{name}: pass a datetime.date or text like 2024-03-05, not {type(value).__name__}"
    )


def to_epoch(value: InstantLike, name: str) -> int:
    """An instant in epoch seconds from an aware `datetime`, text with an offset, or seconds.

    Fractions of a second are cut off.

    Raises:
        InvalidArgumentError: it is naive, malformed, or out of range.
    """
    seconds = _seconds(value, name)
    if not 0 <= seconds < _LATEST:  # also refuses NaN
        raise InvalidArgumentError(
            f"{name}: epoch seconds must be from 0 to below {_LATEST}; divide milliseconds by 1000"
        )
    return int(seconds)


def _seconds(value: object, name: str) -> float:
    written = plain(value)
    if isinstance(written, bool):
        raise InvalidArgumentError(f"{name}: pass an aware datetime or epoch seconds, not a bool")
    if isinstance(written, str):
        written = _datetime_from_text(written.strip(), name)
    if isinstance(written, datetime):
        if written.utcoffset() is None:
            raise InvalidArgumentError(
                f"{name}: {written.isoformat()} is naive: it has no time zone, so its "
                "instant is not known; "
                "give it a zone, for example value.replace(tzinfo=ZoneInfo('America/Denver'))"
            )
        return written.timestamp()
    if isinstance(written, (int, float)):
        return written
    raise InvalidArgumentError(
        f"{name}: pass an aware datetime, ISO text with an offset, or epoch seconds, "
        f"not {type(value).__name__}"
    )


def end_of_window(start: datetime, longest: Window) -> datetime:
    """The end of the longest window from `start`: the same time of day, in the same zone.

    A month ends on the same day of the next month, or on that month's last day.
    """
    if longest == "1 month":
        from dateutil.relativedelta import relativedelta

        return start + relativedelta(months=1)
    return start + timedelta(days=1 if longest == "1 day" else 7)


def check_window(start: InstantLike, end: InstantLike, *, longest: Window, operation: str) -> None:
    """Refuse a window that is longer than the server answers.

    A window may be an hour longer if the clocks of the system's zone are put back within it; the
    offsets in which `start` and `end` are written show that.

    Args:
        start: Start of the window.
        end: End of the window.
        longest: The longest window that is answered.
        operation: Name of the operation, for the message.

    Raises:
        InvalidArgumentError: the window is longer.
    """
    seconds = to_epoch(end, "end_at") - to_epoch(start, "start_at")
    begin = _on_the_wall(start)
    latest = end_of_window(begin, longest)
    too_long = seconds - (latest - begin).total_seconds()
    if too_long <= 0 or (too_long <= 3_600 and _on_the_wall(end) <= latest):
        return
    raise InvalidArgumentError(
        f"{operation}: at most {longest} from start_at to end_at can be asked for at once, not "
        f"{seconds / 86_400:.4g} days; ask for one window of {longest} after another"
    )


def _on_the_wall(value: InstantLike) -> datetime:
    """The local time of an instant, in the zone in which it is written."""
    written = plain(value)
    if isinstance(written, str):
        written = _datetime_from_text(written.strip(), "")
    if isinstance(written, datetime):
        return written.replace(tzinfo=None)
    return utc(to_epoch(value, "")).replace(tzinfo=None)


def plain(value: object) -> object:
    """A value of numpy or pandas as Python's own type; other values unchanged.

    A missing value (NaT, a masked one) becomes None.
    """
    if type(value) in (int, float, str, bool, date, datetime) or value is None:
        return value
    library = type(value).__module__.partition(".")[0]
    try:
        return _of_pandas(value) if library == "pandas" else _of_numbers(value, library)
    except (TypeError, ValueError, OverflowError, ArithmeticError):
        return value


def _of_pandas(value: Any) -> object:
    if value != value:  # NaT; of NA this is a TypeError
        return None
    return value.to_pydatetime(warn=False) if hasattr(value, "to_pydatetime") else value


def _of_numbers(value: Any, library: str) -> object:
    if library == "numpy":
        if type(value).__name__ == "datetime64":  # microseconds are the finest unit of datetime
            written = value.astype("M8[D]" if value.dtype.name.endswith("[D]") else "M8[us]").item()
            return value if isinstance(written, int) else written  # a year beyond 9999
        if type(value).__name__ == "MaskedConstant":
            return None
        return value.item() if getattr(value, "ndim", 0) == 0 else value
    if isinstance(value, SupportsIndex) and not isinstance(value, bool):
        return operator.index(value)
    if isinstance(value, (Decimal, Real)):
        number = float(value)
        return int(number) if isfinite(number) and number == int(number) else number
    return value


def _date_from_text(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    readings = _readings(text, name)
    days = {reading.date() for reading in readings}
    if len(days) > 1:
        raise InvalidArgumentError(
            f"{name}: {text!r} could be more than one day; write it as YYYY-MM-DD"
        )
    if any(reading.tzinfo or reading.time() != datetime.min.time() for reading in readings):
        raise InvalidArgumentError(f"{name}: {text!r} is more than a day; write YYYY-MM-DD")
    return days.pop()


def _datetime_from_text(text: str, name: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    readings = _readings(text, name)
    if len({reading.replace(tzinfo=None) for reading in readings}) > 1:
        raise InvalidArgumentError(
            f"{name}: {text!r} could be more than one instant; write it like "
            "2024-03-05T12:00:00+01:00"
        )
    return readings.pop()


_YEAR_FIRST = re.compile(r"\d{4}\D")


def _readings(text: str, name: str) -> set[datetime]:
    """Parse text with several conventions; the text is ambiguous unless all results agree."""
    orders = (False,) if _YEAR_FIRST.match(text) else (False, True)
    defaults = (datetime(2000, 1, 1), datetime(2003, 2, 2))
    return {_typed(text, name, order, default) for order in orders for default in defaults}


def _typed(text: str, name: str, day_first: bool, default: datetime) -> datetime:
    from dateutil import parser

    try:
        read = parser.parse(text, dayfirst=day_first, default=default, tzinfos=_offset)
        read.utcoffset()  # raises if the offset is longer than a day
    except (ValueError, OverflowError, TypeError):
        pass
    else:
        return read
    raise InvalidArgumentError(
        f"{name}: {text!r} is not a date or time; write it like 2024-03-05, or "
        "2024-03-05T12:00:00+01:00 for an instant"
    )


def _offset(_: str | None, seconds: int | None) -> int | None:
    """An abbreviation like EST or IST means several zones; only an offset counts."""
    return seconds


def utc(epoch_seconds: float) -> datetime:
    """The aware UTC datetime of an epoch."""
    return datetime.fromtimestamp(epoch_seconds, UTC)


def moment_told(epoch_seconds: object, *, by: datetime | None = None) -> datetime | None:
    """The aware UTC datetime of epoch seconds that a server sent; None if they cannot be.

    Args:
        epoch_seconds: What was sent: a field may be null, in milliseconds, or of a wrong clock.
        by: The latest moment that is believed; a later one is taken as this.
    """
    if not isinstance(epoch_seconds, int) or not 0 <= epoch_seconds < _LATEST:
        return None
    moment = utc(epoch_seconds)
    return moment if by is None else min(moment, by)


def midnight(day: date, zone: tzinfo) -> int:
    """The instant at which a day begins, epoch seconds."""
    return int(datetime.combine(day, time(), zone).timestamp())


def zone_named(name: str | None) -> ZoneInfo | None:
    """The time zone of an IANA name; None without a name, or if no such zone exists.

    Raises:
        ConfigError: this machine has no time zone database.
    """
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, TypeError, ValueError, OSError):  # not the name of a time zone
        pass
    if _has_zones():
        return None
    raise ConfigError(
        f"this machine has no time zone database, so the days of {name!r} are not known; "
        "install one: pip install tzdata"
    )


def _has_zones() -> bool:
    try:
        return bool(ZoneInfo("America/Denver"))
    except (KeyError, OSError):
        return False


# Cached, because all answers of one second have the same text.
@lru_cache(maxsize=16)
def http_date(header: str | None) -> float | None:
    """The epoch seconds of a date in a header; None if it is missing or not valid."""
    if header is None:
        return None
    try:
        date = parsedate_to_datetime(header)
    except (TypeError, ValueError, OverflowError):
        return None
    # HTTP's dates are in UTC.
    seconds = date.replace(tzinfo=date.tzinfo or UTC).timestamp() if date.year < 9999 else LATEST
    return seconds if EARLIEST < seconds < LATEST else None
