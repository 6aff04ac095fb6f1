"""The periods that a request names, as the cloud interprets them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import MAXYEAR, date, datetime, timedelta, tzinfo

from attrs import frozen

from enphase_sdk.testing.cloud.question import Question
from enphase_sdk.testing.cloud.refusal import invalid_period

__all__ = ["Days", "Intervals", "a_day_later", "a_month_later", "a_week_later", "days", "intervals"]

_INVALID = "Requested date range is invalid for this system"


@frozen
class Days:
    """Local days as ordinals, both included; `last` is before `first` if there are no days."""

    first: int
    last: int


@frozen
class Intervals:
    """A period whose ends are multiples of the interval's length, epoch seconds; may be empty."""

    start: int
    end: int


def a_day_later(day: datetime) -> datetime:
    """The same time on the next day."""
    return day + timedelta(days=1)


def a_week_later(day: datetime) -> datetime:
    """The same time on the seventh day after."""
    return day + timedelta(days=7)


def a_month_later(day: datetime) -> datetime:
    """The same time on the same day of the next month, or on its last day if that is earlier."""
    return datetime.combine(next_month(day.date()), day.timetz())


def next_month(day: date) -> date:
    """The same day of the next month, or its last day if that is earlier.

    In the calendar's last month it is the calendar's last day.
    """
    year, month = day.year + day.month // 12, day.month % 12 + 1
    if year > MAXYEAR:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def days(question: Question) -> Days:
    """The days of a lifetime series. Default: from the first to the last reported, without today.

    Raises:
        Refusal: 422, the dates lie in the future or in the wrong order.
    """
    view = question.subject
    start, end = question.day("start_date"), question.day("end_date")
    operational_at = view.system.operational_at
    reported = view.system.place.ordinal(view.report.through)
    last = end.toordinal() if end is not None else min(view.today - 1, reported)
    if start is not None:
        first = start.toordinal()
    else:
        first = (
            view.system.place.ordinal(operational_at) if operational_at is not None else last + 1
        )
    shown = {"start": date.fromordinal(first), "end": date.fromordinal(last)}
    if max(first if start is not None else last, last) > view.today:
        raise invalid_period("Requested date is in the future", **shown)
    if (start is not None or end is not None) and first > last and operational_at is not None:
        raise invalid_period("Requested start date is after the end date", **shown)
    return Days(first, last)


def intervals(
    question: Question,
    *,
    step: int,
    longest: Callable[[datetime], datetime],
    refuse_longer: bool = False,
    first: int | None,
    last: int | None,
) -> Intervals:
    """The intervals a request of statistics gets.

    Args:
        question: Whose ``start_at`` and ``end_at``; by default today so far.
        step: Length of an interval, seconds; requests are rounded down to it.
        longest: From a start to the latest end.
        refuse_longer: Whether a longer period is an error; else it is cut.
        first: Start of the first interval there is, or None if there is none.
        last: End of the last one, or None.

    Raises:
        Refusal: 422, there is nothing in that period.
    """
    view = question.subject
    start_at, end_at = question.integer("start_at"), question.integer("end_at")
    start = (start_at if start_at is not None else view.midnight(view.today)) // step * step
    end = int(end_at if end_at is not None else view.now) // step * step
    refusal = invalid_period(
        _INVALID,
        start_at=start,
        end_at=end,
        first_interval=first + step if first is not None else None,
        last_interval=last,
    )
    if first is None or last is None or end < start or end <= first or start > last:
        raise refusal
    zone = view.system.place.zone
    if start < _a_year_ago(view.now, zone):
        return Intervals(start, start)
    if refuse_longer and end > _after(start, longest, zone):
        raise refusal
    start = max(start, first)
    return Intervals(start, min(end, last, _after(start, longest, zone)))


def _after(start: int, longest: Callable[[datetime], datetime], zone: tzinfo) -> int:
    return int(longest(datetime.fromtimestamp(start, zone)).timestamp())


def _a_year_ago(now: float, zone: tzinfo) -> float:
    today = datetime.fromtimestamp(now, zone)
    day = min(today.day, monthrange(today.year - 1, today.month)[1])
    return datetime(today.year - 1, today.month, day, tzinfo=zone).timestamp()
