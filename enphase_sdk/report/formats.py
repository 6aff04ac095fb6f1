"""Numbers, instants and texts as people read them; what is not known is a dash."""

from __future__ import annotations

from datetime import datetime, timedelta

__all__ = ["UNKNOWN", "instant", "kilo", "mega", "number", "plain", "span"]

UNKNOWN = "–"  # noqa: RUF001 - a dash on purpose


def number(value: float | None, decimals: int = 0) -> str:
    """A number with its thousands apart."""
    return UNKNOWN if value is None else f"{value:,.{decimals}f}"


def kilo(value: float | None) -> str:
    """W in kW, or Wh in kWh."""
    return number(None if value is None else value / 1e3, 1)


def mega(value: float | None) -> str:
    """Wh in MWh."""
    return number(None if value is None else value / 1e6, 1)


def instant(value: datetime | None) -> str:
    """An instant to the minute, by the clock of its own zone."""
    return UNKNOWN if value is None else f"{value:%Y-%m-%d %H:%M}"


def span(length: timedelta) -> str:
    """A length of time in its two largest units."""
    minutes = int(length.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h" if hours and days < 10 else f"{days} d"
    return f"{hours} h {minutes % 60} min"


def plain(text: str | None) -> str:
    """A text from elsewhere, on one line and without anything a terminal would obey."""
    if not text:
        return UNKNOWN
    return "".join(c if c.isprintable() else " " for c in text).strip() or UNKNOWN
