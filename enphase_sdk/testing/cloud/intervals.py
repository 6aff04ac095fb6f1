"""``stats``, ``rgm_stats`` and ``consumption_stats``: the intervals of a day or some days.

Each interval is identified by its end. Intervals not yet reported are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from enphase_sdk.testing.cloud.periods import (
    Intervals,
    a_day_later,
    a_month_later,
    a_week_later,
    intervals,
)
from enphase_sdk.testing.cloud.question import Question, View
from enphase_sdk.testing.cloud.series import require_consumption
from enphase_sdk.testing.world.consumption import Consumption
from enphase_sdk.testing.world.sky import daylight
from enphase_sdk.testing.world.system import QUARTER_HOUR, Meter

__all__ = [
    "consumption_rows",
    "consumption_stats",
    "meter_rows",
    "micro_rows",
    "rgm_stats",
    "stats",
]

_FIVE_MINUTES = 300
_TWILIGHT = 900


def stats(question: Question) -> object:
    """Production of the microinverters in 5-minute intervals of daylight."""
    view = question.subject
    period = intervals(
        question,
        step=_FIVE_MINUTES,
        longest=a_day_later,
        first=view.system.operational_at,
        last=view.report.last_energy_at,
    )
    return _answer(view, view.system.modules, micro_rows(view, period))


def micro_rows(view: View, period: Intervals) -> list[dict[str, int]]:
    """Production of the microinverters in the 5-minute intervals of daylight in a period."""
    made: list[dict[str, int]] = []
    for lit, sunrise, sunset in _daylight(view, period):
        for start, end in pairwise(_marks(lit, _FIVE_MINUTES)):
            before, after = view.production.until(start), view.production.until(end)
            twilight = start < sunrise + _TWILIGHT or end > sunset - _TWILIGHT
            made.append(
                {
                    "end_at": end,
                    "powr": round((after - before) * 12),
                    "enwh": math.floor(after) - math.floor(before),
                    "devices_reporting": _reporting(view, start, twilight=twilight),
                }
            )
    return made


def rgm_stats(question: Question) -> object:
    """Production measured by the revenue-grade meters in 15-minute intervals, also at night."""
    view = question.subject
    meters = view.system.meters
    active = sum(meter.retired_at is None for meter in meters)
    if not meters:
        return {**_answer(view, 0, []), "meter_intervals": []}
    period = intervals(
        question,
        step=QUARTER_HOUR,
        longest=a_week_later,
        refuse_longer=True,
        first=meters[0].installed_at,
        last=view.report.through,
    )
    summed, by_meter = meter_rows(view, period)
    return {**_answer(view, active, summed), "meter_intervals": by_meter}


def meter_rows(
    view: View, period: Intervals
) -> tuple[list[dict[str, int]], list[dict[str, object]]]:
    """Production measured by the meters in 15-minute intervals: all together, and each one."""
    meters = view.system.meters
    marks = list(_marks(period, QUARTER_HOUR))
    made = [view.production.until(mark) for mark in marks]
    total = [0] * len(marks)
    reporting = [0] * len(marks)
    by_meter: list[dict[str, object]] = []
    for number, meter in enumerate(meters):
        passed = [view.metering.passed(number, energy) for energy in made]
        rows: list[dict[str, int]] = []
        for place, end in enumerate(marks[1:], start=1):
            if _in_service(meter, end):
                energy = passed[place] - passed[place - 1]
                total[place] += energy
                reporting[place] += 1
                rows.append({"channel": 1, "end_at": end, "wh_del": energy, "curr_w": energy * 4})
        if rows:
            by_meter.append(
                {
                    "meter_serial_number": meter.serial_number,
                    "envoy_serial_number": meter.envoy_serial_number,
                    "intervals": rows,
                }
            )
    summed = [
        {"end_at": end, "wh_del": energy, "devices_reporting": count}
        for end, energy, count in list(zip(marks, total, reporting, strict=True))[1:]
    ]
    return summed, by_meter


def consumption_stats(question: Question) -> object:
    """Consumption in 15-minute intervals."""
    view = question.subject
    require_consumption(view)
    if not view.system.consumption_metered:
        return _answer(view, 0, [])
    period = intervals(
        question,
        step=QUARTER_HOUR,
        longest=a_month_later,
        first=view.system.operational_at,
        last=view.report.through,
    )
    return _answer(view, 1, consumption_rows(view, period))


def consumption_rows(view: View, period: Intervals) -> list[dict[str, int]]:
    """Consumption in the 15-minute intervals of a period."""
    consumption = Consumption(view.system)
    marks = list(_marks(period, QUARTER_HOUR))
    used = [math.floor(consumption.until(mark)) for mark in marks]
    return [
        {"end_at": end, "enwh": after - before, "devices_reporting": 1}
        for end, (before, after) in zip(marks[1:], pairwise(used), strict=True)
    ]


def _answer(view: View, devices: int, rows: list[dict[str, int]]) -> dict[str, object]:
    return {
        "system_id": view.system.system_id,
        "total_devices": devices,
        "meta": view.meta(),
        "intervals": rows,
    }


def _marks(period: Intervals, step: int) -> range:
    return range(period.start, period.end + 1, step)


def _daylight(view: View, period: Intervals) -> Iterator[tuple[Intervals, float, float]]:
    """The parts of a period with daylight, with sunrise and sunset."""
    place = view.system.place
    for ordinal in range(place.ordinal(period.start), place.ordinal(period.end) + 1):
        sunrise, sunset = daylight(place, ordinal)
        yield (
            Intervals(
                max(period.start, int(sunrise // _FIVE_MINUTES) * _FIVE_MINUTES),
                min(period.end, math.ceil(sunset / _FIVE_MINUTES) * _FIVE_MINUTES),
            ),
            sunrise,
            sunset,
        )


def _reporting(view: View, start: int, *, twilight: bool) -> int:
    """Number of microinverters that reported; in twilight the shaded ones do not."""
    dead = view.system.dead_since
    count = view.system.modules - (dead is not None and start >= dead)
    return max(round(count * 0.8), 1) if twilight else count


def _in_service(meter: Meter, end: int) -> bool:
    return meter.installed_at < end and (meter.retired_at is None or end <= meter.retired_at)
