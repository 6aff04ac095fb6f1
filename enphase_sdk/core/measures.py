"""The measures of a site, and its history: energy by intervals, the same type for every source."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo

from attrs import frozen

from enphase_sdk.core.times import (
    DateLike,
    InstantLike,
    Window,
    midnight,
    plain,
    to_date,
    to_epoch,
    utc,
    zone_named,
)
from enphase_sdk.errors import InvalidArgumentError

__all__ = [
    "MEASURES",
    "HistoryInterval",
    "Measure",
    "Span",
    "day_at",
    "measured",
    "window_at",
    "window_of",
]

Measure: TypeAlias = Literal[
    "production",
    "micro_production",
    "meter_production",
    "consumption",
    "battery_charge",
    "battery_discharge",
    "import",
    "export",
]

MEASURES: tuple[Measure, ...] = get_args(Measure)

A_DAY = timedelta(days=1)


@frozen
class HistoryInterval:
    """Energy of one interval of a site, or of one day.

    Attributes:
        measure: What was measured.
        start_at: Its start, UTC.
        end_at: Its end, UTC; to continue a history, pass this instant as `start`.
        wh: Energy in Wh; None if it was not reported.
        w: Mean power in W; None if the source does not report it.
        devices_reporting: Number of devices that reported in it; None as above.
        total_devices: Number of devices that could have reported; None as above.
        final: Whether the value is complete and will not change any more.
    """

    measure: Measure
    start_at: datetime
    end_at: datetime
    wh: float | None
    w: float | None = None
    devices_reporting: int | None = None
    total_devices: int | None = None
    final: bool = False

    @classmethod
    def between(cls, measure: Measure, start: int, end: int, **more: Any) -> HistoryInterval:
        """One from and to an epoch."""
        return cls(measure, utc(start), utc(end), **more)


def measured(measure: str) -> Measure:
    """The measure with this name.

    Raises:
        InvalidArgumentError: there is none of that name.
    """
    for known in MEASURES:
        if known == measure:
            return known
    raise InvalidArgumentError(f"measure: one of {', '.join(MEASURES)}, not {measure!r}")


@frozen
class Span:
    """The requested part of a history; a day means its midnight in the site's time zone.

    Attributes:
        start: Its start, epoch seconds or a day.
        end: Its end, not included; None for now.
        zone: The time zone that the caller gave, or None.
    """

    start: int | date
    end: int | date | None
    zone: ZoneInfo | None

    @classmethod
    def asked(
        cls,
        start: DateLike | InstantLike,
        end: DateLike | InstantLike | None,
        timezone: str | ZoneInfo | None,
    ) -> Span:
        """What a caller wrote.

        Raises:
            InvalidArgumentError: it cannot be understood, or ends before it starts.
        """
        zone = zone_named(timezone) if isinstance(timezone, str) else timezone
        if timezone is not None and zone is None:
            raise InvalidArgumentError(
                f"timezone must be an IANA name like America/Denver, not {timezone!r}"
            )
        first = _point(start, "start")
        last = None if end is None else _point(end, "end")
        if isinstance(first, int) == isinstance(last, int):
            _in_order(first, last)
        return cls(first, last, zone)

    def within(self, zone: ZoneInfo, now: float) -> tuple[int, int]:
        """Start and end in epoch seconds; a future end is now.

        Raises:
            InvalidArgumentError: it ends before it starts.
        """
        start, end = (
            midnight(point, zone) if isinstance(point, date) else point
            for point in (self.start, self.end)
        )
        assert start is not None  # noqa: S101 - it is always given
        _in_order(start, end)
        return start, int(now) if end is None else min(end, int(now))


def _point(value: DateLike | InstantLike, name: str) -> int | date:
    written = plain(value)
    if isinstance(written, str):
        try:
            return to_date(written, name)
        except InvalidArgumentError:
            return to_epoch(written, name)
    if isinstance(written, date) and not isinstance(written, datetime):
        return written
    return to_epoch(value, name)  # type: ignore[arg-type]  # a date has been returned


def _in_order(start: Any, end: Any) -> None:
    if end is not None and end < start:
        raise InvalidArgumentError(f"end {end} lies before start {start}")


def day_at(instant: float, zone: tzinfo) -> date:
    """The day of a zone in which an instant (epoch seconds) lies."""
    return datetime.fromtimestamp(instant, zone).date()


def window_at(instant: int, length: Window, zone: ZoneInfo) -> tuple[int, int]:
    """Start and end, epoch seconds, of the `window_of` a zone's days in which an instant lies."""
    first, last = window_of(day_at(instant, zone), length)
    return midnight(first, zone), midnight(last + A_DAY, zone)


def window_of(day: date, length: Window) -> tuple[date, date]:
    """First and last day of the window in which a day lies; it lies in one of each length.

    Whoever asks for these always asks the same, wherever a history begins.
    """
    if length == "1 month":
        first = day.replace(day=1)
        return first, (first + 31 * A_DAY).replace(day=1) - A_DAY
    days = 1 if length == "1 day" else 7
    first = date.fromordinal(day.toordinal() // days * days)
    return first, first + (days - 1) * A_DAY
