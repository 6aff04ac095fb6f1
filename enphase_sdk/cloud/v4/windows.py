"""Windows and days in the form that v4 accepts: aligned, short enough, and not in the future.

The server refuses a time in the future, or answers with nothing; so no end after now is sent.
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

# The largest offset of a time zone behind UTC.
FURTHEST_BEHIND = timedelta(hours=12)


def granularity(seconds: int) -> Granularity:
    """The shortest of the server's windows that has at least this many seconds."""
    from enphase_sdk_api_v4.models import Granularity

    return Granularity("day" if seconds <= DAY else "week")


def windows(
    start: int | None, end: int | None, longest: int, step: int
) -> Iterator[tuple[int | None, int | None]]:
    """The windows that cover a span, aligned to intervals and not in the future; at least one.

    Args:
        start: Epoch seconds; None leaves the one window to the server, which is today.
        end: Epoch seconds; None is now.
        longest: Length of a window, seconds.
        step: Length of an interval, seconds.

    Yields:
        Start and end of a window; the end is None if the server chooses it.
    """
    if start is None:
        yield None, None
        return
    begin, now = start // step * step, int(current_clock().time())
    end = (now if end is None else min(end, now)) // step * step
    while True:
        finish = min(begin + longest, end)
        # The current interval has not ended yet.
        yield begin, finish if finish > begin else None
        begin += longest
        if begin >= end:
            return


def hour_left_out(begin: int, finish: int, longest: int, reply: Reply) -> int | None:
    """The real end of a full window, if the server ended it up to an hour early; else None.

    In the system's time zone one day a year has 23 hours.
    """
    if finish - begin <= longest - HOUR:
        return None
    try:
        end = _WINDOW.decode(reply.content).end_at
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return end if end is not None and 0 < finish - end <= HOUR else None


def final_of(asked: dict[str, Any]) -> Final | None:
    """The rule for when an answer with `meta` about a window is settled.

    The window has the length that `granularity` names, or an hour more when clocks go back.
    """
    if "start_at" not in asked:
        return None
    length = WEEK if asked["granularity"].value == "week" else DAY
    return settled_window(asked["start_at"], None, length + HOUR)


def instant(value: InstantLike | None, name: str) -> Any:
    """Epoch seconds, at most the current time; absent for None."""
    at = arguments.instant(value, name)
    return at if at is UNSET else min(at, int(current_clock().time()))


def days(start: DateLike | None, end: DateLike | None) -> dict[str, Any]:
    """The first and the last day of a series.

    The series ends with yesterday. If the end is today or later, the answer can be empty; so
    such an end is not sent. See `until_day`.
    """
    asked = arguments.days(start, end)
    last = asked["end_date"]
    if last is not UNSET and last >= _earliest_today():
        asked["end_date"] = UNSET
    return asked


def until_day(end: DateLike | None, adapt: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function that removes the days after the requested last one, then applies `adapt`."""
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
    """Today in the time zone where the day begins last; the system's zone is not known here."""
    now = datetime.fromtimestamp(current_clock().time(), UTC)
    return (now - FURTHEST_BEHIND).date()
