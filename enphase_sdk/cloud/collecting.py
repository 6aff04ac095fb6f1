"""One operation over many systems: which system is next, the results, and where to continue.

Without I/O: `enphase_sdk._async.fleet` and its sync twin send the calls and report the results.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Generic, Literal, TypeAlias, TypedDict, TypeVar, cast, get_args

import msgspec
from attrs import define, field

from enphase_sdk import models
from enphase_sdk.cloud.arguments import integer
from enphase_sdk.cloud.collected import Collected
from enphase_sdk.core.times import plain
from enphase_sdk.errors import (
    APIConnectionError,
    AuthenticationError,
    ConfigError,
    EnphaseError,
    InvalidArgumentError,
    NotAvailableError,
    QuotaExceededError,
    RateLimitError,
)

__all__ = [
    "Collecting",
    "GivenSystems",
    "Mark",
    "Position",
    "Slot",
    "SystemFilters",
    "SystemOperation",
    "operation_of",
]

T = TypeVar("T")

# For each worker: number of systems whose call is running or whose result waits for the caller.
AHEAD = 8

# Number of pages that a run may be ahead of a slow system; a position lists their systems.
MOST_PAGES = 100

# Errors that every further call would have too: they end the run.
HOPELESS = (ConfigError, QuotaExceededError, RateLimitError)

# Errors that may concern one system only. Five in a row concern all systems and end the run.
DOUBTFUL = (AuthenticationError, APIConnectionError)
MOST_IN_A_ROW = 5

SystemOperation: TypeAlias = Literal[
    "battery_lifetime",
    "battery_settings",
    "consumption_lifetime",
    "consumption_meter_readings",
    "consumption_stats",
    "devices",
    "energy_export_lifetime",
    "energy_export_telemetry",
    "energy_import_lifetime",
    "energy_import_telemetry",
    "energy_lifetime",
    "envoys",
    "ev_charger_devices",
    "ev_charger_events",
    "grid_status",
    "inventory",
    "inverters_summary_by_envoy_or_site",
    "latest_telemetry",
    "load_control",
    "open_alarms",
    "open_events",
    "production_meter_readings",
    "rgm_stats",
    "stats",
    "storage_meter_readings",
    "storm_guard",
    "summary",
    "system",
    "telemetry_battery",
    "telemetry_consumption_meter",
    "telemetry_production_meter",
    "telemetry_production_micro",
]
"""The operations whose only required argument is a system's id; some exist on API v4 only."""


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


def operation_of(client: type, operation: str | Callable[..., T]) -> Callable[..., T]:
    """The function that asks one system: `function(client, system_id, **arguments)`.

    Raises:
        InvalidArgumentError: a client of this kind has no such operation.
    """
    if callable(operation):
        return operation
    if operation not in get_args(SystemOperation):
        raise InvalidArgumentError(
            f"operation: there is no {operation!r} that is asked by system; there are "
            f"{', '.join(get_args(SystemOperation))}, or give a function of the client and an id"
        )
    found: Callable[..., T] | None = getattr(client, operation, None)
    if found is None:
        raise NotAvailableError(f"{operation}: only API v4 has it, and this is {client.__name__}")
    return found


# The start of a page of a listing: its cursor, or the number of systems before it.
Mark: TypeAlias = str | int | None


