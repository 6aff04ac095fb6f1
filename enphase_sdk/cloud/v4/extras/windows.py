"""Telemetry of API v4: the query parameters of a window, and the intervals in its answer."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from enphase_sdk.cloud.v4.windows import DAY, QUARTER_HOUR, granularity
from enphase_sdk.core.times import InstantLike, to_epoch
from enphase_sdk.errors import InvalidArgumentError


def window(
    start: InstantLike | None, end: InstantLike | None, *, longest: int = 7 * DAY
) -> dict[str, Any]:
    """The query parameters of a telemetry window: `start_at` and `granularity`.

    The start is rounded down to a quarter of an hour. The length is rounded up to a day or a
    week.

    Args:
        start: Start of the window; None for the server's default, today.
        end: End of the window; None for a day after the start.
        longest: Longest window that the server answers, seconds.

    Raises:
        InvalidArgumentError: the window is empty or longer than `longest`, or only its end is
            given.
    """
    if start is None:
        if end is None:
            return {}
        raise InvalidArgumentError(
            "end_at: give start_at too; without start_at the server answers for today"
        )
    first = to_epoch(start, "start_at")
    begin = first // QUARTER_HOUR * QUARTER_HOUR
    if end is None:
        return {"start_at": begin, "granularity": granularity(DAY)}
    last = to_epoch(end, "end_at")
    if last <= first:
        raise InvalidArgumentError(
            f"start_at and end_at: the window is empty, because end_at {last} is not later than "
            f"start_at {first} (epoch seconds); give a later end_at"
        )
    seconds = last - begin
    if seconds > longest:
        raise InvalidArgumentError(
            f"start_at and end_at: at most {longest // DAY} days can be asked for at once, not "
            f"{seconds / DAY:.4g}; ask for one window after another"
        )
    return {"start_at": begin, "granularity": granularity(seconds)}


def flat(series: Any) -> Any:
    """The series with a plain list of intervals: some servers nest that list in another one."""
    intervals: list[Any] = []
    for each in series.intervals or ():
        intervals += each if isinstance(each, list) else [each]
    # None stands for an item that could not be read as either.
    return evolve(series, intervals=[each for each in intervals if each is not None])
