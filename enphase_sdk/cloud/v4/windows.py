"""Telemetry is asked for in windows; `granularity` is their length, not that of the intervals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define, fields_dict
from msgspec import UNSET, UnsetType

from enphase_sdk import models
from enphase_sdk.clock import current_clock
from enphase_sdk.cloud.api import Steps, call
from enphase_sdk.cloud.finality import DAY, HOUR, Final, settled_window

if TYPE_CHECKING:
    from enphase_sdk_api_v4.models import Granularity

__all__ = [
    "FIVE_MINUTES",
    "QUARTER_HOUR",
    "ConsumptionWindow",
    "StatsWindow",
    "final_of",
    "granularity",
    "in_shape",
    "telemetry",
    "windows",
]

T = TypeVar("T")

FIVE_MINUTES, QUARTER_HOUR = 300, 900


@define
class StatsWindow(models.Stats):
    """What v4 answers for `stats`: it tells where the window ended."""

    end_at: int | UnsetType = UNSET


@define
class ConsumptionWindow(models.ConsumptionStats):
    """What v4 answers for `consumption_stats`, likewise."""

    end_at: int | UnsetType = UNSET


def telemetry(
    api: Any,
    shape: Any,
    access: str,
    number: int,
    span: tuple[int | None, int | None],
    longest: int,
    step: int,
) -> Steps[Any]:
    """Windows of at most `longest` seconds, one after the other; the rest of them is cut off.

    A server's day has 23 hours where clocks are put forward in it: the next window begins where
    the answer says that the last one ended.
    """
    start, end = span
    parts: list[Any] = []
    begin = None if start is None else start // step * step
    while True:
        asked: dict[str, Any] = {}
        finish = None
        if begin is not None:
            finish = begin + longest if end is None else min(begin + longest, end)
            asked = {"start_at": begin, "granularity": granularity(finish - begin)}
        made, final = api.request(number, **asked), final_of(asked)
        part = yield call(api, made, shape, access=access, system_id=number, final=final)
        parts.append(part)
        if begin is None or finish is None or end is None:
            break
        begin = _covered(part.end_at, begin, finish)
        if begin >= end:
            break
    kept: dict[int, Any] = {}
    first_end = None if start is None else start // step * step
    for part in parts:
        for interval in part.intervals or ():
            at = interval.end_at
            if at is None or (first_end is not None and at <= first_end):
                continue
            if end is None or at <= end:
                kept[at] = interval
    return parts[-1], [kept[at] for at in sorted(kept)]


def _covered(told: Any, begin: int, finish: int) -> int:
    """Up to where a window has been answered. The present is its end, too, and no fault of it."""
    is_past = finish <= current_clock().time() - HOUR
    return told if is_past and isinstance(told, int) and begin < told < finish else finish


def in_shape(shape: type[T], made: Steps[Any]) -> Steps[T]:
    """The last window with the intervals of all of them, as v2 has it."""
    last, intervals = yield from made
    values = {name: getattr(last, name) for name in fields_dict(shape)}  # type: ignore[arg-type]
    return shape(**values | {"intervals": intervals})


def granularity(seconds: int) -> Granularity:
    """The shortest window there is that holds so many seconds."""
    from enphase_sdk_api_v4.models import Granularity

    return Granularity("day" if seconds <= DAY else "week")


def final_of(asked: dict[str, Any]) -> Final | None:
    """When an answer with `meta` about a window is settled.

    The window is as long as `granularity` says, or an hour longer where clocks are put back.
    """
    if "start_at" not in asked:
        return None
    length = 7 * DAY if asked["granularity"].value == "week" else DAY
    return settled_window(asked["start_at"], None, length + HOUR)


def windows(
    start: int | None, end: int | None, longest: int, step: int
) -> Iterable[tuple[int | None, int | None]]:
    """Windows that make up a span, aligned to intervals; an open one is as the server has it."""
    if start is None or end is None:
        yield (None if start is None else start // step * step), None
        return
    begin = start // step * step
    while True:
        finish = min(begin + longest, end)
        yield begin, finish
        begin = finish
        if begin >= end:
            return