class Position(msgspec.Struct, forbid_unknown_fields=True):
    """The position of a run: the first unfinished page, and the systems done from there on."""

    start: str | int | None
    done: list[int]

    def text(self) -> str:
        """The position as text, to save and to pass to a later run."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def read(cls, text: str | None) -> Position:
        """Read a saved position; None is the start of a run.

        Raises:
            InvalidArgumentError: the text is not a position.
        """
        if text is None:
            return cls(None, [])
        try:
            return msgspec.json.decode(text, type=cls)
        except (msgspec.MsgspecError, UnicodeError, TypeError):
            raise InvalidArgumentError(
                "position: this is not the position of a run; pass the text exactly as it was saved"
            ) from None


class GivenSystems:
    """Systems that the caller gives, split into parts like the pages of a listing."""

    PART = 100

    def __init__(self, systems: Iterable[models.System | int], start: Mark) -> None:
        if isinstance(start, str):
            raise InvalidArgumentError(
                "position: it belongs to a run over the listing; leave systems out"
            )
        given: object = plain(systems)
        if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
            raise InvalidArgumentError(
                f"systems: must be systems or their ids, in a list, not {type(systems).__name__}; "
                "write [67] for a single one"
            )
        self._count = start or 0
        self._systems = iter(systems)
        next(islice(self._systems, self._count, self._count), None)

    def next_part(self) -> tuple[Mark, Sequence[models.System | int]] | None:
        """The next few systems and the number of systems before them; None at the end."""
        part = [_system_or_id(system) for system in islice(self._systems, self.PART)]
        mark, self._count = self._count, self._count + len(part)
        return (mark, part) if part else None


def _system_or_id(system: models.System | int) -> models.System | int:
    return system if hasattr(system, "system_id") else integer(system, "systems")


@define(eq=False)
class _Page:
    mark: Mark
    left: int = 0
    given: list[int] = field(factory=list[int])


@define(eq=False)
class Slot(Generic[T]):
    """One system of a run. The worker that asks it stores the result here, so that none is lost.

    Attributes:
        system_id: The system.
        system: The system as listed, or None.
        page: The page that it was listed on.
        result: The result, or None until it is known.
        defect: An exception that is not an `EnphaseError`; it ends the run.
    """

    system_id: int
    system: models.System | None
    page: _Page
    result: Collected[T] | None = None
    defect: BaseException | None = None

    @property
    def has_ended(self) -> bool:
        """Whether its call is over."""
        return self.result is not None or self.defect is not None


class Collecting(Generic[T]):
    """The state of a run over many systems.

    Attributes:
        stopped_by: The error that ended the run before the last system, or None.
        done: Number of results given out.
        total: Number of systems; None until the last page of the listing has arrived.
        arrived: Slots whose calls have ended; workers append to it, from any thread.
    """

    def __init__(self, workers: int, position: Position, *, ordered: bool) -> None:
        if workers < 1:
            raise InvalidArgumentError(f"workers: must be 1 or more, not {workers!r}")
        self.stopped_by: EnphaseError | None = None
        self.done = 0
        self.total: int | None = None
        self.arrived: deque[Slot[T]] = deque()
        self._workers = workers
        self._ordered = ordered
        self._room = AHEAD * workers
        self._listed = 0
        self._position = position
        self._skipped = frozenset(position.done)
        self._pages: deque[_Page] = deque()
        self._waiting: deque[Slot[T]] = deque()
        # Systems asked whose results are not yet given out, in the order of the listing.
        self._slots: dict[int, Slot[T]] = {}
        self._ready: deque[Slot[T]] = deque()
        self._given: Slot[T] | None = None
        self._under_way = 0
        self._doubtful = 0
        self._ended = False

    @property
    def position(self) -> str:
        """The position of the run after all results that were given out."""
        if not self._pages:
            return self._position.text()
        given = [system_id for page in self._pages for system_id in page.given]
        return Position(self._pages[0].mark, given).text()

    @property
    def is_over(self) -> bool:
        """Whether every result has been given out and there are no more systems to ask."""
        return not self._slots and not self._waiting and self._ended

    @property
    def wants_page(self) -> bool:
        """Whether the next page of systems is needed."""
        has_few = len(self._pages) < MOST_PAGES
        return not self._waiting and not self._ended and has_few and self._has_room()

    def listed(self, mark: Mark, systems: Sequence[models.System | int]) -> None:
        """Add the next page of systems."""
        page = _Page(mark)
        for system in systems:
            row = None if isinstance(system, int) else system
            system_id = system if isinstance(system, int) else system.system_id
            if system_id in self._skipped:
                page.given.append(system_id)
            else:
                page.left += 1
                self._waiting.append(Slot(system_id, row, page))
        self._listed += len(systems)
        self._pages.append(page)

    def end(self) -> None:
        """Note that there are no more pages."""
        self._ended = True
        self.total = self._listed

    def next_to_ask(self) -> Slot[T] | None:
        """The system to ask now; None if there is none, or if enough calls are running."""
        if not self._waiting or not self._has_room():
            return None
        slot = self._waiting.popleft()
        self._slots[id(slot)] = slot
        self._under_way += 1
        return slot

    def take(self) -> Collected[T] | None:
        """The next result to give out, or None if there is none yet.

        Raises:
            Exception: an operation failed with an error that is not an `EnphaseError`.
        """
        if self._given is not None:
            # The caller asks for the next result, so the last one has arrived there.
            self._slots.pop(id(self._given), None)
            self._given = None
        self._take_over_arrived()
        while slot := self._first_ended():
            if slot.defect is not None:
                raise slot.defect
            result = slot.result
            if result is None or isinstance(result.error, HOPELESS):
                self._slots.pop(id(slot))
                continue
            self._given = slot
            self.done += 1
            slot.page.given.append(slot.system_id)
            slot.page.left -= 1
            while len(self._pages) > 1 and not self._pages[0].left:
                self._pages.popleft()
            return result
        return None

    def stop(self, error: EnphaseError) -> None:
        """Ask no more systems; results of running calls are still given out."""
        self.stopped_by = self.stopped_by or error
        self._waiting.clear()
        self._ended = True

    def leave_calls(self, error: EnphaseError) -> None:
        """Ask no more systems, and do not wait for running calls."""
        if not self.is_over:
            self.stop(error)
            self._slots = {key: slot for key, slot in self._slots.items() if slot.has_ended}

    def finished(self) -> list[Collected[T]]:
        """End the run; returns the arrived results in order, beginning with the last one given."""
        self._waiting.clear()
        self._ended = True
        results: list[Collected[T]] = []
        for slot in self._slots.values():
            if slot.result is not None and not isinstance(slot.result.error, HOPELESS):
                results.append(slot.result)
                if slot is not self._given:
                    slot.page.given.append(slot.system_id)
        self._slots.clear()
        self._given = None
        return results

    def _has_room(self) -> bool:
        return (
            self.stopped_by is None
            and self._under_way < self._workers
            and len(self._slots) < self._room
        )

    def _first_ended(self) -> Slot[T] | None:
        if self._ordered:
            first = next(iter(self._slots.values()), None)
            return first if first is not None and first.has_ended else None
        while self._ready:
            slot = self._ready.popleft()
            if id(slot) in self._slots:
                return slot
        return None

    def _take_over_arrived(self) -> None:
        """Process the arrived results, and stop the run if further calls would fail too."""
        while self.arrived:
            slot = self.arrived.popleft()
            self._under_way -= 1
            self._ready.append(slot)
            error = slot.result.error if slot.result is not None else None
            self._doubtful = self._doubtful + 1 if isinstance(error, DOUBTFUL) else 0
            if isinstance(error, HOPELESS) or self._doubtful == MOST_IN_A_ROW:
                self.stop(cast(EnphaseError, error))
