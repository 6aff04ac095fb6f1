"""The run of a download."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Executor
from datetime import datetime
from itertools import islice
from typing import Any, Literal, TypeAlias, get_args

from attrs import frozen

from enphase_sdk import models
from enphase_sdk._sync.cloud_base import Cloud
from enphase_sdk.clock import current_clock
from enphase_sdk.cloud.arguments import integer
from enphase_sdk.core.log import logger
from enphase_sdk.core.times import DateLike, to_date, utc
from enphase_sdk.download.asking import Answer, Asking, asking_of
from enphase_sdk.download.due import Phase, Plan
from enphase_sdk.download.listed import Listed
from enphase_sdk.errors import (
    AuthenticationError,
    EnphaseError,
    InvalidArgumentError,
    NotAvailableError,
)
from enphase_sdk.store import Store

__all__ = ["USUAL_TABLES", "Download", "DownloadTable", "Kept"]

DownloadTable: TypeAlias = Literal["systems", "summaries", "daily", "intervals", "inverters"]

# The default tables: those of which one hit returns much, and summaries of suspicious systems.
USUAL_TABLES: tuple[DownloadTable, ...] = ("systems", "daily")

# After this many refusals in a row, the plan or the account does not include the operation.
REFUSALS = (AuthenticationError, NotAvailableError)
MOST_REFUSED = 5

# With a budget, systems are requested in parts of this size; the budget is checked between.
PART = 500


@frozen
class Kept:
    """One step of a download: the request, and whether its answer is in the store now.

    Attributes:
        operation: The operation.
        system_id: The system; None for a page of the listing.
        error: Why there is no answer, or None.
    """

    operation: str
    system_id: int | None
    error: EnphaseError | None = None


class Download(Iterator[Kept]):
    """Updates a store; iterating over it does the work, a step at a time.

    It never raises an `EnphaseError` of the cloud: an error of one system is in its step, an error
    that ended the run is in `stopped_by`. A step without an error is in the store.

    Args:
        cloud: The client; its quota and waits apply.
        store: The store to write; it must be open for writing in this process.
        since: The first day wanted, in each system's time zone; None for whole lives, and for
            intervals the last 30 days. The API has intervals of the last year only (v2), or of
            the last two (v4).
        systems: Ids of the systems wanted; None for all.
        tables: The tables to download: `systems` (always), `summaries`, `daily`, `intervals`,
            `inverters`. `daily` includes the summaries of systems whose status is not normal,
            and one summary in half a year of each other system, for its size. `intervals`
            includes `daily`, which shows what a system measures. Intervals are those of
            production (5 minutes, from the microinverters), consumption, and with v4 battery,
            import and export (15 minutes); one hit returns a day, 7 days or a month.
        budget: The most hits of the quota to use; None for no limit but the quota.
        executor: As for `Fleet`. With a folder of Parquet files the workers write the folder
            themselves, so all of them must see it under the same path. A DuckDB file is written
            by this process.
        workers: As for `Fleet`.

    Attributes:
        stopped_by: What ended the run early; None if nothing did.
        systems: The number of systems listed.
        asked: The number of calls for one system that ended, including those with an error.
        failed: The number of these calls that ended with an error, and of listed systems whose
            id cannot be used; those are not in the store.
        last_error: The latest of these errors, or None.
        expected: The number of calls that were due after the listing; None until then.
        left: The number of calls that are still due when the run is over; None (not known) if
            the listing was not complete.

    Raises:
        InvalidArgumentError: an argument cannot be used.

    Source: operations Systems, Summary, InvertersSummaryByEnvoyOrSite, EnergyLifetime,
    ConsumptionLifetime, Stats, ConsumptionStats, and of v4 the lifetimes and the telemetry of
    microinverters, consumption, batteries, import and export.
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
            raise InvalidArgumentError(f"tables: there is no table {table!r}; use {known}")
        if budget is not None and (isinstance(budget, bool) or budget < 1):
            raise InvalidArgumentError(f"budget: 1 hit or more is needed, not {budget!r}")
        since_day = None if since is None else to_date(since, "since")
        self._wanted = None if systems is None else sorted(set(systems))
        self._cloud = cloud
        self._store = store
        self._budget = budget
        self._plan = Plan(cloud, store, self._tables, since_day)
        self._questions = asking_of(cloud, store, executor, workers)
        self._is_local = executor is None
        self._hits_before = cloud.hits
        self._hits_elsewhere = 0
        self._asking: tuple[Phase, Asking] | None = None
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
        """Hits used so far; for other processes the number of calls: retries are not known."""
        return self._cloud.hits - self._hits_before + self._hits_elsewhere

    def __next__(self) -> Kept:
        return next(self._steps)

    def finish(self) -> None:
        """End the run: store what has arrived, send no further requests and do not wait."""
        if self._asking is not None:
            (_, asking), self._asking = self._asking, None
            for answer in asking.finish():
                self._count(answer)
        number, self._number = self._number, None
        if number is not None:
            problem = self.stopped_by
            outcome = "failed" if problem and not self.systems else "partly" if problem else "done"
            message = None if problem is None else type(problem).__name__
            self._store.end_run(number, _now(), hits=self.hits, outcome=outcome, message=message)

    def cost(self) -> dict[str, int | None]:
        """The cost of a run in hits, if all systems have reported; sends no request.

        Returns:
            `systems` in the store, hits of the `listing`, and further `calls`; each None if the
            store has no system yet.
        """
        rows = [row for row in self._store.systems() if self._is_wanted(row["system_id"])]
        if not rows:
            return {"systems": 0, "listing": None, "calls": None}
        now = _now()
        self._plan.systems = {row["system_id"]: Listed.stored(row, now) for row in rows}
        calls = self._plan.count()
        self._plan.systems = {}
        pages = -(-len(rows) // self._cloud.largest_page)
        if self._budget is not None:
            calls = min(calls, max(0, self._budget - pages))
        return {"systems": len(rows), "listing": pages, "calls": calls}

    def _is_wanted(self, system_id: int) -> bool:
        return self._wanted is None or system_id in self._wanted

    def _work(self) -> Iterator[Kept]:
        self._number = self._store.begin_run(_now(), api=self._cloud.api)
        yield from self._list()
        if self.stopped_by is None:
            self.expected = self._plan.count()
            for phase in self._plan.phases():
                if self.stopped_by is not None or self._is_spent:
                    break
                yield from self._ask(phase)
            self.left = self._plan.count()
        self.finish()

    def _list(self) -> Iterator[Kept]:
        filters: dict[str, Any] = {} if self._wanted is None else {"system_id": self._wanted}
        try:
            for page in self._cloud.systems(**filters).pages():
                now = _now()
                systems = [row for row in page.systems if self._is_usable(row)]
                self._store.write_systems(systems, now)
                self._plan.systems.update((row.system_id, Listed.of(row, now)) for row in systems)
                self.systems = len(self._plan.systems)
                yield Kept("systems", None)
        except EnphaseError as error:
            self.stopped_by = error

    def _is_usable(self, system: models.System) -> bool:
        """Whether a listed system has an id to request and store it by; otherwise it is counted."""
        try:
            integer(system.system_id, "system_id")
        except InvalidArgumentError as error:
            logger.warning("a listed system is left out: %s", error)
            self.failed, self.last_error = self.failed + 1, error
            return False
        return True

    def _ask(self, phase: Phase) -> Iterator[Kept]:
        """Send the due requests of all systems, as far as quota and budget permit."""
        due = phase.due()
        answered = in_a_row = 0
        waiting, refused = iter(due), list[int]()
        while self.stopped_by is None and in_a_row < MOST_REFUSED:
            part = list(islice(waiting, self._affordable()))
            if not part:
                break
            asking = self._questions({system_id: due[system_id] for system_id in part})
            self._asking = phase, asking
            for answer in asking:
                self._count(answer)
                if phase.is_optional and isinstance(answer.error, REFUSALS):
                    refused.append(answer.question.system_id)
                    in_a_row += 1
                elif answer.error is None:
                    answered, in_a_row = answered + 1, 0
                yield Kept(phase.operation, answer.question.system_id, answer.error)
                if in_a_row == MOST_REFUSED:
                    break
            for answer in asking.finish():
                self._count(answer)
                yield Kept(phase.operation, answer.question.system_id, answer.error)
            self._asking = None
            if not (phase.is_optional and isinstance(asking.stopped_by, REFUSALS)):
                self.stopped_by = asking.stopped_by
        if refused and (answered or self._is_let_in()):
            every = in_a_row >= MOST_REFUSED and not answered
            self._plan.note_absent(phase.operation, due if every else refused)

    def _count(self, answer: Answer) -> None:
        phase, _ = self._asking or (None, None)
        self.asked += 1
        self._hits_elsewhere += not self._is_local
        self._plan.learn(answer.question, answer.asked)
        is_refusal = phase is not None and phase.is_optional and isinstance(answer.error, REFUSALS)
        if answer.error is not None and not is_refusal:
            self.failed, self.last_error = self.failed + 1, answer.error

    def _is_let_in(self) -> bool:
        """Whether the credentials are valid, so that a refusal means that the plan lacks it."""
        try:
            next(iter(self._cloud.systems(limit=1)), None)
        except EnphaseError as error:
            self.stopped_by = error
            return False
        return True

    @property
    def _is_spent(self) -> bool:
        return self._budget is not None and self.hits >= self._budget

    def _affordable(self) -> int | None:
        """The number of calls in the next part that the budget allows; None for all."""
        return None if self._budget is None else min(PART, max(0, self._budget - self.hits))


def _now() -> datetime:
    return utc(current_clock().time())
