"""Dates and instants as callers write them, turned into what the wire takes.

A date is a day in the system's own time zone. An instant is seconds since the Unix epoch, UTC.
"""

from __future__ import annotations

import operator
import re
from datetime import UTC, date, datetime
from typing import SupportsIndex
from zoneinfo import ZoneInfo

from enphase_sdk.errors import InvalidArgumentError

__all__ = ["DateLike", "InstantLike", "to_date", "to_epoch", "utc", "zone_named"]

DateLike = date | str
InstantLike = datetime | str | int | float

# An epoch beyond this (year 5138) is a count of milliseconds.
_LATEST = 100_000_000_000


def to_date(value: DateLike, name: str) -> date:
    """A calendar day from a `date` or from text.

    Text is ISO (``2024-03-05``) or anything that names one day without doubt
    (``5 March 2024``).

    Raises:
        InvalidArgumentError: it is not a day, or could be two (``03/05/2024``).
    """
    if isinstance(value, datetime):
        raise InvalidArgumentError(
            f"{name}: a date is wanted, not a datetime; pass value.date() of the time in the "
            "system's own zone"
        )
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return _date_from_text(value.strip(), name)
    raise InvalidArgumentError(
        f"{name}: pass a datetime.date or text like 2024-03-05, not {type(value).__name__}"
    )


def to_epoch(value: InstantLike, name: str) -> int:
    """An instant in epoch seconds from an aware `datetime`, text with an offset, or seconds.

    Fractions of a second are cut off.

    Raises:
        InvalidArgumentError: it is naive, malformed, or out of range.
    """
    if isinstance(value, bool):
        raise InvalidArgumentError(f"{name}: pass an aware datetime or epoch seconds, not a bool")
    if isinstance(value, str):
        value = _datetime_from_text(value.strip(), name)
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise InvalidArgumentError(
                f"{name}: {value.isoformat()} is naive and could be any of two dozen instants; "
                "give it a zone, for example value.replace(tzinfo=ZoneInfo('America/Denver'))"
            )
        value = value.timestamp()
    if isinstance(value, SupportsIndex):  # an int, or one of numpy's
        value = operator.index(value)
    if not isinstance(value, (int, float)):
        raise InvalidArgumentError(
            f"{name}: pass an aware datetime, ISO text with an offset, or epoch seconds, "
            f"not {type(value).__name__}"
        )
    if not 0 <= value < _LATEST:  # also refuses NaN
        raise InvalidArgumentError(
            f"{name}: epoch seconds are wanted, from 0 to below {_LATEST}; are these milliseconds?"
        )
    return int(value)


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
    """What people type, read in several ways; only what all of them agree on was really said."""
    orders = (False,) if _YEAR_FIRST.match(text) else (False, True)
    defaults = (datetime(2000, 1, 1), datetime(2003, 2, 2))
    return {_typed(text, name, order, default) for order in orders for default in defaults}


def _typed(text: str, name: str, day_first: bool, default: datetime) -> datetime:
    from dateutil import parser

    try:
        read = parser.parse(text, dayfirst=day_first, default=default, tzinfos=_offset)
        read.utcoffset()  # of more than a day it is an error only now
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


def zone_named(name: str | None) -> ZoneInfo | None:
    """The zone of an IANA name; None without a name, or where this machine knows no such zone."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, TypeError, ValueError, OSError):  # no zone, and no name that could be one
        return None
