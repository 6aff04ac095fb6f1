"""The energy that goes into and out of a system's battery, and to and from the grid.

Worked out hour by hour from what is made and used, so that all four agree with each other:
import - export = consumption - production + charge - discharge.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from enphase_sdk.testing.world.chance import roll
from enphase_sdk.testing.world.consumption import Consumption
from enphase_sdk.testing.world.production import Production
from enphase_sdk.testing.world.system import System

__all__ = ["CAPACITY_WH", "Flow", "Flows", "has_battery", "has_charger"]

HOUR = 3_600
CAPACITY_WH = 10_080
_MOST_IN_AN_HOUR = 2_500
_BATTERY, _CHARGER = 1 << 41, 1 << 42  # beyond every day and interval that chance is drawn for


class Flow(NamedTuple):
    """Wh in one hour, all of them 0 or more."""

    charge: int = 0
    discharge: int = 0
    import_: int = 0
    export: int = 0


def has_battery(system: System) -> bool:
    """Whether the system has a battery; only metered ones can have one."""
    return system.consumption_metered and roll(system.key, _BATTERY) < 0.6


def has_charger(system: System) -> bool:
    """Whether the system has an EV charger."""
    return system.consumption_metered and roll(system.key, _CHARGER) < 0.5


class Flows:
    """The flows of one system, as they happen, reported or not.

    Args:
        system: Whose; it has a consumption meter.
    """

    def __init__(self, system: System) -> None:
        self._system = system
        self._battery = has_battery(system)
        self._production = Production(system)
        self._consumption = Consumption(system)
        self.in_hour = lru_cache(maxsize=20_000)(self._in_hour)

    def between(self, start: int, end: int) -> Flow:
        """The flows between two marks, epoch seconds on quarter hours."""
        totals = [0, 0, 0, 0]
        for hour in range(start // HOUR, -(-end // HOUR)):
            opened, closed = max(start, hour * HOUR), min(end, (hour + 1) * HOUR)
            for place, energy in enumerate(self.in_hour(hour)):
                # By quarter hours, so that neighbours add up without a remainder.
                before = energy * (opened - hour * HOUR) // HOUR
                totals[place] += energy * (closed - hour * HOUR) // HOUR - before
        return Flow(*totals)

    def stored(self, instant: int) -> int:
        """Wh in the battery at an instant: the day's charge less the day's discharge."""
        place = self._system.place
        midnight = place.midnight(place.ordinal(instant))
        flow = self.between(midnight, instant // 900 * 900)
        return max(min(CAPACITY_WH, CAPACITY_WH // 5 + flow.charge - flow.discharge), 0)

    def _in_hour(self, hour: int) -> Flow:
        start, end = hour * HOUR, (hour + 1) * HOUR
        made = int(self._production.until(end)) - int(self._production.until(start))
        used = int(self._consumption.until(end)) - int(self._consumption.until(start))
        spare = made - used
        charge = discharge = 0
        if self._battery:
            charge = min(max(spare, 0) * 3 // 5, _MOST_IN_AN_HOUR)
            discharge = min(max(-spare, 0) * 2 // 5, _MOST_IN_AN_HOUR // 2)
        net = -spare + charge - discharge
        # Within an hour clouds and kettles make both happen.
        both = min(made, used) // 20
        return Flow(charge, discharge, max(net, 0) + both, max(-net, 0) + both)
