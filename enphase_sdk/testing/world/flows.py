"""The energy that goes into and out of a system's battery, and to and from the grid.

Computed in 15-minute intervals from production and consumption, so that in each of them
import - export = consumption - production + charge - discharge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from attrs import field, frozen

from enphase_sdk.testing.world.chance import roll
from enphase_sdk.testing.world.consumption import Consumption
from enphase_sdk.testing.world.production import Metering, Production
from enphase_sdk.testing.world.system import QUARTER_HOUR, System

__all__ = ["CAPACITY_WH", "MOST_POWER_W", "Flow", "flows_of", "has_battery", "has_charger"]

CAPACITY_WH = 10_080
MOST_POWER_W = 3_840
_RESERVE_WH = CAPACITY_WH // 5
_MOST_WH = MOST_POWER_W // 4
_BATTERY, _CHARGER = (
    1 << 41,
    1 << 42,
)  # larger than every number of a day or an interval, so that random values differ
_DAYS_REMEMBERED = 6_000


class Flow(NamedTuple):
    """Wh in some time, all of them 0 or more."""

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


def flows_of(system: System) -> Flows:
    """The flows of a system, cached because a day takes about a millisecond."""
    return _remembered(_Subject(system.key, system.today, system))


@frozen
class _Subject:
    key: int
    today: int
    system: System = field(eq=False)


@lru_cache(maxsize=16)
def _remembered(subject: _Subject) -> Flows:
    return Flows(subject.system)


class Flows:
    """The flows of one system, as they happen, reported or not.

    A battery stores a part of the surplus by day and supplies the house until midnight, when only
    its reserve is left. So each day can be computed independently.

    Args:
        system: Whose; it has a consumption meter.
    """

    def __init__(self, system: System) -> None:
        self._place = system.place
        self._battery = has_battery(system)
        self._production = Production(system)
        self._metering = Metering(system, self._production)
        self._consumption = Consumption(system)
        self.quarters: Callable[[int], tuple[Flow, ...]] = lru_cache(maxsize=40)(self._quarters)
        self.of_day: Callable[[int], Flow] = lru_cache(maxsize=_DAYS_REMEMBERED)(self._of_day)

    def between(self, start: int, end: int) -> Flow:
        """The flows between two marks, epoch seconds on quarter hours."""
        if end <= start:
            return Flow()
        parts: list[Flow] = []
        for day in range(self._place.ordinal(start), self._place.ordinal(end - 1) + 1):
            midnight, next_midnight = self._place.midnight(day), self._place.midnight(day + 1)
            opened, closed = max(start, midnight), min(end, next_midnight)
            if (opened, closed) == (midnight, next_midnight):
                parts.append(self.of_day(day))
            else:
                first, last = ((mark - midnight) // QUARTER_HOUR for mark in (opened, closed))
                parts.extend(self.quarters(day)[first:last])
        return _sum(parts)

    def stored(self, instant: int) -> int:
        """Wh in the battery at an instant: its reserve and the rest of the day's charge."""
        flow = self.between(self._place.midnight(self._place.ordinal(instant)), instant)
        return _RESERVE_WH + flow.charge - flow.discharge

    def _of_day(self, ordinal: int) -> Flow:
        return _sum(self.quarters(ordinal))

    def _quarters(self, ordinal: int) -> tuple[Flow, ...]:
        midnight, next_midnight = self._place.midnight(ordinal), self._place.midnight(ordinal + 1)
        marks = range(midnight, next_midnight + 1, QUARTER_HOUR)
        merged = self._metering.merged
        made = _differences([merged(each) for each in self._production.over_day(ordinal, marks)])
        used = _differences([int(each) for each in self._consumption.over_day(ordinal, marks)])
        spare = [produced - consumed for produced, consumed in zip(made, used, strict=True)]
        charges, discharges = _through_battery(spare) if self._battery else ([0] * len(spare),) * 2
        flows: list[Flow] = []
        for produced, consumed, charge, discharge in zip(
            made, used, charges, discharges, strict=True
        ):
            net = consumed - produced + charge - discharge
            # Within 15 minutes both import and export can occur.
            both = min(produced, consumed) // 20
            if net > 0:
                flows.append(Flow(charge, discharge, net + both, both))
            else:
                flows.append(Flow(charge, discharge, both, both - net))
        return tuple(flows)


def _through_battery(spare: list[int]) -> tuple[list[int], list[int]]:
    """What is charged and discharged in each quarter hour of a day, by what is left over in it."""
    room, stored = CAPACITY_WH - _RESERVE_WH, 0
    charges, discharges = [0] * len(spare), [0] * len(spare)
    for place, energy in enumerate(spare):
        if energy > 0 and stored < room:
            charges[place] = min(energy * 3 // 5, _MOST_WH, room - stored)
            stored += charges[place]
        elif energy < 0 < stored:
            discharges[place] = min(-energy * 4 // 5, _MOST_WH, stored)
            stored -= discharges[place]
    # Energy that would be left at midnight is not charged, beginning with the latest.
    for place in reversed(range(len(charges))):
        if not stored:
            break
        taken = min(charges[place], stored)
        charges[place] -= taken
        stored -= taken
    return charges, discharges


def _differences(energies: list[int]) -> list[int]:
    return [after - before for before, after in pairwise(energies)]


def _sum(flows: Iterable[Flow]) -> Flow:
    return Flow(*map(sum, zip(Flow(), *flows, strict=True)))
