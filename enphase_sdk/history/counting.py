"""Energy from a lifetime counter: pure arithmetic, one reading at a time.

The rules are in the docstring of the package.
"""

from __future__ import annotations

import math
from enum import IntEnum, StrEnum

from attrs import evolve, frozen

__all__ = ["Count", "Counter", "Mark", "Reason", "Rules", "Shown", "Span"]

# Wh. Totals computed from two meters, read one after the other, can fall by a few Wh.
DIP = 100
# Seconds. Some counters are updated only every quarter of an hour.
SLACK = 900.0
# Wh. A microinverter counts joules in 32 bits; when that overflows, the sum over all falls by this,
# less the energy produced since the last reading, which is small in comparison.
WRAP = 2**32 // 3600
_MADE_AT_A_WRAP = WRAP // 10
_SUMS = ("v1", "inverters")


class Counter(IntEnum):
    """A lifetime counter that is recorded.

    Attributes:
        PRODUCTION: Lifetime production of the system, from the gateway's source of production.
        PRODUCTION_METER: Lifetime energy of the production meter.
        CONSUMPTION: Lifetime consumption of the house.
    """

    PRODUCTION = 1
    PRODUCTION_METER = 2
    CONSUMPTION = 3

    @property
    def step(self) -> int:
        """Length of its intervals, seconds, the same as in the cloud."""
        return 300 if self is Counter.PRODUCTION else 900


class Reason(StrEnum):
    """Why a counter's reading needed special treatment; see the package's docstring."""

    DIP = "dip"
    RESET = "reset"
    JUMP = "jump"
    RETURNED = "returned"
    SOURCE = "source"
    WRAP = "wrap"


@frozen
class Rules:
    """The limits of plausible readings.

    Attributes:
        bridge: Longest time between two readings for interpolation, seconds.
        most_watts: Power that the site never reaches, W.
    """

    bridge: float
    most_watts: float


@frozen
class Shown:
    """One reading of a counter.

    Attributes:
        at: When, epoch seconds UTC.
        wh: Energy in Wh.
        source: The source that the counter measures, if it can change.
    """

    at: float
    wh: int
    source: str | None = None


@frozen
class Span:
    """Energy between two boundaries.

    It is an interval if it is as long as the counter's step, else a gap.

    Attributes:
        start_at: Epoch seconds UTC.
        end_at: Epoch seconds UTC.
        wh: Energy in Wh, 0 or more.
    """

    start_at: int
    end_at: int
    wh: int


@frozen
class Mark:
    """A reading of a counter that needed special treatment.

    Attributes:
        at: When it was read, epoch seconds UTC.
        counter: The counter.
        reason: Why.
        before: The highest value before it, Wh.
        after: The value read, Wh.
    """

    at: float
    counter: Counter
    reason: Reason
    before: int
    after: int


@frozen
class Count:
    """The state of a counter after its last reading.

    Attributes:
        at: The last reading's time, epoch seconds UTC.
        first: The first reading since the counter began or was interrupted, Wh.
        shown: The last one, Wh.
        highest: The highest one, Wh.
        source: The source that the counter measures.
        boundary: The last boundary at which its value is known, epoch seconds UTC.
        level: Its value there, Wh.
        fell_from: Its value before a reset, Wh, until it reaches that value again.
    """

    at: float
    first: int
    shown: int
    highest: int
    source: str | None
    boundary: int | None
    level: int
    fell_from: int | None = None

    @classmethod
    def begun(cls, shown: Shown, step: int, fell_from: int | None = None) -> Count:
        """The state after a counter's first reading, or its first after an interruption."""
        return cls(
            at=shown.at,
            first=shown.wh,
            shown=shown.wh,
            highest=shown.wh,
            source=shown.source,
            boundary=_boundary(shown.at, step),
            level=shown.wh,
            fell_from=fell_from,
        )

    def followed(
        self, shown: Shown, step: int, rules: Rules
    ) -> tuple[Count, list[Span], Reason | None]:
        """The state after the next reading, the energies now known, and the marks.

        Args:
            shown: The reading; it must be later than the last one.
            step: Length of an interval, seconds.
            rules: The limits of plausible readings.
        """
        if self._has_wrapped(shown, rules):
            return *self._lowered().followed(shown, step, rules)[:2], Reason.WRAP
        reason = self._interruption(shown, rules)
        if reason is not None:
            fell_from = self.highest if reason is Reason.RESET else None
            return Count.begun(shown, step, fell_from), [], reason
        highest = max(self.highest, shown.wh)
        spans: list[Span] = []
        boundary, level = self.boundary, self.level
        for end in self._boundaries(shown.at, step, rules.bridge):
            reached = self._level_at(end, shown.at, highest)
            if boundary is not None:
                spans.append(Span(boundary, end, reached - level))
            boundary, level = end, reached
        dips = shown.wh < highest and self.shown == self.highest
        regained = self.fell_from is not None and highest >= self.fell_from
        count = evolve(
            self,
            at=shown.at,
            shown=shown.wh,
            highest=highest,
            boundary=boundary,
            level=level,
            fell_from=None if regained else self.fell_from,
        )
        return count, spans, Reason.DIP if dips else None

    def _has_wrapped(self, shown: Shown, rules: Rules) -> bool:
        made = shown.wh - self.highest + WRAP
        most = min(_MADE_AT_A_WRAP, rules.most_watts * (shown.at - self.at + SLACK) / 3600)
        same = shown.source == self.source and shown.source in _SUMS
        return same and self.fell_from is None and -DIP <= made <= most

    def _lowered(self) -> Count:
        """The same state with all values lowered by one wrap (2^32 J)."""
        return evolve(
            self,
            first=self.first - WRAP,
            shown=self.shown - WRAP,
            highest=self.highest - WRAP,
            level=self.level - WRAP,
        )

    def _interruption(self, shown: Shown, rules: Rules) -> Reason | None:
        rise = shown.wh - self.highest
        if shown.source != self.source:
            return Reason.SOURCE
        if rise < -DIP:
            return Reason.RESET
        if rise * 3600 > rules.most_watts * (shown.at - self.at + SLACK):
            return Reason.JUMP
        if self.fell_from is not None and shown.wh >= self.fell_from - DIP:
            # A counter that really restarted reaches its old value in small steps.
            at_once = rise * 2 >= self.fell_from - self.first
            return Reason.RETURNED if at_once else None
        return None

    def _boundaries(self, until: float, step: int, bridge: float) -> list[int]:
        """Boundaries between the last reading and `until` at which the value is now known."""
        if until - self.at > bridge:
            boundary = _boundary(until, step)
            return [] if boundary is None else [boundary]
        first = math.floor(self.at / step) + 1
        return [number * step for number in range(first, math.floor(until / step) + 1)]

    def _level_at(self, boundary: int, at: float, highest: int) -> int:
        share = (boundary - self.at) / (at - self.at)
        return self.highest + math.floor((highest - self.highest) * share)


def _boundary(at: float, step: int) -> int | None:
    return int(at) if at % step == 0 else None
