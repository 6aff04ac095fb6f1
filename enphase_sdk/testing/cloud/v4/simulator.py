"""The simulated cloud of API v4: the fleet of `SimulatedEnlighten` behind OAuth and pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx
import msgspec

from enphase_sdk.clock import Clock
from enphase_sdk.cloud.plans import Plan, PlanName
from enphase_sdk.core.forks import Turn
from enphase_sdk.testing.cloud.base import Asked, SimulatedCloud, number_of
from enphase_sdk.testing.cloud.question import Question, View
from enphase_sdk.testing.cloud.refusal import Refusal
from enphase_sdk.testing.cloud.v4 import refusals
from enphase_sdk.testing.cloud.v4.contract import (
    CHARGER_CONTROL,
    CHARGERS,
    CONFIGURATION,
    DEVICE,
    OPERATIONS,
    STREAMING,
    Operation,
    find_operation,
    read_parameters,
)
from enphase_sdk.testing.cloud.v4.devices import live_values
from enphase_sdk.testing.cloud.v4.oauth import CLIENT_ID, CLIENT_SECRET, OAuthServer
from enphase_sdk.testing.cloud.v4.settings import Settings
from enphase_sdk.testing.fault_parts import Exchange

__all__ = ["SimulatedEnlightenV4"]

OAUTH_CALL = "OAuthToken"
_KEY = "simulated-key"
_DAY = 86_400.0

# The access controls that each plan lacks; a plan with another name has all of them.
_LACKING = {
    "watt": {DEVICE, STREAMING, CONFIGURATION, CHARGER_CONTROL},
    "kilowatt": {CONFIGURATION, CHARGER_CONTROL},
    "megawatt": {CHARGER_CONTROL},
}
_STREAM_SECONDS = (30, 300)
_METHODS = {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"}


class SimulatedEnlightenV4(SimulatedCloud):
    """The fleet of `SimulatedEnlighten` as API v4 shows it, for tests and demonstrations.

    The same seed gives the same systems and, to the Wh, the same energies. Give it to
    ``httpx.MockTransport``, to a respx route as ``side_effect``, or open a port with `serve`.
    Safe to share between threads.

    Args:
        systems: Size of the fleet, 1 to 100,000.
        seed: The seed of all random values of the fleet.
        plan: The quota and the access controls: a `Plan`, a name (``watt``, ``kilowatt``,
            ``megawatt``, ``partner``), or None for no limit and full access.
        clock: The simulator's clock. Default: the machine's.
        api_key: The key to accept; None accepts any, but one is always asked for.
        skew: Seconds the server's clock is ahead.
        token_life: Seconds an access token lives.
        refresh_life: Seconds a refresh token lives.
        rotate: Whether a refresh token works once only; a second use of one then ends the
            consent as a whole.
        bare_refusals: Whether a 429 leaves out which window is full.

    Attributes:
        clock: The given clock; a test can move it if it is a `FakeClock`.
        skew: As given; may be changed at any time.
        requests: The last 10,000 requests, oldest first; calls for tokens are not among them.
        oauth: The tokens: `revoke_all()`, `end_access_tokens()`, `renewals`, and
            `refusing_owner`, which lets the owner refuse consent.

    Raises:
        InvalidArgumentError: An argument is not valid; the message says what is.
    """

    operations = (*OPERATIONS, OAUTH_CALL)

    def __init__(
        self,
        systems: int = 60,
        *,
        seed: int = 0,
        plan: Plan | PlanName | None = None,
        clock: Clock | None = None,
        api_key: str | None = None,
        skew: float = 0.0,
        token_life: float = _DAY,
        refresh_life: float = 30 * _DAY,
        rotate: bool = True,
        bare_refusals: bool = False,
    ) -> None:
        super().__init__(systems, seed, plan, clock, skew)
        self.oauth = OAuthServer(seed, token_life, refresh_life, rotate=rotate)
        self.bare_refusals = bare_refusals
        self._api_key = api_key
        self._settings = Settings()
        self._turn = Turn()
        name = self._plan.name.casefold() if self._plan is not None else ""
        self._lacking = _LACKING.get(name, set())

    def credentials(self) -> dict[str, str]:
        """Keyword arguments for a client that is accepted: key, client and a new pair of tokens."""
        access, refresh = self.oauth.grant(self.clock.time() + self.skew)
        return {
            "api_key": self._api_key or _KEY,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "access_token": access,
            "refresh_token": refresh,
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        server_time = self.clock.time() + self.skew
        path = request.url.path
        if request.method not in _METHODS:
            response = self._refused(refusals.not_implemented())
        elif "//" in path:
            response = self._refused(refusals.not_found(f"{path} is no path of API v4"))
        elif path.endswith(("/oauth/token", "/oauth/authorize")):
            response = self._oauth(request, server_time)
        else:
            response = self._checked(request, server_time)
        response.headers.setdefault("Date", self._date())
        return response

    def _oauth(self, request: httpx.Request, server_time: float) -> httpx.Response:
        if request.url.path.endswith("/oauth/authorize"):
            return self.oauth.authorize(request, server_time)
        if request.method != "POST":
            return self._refused(refusals.wrong_method("POST"))
        exchange = Exchange(request, server_time, self.clock, self._world)
        return self._faults.apply(
            exchange, OAUTH_CALL, None, lambda: self.oauth.token(request, server_time)
        )

    def _checked(self, request: httpx.Request, server_time: float) -> httpx.Response:
        try:
            operation, variables = find_operation(request.method, request.url.path)
        except Refusal as refusal:
            return self._refused(refusal)
        try:
            query = parse_qsl(request.url.query.decode("ascii"), keep_blank_values=True)
            shown = tuple(pair for pair in query if pair[0] != "key")
            self.requests.append(Asked(operation.name, request.url.path, shown))
            self._authorize(request, dict(query), operation, server_time)
            full = self._quota.take(server_time)
            if full is not None:
                raise refusals.too_many_requests(full, with_period=not self.bare_refusals)
        except Refusal as refusal:
            return self._refused(refusal, operation)
        exchange = Exchange(request, server_time, self.clock, self._world)
        return self._faults.apply(
            exchange,
            operation.name,
            variables.get("system_id") or dict(query).get("site_id"),
            lambda: self._act(operation, variables, query, request),
        )

    def _authorize(
        self,
        request: httpx.Request,
        query: dict[str, str],
        operation: Operation,
        server_time: float,
    ) -> None:
        key = request.headers.get("key") or query.get("key")
        if not key:
            raise refusals.unauthorized("Keys are missing at Header location")
        if self._api_key is not None and key != self._api_key:
            raise refusals.unauthorized("API Key -Client mismatch")
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.casefold() != "bearer" or not self.oauth.accepts(token, server_time):
            raise refusals.unauthorized("Invalid or expired access token")
        if operation.access in self._lacking:
            raise refusals.not_in_plan()

    def _act(
        self,
        operation: Operation,
        variables: dict[str, str],
        query: list[tuple[str, str]],
        request: httpx.Request,
    ) -> httpx.Response:
        try:
            question = self._question(operation, variables, query, request)
            if operation.name == "LiveData":
                return self._live(question, request)
            with self._turn.mine():
                body = operation.answer(self._settings, question)
        except Refusal as refusal:
            return self._refused(refusal, operation)
        return self._answer(operation.status, body)

    def _question(
        self,
        operation: Operation,
        variables: dict[str, str],
        query: list[tuple[str, str]],
        request: httpx.Request,
    ) -> Question:
        now = self.clock.time()
        view = self._view(variables["system_id"], now) if "system_id" in variables else None
        parameters = read_parameters(operation, query)
        if "serial_no" in variables:
            parameters["serial_no"] = variables["serial_no"]
        if operation.method in ("POST", "PUT"):
            parameters["body"] = _json(request)
        if operation.name == "InvertersSummaryByEnvoyOrSite":
            view = self._view_for_inverters(parameters, now)
        return Question(self._world, now, parameters, view)

    def _view_for_inverters(self, parameters: dict[str, Any], now: float) -> View:
        serial = parameters.get("envoy_serial_number")
        if serial is not None:
            system = self._world.owner_of(serial)
            if system is None:
                raise refusals.not_found("Envoy not found with this serial number")
            return View(system, now)
        if "site_id" not in parameters:
            raise refusals.unprocessable("Envoy serial number or Site id mandatory")
        return self._view(str(parameters["site_id"]), now)

    def _view(self, system_id: str, now: float) -> View:
        number = number_of(system_id)
        index = self._world.index_of(number)
        if index is not None:
            return View(self._world.system(index), now)
        if self._world.is_foreign(number):
            raise refusals.forbidden()
        raise refusals.no_such_system(system_id)

    def _live(self, question: Question, request: httpx.Request) -> httpx.Response:
        """One frame per second for the requested duration; waits on the simulator's clock."""
        text = request.headers.get("duration", "30")
        shortest, longest = _STREAM_SECONDS
        code = None
        if not text.isdigit():
            code = 463
        elif int(text) < shortest:
            code = 461
        elif int(text) > longest:
            code = 462
        elif not question.subject.system.consumption_metered:
            code = 472
        elif question.subject.status == "comm":
            code = 473
        if code is not None:
            frames: Iterator[bytes] = iter([self._frame({"error": _stream_error(code)})])
        else:
            frames = self._samples(question, int(text))
        return httpx.Response(
            200, headers={"Content-Type": "text/event-stream"}, stream=_Frames(frames)
        )

    def _samples(self, question: Question, seconds: int) -> Iterator[bytes]:
        for second in range(seconds):
            if second:
                self.clock.sleep(1.0)
            view = View(question.subject.system, self.clock.time())
            yield self._frame({"data": live_values(view)})

    def _frame(self, content: dict[str, object]) -> bytes:
        now = self.clock.time() + self.skew
        text = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        frame = {
            **content,
            "timestamp_epoch": int(now * 1_000),
            "timestamp_utc": text,
            "type": "error" if "error" in content else "response",
        }
        return b"data:" + msgspec.json.encode(frame) + b"\n\n"

    def _refused(self, refusal: Refusal, operation: Operation | None = None) -> httpx.Response:
        if operation is not None and operation.access in (CHARGERS, CHARGER_CONTROL):
            refusal = refusals.as_charger_service(refusal)
        return self._answer(refusal.status, refusal.body, refusal.headers)


class _Frames(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Frames as they are made, for both kinds of client."""

    def __init__(self, frames: Iterator[bytes]) -> None:
        self._frames = frames

    def __iter__(self) -> Iterator[bytes]:
        return self._frames

    async def __aiter__(self) -> AsyncIterator[bytes]:  # pyright: ignore[reportIncompatibleMethodOverride]  # httpx declares it without async
        for frame in self._frames:
            yield frame


def _stream_error(code: int) -> dict[str, object]:
    return {
        "code": code,
        "message": f"Stream error {code}",
        "details": [{}],
        "status": "INVALID_ARGUMENT",
    }


def _json(request: httpx.Request) -> Any:
    try:
        return msgspec.json.decode(request.read())
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
