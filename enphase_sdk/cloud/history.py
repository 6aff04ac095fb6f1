"""Walks through a system's history: which call is next, and which intervals its answer adds.

Each call is for a window of whole days in the system's time zone. The windows lie on a fixed grid,
so that a cache can answer them again. An interval belongs to the span in which it ends; so if a
span is split, each interval is in exactly one part.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from enphase_sdk.cloud.finality import DAY, SETTLED_AFTER, newest_energy, settled_until
from enphase_sdk.cloud.sources import Facts, Histories, Source, rest_of, tells_of_data
from enphase_sdk.core.measures import A_DAY, HistoryInterval, Measure, Span, day_at, window_at
from enphase_sdk.core.times import midnight, utc, zone_named
from enphase_sdk.errors import NotAvailableError, UnprocessableEntityError

__all__ = ["HistoryWalk", "walk_of"]

# Call of cloud.api; not imported, because cloud.api imports this module.
AnyCall = Any


class HistoryWalk(Protocol):
    """The state of a history; a call that failed is returned again."""

    def next_call(self) -> AnyCall | None:
        """The next call, or None at the end."""
        ...

    def arrived(self, answer: Any) -> list[HistoryInterval]:
        """The intervals that the answer to the last call adds, in order."""
        ...

    def refused(self, error: UnprocessableEntityError) -> list[HistoryInterval]:
        """Continue after an error that says that the window has no data."""
        ...


def walk_of(
    histories: Histories,
    system_id: int,
    measure: Measure,
    span: Span,
    time: Callable[[], float],
    *,
    daily: bool,
) -> HistoryWalk:
    """The walk through a history.

    Raises:
        NotAvailableError: this version of the API does not have the measure.
    """
    source = histories.source(measure)
    walk = _Days if daily else _Intervals
    return walk(histories, source, system_id, measure, span, time)


class _Walk:
    """The shared part for intervals and days: the first call asks for the system's time zone."""

    def __init__(
        self,
        histories: Histories,
        source: Source,
        system_id: int,
        measure: Measure,
        span: Span,
        time: Callable[[], float],
    ) -> None:
        self._histories = histories
        self._source = source
        self._system_id = system_id
        self._measure: Measure = measure
        self._span = span
        self._time = time
        self._zone = span.zone
        self._operational_at: int | None = None

    def _facts(self, facts: Facts) -> ZoneInfo:
        zone = zone_named(facts.timezone)
        if zone is None:
            raise NotAvailableError(
                f"the cloud does not give the time zone of system {self._system_id}, so its days "
                "are not known: pass timezone="
            )
        self._zone = zone
        self._operational_at = _past(facts.operational_at, self._time())
        return zone

    def _missing(self) -> NotAvailableError:
        return NotAvailableError(f"system {self._system_id} has no {self._measure}")


def _past(instant: object, now: float) -> int | None:
    """An instant from the cloud; None if it is not valid or lies in the future."""
    return instant if isinstance(instant, int) and 0 <= instant <= now else None


