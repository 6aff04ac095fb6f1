"""Walks through a recording, a week at a time: the file is open only while it is read."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from enphase_sdk.core.measures import A_DAY, HistoryInterval, Measure, Span, day_at
from enphase_sdk.core.times import midnight
from enphase_sdk.errors import NotAvailableError
from enphase_sdk.history.counting import Counter
from enphase_sdk.history.series import RecordedSeries

__all__ = ["RecordedWalk"]

WEEK = 7 * 86_400

_COUNTERS: dict[Measure, Counter] = {
    "production": Counter.PRODUCTION,
    "micro_production": Counter.PRODUCTION,
    "meter_production": Counter.PRODUCTION_METER,
    "consumption": Counter.CONSUMPTION,
}


class RecordedWalk:
    """The intervals or days of a span, in order.

    Args:
        measure: The measure.
        span: The span.
        daily: Whether to give days instead of intervals.

    Raises:
        NotAvailableError: recordings do not have the measure.
    """

    def __init__(self, measure: Measure, span: Span, *, daily: bool) -> None:
        if measure not in _COUNTERS:
            raise NotAvailableError(
                f"a gateway's recording does not have {measure}; it has {', '.join(_COUNTERS)}"
            )
        self._measure: Measure = measure
        self._counter = _COUNTERS[measure]
        self._span = span
        self._daily = daily
        self._at: int | None = None  # All intervals that end up to here were given.
        self._end = 0

    def next_part(self, recorded: RecordedSeries) -> list[HistoryInterval] | None:
        """The next part; None at the end.

        Raises:
            NotAvailableError: the counter was never recorded, or the time zone is not known.
        """
        zone = self._span.zone or recorded.timezone
        if self._at is None:
            self._at, self._end = self._begun(recorded, zone)
        if self._at >= self._end:
            return None
        until = min(self._at + WEEK, self._end)
        if self._daily:
            found = self._days(recorded, _known(zone), self._at, until)
        else:
            found = self._intervals(recorded, self._at, until)
        self._at = until
        return found

    def _intervals(self, recorded: RecordedSeries, start: int, end: int) -> list[HistoryInterval]:
        """The intervals that end after `start` and not after `end`."""
        total = recorded.history.devices() if self._counter is Counter.PRODUCTION else None
        step = self._counter.step
        return [
            HistoryInterval.between(
                self._measure,
                interval.end_at - step,
                interval.end_at,
                wh=interval.wh,
                w=interval.wh * 3_600 / step,
                devices_reporting=interval.reporting,
                total_devices=total,
                final=True,
            )
            for interval in recorded.history.intervals(self._counter, start, end)
        ]

    def _begun(self, recorded: RecordedSeries, zone: ZoneInfo | None) -> tuple[int, int]:
        history = recorded.history
        is_metered = self._measure == "micro_production" and history.source() == "meter"
        if is_metered or not history.is_counted(self._counter):
            raise NotAvailableError(f"{self._measure} was not recorded of this gateway")
        needs_zone = self._daily or not (
            isinstance(self._span.start, int) and isinstance(self._span.end, int | None)
        )
        start, end = self._span.within(
            _known(zone) if needs_zone else zone or ZoneInfo("UTC"), recorded.now
        )
        first = history.first_start_at(self._counter)
        if first is None:
            return end, end
        if self._daily:
            day = day_at(max(start, first), _known(zone))
            # The day in which recording began is incomplete, but is given.
            return max(start, midnight(day, _known(zone))), end
        return max(start, first), end

    def _days(
        self, recorded: RecordedSeries, zone: ZoneInfo, start: int, end: int
    ) -> list[HistoryInterval]:
        """The days that end after `start` and not after `end`."""
        first, last = day_at(start, zone), day_at(end, zone) - A_DAY
        found: list[HistoryInterval] = []
        for day in recorded.history.days(self._counter, first, last, zone) if last >= first else ():
            begin, finish = midnight(day.day, zone), midnight(day.day + A_DAY, zone)
            found.append(
                HistoryInterval.between(self._measure, begin, finish, wh=day.wh, final=day.complete)
            )
        return found


def _known(zone: ZoneInfo | None) -> ZoneInfo:
    if zone is None:
        raise NotAvailableError(
            "the gateway's time zone is not known, and so when its days begin: give timezone="
        )
    return zone
