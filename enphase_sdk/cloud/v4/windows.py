"""Windows and days as v4 takes them: aligned, short enough, and over.

What lies in the future is refused, or empties the whole answer; so no end after now is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import msgspec
from attrs import evolve
from msgspec import UNSET

from enphase_sdk.clock import current_clock
from enphase_sdk.cloud import arguments
from enphase_sdk.cloud.finality import Final, settled_window
from enphase_sdk.core.effects import Reply
from enphase_sdk.core.json import is_array
from enphase_sdk.core.times import DateLike, InstantLike, to_date

if TYPE_CHECKING:
    from enphase_sdk_api_v4.models import Granularity

__all__ = [
    "DAY",
    "FIVE_MINUTES",
    "HOUR",
    "QUARTER_HOUR",
    "WEEK",
    "days",
    "final_of",
    "granularity",
    "hour_left_out",
    "instant",
    "until_day",
    "windows",
]

FIVE_MINUTES, QUARTER_HOUR = 300, 900
DAY = 86_400
WEEK = 7 * DAY

HOUR = 3_600


class _Window(msgspec.Struct):
    end_at: int | None = None


_WINDOW = msgspec.json.Decoder(_Window)

# No zone is further behind UTC.
FURTHEST_BEHIND = timedelta(hours=12)


def granularity(seconds: int) -> Granularity:
    """The shortest window there is that holds so many seconds."""
    from enphase_sdk_api_v4.models import Granularity

    return Granularity("day" if seconds <= DAY else "week")


def windows(
    start: int | None, end: int | None, longest: int, step: int
) -> Iterator[tuple[int | None, int | None]]:
    """Windows that make up a span, aligned to intervals and over; the first one always.

    Args:
        start: Epoch seconds; None leaves the one window to the server, which is today.
        end: Epoch seconds; None is now.
        longest: Seconds of a window.
        step: Seconds of an interval.

    Yields:
        Where a window begins and ends; its end is None where it is left to the server.
    """
    if start is None:
        yield None, None
        return
    begin, now = start // step * step, int(current_clock().time())
    end = (now if end is None else min(end, now)) // step * step
    while True:
        finish = min(begin + longest, end)
        # Nothing is over yet of an interval that has just begun.
        yield begin, finish if finish > begin else None
        begin += longest
        if begin >= end:
            return


def hour_left_out(begin: int, finish: int, longest: int, reply: Reply) -> int | None:
    """Where a window of full length really ended, if that was up to an hour before its end.

    By the clock of the system's zone a day has 23 hours once a year.
    """
    if finish - begin <= longest - HOUR:
        return None
    try:
        end = _WINDOW.decode(reply.content).end_at
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return end if end is not None and 0 < finish - end <= HOUR else None


def final_of(asked: dict[str, Any]) -> Final | None:
    """When an answer with `meta` about a window is settled.

    The window is as long as `granularity` says, or an hour longer where clocks are put back.
    """
    if "start_at" not in asked:
        return None
    length = WEEK if asked["granularity"].value == "week" else DAY
    return settled_window(asked["start_at"], None, length + HOUR)


def instant(value: InstantLike | None, name: str) -> Any:
    """Epoch seconds, now at the latest; absent for None."""
    at = arguments.instant(value, name)
    return at if at is UNSET else min(at, int(current_clock().time()))


def days(start: DateLike | None, end: DateLike | None) -> dict[str, Any]:
    """The first and the last day of a series.

    The series ends with yesterday. With today or a later day as its end it can come empty, so
    such an end is left out; see `until_day`.
    """
    asked = arguments.days(start, end)
    last = asked["end_date"]
    if last is not UNSET and last >= _earliest_today():
        asked["end_date"] = UNSET
    return asked


def until_day(end: DateLike | None, adapt: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Cuts off the days of a series after the one that was asked for as its last; then `adapt`."""
    if end is None:
        return adapt
    last = to_date(end, "end_date")

    def cut(series: Any) -> Any:
        first = series.start_date
        if isinstance(first, date):
            count = max(0, (last - first).days + 1)
            values = attrs.asdict(series, recurse=False)
            lists = {name: value[:count] for name, value in values.items() if is_array(value)}
            series = evolve(series, **lists)
        return adapt(series)

    return cut


def _earliest_today() -> date:
    """Today where the day begins last: whose zone a system is in is not known here."""
    now = datetime.fromtimestamp(current_clock().time(), UTC)
    return (now - FURTHEST_BEHIND).date()
