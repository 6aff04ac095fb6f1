"""The simulated Enlighten cloud: a callable that answers requests and has state."""

from __future__ import annotations

from urllib.parse import parse_qsl

import httpx

from enphase_sdk.clock import Clock
from enphase_sdk.cloud.plans import Plan, PlanName
from enphase_sdk.testing.cloud.answers import ANSWERS
from enphase_sdk.testing.cloud.base import Asked, SimulatedCloud, number_of
from enphase_sdk.testing.cloud.contract import (
    OPERATIONS,
    Operation,
    find_operation,
    read_parameters,
)
from enphase_sdk.testing.cloud.question import Question, View
from enphase_sdk.testing.cloud.refusal import Refusal, no_such_system, not_authorized
from enphase_sdk.testing.fault_parts import Exchange

__all__ = ["Asked", "SimulatedEnlighten"]


class SimulatedEnlighten(SimulatedCloud):
    """A fleet and the cloud in front of it, for tests and demonstrations.

    Give it to ``httpx.MockTransport`` (for a sync or an async client), to a respx route as
    ``side_effect``, or open a port with `serve`. Any host and base path are accepted. The
    same seed, clock and requests give the same bytes. Safe to share between threads.

    Args:
        systems: Size of the fleet, 1 to 100,000. Ids are 67, 72, 77, …
        seed: The seed of all random values of the fleet.
        plan: The quota: a `Plan`, a name (``watt``, ``kilowatt``, ``megawatt``,
            ``partner``), or None for no limit.
        clock: The simulator's clock. Default: the machine's. Dates such as "commissioned
            yesterday" are relative to its time when the simulator is made.
        api_key: The key to accept; None accepts any, and none.
        user_id: The user id to accept; None accepts any, but one is always asked for.
        skew: Seconds that the server's clock is ahead; shows in ``Date`` and the quota's windows.

    Attributes:
        clock: The given clock; a test can move it if it is a `FakeClock`.
        skew: As given; may be changed at any time.
        requests: The last 10,000 requests, oldest first.

    Raises:
        InvalidArgumentError: An argument is not valid; the message says what is.
    """

    operations = OPERATIONS

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
        super().__init__(systems, seed, plan, clock, skew)
        self._api_key = api_key
        self._user_id = user_id

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        found = find_operation(request.url.path)
        if found is None:
            return self._answer(404, _no_such_path(request.url.path))
        operation, system_id = found
        if request.method != "GET":
            return self._answer(405, _not_get(operation, request.method), {"Allow": "GET"})
        # Not `url.query`, from which a client may hide its credentials.
        sent = request.url.raw_path.decode("ascii").partition("?")[2]
        query = parse_qsl(sent, keep_blank_values=True)
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
        number = number_of(system_id)
        index = self._world.index_of(number)
        if index is not None:
            return View(self._world.system(index), now)
        if self._world.is_foreign(number):
            raise not_authorized()
        raise no_such_system(system_id)

    def _refuse(self, refusal: Refusal) -> httpx.Response:
        return self._answer(refusal.status, refusal.body)


def _not_get(operation: Operation, method: str) -> dict[str, object]:
    return {"reason": "405", "errorMessages": [f"{operation.name} is a GET, not {method}"]}


def _no_such_path(path: str) -> dict[str, object]:
    paths = [operation.path for operation in OPERATIONS.values()]
    return {
        "reason": "404",
        "errorMessages": [f"{path} is not an operation of the Systems API; known are:", *paths],
    }
