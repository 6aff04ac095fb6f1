"""The simulated Enlighten cloud: a callable from request to response, with state."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from email.utils import formatdate
from urllib.parse import parse_qsl

import httpx
import msgspec
from attrs import frozen

from enphase_sdk.clock import Clock, SystemClock
from enphase_sdk.cloud.plans import Plan, PlanName, plan_named
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing.cloud.answers import ANSWERS
from enphase_sdk.testing.cloud.contract import (
    OPERATIONS,
    Operation,
    find_operation,
    read_parameters,
)
from enphase_sdk.testing.cloud.question import Question, View
from enphase_sdk.testing.cloud.quota import Quota
from enphase_sdk.testing.cloud.refusal import Refusal, no_such_system, not_authorized
from enphase_sdk.testing.cloud.server import serve
from enphase_sdk.testing.fault_rules import FaultRule, FaultRules
from enphase_sdk.testing.faults import Exchange, Fault
from enphase_sdk.testing.world.archetypes import Kind
from enphase_sdk.testing.world.fleet import World
from enphase_sdk.testing.world.system import System

__all__ = ["Asked", "SimulatedEnlighten"]

_MOST_SYSTEMS = 100_000
_REMEMBERED = 10_000
_JSON = "application/json; charset=utf-8"


@frozen
class Asked:
    """A request the simulator got, without the credentials.

    Attributes:
        operation: The contract's ``operationId``.
        path: The URL's path.
        params: The query's names and values in order, without ``key`` and ``user_id``.
    """

    operation: str
    path: str
    params: tuple[tuple[str, str], ...]


class SimulatedEnlighten:
    """A fleet and the cloud in front of it, for tests and demonstrations.

    Give it to ``httpx.MockTransport`` (for a sync or an async client), to a respx route as
    ``side_effect``, or open a port with `serve`. Any host and any base path will do. The
    same seed, clock and requests give the same bytes. Safe to share between threads.

    Args:
        systems: Size of the fleet, 1 to 100,000. Ids are 67, 72, 77, …
        seed: What everything about the fleet is drawn from.
        plan: The quota: a `Plan`, a name (``watt``, ``kilowatt``, ``megawatt``,
            ``partner``), or None for no limit.
        clock: The time everything happens at; by default the machine's. "Commissioned
            yesterday" and the like are relative to it when the simulator is made.
        api_key: The key to accept; None accepts any, and none.
        user_id: The user id to accept; None accepts any, but one is always asked for.
        skew: Seconds the server's clock is ahead: seen in ``Date`` and the quota's windows.

    Attributes:
        clock: The clock given, to be moved if it is a `FakeClock`.
        skew: As given; may be changed at any time.
        requests: The last 10,000 requests, oldest first.

    Raises:
        InvalidArgumentError: An argument makes no sense; the message says what would.
    """

    def __init__(
        self,
        systems: int = 60,
        *,
        seed: int = 0,
        plan: Plan | PlanName | None = None,
        clock: Clock | None = None,
        api_key: str | None = None,
        user_id: str | None = None,
        skew: float = 0.0,
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
        self._api_key = api_key
        self._user_id = user_id
        self._faults = FaultRules(seed)
        self._world = World(systems, seed, self.clock.time())

    def __repr__(self) -> str:
        plan = self._plan.name if self._plan is not None else None
        return f"SimulatedEnlighten({self._world.size}, seed={self._world.seed}, plan={plan!r})"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        found = find_operation(request.url.path)
        if found is None:
            return self._answer(404, _no_such_path(request.url.path))
        operation, system_id = found
        if request.method != "GET":
            return self._answer(405, _not_get(operation, request.method), {"Allow": "GET"})
        query = parse_qsl(request.url.query.decode("ascii"), keep_blank_values=True)
        shown = tuple(pair for pair in query if pair[0] not in ("key", "user_id"))
        self.requests.append(Asked(operation.name, request.url.path, shown))
        server_time = self.clock.time() + self.skew
        named = dict(query)
        if not self._authorized(named):
            return self._refuse(not_authorized())
        full = self._quota.take(server_time)
        if full is not None:
            return self._answer(409, full.body())
        exchange = Exchange(request, server_time, self.clock, self._world)
        response = self._faults.apply(
            exchange,
            operation.name,
            system_id or named.get("site_id"),
            lambda: self._act(operation, system_id, query),
        )
        response.headers.setdefault("Date", self._date())
        return response

    @property
    def hits(self) -> int:
        """Requests that counted against the quota so far."""
        return self._quota.hits

    @property
    def refused(self) -> int:
        """Requests that were told to wait (409) so far."""
        return self._quota.refused

    def system_ids(self) -> list[int]:
        """The ids of all systems, in the order of the listing."""
        return [self._world.id_at(index) for index in range(self._world.size)]

    def system(self, system_id: int) -> System:
        """The facts of one system.

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
        """Script a fault. Requests that were refused (401, 409) are not touched by any.

        Args:
            with_: What happens; see `enphase_sdk.testing.faults`.
            times: How often; by default once, or without end if `rate` is given.
            rate: To what share of the requests, 0 to 1, picked by the seed.
            after: How many requests go well first.
            operation: Only to this one, by its ``operationId``.
            system_id: Only to requests about this system.

        Returns:
            The rule, which counts in ``applied`` how often it happened.

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
        """Forget every fault scripted so far."""
        self._faults.clear()

    def _authorized(self, query: dict[str, str]) -> bool:
        right_key = self._api_key is None or query.get("key") == self._api_key
        user_id = query.get("user_id")
        return right_key and (user_id == self._user_id if self._user_id else bool(user_id))

    def _act(
        self, operation: Operation, system_id: str | None, query: list[tuple[str, str]]
    ) -> httpx.Response:
        try:
            body = ANSWERS[operation.name](self._question(operation, system_id, query))
        except Refusal as refusal:
            return self._refuse(refusal)
        return self._answer(200 if body is not None else 204, body)

    def _question(
        self, operation: Operation, system_id: str | None, query: list[tuple[str, str]]
    ) -> Question:
        now = self.clock.time()
        view = self._view(system_id, now) if system_id is not None else None
        parameters = read_parameters(operation, query)
        if "site_id" in parameters:
            view = self._view(str(parameters["site_id"]), now)
        return Question(self._world, now, parameters, view)

    def _view(self, system_id: str, now: float) -> View:
        try:
            number = int(system_id)
        except ValueError:
            raise no_such_system(system_id) from None
        index = self._world.index_of(number)
        if index is not None:
            return View(self._world.system(index), now)
        if self._world.is_foreign(number):
            raise not_authorized()
        raise no_such_system(system_id)

    def _refuse(self, refusal: Refusal) -> httpx.Response:
        return self._answer(refusal.status, refusal.body)

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


def _not_get(operation: Operation, method: str) -> dict[str, object]:
    return {"reason": "405", "errorMessages": [f"{operation.name} is a GET, not {method}"]}


def _no_such_path(path: str) -> dict[str, object]:
    paths = [operation.path for operation in OPERATIONS.values()]
    return {
        "reason": "404",
        "errorMessages": [f"{path} is no operation of the Systems API; there are:", *paths],
    }
