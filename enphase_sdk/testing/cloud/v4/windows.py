"""The windows of telemetry: start, length, and the checks on them."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

from enphase_sdk.testing.cloud.periods import Days, Intervals
from enphase_sdk.testing.cloud.question import Question, View
from enphase_sdk.testing.cloud.v4.refusals import unprocessable

__all__ = ["days", "window", "window_fields"]

_LENGTHS = {
    "5mins": timedelta(minutes=5),
    "15mins": timedelta(minutes=15),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_LONGEST = timedelta(weeks=1)
_YEARS_BACK = 2


def window(question: Question, *, step: int, by_end: bool = False) -> Intervals:
    """The requested window, rounded down to multiples of `step` seconds; may be empty.

    Without a start it is today so far. `granularity` is the length of the window, not of its
    intervals, and is ignored without a start.

    Args:
        question: Whose `start_at` or `start_date`, `granularity` and `end_at`.
        step: Length of an interval, seconds.
        by_end: Whether the length is told by `end_at` alone, as for `rgm_stats`.

    Raises:
        Refusal: 422, it lies in the future, too far back, or is too long.
    """
    view = question.subject
    zone = view.system.place.zone
    start_at, end_at = _start(question), question.integer("end_at")
    if end_at is not None:
        _require_past(end_at, view)
    if start_at is None:
        start, end = view.midnight(view.today), int(view.now)
    else:
        start = start_at
        _require_past(start, view)
        if start < _earliest(view):
            raise unprocessable("Requested date is more than two years in the past")
        length = _LONGEST if by_end else _LENGTHS[question.parameters.get("granularity", "day")]
        begun = datetime.fromtimestamp(start, zone)
        # Local time: one day a year has 23 hours and one has 25.
        end = min(int(view.now), int((begun + length).timestamp()))
    if end_at is not None:
        if end_at < start or end_at - start > _LONGEST.total_seconds() + 3_600:
            raise unprocessable(
                "Requested date range is invalid for this system. "
                f"{{:start_at=>{start}, :end_at=>{end_at}, "
                f":first_interval=>{view.system.operational_at}, "
                f":last_interval=>{view.report.last_energy_at}}}"
            )
        end = end_at
    start = start // step * step
    return Intervals(start, max(start, end // step * step))


def window_fields(question: Question, period: Intervals) -> dict[str, object]:
    """The fields that name the window in the answer, in the form of the request's start."""
    if question.day("start_date") is None:
        return {"start_at": period.start, "end_at": period.end}
    zone = question.subject.system.place.zone
    return {
        "start_date": datetime.fromtimestamp(period.start, zone).isoformat(),
        "end_date": datetime.fromtimestamp(period.end, zone).isoformat(),
    }


def days(question: Question) -> Days | None:
    """The days of a daily series, without today; None if there are none.

    Raises:
        Refusal: 422, the dates lie in the future or in the wrong order.
    """
    view = question.subject
    start, end = question.day("start_date"), question.day("end_date")
    if any(day is not None and day.toordinal() > view.today for day in (start, end)):
        raise unprocessable("Requested date is in the future")
    if start is not None and end is not None and end < start:
        raise unprocessable("Invalid date/time range")
    begun = view.system.operational_at
    if begun is None:
        return None
    first = view.system.place.ordinal(begun)
    reported = view.system.place.ordinal(view.report.through)
    last = min(view.today - 1, reported)
    if start is not None:
        first = max(first, start.toordinal())
    if end is not None:
        last = min(last, end.toordinal())
    return Days(first, last) if first <= last else None


def _start(question: Question) -> int | None:
    day: date | None = question.day("start_date")
    if day is not None:
        if day.toordinal() > question.subject.today:
            raise unprocessable("Requested date is in the future")
        return question.subject.midnight(day.toordinal())
    return question.integer("start_at")


def _require_past(instant: int, view: View) -> None:
    if instant > view.now:
        raise unprocessable("Requested date is in the future")


def _earliest(view: View) -> float:
    today = datetime.fromtimestamp(view.now, UTC)
    year = today.year - _YEARS_BACK
    day = min(today.day, monthrange(year, today.month)[1])
    return datetime(year, today.month, day, tzinfo=UTC).timestamp()
