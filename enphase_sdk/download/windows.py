"""Which days of intervals are due: first yesterday for all systems, then day by day backwards.

Days are days in each system's own time zone. A request is for consecutive days in one window of
the API; its newest day decides its place in the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from typing import NamedTuple

from attrs import define, frozen

from enphase_sdk.cloud.sources import Histories
from enphase_sdk.core.measures import A_DAY, Measure, day_at, window_of
from enphase_sdk.core.times import Window, midnight
from enphase_sdk.download.listed import Listed
from enphase_sdk.download.questions import Question, WindowQuestion
from enphase_sdk.fleet import SystemOperation
from enphase_sdk.store import Asked

__all__ = ["INTERVALS", "USUAL_DAYS", "IntervalSeries", "Windows"]

# The number of days wanted if no first day is given, including yesterday.
USUAL_DAYS = 30


@frozen
class IntervalSeries:
    """The series of intervals that one call returns.

    Attributes:
        operation: Its name in the store.
        measures: The store's measures; one answer has all of them.
        daily: The operation that shows whether a system has this series at all.
    """

    operation: str
    measures: tuple[Measure, ...]
    daily: SystemOperation

    @property
    def is_optional(self) -> bool:
        """Whether some plans, owners or systems do not have it."""
        return self.measures[0] != "production"


INTERVALS = (
    IntervalSeries("intervals of production", ("production",), "energy_lifetime"),
    IntervalSeries("intervals of consumption", ("consumption",), "consumption_lifetime"),
    IntervalSeries(
        "intervals of battery", ("battery_charge", "battery_discharge"), "battery_lifetime"
    ),
    IntervalSeries("intervals of import", ("import",), "energy_import_lifetime"),
    IntervalSeries("intervals of export", ("export",), "energy_export_lifetime"),
)


class _Days(NamedTuple):
    """Consecutive days, including the first and the last."""

    first: date
    last: date


@define
class _Wanted:
    """The days that are wanted of a system.

    Attributes:
        days: All days that are wanted.
        yesterday: The day before the present one, in its zone.
        known: The stretches that are not requested again.
        due: The newest stretch that is due and has not been requested in this run.
    """

    days: _Days
    yesterday: date
    known: Sequence[_Days]
    due: _Days | None = None


class Windows:
    """The requests that are due for one series, at one moment.

    Args:
        series: The series.
        histories: Where the API has the series.
        systems: The systems that may have it.
        final: The stretches of each system that are final, from the store.
        asked: The last request of each system; requests of this run are added.
        since: The first day wanted; None for the usual span.
        now: The present.

    Attributes:
        series: The series.
    """

    def __init__(
        self,
        series: IntervalSeries,
        histories: Histories,
        systems: Mapping[int, Listed],
        final: Mapping[int, list[tuple[datetime, datetime]]],
        asked: Mapping[int, Asked],
        since: date | None,
        now: datetime,
    ) -> None:
        self.series = series
        self._length: Window = histories.source(series.measures[0]).window
        self._systems = systems
        self._asked = asked
        self._now = now
        self._wanted = dict[int, _Wanted]()

        @cache
        def bounds(zone: tzinfo) -> _Days:
            """The first day that is wanted and that the API has, and yesterday."""
            yesterday = day_at(now.timestamp(), zone) - A_DAY
            # Leave out a day that the API may delete before it is requested.
            earliest = day_at(histories.earliest(now.timestamp(), zone), zone) + A_DAY
            first = yesterday - (USUAL_DAYS - 1) * A_DAY if since is None else since
            return _Days(max(first, earliest), yesterday)

        for system_id, system in systems.items():
            if system.energy_at is None:
                continue
            first, yesterday = bounds(system.zone)
            if system.began_at is not None:
                first = max(first, system.began_at.astimezone(system.zone).date())
            newest = (system.energy_at - timedelta(seconds=1)).astimezone(system.zone).date()
            days = _Days(first, min(yesterday, newest))
            known = [_whole_days(*span, system.zone) for span in final.get(system_id, ())]
            wanted = _Wanted(days, yesterday, known)
            before = self._asked_before(system_id, wanted)
            if before is not None:
                wanted.known = [*known, before]
            wanted.due = self._newest_due(wanted, days.last)
            if wanted.due is not None:
                self._wanted[system_id] = wanted

    def longest(self) -> int:
        """Days from yesterday back to the oldest day that is due."""
        return max(
            ((w.yesterday - w.days.first).days + 1 for w in self._wanted.values()), default=0
        )

    def count(self) -> int:
        """The number of requests that are due."""
        return sum(1 for wanted in self._wanted.values() for _ in self._all_due(wanted))

    def due(self, days_ago: int) -> dict[int, Question]:
        """The requests whose newest day is `days_ago` days before yesterday; each is given once."""
        found = dict[int, Question]()
        for system_id, wanted in self._wanted.items():
            stretch = wanted.due
            if stretch is None or stretch.last != wanted.yesterday - days_ago * A_DAY:
                continue
            wanted.due = self._newest_due(wanted, stretch.first - A_DAY)
            asked, system = self._asked.get(system_id), self._systems[system_id]
            if asked is not None and asked.is_absent and asked.read_at >= self._now:
                continue  # this run has found that the system has none
            assert system.energy_at is not None  # noqa: S101 - else nothing of it is wanted
            found[system_id] = WindowQuestion(
                system_id=system_id,
                operation=self.series.operation,
                measures=self.series.measures,
                first=stretch.first,
                last=stretch.last,
                zone=system.zone,
                data_at=system.energy_at,
                reported_at=system.report_at,
                asked_from=stretch.first if self._is_all_after(system_id, stretch.last) else None,
            )
        return found

    def _all_due(self, wanted: _Wanted) -> Iterator[_Days]:
        stretch = wanted.due
        while stretch is not None:
            yield stretch
            stretch = self._newest_due(wanted, stretch.first - A_DAY)

    def _newest_due(self, wanted: _Wanted, day: date) -> _Days | None:
        """The newest stretch that is due and ends on or before a day."""
        while day >= wanted.days.first:
            known = _containing(wanted.known, day)
            if known is None:
                begins = [wanted.days.first, window_of(day, self._length)[0]]
                begins += [stretch.last + A_DAY for stretch in wanted.known if stretch.last < day]
                return _Days(max(begins), day)
            day = known.first - A_DAY
        return None

    def _asked_before(self, system_id: int, wanted: _Wanted) -> _Days | None:
        """Days already requested, even if not final: they cannot have new data yet."""
        asked, energy_at = self._asked.get(system_id), self._systems[system_id].energy_at
        if asked is None or asked.first_day is None or energy_at != asked.data_at:
            return None
        return _Days(asked.first_day, wanted.days.last)

    def _is_all_after(self, system_id: int, day: date) -> bool:
        """Whether all wanted days after a day are final or have been requested."""
        wanted = self._wanted[system_id]
        before = self._asked_before(system_id, wanted)
        known = [*wanted.known, *([] if before is None else [before])]
        day += A_DAY
        while day <= wanted.days.last:
            stretch = _containing(known, day)
            if stretch is None:
                return False
            day = stretch.last + A_DAY
        return True


def _containing(stretches: Sequence[_Days], day: date) -> _Days | None:
    return next((stretch for stretch in stretches if stretch.first <= day <= stretch.last), None)


def _whole_days(start: datetime, end: datetime, zone: tzinfo) -> _Days:
    """The days that lie completely between two instants."""
    first = start.astimezone(zone).date()
    if midnight(first, zone) < start.timestamp():
        first += A_DAY
    return _Days(first, end.astimezone(zone).date() - A_DAY)