class _Intervals(_Walk):
    """The walk by intervals, window by window."""

    _at: int | None = None  # All intervals that end up to here were given.
    _end: int = 0
    _window_end: int = 0
    _begin: int = 0
    _is_probing = False
    _has_probed = False

    def next_call(self) -> AnyCall | None:
        zone, now = self._zone, self._time()
        if zone is None:
            return self._histories.facts(self._system_id)
        if self._at is None:
            start, self._end = self._span.within(zone, now)
            # An interval that begins before the start can end in the span, and the system's first
            # interval must not be skipped.
            self._at = max(start, (self._operational_at or 0) - self._source.step)
        if self._is_probing:
            return self._source.days(self._system_id, None, None)
        if self._at >= self._end:
            return None
        if self._at >= self._window_end:
            self._begin, self._window_end = window_at(self._at, self._source.window, zone)
            self._keep_within_reach(zone, now)
        finish = None if self._window_end > now else datetime.fromtimestamp(self._window_end, zone)
        return self._source.ask(self._system_id, datetime.fromtimestamp(self._begin, zone), finish)

    def _keep_within_reach(self, zone: ZoneInfo, now: float) -> None:
        earliest = self._histories.earliest(now, zone)
        if self._begin >= earliest:
            return
        if self._at is not None and self._at < earliest - self._source.step:
            raise self._too_old(earliest)
        self._begin = earliest

    def _too_old(self, earliest: int) -> NotAvailableError:
        years = "a year" if self._histories.years == 1 else f"{self._histories.years} years"
        return NotAvailableError(
            f"API {self._histories.api} has intervals of the last {years} only: begin at "
            f"{utc(earliest).isoformat()} or later, or request the whole life with daily=True"
        )

    def arrived(self, answer: Any) -> list[HistoryInterval]:
        if self._zone is None:
            self._facts(answer)
            return []
        if self._is_probing:
            self._is_probing = False
            values = self._source.values(answer)[0] if answer is not None else None
            if not any(values or ()):
                raise self._missing()
            return []
        found = self._given(answer)
        now = self._time()
        if not found:
            self._doubt(answer, now)
        rest = rest_of(answer, self._begin, self._window_end, now)
        last_report = getattr(getattr(answer, "meta", None), "last_report_at", None)
        if rest is not None:
            self._begin = self._at = rest
        elif isinstance(last_report, int) and last_report <= self._window_end:
            self._at = self._end  # nothing has been reported for the time after it
        else:
            self._at = self._window_end
        return found

    def _given(self, answer: Any) -> list[HistoryInterval]:
        assert self._at is not None  # noqa: S101 - set with the first call
        step, now = self._source.step, self._time()
        rows = self._source.rows_between(answer, self._at, min(self._end, self._window_end))
        meta = getattr(answer, "meta", None)
        total = answer.total_devices or None
        settled = settled_until(newest_energy(answer), now)
        if meta is None:
            # The answer no longer shows up to when the system has reported.
            whole = all(total and (row.reporting or 0) >= total for row in rows)
            settled = now - SETTLED_AFTER if whole else 0
        return [
            HistoryInterval.between(
                self._measure,
                end - step,
                end,
                wh=row.reported_wh,
                w=row.w,
                devices_reporting=row.reporting,
                total_devices=total,
                final=end <= settled,
            )
            for row in rows
            if (end := row.end_at) is not None
        ]

    def _doubt(self, answer: Any, now: float) -> None:
        """Handle an empty answer: the site has no such meter, or the server deleted the data."""
        if not any(True for _ in self._source.rows(answer)):
            if self._begin < now - self._histories.years * 365 * DAY:
                raise self._too_old(self._begin + DAY)
            if not answer.total_devices and not self._has_probed:
                self._has_probed = self._is_probing = self._measure != "production"

    def refused(self, error: UnprocessableEntityError) -> list[HistoryInterval]:
        if not tells_of_data(error):
            raise error
        first, last = error.first_interval, error.last_interval
        if first is None or last is None or last <= self._begin:
            self._at = self._end
        elif first > self._window_end:
            self._at = first - self._source.step
        else:
            raise error
        return []


class _Days(_Walk):
    """The walk by days: one call for all days."""

    _first: date | None = None
    _last: date | None = None
    _is_done = False

    def next_call(self) -> AnyCall | None:
        if self._zone is None:
            return self._histories.facts(self._system_id)
        if self._is_done:
            return None
        now = self._time()
        start, end = self._span.within(self._zone, now)
        first = day_at(max(start, self._operational_at or 0), self._zone)
        # The last day that ends within the span. Today has no value yet.
        last = min(day_at(end, self._zone), day_at(now, self._zone)) - A_DAY
        self._first, self._last = first, last
        if start >= end or first > last:
            self._is_done = True
            return None
        return self._source.days(self._system_id, first, last)

    def arrived(self, answer: Any) -> list[HistoryInterval]:
        if self._zone is None:
            self._facts(answer)
            return []
        self._is_done = True
        values, since = (None, None) if answer is None else self._source.values(answer)
        if answer is None or values is None:
            if self._measure == "production":
                return []
            raise self._missing()
        begun = answer.start_date
        if not isinstance(begun, date) or self._first is None or self._last is None:
            return []
        now = self._time()
        newest = _past(newest_energy(answer), now) or 0
        reported = day_at(max(newest - 1, 0), self._zone)
        settled = settled_until(newest, now)
        told_began = _past(getattr(answer.meta, "operational_at", None), now)
        began_at = self._operational_at or told_began or 0
        first = max(begun, self._first, day_at(began_at, self._zone))
        found: list[HistoryInterval] = []
        for number in range((self._last - first).days + 1):
            day = first + number * A_DAY
            place = (day - begun).days
            value = values[place] if place < len(values) else None
            # Zeros after the last report, and before the meter was installed, mean not known.
            if not value and (day > reported or (since is not None and day < since)):
                value = None
            end = midnight(day + A_DAY, self._zone)
            found.append(
                HistoryInterval.between(
                    self._measure,
                    midnight(day, self._zone),
                    end,
                    wh=value,
                    final=end <= settled and place < len(values),
                )
            )
        return found

    def refused(self, error: UnprocessableEntityError) -> list[HistoryInterval]:
        raise error
