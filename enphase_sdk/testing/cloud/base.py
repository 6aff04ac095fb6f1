"""The base of simulated clouds: a fleet, a clock, a quota, scripted faults, and a server."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from email.utils import formatdate
from typing import ClassVar

import httpx
import msgspec
from attrs import frozen

from enphase_sdk.clock import Clock, SystemClock
from enphase_sdk.cloud.plans import Plan, PlanName, plan_named
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing.cloud.quota import Quota
from enphase_sdk.testing.cloud.server import serve
from enphase_sdk.testing.fault_parts import Fault
from enphase_sdk.testing.fault_rules import FaultRule, FaultRules
from enphase_sdk.testing.world.archetypes import Kind
from enphase_sdk.testing.world.fleet import World
from enphase_sdk.testing.world.system import System

__all__ = ["Asked", "SimulatedCloud", "number_of"]

_MOST_SYSTEMS = 100_000
_REMEMBERED = 10_000
_JSON = "application/json; charset=utf-8"


@frozen
class Asked:
    """A request that the simulator received, without the credentials.

    Attributes:
        operation: The contract's ``operationId``.
        path: The URL's path.
        params: The query's names and values in order, without credentials.
    """

    operation: str
    path: str
    params: tuple[tuple[str, str], ...]


def number_of(system_id: str) -> int:
    """The system id in a path; 0, which no system has, if it is not a number."""
    return int(system_id) if re.fullmatch(r"-?[0-9]{1,19}", system_id) else 0


class SimulatedCloud(ABC):
    """A fleet and a cloud in front of it. Safe to share between threads.

    Attributes:
        clock: The simulator's clock; a test can move it if it is a `FakeClock`.
        skew: Seconds the server's clock is ahead; may be changed at any time.
        requests: The last 10,000 requests, oldest first.
    """

    operations: ClassVar[Collection[str]]

    def __init__(
        self,
        systems: int,
        seed: int,
        plan: Plan | PlanName | None,
        clock: Clock | None,
        skew: float,
    ) -> None:
        if not 1 <= systems <= _MOST_SYSTEMS:
            raise InvalidArgumentError(
                f"systems={systems!r}: a fleet has 1 to {_MOST_SYSTEMS} systems"
            )
        self.clock: Clock = clock if clock is not None else SystemClock()
        self.skew = skew
        self.requests: deque[Asked] = deque(maxlen=_REMEMBERED)
        self._plan = plan_named(plan) if isinstance(plan, str) else plan
        self._quota = Quota(self._plan)
        self._faults = FaultRules(seed, self.operations)
        self._world = World(systems, seed, self.clock.time())

    def __repr__(self) -> str:
        plan = self._plan.name if self._plan is not None else None
        name = type(self).__name__
        return f"{name}({self._world.size}, seed={self._world.seed}, plan={plan!r})"

    @abstractmethod
    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""

    @property
    def hits(self) -> int:
        """Requests that counted against the quota so far."""
        return self._quota.hits

    @property
    def refused(self) -> int:
        """Requests refused because of the quota (409, on API v4 429) so far."""
        return self._quota.refused

    def system_ids(self) -> list[int]:
        """The ids of all systems, in the order of the listing."""
        return list(map(self._world.id_at, self._world.positions))

    def system(self, system_id: int) -> System:
        """The properties of one system.

        Raises:
            InvalidArgumentError: The fleet has no such system; the message lists the ids.
        """
        index = self._world.index_of(system_id)
        if index is None:
            ids = self.system_ids()
            shown = ", ".join(map(str, ids[:10])) + (f", … {ids[-1]}" if len(ids) > 10 else "")
            raise InvalidArgumentError(f"no system {system_id!r} in this fleet; there are {shown}")
        return self._world.system(index)

    def find(
        self, where: Callable[[System], bool] | None = None, *, kind: Kind | str | None = None
    ) -> System:
        """The first system of a kind, or for which `where` is true, or both.

        Raises:
            InvalidArgumentError: No such kind, or no such system; the message lists what
                there is.
        """
        if kind is not None and kind not in list(Kind):
            raise InvalidArgumentError(f"no kind {kind!r}; there are {', '.join(Kind)}")
        for system in self._world.systems():
            if (kind is None or system.kind == kind) and (where is None or where(system)):
                return system
        kinds = sorted({system.kind.value for system in self._world.systems()})
        raise InvalidArgumentError(
            f"no such system among the {self._world.size} of this fleet; "
            f"it has the kinds {', '.join(kinds)} (40 systems have each)"
        )

    def add_system(self, system_id: int | None = None) -> System:
        """Add a system to the fleet, as when an owner gives consent.

        Args:
            system_id: One that was removed before, which takes its old place in the listing;
                by default a new one, at its end.

        Raises:
            InvalidArgumentError: No system with this id was removed.
        """
        return self._world.add(system_id)

    def remove_system(self, system_id: int) -> None:
        """Remove a system from the fleet; from then on it is refused like another owner's system.

        Raises:
            InvalidArgumentError: The fleet has no such system.
        """
        self._world.remove(system_id)

    def weaken_microinverter(
        self, system_id: int, share: float = 0.5, *, module: int = 0
    ) -> System:
        """From now on one microinverter makes less than the others of its system.

        The energy of the system stays the same; the others make more. It shows in the lifetime
        energies of `inverters_summary_by_envoy_or_site`. A share of 1 ends it.

        Args:
            system_id: The system.
            share: Its share of the energy of another one, 0 to 1.
            module: Position of the microinverter among the system's, from 0.

        Raises:
            InvalidArgumentError: The fleet has no such system or microinverter, or the share is
                not from 0 to 1; the message says what there is.
        """
        system = self.system(system_id)
        if not 0 <= share <= 1:
            raise InvalidArgumentError(f"share={share!r}: it must be from 0 to 1")
        if not 0 <= module < system.modules or system.modules < 2:
            raise InvalidArgumentError(
                f"module={module!r}: system {system_id} has {system.modules} microinverters, from 0"
            )
        since = int(self.clock.time() // 300) * 300
        self._world.weaken(system.index, module, share, since)
        return self.system(system_id)

    def serve(self, host: str = "127.0.0.1", port: int = 0) -> AbstractContextManager[str]:
        """Answer on a port while the context is open; gives the base URL.

        Args:
            host: Address to listen on.
            port: The port, or 0 for a free one.
        """
        return serve(self, host, port)

    def fail(
        self,
        *,
        with_: Fault,
        times: int | None = None,
        rate: float | None = None,
        after: int = 0,
        operation: str | None = None,
        system_id: int | None = None,
    ) -> FaultRule:
        """Script a fault. Faults do not affect requests that are refused (401, 409, 429).

        Args:
            with_: The fault; see `enphase_sdk.testing.faults`.
            times: Number of requests with the fault. Default: 1, or no limit if `rate` is given.
            rate: Share of the requests with the fault, 0 to 1, chosen by the seed.
            after: Number of requests that succeed first.
            operation: Only requests of this operation, by its ``operationId``; on API v4
                ``OAuthToken`` is the request for tokens.
            system_id: Only requests about this system.

        Returns:
            The rule; its ``applied`` counts the requests with the fault.

        Raises:
            InvalidArgumentError: No such operation or system, or a number out of its range;
                the message lists what there is.
        """
        if system_id is not None:
            self.system(system_id)
        return self._faults.add(
            with_, times=times, rate=rate, after=after, operation=operation, system_id=system_id
        )

    def heal(self) -> None:
        """Remove all scripted faults."""
        self._faults.clear()

    def _answer(
        self, status: int, body: object, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        sent = {"Date": self._date(), **(headers or {})}
        if body is None:
            return httpx.Response(status, headers=sent)
        sent["Content-Type"] = _JSON
        return httpx.Response(status, headers=sent, content=msgspec.json.encode(body))

    def _date(self) -> str:
        return formatdate(self.clock.time() + self.skew, usegmt=True)
