"""The run of a download."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Executor
from datetime import datetime
from itertools import islice
from typing import Any, Literal, TypeAlias, get_args

from attrs import frozen

from enphase_sdk._sync.cloud_base import Cloud
from enphase_sdk.clock import current_clock
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

# Without other words: all that one hit brings much of, and the summaries of what looks wrong.
USUAL_TABLES: tuple[DownloadTable, ...] = ("systems", "daily")

# After so many refusals in a row the plan or the account does not include an operation at all.
REFUSALS = (AuthenticationError, NotAvailableError)
MOST_REFUSED = 5

# With a budget systems are asked in parts, between which it is looked at.
PART = 500


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
        since: The first day wanted, in each system's zone; None for whole lives, and for the
            intervals of the last 30 days. Of intervals the API keeps no more than a year (v2) or
            two (v4).
        systems: Ids of the systems wanted; None for all.
        tables: What to bring: `systems` (always), `summaries`, `daily`, `intervals`,
            `inverters`. With `daily` come the summaries of systems with another status than
            normal, too, and of each other system one in half a year, for its size. With
            `intervals` come the series of `daily`, which tell what a system measures; they are
            those of production (5 minutes, by the microinverters), consumption, and of v4
            battery, import and export (15 minutes), a day, 7 days or a month for a hit.
        budget: Hits of the quota that may be used; None for all that it gives.
        executor: As of `Fleet`. Its workers write a folder of Parquet files themselves, which
            all of them must see under the same path; a DuckDB file this process writes.
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
            raise InvalidArgumentError(f"tables: there is no {table!r} to bring; there are {known}")
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
        """Hits used so far; of other processes the calls, whose retries are not known."""
        return self._cloud.hits - self._hits_before + self._hits_elsewhere

    def __next__(self) -> Kept:
        return next(self._steps)

    def finish(self) -> None:
        """End the run: what has arrived is kept, nothing more is asked or waited for."""
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
        """What a run would cost in hits if all systems have reported; nothing is asked.

        Returns:
            `systems` that the store knows, hits of the `listing`, and further `calls`; None
            where the store knows no system yet.
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
                self._store.write_systems(page.systems, _now())
                self._plan.systems.update((row.system_id, Listed.of(row)) for row in page.systems)
                self.systems = len(self._plan.systems)
                yield Kept("systems", None)
        except EnphaseError as error:
            self.stopped_by = error

    def _ask(self, phase: Phase) -> Iterator[Kept]:
        """Ask all systems for which something is due, as far as quota and budget go."""
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
        """Whether the credentials are good, so that what was refused is not in the plan."""
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
        """Calls that the budget still allows, a part of them at a time; None for all."""
        return None if self._budget is None else min(PART, max(0, self._budget - self.hits))


def _now() -> datetime:
    return utc(current_clock().time())
