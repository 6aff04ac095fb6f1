"""Formats numbers, instants and texts for people; a value that is not known is a dash."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import isfinite

__all__ = [
    "UNKNOWN",
    "count_of_systems",
    "day_in_words",
    "energy_in_words",
    "instant",
    "kilo",
    "mega",
    "number",
    "plain",
    "span",
]

UNKNOWN = "–"  # noqa: RUF001 - a dash on purpose


# Above this a float has no exact digits left, and its zeros would fill lines.
_LARGEST_IN_FULL = 1e18


def number(value: float | None, decimals: int = 0, *, divided_by: float = 1) -> str:
    """A number with thousands separators; a dash for NaN, infinity and too large numbers."""
    if value is None:
        return UNKNOWN
    try:
        shown = value / divided_by if divided_by != 1 else value
        if not isfinite(shown):
            return UNKNOWN
        return f"{shown:,.{decimals}f}" if abs(shown) < _LARGEST_IN_FULL else f"{shown:.3e}"
    except OverflowError:  # an int that no float can hold
        return UNKNOWN


def kilo(value: float | None) -> str:
    """W in kW, or Wh in kWh."""
    return number(value, 1, divided_by=1e3)


def mega(value: float | None) -> str:
    """Wh in MWh."""
    return number(value, 1, divided_by=1e6)


def energy_in_words(wh: float | None, *, in_kwh_below: float = 1e6) -> str:
    """An energy in the unit that suits it: 9.5 kWh, 1.4 MWh; from so many Wh on in MWh."""
    if wh is None:
        return UNKNOWN
    return f"{kilo(wh)} kWh" if abs(wh) < in_kwh_below else f"{mega(wh)} MWh"


def count_of_systems(count: int) -> str:
    """A number of systems: 1 system, 1,000 systems."""
    return f"{count:,} system{'' if count == 1 else 's'}"


def instant(value: datetime | None) -> str:
    """An instant to the minute, in its own time zone; UTC is marked with a Z."""
    if value is None:
        return UNKNOWN
    return f"{value:%Y-%m-%d %H:%M}" + ("Z" if value.tzinfo is UTC else "")


def day_in_words(day: date) -> str:
    """A day for people who do not read ISO dates, such as 5 March 2026."""
    return f"{day.day} {day:%B %Y}"


def span(length: timedelta) -> str:
    """A length of time in its two largest units."""
    minutes = int(length.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h" if hours and days < 10 else f"{days} d"
    return f"{hours} h {minutes % 60} min"


def plain(text: str | None) -> str:
    """A foreign text on one line, without control characters."""
    if not text:
        return UNKNOWN
    return "".join(c if c.isprintable() else " " for c in text).strip() or UNKNOWN
