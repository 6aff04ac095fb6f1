"""The data that a system has reported so far, and the time of its last report."""

from __future__ import annotations

import math
from functools import lru_cache

from attrs import frozen

from enphase_sdk.testing.world.archetypes import Kind
from enphase_sdk.testing.world.places import Place
from enphase_sdk.testing.world.sky import daylight
from enphase_sdk.testing.world.system import QUARTER_HOUR, System

__all__ = ["Report", "latest_report", "status"]

_CELLULAR_PERIOD = 6 * 3_600
_SILENT_AFTER = 24 * 3_600


@frozen
class Report:
    """The state of a system's reporting at one instant; all in epoch seconds.

    Attributes:
        last_report_at: When a gateway last reported.
        through: Up to where there is data, on a quarter hour. Nothing is missing before it.
        last_energy_at: End of the last reported interval with production, or None.
    """

    last_report_at: int
    through: int
    last_energy_at: int | None


def latest_report(system: System, now: float) -> Report:
    """The state of `system` in Enlighten at `now` (epoch seconds)."""
    last = _scheduled(system, now)
    through = _quarter(last)
    outage = system.outage
    if outage is not None and now >= outage.began_at:
        through = _quarter(_scheduled(system, outage.began_at))
        if now < outage.ended_at:
            last = _scheduled(system, outage.began_at)
        else:
            last = max(last, outage.ended_at)
            refilled = through + (last - outage.ended_at) * outage.refill
            through = min(_quarter(last), _quarter(refilled))
    return Report(last, through, _last_energy(system, through))


def status(system: System, report: Report, now: float) -> str:
    """The system's status, as in ``meta.status``."""
    if now - report.last_report_at > _SILENT_AFTER:
        return "comm"
    return system.trouble or "normal"


def _last_energy(system: System, through: int) -> int | None:
    """End of the last five-minute interval with daylight that was reported by `through`."""
    start = system.operational_at
    if start is None or through <= start:
        return None
    if system.dark_since is not None:
        through = min(through, system.dark_since)
    last = _last_lit(system.place, through)
    return last if last > start else None


@lru_cache(maxsize=1_024)
def _last_lit(place: Place, through: int) -> int:
    """The last five-minute mark until `through` at the end of an interval with daylight."""
    ordinal = place.ordinal(through)
    sunrise, sunset = daylight(place, ordinal)
    if through <= sunrise:
        sunset = daylight(place, ordinal - 1)[1]
    return min(through, math.ceil(sunset / 300) * 300)


def _scheduled(system: System, instant: float) -> int:
    period = _CELLULAR_PERIOD if system.kind is Kind.CELLULAR else QUARTER_HOUR
    phase = system.report_phase
    return int((instant - phase) // period) * period + phase


def _quarter(instant: float) -> int:
    return int(instant // QUARTER_HOUR) * QUARTER_HOUR
