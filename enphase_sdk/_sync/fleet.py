# Made from enphase_sdk/_async/fleet.py by `make generate`; edit that one.
"""Operations over many systems with one client, and so with one quota."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from inspect import isawaitable
from typing import Any, Generic, TypeAlias, TypeVar, Unpack, cast, overload

from enphase_sdk import models
from enphase_sdk._sync.cloud_base import Cloud
from enphase_sdk._sync.cloud_pages import SystemPages
from enphase_sdk._sync.fleet_frames import FleetFrames
from enphase_sdk.clock import current_clock
from enphase_sdk.cloud.boundary import Boundary
from enphase_sdk.cloud.collected import Collected, FleetRecord
from enphase_sdk.cloud.collecting import (
    Collecting,
    GivenSystems,
    Mark,
    Position,
    Slot,
    SystemFilters,
    SystemOperation,
    operation_of,
)
from enphase_sdk.core.events import Event, in_background
from enphase_sdk.core.forks import renew_after_fork
from enphase_sdk.core.times import utc
from enphase_sdk.errors import ConfigError, EnphaseError, InvalidArgumentError

__all__ = ["Collection", "Fleet", "FleetRun", "Progress"]

T = TypeVar("T")

WORKERS = 4

Progress: TypeAlias = Callable[[int, int | None], object]

# Called with the result of a call: its value, or its error.
Tell: TypeAlias = Callable[[Any, BaseException | None], None]


class Fleet(FleetFrames):
    """All systems that a client has access to.

    Args:
        cloud: The client; all calls use its quota, retries and waits.
        workers: Number of calls that may run at the same time.

    Raises:
        InvalidArgumentError: `workers` is less than 1.
    """

    def __init__(self, cloud: Cloud, *, workers: int = WORKERS) -> None:
        if workers < 1:
            raise InvalidArgumentError(f"workers: must be 1 or more, not {workers!r}")
        self._cloud = cloud
        self._workers = workers

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._cloud!r})"

    def __iter__(self) -> Iterator[models.System]:
        return iter(self.systems())

    def systems(self, **filters: Unpack[SystemFilters]) -> SystemPages:
        """All systems, or those that match the filters; pages are fetched during iteration."""
        return self._cloud.systems(**filters)

    @overload
    def collect(
        self,
        operation: SystemOperation,
        systems: Iterable[models.System | int] | None = None,
        *,
        filters: SystemFilters | None = None,
        progress: Progress | None = None,
        ordered: bool = False,
        position: str | None = None,
        each: Callable[[int], Mapping[str, Any]] | None = None,
        **arguments: Any,
    ) -> Collection[Any]: ...
    @overload
    def collect(
        self,
        operation: Callable[..., T],
        systems: Iterable[models.System | int] | None = None,
        *,
        filters: SystemFilters | None = None,
        progress: Progress | None = None,
        ordered: bool = False,
        position: str | None = None,
        each: Callable[[int], Mapping[str, Any]] | None = None,
        **arguments: Any,
    ) -> Collection[T]: ...
    def collect(
        self,
        operation: SystemOperation | Callable[..., Any],
        systems: Iterable[models.System | int] | None = None,
        *,
        filters: SystemFilters | None = None,
        progress: Progress | None = None,
        ordered: bool = False,
        position: str | None = None,
        each: Callable[[int], Mapping[str, Any]] | None = None,
        **arguments: Any,
    ) -> Collection[Any]:
        """Call one operation for many systems, a few at a time; gives one result for each.

        A result is a value or an error: one that cannot be read does not end the run. Results
        are given as they arrive. A few pages, and 8 systems for each worker, are in memory.

        Args:
            operation: The name of an operation, such as `"energy_lifetime"`, or a function that
                is called with the client and a system's id, like `Enlighten.energy_lifetime`.
            systems: Systems or their ids; None for the whole listing, fetched page by page.
            filters: Filters of the listing; not together with `systems`.
            progress: Called after each result with the number of systems done and the number of
                all systems (None until the last page of the listing has arrived).
            ordered: Give results in the order of the systems; a slow system then delays the
                results after it.
            position: The `position` of an earlier run, to continue from there; needs the same
                `systems` or `filters`. Results that that run gave out are not requested again.
            each: Returns further keyword arguments for one system id; called in this process.
            arguments: Keyword arguments of the operation, the same for every system.

        Returns:
            A run over the systems: `for result in run`.

        Raises:
            InvalidArgumentError: there is no such operation, or an argument is not valid.
            NotAvailableError: only API v4 has the operation.

        Source: the operation, and operation Systems for the listing.
        """
        ask = operation_of(type(self._cloud), operation)
        start = Position.read(position)
        state: Collecting[Any] = Collecting(self._workers, start, ordered=ordered)
        listing: _Listing | _Given
        if systems is None:
            chosen: SystemFilters = {**(filters or {})}
            if start.start is not None:
                chosen["next"] = _cursor(start.start)
            listing = _Listing(self._cloud.systems(**chosen))
        elif filters:
            raise InvalidArgumentError(
                "give systems or filters, not both: filters select from the listing"
            )
        else:
            listing = _Given(GivenSystems(systems, start.start))
        begin = self._beginning(ask, lambda i: {**arguments, **each(i)} if each else arguments)
        return Collection(listing, begin, state, progress)

    def summaries(
        self, *, progress: Progress | None = None, **filters: Unpack[SystemFilters]
    ) -> FleetRun:
        """List systems and read the summary of each, a few at a time.

        Costs one hit of the quota for every 1,000 systems and one for each system.

        Args:
            progress: Called after each system with the number of systems done and the number of
                all systems (None until the last page of the listing has arrived).
            filters: Filters of the listing. Default: all systems.

        Raises:
            InvalidArgumentError: a filter is not valid.

        Source: operations Systems and Summary.
        """
        run = self.collect("summary", filters=filters, progress=progress, ordered=True)
        return FleetRun(run)

    def _beginning(
        self, ask: Callable[..., Any], arguments: Callable[[int], Mapping[str, Any]]
    ) -> Callable[[int, Tell], None]:
        """A function that starts the call for one system, and returns at once."""

        def begin(system_id: int, tell: Tell) -> None:
            asked = partial(ask, self._cloud, system_id, **arguments(system_id))
            in_background(partial(_told, asked, tell))

        return begin


class Collection(Iterator[Collected[T]], Generic[T]):
    """One pass over many systems: an iterator of results; see `Fleet.collect`.

    The iteration never raises an `EnphaseError`. An error of one system is in that system's
    result. An error that ends the whole run (settings, quota, listing, or 5 systems in a row that
    were not authorized or not reached) is in `stopped_by` when the iteration has ended; all results
    until then were given out.
    """

    def __init__(
        self,
        listing: _Listing | _Given,
        begin: Callable[[int, Tell], None],
        state: Collecting[T],
        progress: Progress | None,
    ) -> None:
        self._listing = listing
        self._begin = begin
        self._state = state
        self._progress = progress
        self._arrival: Event | None = None
        renew_after_fork(self)

    def after_fork(self) -> None:
        """End the run in a forked process: the calls that are under way belong to the parent."""
        self._state.leave_calls(
            ConfigError(
                "this run was begun before the process was forked; continue here with "
                "collect(…, position=run.position)"
            )
        )

    @property
    def stopped_by(self) -> EnphaseError | None:
        """Why the run ended before the last system; None if it did not."""
        return self._state.stopped_by

    @property
    def done(self) -> int:
        """Results given out so far."""
        return self._state.done

    @property
    def total(self) -> int | None:
        """Systems there are; None until the last page of the listing has come."""
        return self._state.total

    @property
    def position(self) -> str:
        """The position of the run after all results given out, as text that can be saved.

        `collect(…, position=…)` continues from there, in this process or another.
        """
        return self._state.position

    def finished(self) -> list[Collected[T]]:
        """End the run and return the results that have arrived.

        For a program that is interrupted or cancelled during the iteration: it does not wait, and
        no answered call is lost. The first result may repeat the last one of the iteration,
        because an interrupt can prevent its delivery.
        """
        return self._state.finished()

    def __next__(self) -> Collected[T]:
        while True:
            self._arrival = arrival = Event()
            result = self._state.take()
            self._ask_ahead()
            if result is not None:
                if self._progress is not None:
                    told = self._progress(self.done, self.total)
                    if isawaitable(told):
                        cast("None", told)
                return result
            if self._state.is_over:
                raise StopIteration
            if not self._state.arrived:
                arrival.wait(None)

    def _ask_ahead(self) -> None:
        """Start calls for all workers, but not too far ahead of the results given out."""
        while True:
            slot = self._state.next_to_ask()
            if slot is not None:
                self._begin(slot.system_id, partial(self._tell, slot))
            elif not self._state.wants_page:
                return
            else:
                try:
                    page = self._listing.next_page()
                except EnphaseError as error:
                    self._state.stop(error)
                    return
                if page is not None:
                    self._state.listed(*page)
                if page is None or self._listing.is_over:
                    self._state.end()

    def _tell(self, slot: Slot[T], value: T, error: BaseException | None) -> None:
        if error is None or isinstance(error, EnphaseError):
            now = utc(current_clock().time())
            slot.result = Collected(slot.system_id, slot.system, value, error, now)
        else:
            slot.defect = error
        self._state.arrived.append(slot)
        if self._arrival is not None:
            self._arrival.set()


class FleetRun(Iterator[FleetRecord]):
    """One pass over a fleet: an iterator of records, in the order of the listing.

    It ends like an `Collection`, and never raises an `EnphaseError`.
    """

    def __init__(self, run: Collection[models.Summary]) -> None:
        self._run = run

    @property
    def stopped_by(self) -> EnphaseError | None:
        """Why the run ended before the end of the fleet; None if it did not."""
        return self._run.stopped_by

    @property
    def done(self) -> int:
        """Records given out so far."""
        return self._run.done

    @property
    def total(self) -> int | None:
        """Systems there are; None until the last page of the listing has come."""
        return self._run.total

    def finished(self) -> list[FleetRecord]:
        """End the run and return the records that have arrived, in the order of the listing.

        For a program that is interrupted (`KeyboardInterrupt`) during the iteration: it does not
        wait, and no answered call is lost. The first record may repeat the last one of the
        iteration, because an interrupt can prevent its delivery.
        """
        return [_record(result) for result in self._run.finished()]

    def __next__(self) -> FleetRecord:
        return _record(next(self._run))


def _record(result: Collected[models.Summary]) -> FleetRecord:
    system = cast(models.System, result.system)
    return FleetRecord(system, result.value, result.error, result.read_at)


def _told(ask: Callable[[], Any], tell: Tell) -> None:
    try:
        value = ask()
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        tell(None, error)
    except BaseException:
        tell(None, RuntimeError("a call was cancelled by code outside the run"))
        raise
    else:
        tell(value, None)


class _Listing:
    """The listing's pages; each system is given once, even if it moves to another page."""

    def __init__(self, listing: SystemPages) -> None:
        self._listing = listing
        self._pages = listing.pages()
        self._boundary = Boundary()
        self.is_over = False

    def next_page(self) -> tuple[Mark, Sequence[models.System | int]] | None:
        page = next(self._pages, None)
        if page is None:
            return None
        self.is_over = not page.next
        return self._listing.cursor, self._boundary.crossed(page)


class _Given:
    """Systems that the caller gives."""

    is_over = False

    def __init__(self, systems: GivenSystems) -> None:
        self._systems = systems

    def next_page(self) -> tuple[Mark, Sequence[models.System | int]] | None:
        return self._systems.next_part()


def _cursor(start: Mark) -> str:
    if isinstance(start, str):
        return start
    raise InvalidArgumentError(
        "position: it belongs to a run over given systems; pass the same systems"
    )
