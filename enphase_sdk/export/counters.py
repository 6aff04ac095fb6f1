"""Counters never fall: a value that would make one fall is not published.

A consumer takes a fall for a counter that restarted, and the rise after it for energy. Gateways
report falls for other reasons: zeros while they start, totals of two meters read one after the
other, sums over microinverters of which some are missing, another source of production.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from attrs import define

from enphase_sdk.core.log import logger
from enphase_sdk.export.measures import Kind, Labels, Value

__all__ = ["Counters"]

# Seconds. A counter that has been lower for this long has restarted, as after a replaced meter.
BEGUN_ANEW = 86_400.0

# Seconds. For this time after midnight a gateway with a late clock may report yesterday's energy.
LATE = 3600.0


@define
class _Course:
    """The published values of a counter.

    Attributes:
        highest: The last published value, which is the highest.
        at: When it was read, epoch seconds UTC.
        source: The source that it counts, if that can change.
        day: The day that it counts, if it counts days.
        lower_since: Since when it has been lower without falling again; None if it is not.
        lowest: The last value of that time.
    """

    highest: float
    at: float
    source: str | None
    day: date | None
    lower_since: float | None = None
    lowest: float = 0.0

    def goes_on(self, value: Value, source: str | None, day: date | None) -> bool:
        """Whether a value is the next one of this counter."""
        if day != self.day:
            is_yesterday_s = value.number >= self.highest > 0 and value.at - self.at < LATE
            return not is_yesterday_s
        return source == self.source and value.number >= self.highest

    def has_begun_anew(self, value: Value) -> bool:
        """Whether the counter has been lower for so long that it has restarted."""
        if self.lower_since is None or value.number < self.lowest:
            self.lower_since = value.at
        self.lowest = value.number
        if value.at - self.lower_since < BEGUN_ANEW:
            return False
        logger.warning(
            "%s: lower than before for a day, %.0f after %.0f: the counter has restarted",
            value.measure.key,
            value.number,
            self.highest,
        )
        return True


class Counters:
    """The counters of one gateway."""

    def __init__(self) -> None:
        self._courses: dict[tuple[str, Labels], _Course] = {}

    def passed(
        self, values: Iterable[Value], *, source: str | None, today: date | None
    ) -> Iterator[Value]:
        """The values that can be published: all except a fall of a counter, and its 0.

        Args:
            values: The values of one reading.
            source: The gateway's source of production.
            today: The date in the gateway's time zone; None if it is not known: then the
                energies of today are left out, because their midnight is not known.
        """
        for value in values:
            if not value.measure.counts or self._is_sound(value, source, today):
                yield value

    def _is_sound(self, value: Value, source: str | None, today: date | None) -> bool:
        daily = value.measure.kind is Kind.TODAY
        day = today if daily else None
        counted = source if value.measure.sourced else None
        course = self._courses.get(value.identity)
        if value.number < 0 or (daily and day is None):
            return False
        if value.number == 0 and (course is None or course.day == day):
            # A new day begins with 0; another 0 comes from a gateway that is starting.
            return course is not None and course.highest == 0
        if course is None or course.goes_on(value, counted, day) or course.has_begun_anew(value):
            self._courses[value.identity] = _Course(value.number, value.at, counted, day)
            return True
        return False
