"""A fleet's history into a store: only what is missing or not settled, most useful first.

The order makes a store useful that is not complete yet: the listing with every system's status,
the summaries of those that look wrong, whole lives of daily energies (one hit brings ten years),
then the rest. What came is kept, so that a run which ends at any moment goes on where it was: a
DuckDB file keeps each answer before the next one is asked for, a folder of Parquet files keeps 200
of them together, or those of 30 seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from itertools import islice
from typing import Any, Literal, TypeAlias, get_args

from attrs import frozen

from enphase_sdk import models
from enphase_sdk._sync.cloud_base import Cloud
from enphase_sdk.clock import current_clock
from enphase_sdk.core.times import DateLike, to_date, utc, zone_named
from enphase_sdk.errors import (
    AuthenticationError,
    EnphaseError,
    InvalidArgumentError,
    NotAvailableError,
)
from enphase_sdk.fleet import Collected, Fleet, SystemOperation
from enphase_sdk.fleet import Collection as Run
from enphase_sdk.store import Asked, Measure, Store

__all__ = ["Download", "DownloadTable", "Kept"]

DownloadTable: TypeAlias = Literal["systems", "summaries", "daily", "inverters"]

# Without other words: all that one hit brings much of, and the summaries of what looks wrong.
USUAL_TABLES: tuple[DownloadTable, ...] = ("systems", "daily")

# A day is settled when the system has reported energy so long after its end: old data of an
# outage is filled in oldest first, for hours or days.
SETTLED_AFTER = timedelta(days=1)

# A series that a system does not have may begin one day, with a new meter.
ASKED_AGAIN_AFTER = timedelta(days=30)

# A system's size is asked for anew after this.
SIZE_HOLDS_FOR = timedelta(days=180)

# After so many refusals in a row the plan or the account does not include an operation at all.
REFUSALS = (AuthenticationError, NotAvailableError)
MOST_REFUSED = 5

# A folder of Parquet keeps so many answers together, or those of so many seconds.
FOLDER_GROUP = 200
LONGEST_UNKEPT = 30.0

# Systems are asked in parts, between which the budget is looked at.
PART = 500

# The systems for which something is due, and what to ask of each.
Due = dict[int, dict[str, Any]]


@frozen
class Series:
    """A daily series: the operation that brings it, and what it is called in the store.

    Attributes:
        operation: The operation.
        measures: The store's measures, and the fields of the answer they stand in.
        arguments: What else is asked.
    """

    operation: SystemOperation
    measures: Mapping[Measure, str]
    arguments: Mapping[str, Any] = {}


PRODUCTION = Series(
    "energy_lifetime",
    {
        "production": "production",
        "micro_production": "micro_production",
        "meter_production": "meter_production",
    },
    {"production": "all"},
)
SERIES = (
    PRODUCTION,
    Series("consumption_lifetime", {"consumption": "consumption"}),
    Series("battery_lifetime", {"battery_charge": "charge", "battery_discharge": "discharge"}),
    Series("energy_import_lifetime", {"import": "import_"}),
    Series("energy_export_lifetime", {"export": "export"}),
)
SUMMARY: Literal["summary"] = "summary"
INVERTERS: Literal["inverters_summary_by_envoy_or_site"] = "inverters_summary_by_envoy_or_site"


@frozen
class _Listed:
    """What a download needs to know of a system; a fleet's listing is held whole as these.

    Attributes:
        zone: The system's zone; UTC where none is told, as everywhere.
        is_suspicious: Whether its status is another than normal.
        energy_at: End of its newest interval with energy.
        report_at: When a gateway last reported.
    """

    zone: tzinfo
    is_suspicious: bool
    energy_at: datetime | None
    report_at: datetime | None

    @classmethod
    def of(cls, system: models.System) -> _Listed:
        """What the listing tells of it."""
        meta = system.meta
        is_suspicious = str(meta.status or "") != "normal"
        zone = zone_named(system.timezone) or UTC
        return cls(zone, is_suspicious, _utc(meta.last_energy_at), _utc(meta.last_report_at))

    @classmethod
    def stored(cls, row: Mapping[str, Any], now: datetime) -> _Listed:
        """What the store knows of it, as if it had reported just now."""
        zone = zone_named(row["timezone"]) or UTC
        energy_at = row["last_energy_at"] and now
        return cls(zone, row["status"] != "normal", energy_at, now)


@frozen
class _Phase:
    """One operation for many systems: what is due of it, and how an answer is kept.

    An optional one may be refused: not every plan, owner and system has it.
    """

    operation: SystemOperation
    due: Callable[[], Due]
    keep: Callable[[Collected[Any]], None]
    is_optional: bool = False


@frozen
class Kept:
    """One step of a download: what was asked, and whether the answer is in the store now.

    Attributes:
        operation: The operation.
        system_id: Of which system; None for a page of the listing.
        error: Why there is no answer, or None.
    """

    operation: str
    system_id: int | None
    error: EnphaseError | None = None


class Download(Iterator[Kept]):
    """Brings a store up to date; iterating over it does the work, a step at a time.

    It never raises an `EnphaseError` of the cloud: what one system refused is in its step, what
    ended the run in `stopped_by`. A step that was given is in the store.

    Args:
        cloud: The client; its quota and waits hold.
        store: Where to keep what comes; this process must be the one that writes.
        since: The first day wanted, in each system's zone; None for whole lives.
        systems: Ids of the systems wanted; None for all.
        tables: What to bring: `systems` (always), `summaries`, `daily`, `inverters`. With
            `daily` come the summaries of systems with another status than normal, too, and of
            each other system one in half a year, for its size.
        budget: Hits of the quota that may be used; None for all that it gives.
        executor: As of `Fleet`.
        workers: As of `Fleet`.

    Attributes:
        stopped_by: What ended the run early; None if nothing did.
        systems: Systems that were listed.
        asked: Calls for one system that were answered, with an error too.
        failed: Those with an error.
        last_error: The latest of these errors, or None.
        expected: Calls that were due once the listing had come; None until then.
        left: Calls that are still due, when the run is over; of a listing that did not come to
            its end it is not known, None.

    Raises:
        InvalidArgumentError: an argument cannot be used.

    Source: operations Systems, Summary, EnergyLifetime, ConsumptionLifetime, and of v4 the
    lifetimes of batteries, import and export.
    """

    def __init__(
        self,
        cloud: Cloud,
        store: Store,
        *,
        since: DateLike | None = None,
        systems: Collection[int] | None = None,
        tables: Iterable[DownloadTable] = USUAL_TABLES,
        budget: int | None = None,
        executor: Executor | None = None,
        workers: int | None = None,
    ) -> None:
        self._tables = set(tables)
        for table in self._tables.difference(get_args(DownloadTable)):
            known = ", ".join(get_args(DownloadTable))
            raise InvalidArgumentError(f"tables: there is no {table!r} to bring; there are {known}")
        if budget is not None and (isinstance(budget, bool) or budget < 1):
            raise InvalidArgumentError(f"budget: 1 hit or more is needed, not {budget!r}")
        self._since = None if since is None else to_date(since, "since")
        self._wanted = None if systems is None else sorted(set(systems))
        self._cloud = cloud
        self._store = store
        self._budget = budget
        self._fleet = Fleet(cloud, executor, workers=workers)
        self._is_local = executor is None
        self._hits_before = cloud.hits
        self._hits_elsewhere = 0
        self._systems: dict[int, _Listed] = {}
        self._run: Run[Any] | None = None
        self._phase: _Phase | None = None
        # A thread of ours keeps an answer before it asks for the next one; but every write of a
        # folder costs some files, and other processes have no store.
        is_folder = store.path.is_dir()
        self._is_kept_at_once = self._is_local and not is_folder
        self._group: list[Collected[Any]] = []
        self._group_size = FOLDER_GROUP if is_folder else 1
        self._group_since = current_clock().monotonic()
        self._asked: dict[str, dict[int, Asked]] = {}
        self._number: int | None = None
        self._steps = self._work()
        self.stopped_by: EnphaseError | None = None
        self.systems = 0
        self.asked = 0
        self.failed = 0
        self.last_error: EnphaseError | None = None
        self.expected: int | None = None
        self.left: int | None = None

    @property
    def hits(self) -> int:
        """Hits used so far; of other processes the calls, whose retries are not known."""
        return self._cloud.hits - self._hits_before + self._hits_elsewhere

    def __next__(self) -> Kept:
        return next(self._steps)

    def finish(self) -> None:
        """End the run: what has arrived is kept, nothing more is asked or waited for."""
        list(self._keep_arrived())
        number, self._number = self._number, None
        if number is not None:
            problem = self.stopped_by
            outcome = "failed" if problem and not self.systems else "partly" if problem else "done"
            message = None if problem is None else type(problem).__name__
            self._store.end_run(number, _now(), hits=self.hits, outcome=outcome, message=message)

    def cost(self) -> dict[str, int | None]:
        """What a run would cost in hits if all systems have reported; nothing is asked.

        Returns:
            `systems` that the store knows, hits of the `listing`, and further `calls`; None
            where the store knows no system yet.
        """
        rows = [row for row in self._store.systems() if self._is_wanted(row["system_id"])]
        if not rows:
            return {"systems": 0, "listing": None, "calls": None}
        self._systems = {row["system_id"]: _Listed.stored(row, _now()) for row in rows}
        calls = sum(len(phase.due()) for phase in self._phases())
        self._systems = {}
        pages = -(-len(rows) // self._cloud.largest_page)
        return {"systems": len(rows), "listing": pages, "calls": calls}

    def _is_wanted(self, system_id: int) -> bool:
        return self._wanted is None or system_id in self._wanted

    def _work(self) -> Iterator[Kept]:
        self._number = self._store.begin_run(_now(), api=self._cloud.api)
        yield from self._list()
        if self.stopped_by is None:
            phases = list(self._phases())
            self.expected = sum(len(phase.due()) for phase in phases)
            for phase in phases:
                yield from self._ask(phase)
            self.left = sum(len(phase.due()) for phase in phases)
        self.finish()

    def _phases(self) -> Iterator[_Phase]:
        suspicious = [i for i, system in self._systems.items() if system.is_suspicious]
        others = [i for i, system in self._systems.items() if not system.is_suspicious]
        every = suspicious + others
        if self._tables - {"systems"}:
            yield _Phase(SUMMARY, partial(self._changed, SUMMARY, suspicious), self._keep_summary)
        if "daily" in self._tables:
            for series in SERIES:
                if hasattr(self._cloud, series.operation):
                    due = partial(self._series_due, series, every)
                    keep = partial(self._keep_series, series)
                    yield _Phase(series.operation, due, keep, series is not PRODUCTION)
            # A report needs each system's size, which its summary alone tells.
            yield _Phase(SUMMARY, partial(self._unsized, others), self._keep_summary)
        if "summaries" in self._tables:
            yield _Phase(SUMMARY, partial(self._changed, SUMMARY, others), self._keep_summary)
        if "inverters" in self._tables:
            yield _Phase(INVERTERS, partial(self._changed, INVERTERS, every), self._keep_inverters)

    def _list(self) -> Iterator[Kept]:
        filters: dict[str, Any] = {} if self._wanted is None else {"system_id": self._wanted}
        try:
            for page in self._cloud.systems(**filters).pages():
                self._store.write_systems(page.systems, _now())
                self._systems.update((row.system_id, _Listed.of(row)) for row in page.systems)
                self.systems = len(self._systems)
                yield Kept("systems", None)
        except EnphaseError as error:
            self.stopped_by = error

    def _ask(self, phase: _Phase) -> Iterator[Kept]:
        """Ask all systems for which something is due, as far as quota and budget go."""
        due, answered, in_a_row = phase.due(), 0, 0
        waiting, refused = iter(due), list[int]()
        while self.stopped_by is None and in_a_row < MOST_REFUSED:
            part = list(islice(waiting, self._affordable()))
            if not part:
                break
            asked = partial(self._ask_and_keep, phase) if self._is_kept_at_once else phase.operation
            run = self._fleet.collect(asked, part, each=due.__getitem__)
            self._run, self._phase = run, phase
            for result in run:
                self.asked += 1
                self._hits_elsewhere += not self._is_local
                if isinstance(result.error, REFUSALS) and phase.is_optional:
                    refused.append(result.system_id)
                    in_a_row += 1
                elif result.error is not None:
                    self.failed, self.last_error = self.failed + 1, result.error
                else:
                    answered, in_a_row = answered + 1, 0
                yield from self._keep_in_groups(result)
                if in_a_row == MOST_REFUSED:
                    break
            yield from self._keep_arrived()
            if not (phase.is_optional and isinstance(run.stopped_by, REFUSALS)):
                self.stopped_by = run.stopped_by
        if refused and (answered or self._is_let_in()):
            every = in_a_row >= MOST_REFUSED
            for system_id in due if every and not answered else refused:
                self._note(phase.operation, system_id, Asked(None, None, None, True, _now()))

    def _keep_in_groups(self, result: Collected[Any]) -> Iterator[Kept]:
        """Keep results together, which is quicker in a folder; steps come when they are kept."""
        self._group.append(result)
        now = current_clock().monotonic()
        if len(self._group) >= self._group_size or now - self._group_since >= LONGEST_UNKEPT:
            yield from self._keep_group()

    def _keep_arrived(self) -> Iterator[Kept]:
        """Keep all that is here; what is under way is not waited for."""
        if self._run is not None:
            given = self._group[-1:]
            self._group += [result for result in self._run.finished() if result not in given]
        yield from self._keep_group()
        self._run = None

    def _keep_group(self) -> list[Kept]:
        phase, group = self._phase, self._group
        self._group, self._group_since = [], current_clock().monotonic()
        if phase is None or not group:
            return []
        if not self._is_kept_at_once:
            with self._store.transaction():
                for result in group:
                    if result.error is None:
                        phase.keep(result)
        return [Kept(phase.operation, result.system_id, result.error) for result in group]

    def _is_let_in(self) -> bool:
        """Whether the credentials are good, so that what was refused is not in the plan."""
        try:
            next(iter(self._cloud.systems(limit=1)), None)
        except EnphaseError as error:
            self.stopped_by = error
            return False
        return True

    def _ask_and_keep(self, phase: _Phase, client: Cloud, system_id: int, **arguments: Any) -> None:
        value = getattr(client, phase.operation)(system_id, **arguments)
        phase.keep(Collected(system_id, None, value, None, _now()))

    def _affordable(self) -> int:
        """Calls that the budget still allows, a part of them at a time."""
        return PART if self._budget is None else min(PART, max(0, self._budget - self.hits))

    # What is due: the systems, and with which arguments.

    def _series_due(self, series: Series, systems: Iterable[int]) -> Due:
        """The systems whose series is missing or not settled, and from which day on."""
        known, now, due = self._known(series.operation), _now(), Due()
        for system_id in systems:
            system, asked = self._systems[system_id], known.get(system_id)
            data_at, first = system.energy_at, self._since
            if data_at is None:
                continue
            if asked is not None and not _reaches_back(self._since, asked.first_day):
                if asked.is_absent and now - asked.read_at < ASKED_AGAIN_AFTER:
                    continue
                if not _is_newer(data_at, asked.data_at):
                    continue
                first = asked.first_day
                if asked.final_through is not None:
                    first = asked.final_through + timedelta(days=1)
            if first is None or first <= _last_whole_day(data_at, system.zone, now):
                due[system_id] = {"start_date": first, **series.arguments}
        return due

    def _changed(self, operation: str, systems: Iterable[int]) -> Due:
        """The systems that have reported since an operation was last asked of them."""
        known, due = self._known(operation), Due()
        for system_id in systems:
            asked, reported_at = known.get(system_id), self._systems[system_id].report_at
            if asked is None or _is_newer(reported_at, asked.data_at):
                due[system_id] = {}
        return due

    def _unsized(self, systems: Iterable[int]) -> Due:
        """The systems whose summary has never come, or so long ago that they may have grown."""
        known, now = self._known(SUMMARY), _now()
        return {
            system_id: {}
            for system_id in systems
            if system_id not in known or now - known[system_id].read_at > SIZE_HOLDS_FOR
        }

    # What has come, into the store: the rows and what was asked, together or not at all.

    def _keep_series(self, series: Series, result: Collected[Any]) -> None:
        answer, system = result.value, self._systems[result.system_id]
        start, meta = getattr(answer, "start_date", None), getattr(answer, "meta", None)
        data_at, zone = _utc(getattr(meta, "last_energy_at", None)) or system.energy_at, system.zone
        final_through = _settled_through(data_at, zone)
        asked = self._known(series.operation).get(result.system_id)
        first_day = asked.first_day if asked is not None else self._since
        if asked is not None and _reaches_back(self._since, asked.first_day):
            first_day = self._since
        is_absent = True
        with self._store.transaction():
            for measure, name in series.measures.items():
                values: list[int | None] | None = getattr(answer, name, None) or None
                if start is not None and values:
                    is_absent = False
                    days = _reported(values, start, data_at, zone)
                    self._store.write_daily(
                        result.system_id, measure, start, days, final_through, result.read_at
                    )
            told = Asked(first_day, final_through, data_at, is_absent, result.read_at)
            self._note(series.operation, result.system_id, told)

    def _keep_summary(self, result: Collected[models.Summary]) -> None:
        with self._store.transaction():
            if result.value is not None:
                self._store.write_summaries([result.value], result.read_at)
            self._note(SUMMARY, result.system_id, self._told(result))

    def _keep_inverters(self, result: Collected[list[models.InvertersSummary]]) -> None:
        with self._store.transaction():
            self._store.write_inverters(result.system_id, result.value or [], result.read_at)
            self._note(INVERTERS, result.system_id, self._told(result))

    def _told(self, result: Collected[Any]) -> Asked:
        reported_at = self._systems[result.system_id].report_at
        return Asked(None, None, reported_at, result.value is None, result.read_at)

    def _known(self, operation: str) -> dict[int, Asked]:
        """What was last asked of each system, as the store has it."""
        if operation not in self._asked:
            self._asked[operation] = self._store.asked(operation)
        return self._asked[operation]

    def _note(self, operation: str, system_id: int, asked: Asked) -> None:
        self._store.write_asked(operation, system_id, asked)
        self._known(operation)[system_id] = asked


def _now() -> datetime:
    return utc(current_clock().time())


def _utc(epoch_seconds: int | None) -> datetime | None:
    return None if epoch_seconds is None else utc(epoch_seconds)


def _is_newer(instant: datetime | None, than: datetime | None) -> bool:
    return instant is not None and (than is None or instant > than)


def _last_whole_day(energy_at: datetime, zone: tzinfo, now: datetime) -> date:
    """The last day that is over in the system's zone and of which there is data."""
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    return min(yesterday, energy_at.astimezone(zone).date())


def _settled_through(data_at: datetime | None, zone: tzinfo) -> date | None:
    """The last day that late data will not change any more; None where there is none."""
    if data_at is None:
        return None
    return (data_at - SETTLED_AFTER).astimezone(zone).date() - timedelta(days=1)


def _reported(
    values: list[int | None], start: date, data_at: datetime | None, zone: tzinfo
) -> list[int | None]:
    """A daily series without the zeros at its end, of days that have not been reported yet."""
    days = 0
    if data_at is not None:
        days = max(0, (data_at.astimezone(zone).date() - start).days + 1)
    count = len(values)
    while count > days and not values[count - 1]:
        count -= 1
    return values[:count]


def _reaches_back(since: date | None, first_day: date | None) -> bool:
    """Whether more is wanted than was asked for: None is the whole life."""
    return first_day is not None and (since is None or since < first_day)
