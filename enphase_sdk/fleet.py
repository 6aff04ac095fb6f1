"""Reads many systems through one client, which keeps them within one quota."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import datetime
from threading import Lock, Thread
from typing import TypedDict, Unpack

from attrs import frozen

from enphase_sdk import models
from enphase_sdk._sync.cloud_base import Cloud
from enphase_sdk._sync.cloud_pages import SystemPages
from enphase_sdk.clock import current_clock
from enphase_sdk.cloud.boundary import Boundary
from enphase_sdk.core.times import utc
from enphase_sdk.errors import (
    APIConnectionError,
    AuthenticationError,
    ConfigError,
    EnphaseError,
    InvalidArgumentError,
    QuotaExceededError,
    RateLimitError,
)

__all__ = ["Fleet", "FleetRecord", "FleetRun", "Progress", "SystemFilters"]

WORKERS = 4

# Records are given out in the order of the listing. At most this many per worker are held back.
AHEAD = 8

# After one of these errors every further call would fail too: the run ends.
HOPELESS = (ConfigError, QuotaExceededError, RateLimitError)

# One such error may concern one system only. This many in a row concern all: the run ends.
DOUBTFUL = (AuthenticationError, APIConnectionError)
MOST_IN_A_ROW = 5

Progress = Callable[[int, int | None], None]


class SystemFilters(TypedDict, total=False):
    """The filters of `Enlighten.systems`; each takes one value or several."""

    system_id: int | Iterable[int]
    system_name: str | Iterable[str]
    status: str | Iterable[str]
    reference: str | Iterable[str]
    installer: str | Iterable[str]
    connection_type: str | Iterable[str]
    limit: int
    next: str


@frozen
class FleetRecord:
    """The result for one system: its summary, or the error that prevented it.

    Attributes:
        system: The system, as in the listing.
        summary: The summary of the system's current day; None if it could not be read.
        error: Why there is no summary; None if there is one.
        read_at: When the summary or the error was received (aware, UTC).
    """

    system: models.System
    summary: models.Summary | None
    error: EnphaseError | None
    read_at: datetime


class Fleet:
    """All systems that a client has access to.

    Args:
        enlighten: The client. Its quota, retries and waits apply to all calls made here.
        workers: Largest number of calls at the same time.

    Raises:
        InvalidArgumentError: `workers` is less than 1.
    """

    def __init__(self, enlighten: Cloud, *, workers: int = WORKERS) -> None:
        if workers < 1:
            raise InvalidArgumentError(f"workers: 1 or more are needed, not {workers!r}")
        self._enlighten = enlighten
        self._workers = workers

    def __repr__(self) -> str:
        return f"Fleet({self._enlighten!r})"

    def __iter__(self) -> Iterator[models.System]:
        return iter(self.systems())

    def systems(self, **filters: Unpack[SystemFilters]) -> SystemPages:
        """All systems, or those that match the filters; pages are fetched during iteration."""
        return self._enlighten.systems(**filters)

    def summaries(
        self, *, progress: Progress | None = None, **filters: Unpack[SystemFilters]
    ) -> FleetRun:
        """List systems and read the summary of each, a few at a time.

        Costs one hit of the quota for every 1,000 systems and one for each system.

        Args:
            progress: Called after each system, in the iterating thread, with the number of
                systems done and the total (None until the last page has been fetched).
            filters: Filters of `Enlighten.systems`. Default: all systems.

        Raises:
            InvalidArgumentError: a filter is not valid.

        Source: operations Systems and Summary.
        """
        return FleetRun(self._enlighten, self.systems(**filters), self._workers, progress)


class FleetRun(Iterator[FleetRecord]):
    """One pass over a fleet: an iterator of records, in the order of the listing.

    The iteration never raises an `EnphaseError`. An error of one system is in that system's
    record. An error that ends the run early (settings, quota, listing, or 5 systems in a row that
    were not authorized or not reached) is in `stopped_by` after the iteration; all records read
    before it are given out first. Only a few pages and results are held in memory.

    Attributes:
        stopped_by: The error that ended the run before the end of the fleet, or None.
        done: Number of records given out so far.
        total: Number of systems in the fleet; None until the last page has been fetched.
    """

    def __init__(
        self,
        enlighten: Cloud,
        listing: SystemPages,
        workers: int,
        progress: Progress | None,
    ) -> None:
        self.stopped_by: EnphaseError | None = None
        self.done = 0
        self.total: int | None = None
        self._enlighten = enlighten
        self._systems = self._listed(listing)
        self._workers = workers
        self._progress = progress
        self._pending: deque[Future[FleetRecord]] = deque()
        self._given = False  # whether the first of them was given out
        self._lock = Lock()
        self._doubtful = 0

    def finished(self) -> list[FleetRecord]:
        """End the run and return the records that are ready, in the order of the listing.

        For a program that is interrupted (`KeyboardInterrupt`) during the iteration. It does not
        wait for running calls, and no answered call is lost. The first record may be one that
        the iteration has already given: an interrupt can prevent it from reaching the program.
        """
        ready = [future for future in self._pending if future.done() and not future.exception()]
        self._pending.clear()
        self._given = False
        self._systems = iter(())
        records = [future.result() for future in ready]
        return [record for record in records if not isinstance(record.error, HOPELESS)]

    def __next__(self) -> FleetRecord:
        while record := self._next_in_order():
            if isinstance(record.error, HOPELESS):
                continue
            self.done += 1
            if self._progress is not None:
                self._progress(self.done, self.total)
            return record
        raise StopIteration

    def _next_in_order(self) -> FleetRecord | None:
        if self._given:
            self._given = False
            self._pending.popleft()
        self._ask_ahead()
        if not self._pending:
            return None
        first = self._pending[0]
        while not first.done():
            wait([future for future in self._pending if not future.done()], None, FIRST_COMPLETED)
            self._ask_ahead()
        self._given = True
        return first.result()

    def _ask_ahead(self) -> None:
        """Start calls until all workers are busy or `AHEAD` per worker are pending."""
        while self.stopped_by is None and len(self._pending) < AHEAD * self._workers:
            if sum(not future.done() for future in self._pending) >= self._workers:
                return
            try:
                system = next(self._systems, None)
            except EnphaseError as error:
                self._stop(error)
                return
            if system is None:
                return
            self._pending.append(self._ask(system))

    def _ask(self, system: models.System) -> Future[FleetRecord]:
        future: Future[FleetRecord] = Future()
        # A daemon thread per call: at exit Python does not wait for one that waits for the quota.
        Thread(target=self._read, args=(system, future), daemon=True).start()
        return future

    def _read(self, system: models.System, future: Future[FleetRecord]) -> None:
        summary, error = None, None
        try:
            summary = self._enlighten.summary(system.system_id)
        except EnphaseError as failure:
            error = failure
        except BaseException as defect:
            future.set_exception(defect)
            return
        self._weigh(error)
        now = utc(current_clock().time())
        future.set_result(FleetRecord(system, summary, error, now))

    def _weigh(self, error: EnphaseError | None) -> None:
        with self._lock:
            self._doubtful = self._doubtful + 1 if isinstance(error, DOUBTFUL) else 0
            hopeless = isinstance(error, HOPELESS) or self._doubtful == MOST_IN_A_ROW
        if error is not None and hopeless:
            self._stop(error)

    def _stop(self, error: EnphaseError) -> None:
        with self._lock:
            self.stopped_by = self.stopped_by or error

    def _listed(self, listing: SystemPages) -> Iterator[models.System]:
        """Each system once, even if the fleet changes and systems move between pages."""
        count, boundary = 0, Boundary()
        for page in listing.pages():
            fresh = boundary.crossed(page)
            count += len(fresh)
            if not page.next:
                self.total = count
            yield from fresh
