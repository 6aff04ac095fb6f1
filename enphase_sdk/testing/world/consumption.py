"""The energy that a household has consumed up to any instant."""

from __future__ import annotations

import math
from collections.abc import Sequence

from enphase_sdk.testing.world.chance import roll
from enphase_sdk.testing.world.system import QUARTER_HOUR, System
from enphase_sdk.testing.world.traits import Trait, roll_trait

__all__ = ["Consumption"]

_TURN = 2 * math.pi
_YEAR = 365.2425
_SWING = 0.3  # how far the seasons move the daily use
_UNEVENNESS = 0.2  # how far days differ beyond that


class Consumption:
    """The consumption of one household; energies in Wh, not rounded.

    Args:
        system: Whose; it has a consumption meter since it became operational.
    """

    def __init__(self, system: System) -> None:
        self._system = system
        self._daily = 9_000 + 22_000 * roll_trait(system.traits, Trait.CONSUMPTION)
        self._peak = (
            300 if roll_trait(system.traits, Trait.PEAK_SEASON) < 0.6 else 120
        )  # heating, or cooling
        start = system.operational_at or 0
        self._first_day = system.place.ordinal(start)
        self._at_start = self._raw(start)

    def until(self, instant: int) -> float:
        """Wh used from the beginning until `instant`, epoch seconds on a quarter hour."""
        return max(self._raw(instant) - self._at_start, 0.0)

    def over_day(self, ordinal: int, marks: Sequence[int]) -> list[float]:
        """The same as `until` for each of the marks of one local day, midnights included."""
        midnight, next_midnight = marks[0], marks[-1]
        before, after = self._before(ordinal), self._before(ordinal + 1)
        length = next_midnight - midnight
        raw = [
            before,
            *(self._within(mark - midnight, mark, length, before, after) for mark in marks[1:-1]),
            after,
        ]
        return [max(energy - self._at_start, 0.0) for energy in raw]

    def _raw(self, instant: int) -> float:
        place = self._system.place
        ordinal = place.ordinal(instant)
        midnight = place.midnight(ordinal)
        length = place.midnight(ordinal + 1) - midnight
        before = self._before(ordinal)
        if instant <= midnight:
            return before
        after = self._before(ordinal + 1)
        return self._within(instant - midnight, instant, length, before, after)

    def _within(
        self, elapsed: int, instant: int, length: int, before: float, after: float
    ) -> float:
        shift = roll(self._system.key, instant // QUARTER_HOUR) - 0.5
        share = (elapsed + 0.8 * QUARTER_HOUR * shift) / length
        return before + (after - before) * _shape(share)

    def _before(self, ordinal: int) -> float:
        day = ordinal - self._first_day
        phase = _TURN * (ordinal - 80 - self._peak) / _YEAR
        seasonal = day + _SWING * _YEAR / _TURN * math.sin(phase)
        return self._daily * (seasonal + _UNEVENNESS * roll(self._system.key, -ordinal))


def _shape(share: float) -> float:
    """Share of a day's consumption up to a share of the day; highest in the evening."""
    evening = 0.5 / _TURN * (math.sin(_TURN * (share - 0.8)) - math.sin(_TURN * -0.8))
    morning = (
        0.25 / (2 * _TURN) * (math.sin(2 * _TURN * (share - 0.3)) - math.sin(2 * _TURN * -0.3))
    )
    return share + evening + morning
