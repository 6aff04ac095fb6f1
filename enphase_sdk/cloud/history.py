"""Walks through a system's history: which call is next, and which intervals its answer adds.

Each call is for a window of whole days in the system's time zone. The windows lie on a fixed grid,
so that a cache can answer them again. An interval belongs to the span in which it ends; so if a
span is split, each interval is in exactly one part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from attrs import frozen
from msgspec import UNSET

from enphase_sdk.cloud.finality import DAY, SETTLED_AFTER, newest_energy, settled_until
from enphase_sdk.core.json import is_object
from enphase_sdk.core.measures import A_DAY, HistoryInterval, Measure, Span, day_at, window_at
from enphase_sdk.core.times import Window, midnight, utc, zone_named
from enphase_sdk.errors import NotAvailableError, UnprocessableEntityError

__all__ = [
    "Facts",
    "Histories",
    "HistoryWalk",
    "Row",
    "Source",
    "consumed",
    "consumption_values",
    "metered",
    "produced",
    "production_values",
    "walk_of",
]

# Call of cloud.api; not imported, because cloud.api imports this module.
AnyCall = Any

# Seconds for which a system's time zone and first day may be cached.
FACTS_KEPT_FOR = 30.0 * DAY


class Row(NamedTuple):
    """One interval of an answer; None for values that it does not have."""

    end_at: int | None
    wh: float | None
    w: float | None = None
    reporting: int | None = None


@frozen
class Facts:
    """The facts about a system that are needed to split its history into days.

    Attributes:
        timezone: Its IANA time zone.
        operational_at: When it began to operate, epoch seconds.
    """

    timezone: str | None
    operational_at: int | None

    @property
    def are_known(self) -> bool:
        """Whether all facts are known, so that they can be cached."""
        return bool(self.timezone) and self.operational_at is not None


@frozen
class Source:
    """How an API version provides one measure.

    Attributes:
        step: Length of an interval, seconds.
        window: The longest window of one call.
        ask: The call for a window: system, start, end or None for now.
        rows: The intervals of an answer.
        days: The call for a daily series: system, first and last day, or all for None.
        values: The values of that series, None where there is none, and its first day if that
            is later than the answer's.
    """

    step: int
    window: Window
    ask: Callable[[int, datetime, datetime | None], AnyCall]
    rows: Callable[[Any], Iterable[Row]]
    days: Callable[[int, date | None, date | None], AnyCall]
    values: Callable[[Any], tuple[list[Any] | None, date | None]]


@frozen
class Histories:
    """The past data of an API version.

    Attributes:
        api: Its name for messages.
        facts: The call for a system's `Facts`.
        sources: The source of each measure.
        years: Number of years for which the server has intervals.
        doubt: Days to subtract from that, if it is not known when the server's day ends.
    """

    api: str
    facts: Callable[[int], AnyCall]
    sources: Mapping[Measure, Source]
    years: int
    doubt: int = 0

    def source(self, measure: Measure) -> Source:
        """The source of a measure.

        Raises:
            NotAvailableError: this API version does not have it.
        """
        if measure in self.sources:
            return self.sources[measure]
        raise NotAvailableError(
            f"API {self.api} does not have {measure}; it has {', '.join(self.sources)}"
        )

    def earliest(self, now: float, zone: ZoneInfo) -> int:
        """The first instant for which the server has intervals, epoch seconds."""
        from dateutil.relativedelta import relativedelta

        day = day_at(now, zone) - relativedelta(years=self.years) + self.doubt * A_DAY
        return midnight(day, zone)


class HistoryWalk(Protocol):
    """The state of a history; a call that failed is given again."""

    def next_call(self) -> AnyCall | None:
        """The next call, or None at the end."""
        ...

    def arrived(self, answer: Any) -> list[HistoryInterval]:
        """The intervals that the answer to the last call adds, in order."""
        ...

    def refused(self, error: UnprocessableEntityError) -> list[HistoryInterval]:
        """Continue after an error that says that the window has no data."""
        ...


def produced(answer: Any) -> Iterable[Row]:
    """The intervals of the microinverters."""
    for each in answer.intervals or ():
        yield Row(each.end_at, each.enwh, each.powr, each.devices_reporting)


def metered(answer: Any) -> Iterable[Row]:
    """The intervals of all production meters together."""
    for each in answer.intervals or ():
        yield Row(each.end_at, each.wh_del, None, each.devices_reporting)


def consumed(answer: Any) -> Iterable[Row]:
    """The intervals of the consumption meters."""
    for each in answer.intervals or ():
        yield Row(each.end_at, each.enwh, None, each.devices_reporting)


def production_values(name: str) -> Any:
    """Reads one of the series of `energy_lifetime`."""

    def values(answer: Any) -> tuple[list[Any] | None, Any]:
        since = answer.meter_start_date if name == "meter_production" else None
        found = getattr(answer, name)
        is_there = found not in (None, UNSET, [])
        return (found if is_there else None), (None if since is UNSET else since)

    return values


def consumption_values(answer: Any) -> tuple[list[Any] | None, None]:
    """Reads `consumption_lifetime`."""
    return answer.consumption, None


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
            f"API {self._histories.api} tells intervals of the last {years} only: begin at "
            f"{utc(earliest).isoformat()} or later, or ask for the whole life with daily=True"
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
        told = getattr(answer, "end_at", None)
        last_report = getattr(getattr(answer, "meta", None), "last_report_at", None)
        if isinstance(told, int) and self._begin < told < self._window_end <= now:
            # A day longer than the server's 24 hours: the rest needs a call of its own.
            self._begin = self._at = told
        elif isinstance(last_report, int) and last_report <= self._window_end:
            self._at = self._end  # nothing has been reported for the time after it
        else:
            self._at = self._window_end
        return found

    def _given(self, answer: Any) -> list[HistoryInterval]:
        assert self._at is not None  # noqa: S101 - set with the first call
        step, now = self._source.step, self._time()
        rows: dict[int, Row] = {}
        latest = min(self._end, self._window_end)
        for row in self._source.rows(answer):
            if isinstance(row.end_at, int) and self._at < row.end_at <= latest:
                rows[row.end_at] = row
        meta = getattr(answer, "meta", None)
        total = answer.total_devices or None
        settled = settled_until(newest_energy(answer), now)
        if meta is None:
            # The answer does not say up to when data has been reported.
            whole = all(total and (row.reporting or 0) >= total for row in rows.values())
            settled = now - SETTLED_AFTER if whole else 0
        return [
            HistoryInterval.between(
                self._measure,
                end - step,
                end,
                # Meters send zeros for intervals that were not reported.
                wh=None if row.reporting == 0 and not row.wh else row.wh,
                w=row.w,
                devices_reporting=row.reporting,
                total_devices=total,
                final=end <= settled,
            )
            for end, row in sorted(rows.items())
        ]

    def _doubt(self, answer: Any, now: float) -> None:
        """Handle an empty answer: the site has no such meter, or the server deleted the data."""
        if not any(True for _ in self._source.rows(answer)):
            if self._begin < now - self._histories.years * 365 * DAY:
                raise self._too_old(self._begin + DAY)
            if not answer.total_devices and not self._has_probed:
                self._has_probed = self._is_probing = self._measure != "production"

    def refused(self, error: UnprocessableEntityError) -> list[HistoryInterval]:
        if not is_object(error.body) or "first_interval" not in error.body or self._zone is None:
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
