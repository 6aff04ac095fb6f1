"""Days and instants as people type them on a command line, in the system's time zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from typing import TypeAlias

import typer

from enphase_sdk.clock import current_clock
from enphase_sdk.core.times import midnight, to_date, utc

__all__ = ["ZoneOf", "day_of", "instant_of", "window_of"]

ZoneOf: TypeAlias = Callable[[], tzinfo]
"""Returns the system's time zone; called only if a text needs it."""

Instant: TypeAlias = str | int | datetime

# Epoch seconds are not negative in any zone from this day on.
_EARLIEST = date(1970, 1, 2)

_DAYS_AGO = {"today": 0, "yesterday": 1}

# Up to 18 digits, so that milliseconds match too and are refused with advice.
_EPOCH = re.compile(r"[0-9]{1,18}")


def day_of(text: str | None, zone: ZoneOf) -> str | date | None:
    """`today` and `yesterday` as a date in the system's zone; other text unchanged."""
    ago = _DAYS_AGO.get(text.strip().lower()) if text else None
    return text if ago is None else _today(zone()) - timedelta(days=ago)


def instant_of(text: str | None, zone: ZoneOf) -> Instant | None:
    """An instant: digits are epoch seconds; a date, or a time without offset, is local time.

    `today` and `yesterday` are the first instants of these days. Text with an offset stays as it
    is.
    """
    if text is None:
        return None
    if _EPOCH.fullmatch(text):
        return int(text)
    day = day_of(text, zone)
    if isinstance(day, date):
        return _start_of(day, zone())
    try:
        written = datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return text if written.tzinfo is not None else written.replace(tzinfo=zone())


def window_of(
    zone: ZoneOf, start_at: str | None, end_at: str | None, day: str | None
) -> tuple[Instant | None, Instant | None]:
    """The start and the end that the options give; a `--day` that is not over has no end.

    Raises:
        typer.BadParameter: `--day` was given together with one of the others.
    """
    if day is None:
        return instant_of(start_at, zone), instant_of(end_at, zone)
    if start_at is not None or end_at is not None:
        raise typer.BadParameter("--day is a whole day; leave out --start-at and --end-at")
    first, where = to_date(day_of(day, zone) or day, "day"), zone()
    if first < _EARLIEST:
        raise typer.BadParameter(f"--day {first} lies before {_EARLIEST}; there is no data so old")
    is_over = first < _today(where)
    return _start_of(first, where), _start_of(first + timedelta(days=1), where) if is_over else None


def _today(zone: tzinfo) -> date:
    return utc(current_clock().time()).astimezone(zone).date()


def _start_of(day: date, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(midnight(day, zone), zone)
