"""When an answer is settled, which means that it will not change and can be stored.

Gateways report late: every 5 to 15 minutes, on a cellular line some hours later, and after an
outage they report the missing data over days, oldest first. So an answer is settled when
production has been reported for a time well after the requested one. Never settled are errors,
answers without a body, and answers about a time "until now".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from typing import Any, TypeAlias

from enphase_sdk.core.times import DateLike, InstantLike, to_date, to_epoch

__all__ = [
    "SETTLED_AFTER",
    "Final",
    "newest_energy",
    "settled_days",
    "settled_month",
    "settled_rows",
    "settled_summary",
    "settled_until",
    "settled_window",
]

HOUR, DAY = 3_600, 86_400

# Seconds. Data that is this much older than the newest reported energy is complete.
SETTLED_AFTER = 12 * HOUR

# Seconds after the end of a day in UTC at which it has ended in every time zone.
_WESTMOST = 12 * HOUR

# Tells whether an answer, as it was read, is settled at an instant (epoch seconds).
Final: TypeAlias = Callable[[Any, float], bool]


def newest_energy(answer: Any) -> int:
    """End of the newest interval with energy in an answer's `meta`, epoch seconds; 0 if unknown."""
    told = getattr(getattr(answer, "meta", None), "last_energy_at", None)
    return told if isinstance(told, int) else 0


def settled_until(newest: int, now: float) -> float:
    """The instant (epoch seconds) up to which all data has been reported.

    Args:
        newest: End of the newest interval with energy, epoch seconds; 0 if it is not known.
        now: The current time; a later value of `newest` is ignored.
    """
    return min(newest, now) - SETTLED_AFTER


def settled_window(
    start: InstantLike | None,
    end: InstantLike | None,
    longest: int,
    *,
    oldest: int | None = None,
) -> Final | None:
    """The rule for an answer with `meta` about a window; None if the window has no fixed end.

    Args:
        start: Its start.
        end: Its end.
        longest: Longest window without `end`, seconds.
        oldest: Age in seconds at which the cloud has deleted intervals and answers with an empty
        list; such an answer is not settled.
    """
    if end is not None:
        last = to_epoch(end, "end_at")
    elif start is not None:
        last = to_epoch(start, "start_at") + longest
    else:
        return None

    def final(answer: Any, now: float) -> bool:
        is_forgotten = (
            oldest is not None
            and start is not None
            and to_epoch(start, "start_at") < now - oldest
            and not answer.intervals
        )
        if is_forgotten:
            return False
        return last <= settled_until(newest_energy(answer), now)

    return final


def settled_rows(start: InstantLike | None, step: int) -> Final | None:
    """The rule for telemetry without `meta`: all devices reported in every interval of the window.

    Args:
        start: Start of the window.
        step: Length of an interval, seconds.
    """
    if start is None:
        return None
    first = to_epoch(start, "start_at")

    def final(answer: Any, now: float) -> bool:
        rows: list[Any] = answer.intervals or []
        end = answer.end_at
        devices = answer.total_devices or 0
        if not isinstance(end, int) or not rows or end > now - SETTLED_AFTER:
            return False
        ends = [row.end_at for row in rows]
        wanted = list(range(first + step, end // step * step + 1, step))
        return ends == wanted and all(
            count is not None and count >= devices > 0 for row in rows for count in _counts(row)
        )

    return final


def _counts(row: Any) -> Iterable[Any]:
    """The numbers of reporting devices in one interval, one for each quantity."""
    if hasattr(row, "charge"):
        return [getattr(part, "devices_reporting", None) for part in (row.charge, row.discharge)]
    return [row.devices_reporting]


def settled_days(end: DateLike | None, *names: str) -> Final | None:
    """The rule for a daily series that reaches its last day; None if no last day was given.

    Args:
        end: The last day.
        names: The fields that hold the values.
    """
    if end is None:
        return None
    last = to_date(end, "end_date")

    def final(answer: Any, now: float) -> bool:
        first = answer.start_date
        if not isinstance(first, date) or not _is_over(last, newest_energy(answer), now):
            return False
        wanted = (last - first).days + 1
        return all(len(getattr(answer, name) or ()) >= wanted for name in names)

    return final


def settled_summary(day: DateLike | None) -> Final | None:
    """The rule for the summary of a past day."""
    if day is None:
        return None
    last = to_date(day, "summary_date")
    return lambda answer, now: _is_over(last, answer.last_interval_end_at or 0, now)


def settled_month(answer: Any, now: float) -> bool:
    """The rule for the energy of a month."""
    return isinstance(answer.end_date, date) and _is_over(
        answer.end_date, newest_energy(answer), now
    )


def _is_over(day: date, newest: int, now: float) -> bool:
    """Whether all of a day has been reported, in any time zone."""
    ends_at = datetime.combine(day, time(), UTC).timestamp() + DAY + _WESTMOST
    return ends_at <= settled_until(newest, now)
