"""The energy that a system has produced up to any instant.

One growing number per system: the watt-hours its microinverters have made since it became
operational. What an interval, a day or a lifetime holds, and what a meter shows, is a
difference or a function of it, so all answers agree to the watt-hour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from enphase_sdk.testing.world.chance import roll
from enphase_sdk.testing.world.sky import daylight, progress
from enphase_sdk.testing.world.system import Meter, System

__all__ = ["Metering", "Production"]

_AGEING = 0.005 / 365.2425  # share of the energy lost per day of age
_UNEVENNESS = 0.04  # how far neighbours' days differ beyond the weather they share
_INTERVAL = 300


class Production:
    """The production of the microinverters of one system; energies in Wh, not rounded.

    Args:
        system: Whose.
    """

    def __init__(self, system: System) -> None:
        self._system = system
        self._climate = system.climate
        self._scale = system.size_w / 1_000 * system.efficiency
        place = system.place
        start = system.operational_at
        self._first_day = place.ordinal(start) if start is not None else 0
        self._segments = self._shares()
        self._at_start = self._raw(start) if start is not None else 0.0

    def until(self, instant: int) -> float:
        """Wh made from the beginning until `instant`, epoch seconds on a five-minute mark."""
        start = self._system.operational_at
        if start is None or instant <= start:
            return 0.0
        return self._raw(instant) - self._at_start

    def until_day(self, ordinal: int) -> float:
        """Wh made from the beginning until the local day `ordinal` begins."""
        if self._system.operational_at is None or ordinal <= self._first_day:
            return 0.0
        return self._before(ordinal) - self._at_start

    def over_day(self, ordinal: int, marks: Sequence[int]) -> list[float]:
        """The same as `until` for each of the marks of one local day, but faster."""
        start = self._system.operational_at
        if start is None or marks[-1] <= start:
            return [0.0] * len(marks)
        sunrise, sunset = daylight(self._system.place, ordinal)
        before, after = self._before(ordinal), self._before(ordinal + 1)
        return [
            0.0
            if mark <= start
            else self._between(mark, ordinal, sunrise, sunset, before, after) - self._at_start
            for mark in marks
        ]

    def _shares(self) -> list[tuple[int, int, float]]:
        """First day, end, and the share of the microinverters that work in between."""
        system = self._system
        changes = [(self._first_day, 1.0)]
        if system.dead_since is not None:
            share = (system.modules - 1) / system.modules
            changes.append((system.place.ordinal(system.dead_since), share))
        if system.dark_since is not None:
            changes.append((system.place.ordinal(system.dark_since), 0.0))
        ends = [day for day, _ in changes[1:]] + [2**31]
        return [(day, end, share) for (day, share), end in zip(changes, ends, strict=True)]

    def _raw(self, instant: int) -> float:
        place = self._system.place
        ordinal = place.ordinal(instant)
        sunrise, sunset = daylight(place, ordinal)
        if instant <= sunrise:
            return self._before(ordinal)
        after = self._before(ordinal + 1)
        if instant >= sunset:
            return after
        before = self._before(ordinal)
        return self._between(instant, ordinal, sunrise, sunset, before, after)

    def _between(
        self,
        instant: int,
        ordinal: int,
        sunrise: float,
        sunset: float,
        before: float,
        after: float,
    ) -> float:
        """Wh until an instant of a day, with what was made before the day and by its end."""
        if instant <= sunrise:
            return before
        if instant >= sunset:
            return after
        seen = self._clouded(instant, ordinal)
        return before + (after - before) * progress(sunrise, sunset, seen)

    def _clouded(self, instant: int, ordinal: int) -> float:
        """Clouds move some energy to a later or an earlier time; the sum never falls."""
        weather = self._climate.weather(ordinal)
        depth = 4 * weather * (1 - weather)
        shift = roll(self._system.key, instant // _INTERVAL) - 0.5
        return instant + 0.8 * _INTERVAL * depth * shift

    def _before(self, ordinal: int) -> float:
        """Wh before the local day `ordinal`, counted from the first day's midnight."""
        climate, first = self._climate, self._first_day
        total = 0.0
        level = 1.0
        for start, end, share in self._segments:
            if ordinal < start:
                break
            end = min(end, ordinal)
            new = climate.total(end) - climate.total(start)
            aged = climate.aged_total(end) - climate.aged_total(start)
            total += share * (new - _AGEING * (aged - (first - climate.first) * new))
            level = min(level, share)
        if level:
            here = climate.total(ordinal)
            calm = min(climate.total(ordinal + 1) - here, here - climate.total(ordinal - 1))
            total += level * _UNEVENNESS * calm * roll(self._system.key, ordinal)
        return total * self._scale


class _Odometer:
    """A meter as a function of the energy produced: exact, and never falling."""

    def __init__(self, meter: Meter, production: Production) -> None:
        self.meter = meter
        self._low = production.until(meter.installed_at)
        retired = meter.retired_at
        self._high = production.until(retired) if retired is not None else math.inf

    def passed(self, made: float) -> int:
        """Wh through the meter since its installation when `made` Wh have been made."""
        return max(math.floor((min(made, self._high) - self._low) * self.meter.share), 0)


class Metering:
    """The values of the revenue-grade meters of one system; energies in whole Wh.

    Every method takes the energy the microinverters had made at the instant in question.

    Args:
        system: Whose.
        production: The same system's production.

    Attributes:
        first_full_day: The local day (ordinal) from which on the merged series is the
            meters', or None without a meter.
    """

    def __init__(self, system: System, production: Production) -> None:
        meters = system.meters
        self._odometers = [_Odometer(meter, production) for meter in meters]
        self.first_full_day: int | None = None
        self._switch = math.inf
        if meters:
            self.first_full_day = system.place.ordinal(meters[0].installed_at) + 1
            self._switch = production.until_day(self.first_full_day)
            self._step = math.floor(self._switch) - self.metered(self._switch)

    def passed(self, number: int, made: float) -> int:
        """Wh through the meter at this position since its installation."""
        return self._odometers[number].passed(made)

    def metered(self, made: float) -> int:
        """Wh through all meters since their installation."""
        return sum(odometer.passed(made) for odometer in self._odometers)

    def merged(self, made: float) -> int:
        """Wh by the microinverters until the first full day, by the meters since."""
        if made <= self._switch:
            return math.floor(made)
        return self._step + self.metered(made)
