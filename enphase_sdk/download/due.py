"""Which requests are due for which systems, most useful first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from datetime import date, datetime, timedelta, tzinfo
from functools import partial

from attrs import frozen

from enphase_sdk._sync.cloud_base import Cloud, histories_of
from enphase_sdk.clock import current_clock
from enphase_sdk.core.times import utc
from enphase_sdk.download.listed import Listed
from enphase_sdk.download.questions import (
    INVERTERS,
    PRODUCTION,
    SERIES,
    SUMMARY,
    InvertersQuestion,
    Question,
    Series,
    SeriesQuestion,
    SummaryQuestion,
)
from enphase_sdk.download.windows import INTERVALS, Windows
from enphase_sdk.store import Asked, Store

__all__ = ["Phase", "Plan"]

# A series that a system does not have may begin later, with a new meter.
ASKED_AGAIN_AFTER = timedelta(days=30)

# A system's size is requested again after this time.
SIZE_HOLDS_FOR = timedelta(days=180)


@frozen
class Phase:
    """One operation for many systems.

    Attributes:
        operation: The operation, by its name in the store.
        due: The questions that are due, by system.
        is_optional: Whether a refusal is expected: not every plan, owner and system has it.
    """

    operation: str
    due: Callable[[], Mapping[int, Question]]
    is_optional: bool = False


class Plan:
    """The requests that are due for a fleet, for the systems listed so far.

    Args:
        cloud: The client; it defines which operations there are.
        store: The store with the data downloaded before.
        tables: The tables wanted.
        since: The first day wanted; None for whole lives, and for intervals the last 30 days.

    Attributes:
        systems: The systems that have been listed.
    """

    def __init__(self, cloud: Cloud, store: Store, tables: Set[str], since: date | None) -> None:
        self.systems: dict[int, Listed] = {}
        self._cloud = cloud
        self._store = store
        self._tables = tables
        self._since = since
        self._asked: dict[str, dict[int, Asked]] = {}

    def phases(self) -> Iterator[Phase]:
        """All phases in order; what is due is computed when a phase's questions are read."""
        yield from self._phases_of_systems()
        if "intervals" in self._tables:
            windows = self._windows()
            for days_ago in range(max((each.longest() for each in windows), default=0)):
                for each in windows:
                    due = partial(each.due, days_ago)
                    yield Phase(each.series.operation, due, each.series.is_optional)

    def count(self) -> int:
        """The number of calls that are due."""
        count = sum(len(phase.due()) for phase in self._phases_of_systems())
        if "intervals" in self._tables:
            count += sum(each.count() for each in self._windows())
        return count

    def learn(self, question: Question, asked: Asked | None) -> None:
        """Record a question whose answer was stored."""
        if asked is not None:
            self.known(question.operation)[question.system_id] = asked

    def note_absent(self, operation: str, systems: Iterable[int]) -> None:
        """Store that systems do not have an operation."""
        asked = Asked(None, None, None, True, _now())
        with self._store.transaction():
            for system_id in systems:
                self._store.write_asked(operation, system_id, asked)
                self.known(operation)[system_id] = asked

    def known(self, operation: str) -> dict[int, Asked]:
        """The last request of each system, from the store."""
        if operation not in self._asked:
            self._asked[operation] = self._store.asked(operation)
        return self._asked[operation]

    def _is_absent(self, operation: str, system_id: int) -> bool:
        """Whether a recent answer showed that a system does not have an operation's data."""
        asked = self.known(operation).get(system_id)
        return asked is not None and asked.is_absent and not _is_old(asked, ASKED_AGAIN_AFTER)

    def _phases_of_systems(self) -> Iterator[Phase]:
        """The phases with at most one question for each system."""
        suspicious = [i for i, system in self.systems.items() if system.is_suspicious]
        others = [i for i, system in self.systems.items() if not system.is_suspicious]
        every = suspicious + others
        if self._tables - {"systems"}:
            yield Phase(SUMMARY, partial(self._summaries, suspicious))
        if not self._tables.isdisjoint({"daily", "intervals"}):
            # Whole lives also show which series a system does not have.
            for series in SERIES:
                if hasattr(self._cloud, series.operation):
                    due = partial(self._series, series, every)
                    yield Phase(series.operation, due, series is not PRODUCTION)
        if "daily" in self._tables:
            # A report needs each system's size, which only its summary has.
            yield Phase(SUMMARY, partial(self._sizes, others))
        if "summaries" in self._tables:
            yield Phase(SUMMARY, partial(self._summaries, others))
        if "inverters" in self._tables:
            yield Phase(INVERTERS, partial(self._inverters, every))

    def _windows(self) -> list[Windows]:
        histories, now = histories_of(self._cloud), _now()
        found = list[Windows]()
        for series in INTERVALS:
            if series.measures[0] not in histories.sources:
                continue
            systems = {
                system_id: system
                for system_id, system in self.systems.items()
                if not self._is_absent(series.daily, system_id)
                and not self._is_absent(series.operation, system_id)
            }
            known = self._store.intervals_known(series.measures[0])
            asked = self.known(series.operation)
            found.append(Windows(series, histories, systems, known, asked, self._since, now))
        return found

    def _series(self, series: Series, systems: Iterable[int]) -> dict[int, Question]:
        """The systems whose series is missing or not final, and from which day on."""
        known, now, due = self.known(series.operation), _now(), dict[int, Question]()
        for system_id in systems:
            system, asked = self.systems[system_id], known.get(system_id)
            data_at, first, asked_from = system.energy_at, self._since, self._since
            if data_at is None:
                continue
            if asked is not None and not _reaches_back(self._since, asked.first_day):
                if self._is_absent(series.operation, system_id):
                    continue
                if not _is_newer(data_at, asked.data_at):
                    continue
                first = asked_from = asked.first_day
                if asked.final_through is not None:
                    first = asked.final_through + timedelta(days=1)
            if first is None or first <= _last_whole_day(data_at, system.zone, now):
                due[system_id] = SeriesQuestion(
                    system_id, series, first, asked_from, system.zone, data_at
                )
        return due

    def _summaries(self, systems: Iterable[int]) -> dict[int, Question]:
        return {i: SummaryQuestion(i, at) for i, at in self._changed(SUMMARY, systems)}

    def _inverters(self, systems: Iterable[int]) -> dict[int, Question]:
        changed = self._changed(INVERTERS, systems)
        return {i: InvertersQuestion(i, at, self.systems[i].zone) for i, at in changed}

    def _changed(
        self, operation: str, systems: Iterable[int]
    ) -> Iterator[tuple[int, datetime | None]]:
        """The systems that have reported since the last request of an operation."""
        known = self.known(operation)
        for system_id in systems:
            asked, reported_at = known.get(system_id), self.systems[system_id].report_at
            if asked is None or _is_newer(reported_at, asked.data_at):
                yield system_id, reported_at

    def _sizes(self, systems: Iterable[int]) -> dict[int, Question]:
        """The systems whose summary was never read, or long ago: their size may have changed."""
        known = self.known(SUMMARY)
        return {
            system_id: SummaryQuestion(system_id, self.systems[system_id].report_at)
            for system_id in systems
            if system_id not in known or _is_old(known[system_id], SIZE_HOLDS_FOR)
        }


def _now() -> datetime:
    return utc(current_clock().time())


def _is_old(asked: Asked, age: timedelta) -> bool:
    return _now() - asked.read_at > age


def _is_newer(instant: datetime | None, than: datetime | None) -> bool:
    return instant is not None and (than is None or instant > than)


def _last_whole_day(energy_at: datetime, zone: tzinfo, now: datetime) -> date:
    """The last day that is over in the system's time zone and for which there is data."""
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    return min(yesterday, energy_at.astimezone(zone).date())


def _reaches_back(since: date | None, first_day: date | None) -> bool:
    """Whether earlier days are wanted than were requested; None is the whole life."""
    return first_day is not None and (since is None or since < first_day)
