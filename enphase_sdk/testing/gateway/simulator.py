"""The simulated local gateway: a callable that answers requests and has state."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Self

import anyio.lowlevel
import httpx
import msgspec
from attrs import evolve

from enphase_sdk.clock import Clock, SystemClock
from enphase_sdk.core.forks import Turn
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing.gateway.answers import Answer, Asked, Written, starting
from enphase_sdk.testing.gateway.backends import (
    STREAM,
    Backend,
    Firmware,
    Question,
    Quirk,
    Replay,
)
from enphase_sdk.testing.gateway.effects import Effect, WriteEffect
from enphase_sdk.testing.gateway.gate import Gate
from enphase_sdk.testing.gateway.live import EventStream, StreamPiece
from enphase_sdk.testing.gateway.login import TokenLogin
from enphase_sdk.testing.gateway.plant import Moment
from enphase_sdk.testing.gateway.profiles import profile_named
from enphase_sdk.testing.gateway.recording import recording_in
from enphase_sdk.testing.gateway.server import serve
from enphase_sdk.testing.gateway.tls import Certificate, self_signed
from enphase_sdk.testing.gateway.writes import GatewayCrashedError
from enphase_sdk.testing.gateway_faults import Fault, Script

__all__ = ["GatewayTransport", "SimulatedGateway"]


class SimulatedGateway:
    """An Envoy (IQ Gateway) on the local network, for tests and demonstrations.

    Give it to ``httpx.MockTransport``, to a respx route as ``side_effect``, to a client as
    `transport`, or open a port with `serve`. Any host is accepted. The same seed, clock and
    requests give the same bytes. Safe to share between threads.

    It serves one request at a time. Another request meanwhile stalls: `httpx.ReadTimeout` in this
    process, a connection without an answer on a port.

    Args:
        profile: The kind of gateway, such as ``8.3-three-phase``.
        seed: The seed of its random values.
        clock: The simulator's clock. Default: the machine's. The plant starts at the first
            request, after some years of operation.
        token: A token of any shape to accept besides the issued ones.
        username: A user to accept besides ``envoy``, whose password is the last six digits
            of the serial number.
        password: That user's password.
        inverters: Microinverters in use. Default: those of the profile.
        removed_inverters: Number of further ones that were removed from the roof.
        meters_enabled: Whether the current transformers are in use.
        quirks: Firmware errors that are active at first; see `set_quirk`.
        sessions: Whether ``/auth/check_jwt`` gives a cookie that can replace the token.
        one_at_a_time: Whether requests that overlap stall.

    Attributes:
        clock: The given clock; a test can move it if it is a `FakeClock`.
        requests: Every request so far, as tuples of method and path with query.
        writes: Every write that was accepted, as tuples of method, path and decoded body.
        crashed: Whether it is down until `reboot`.
        streams: How many streams of ``/stream/meter`` are open.

    Raises:
        InvalidArgumentError: An argument is not valid; the message lists valid values.
    """

    clock: Clock
    requests: list[Asked]
    writes: list[Written]
    crashed: bool
    streams: int

    def __init__(
        self,
        profile: str = "8.3-three-phase",
        *,
        seed: int = 0,
        clock: Clock | None = None,
        token: str | None = None,
        username: str | None = None,
        password: str | None = None,
        inverters: int | None = None,
        removed_inverters: int = 0,
        meters_enabled: bool = True,
        quirks: Iterable[Quirk] = (),
        sessions: bool = False,
        one_at_a_time: bool = True,
    ) -> None:
        firmware = Firmware.of(
            profile_named(profile),
            seed=seed,
            inverters=inverters,
            removed_inverters=removed_inverters,
            meters_enabled=meters_enabled,
        )
        if firmware.tokens is not None:
            firmware.tokens.extra = token
            firmware.tokens.sessions = sessions
        elif token is not None or sessions:
            raise InvalidArgumentError(f"profile {profile!r} has no tokens: leave token= out")
        if username is not None and password is not None and firmware.digest is not None:
            firmware.digest.accounts = {**firmware.digest.accounts, username: password}
        elif username is not None or password is not None:
            raise InvalidArgumentError(
                "username= and password= go together, on a profile with digest login (3.17, 5.0)"
            )
        self._set_up(firmware, clock, one_at_a_time=one_at_a_time)
        for quirk in quirks:
            self.set_quirk(quirk)

    @classmethod
    def from_recording(
        cls,
        path: str | Path,
        *,
        require_token: bool = False,
        accept_writes: bool = False,
        seed: int = 0,
        clock: Clock | None = None,
        token: str | None = None,
        one_at_a_time: bool = True,
    ) -> Self:
        """A gateway that plays back a folder of recorded answers.

        The folder holds one file per endpoint, named like the path with ``/ ? = &`` replaced
        by ``_``, and the status and headers of ``X`` in ``X_log.json`` beside it. A path
        without a file is a 404; ``/auth/check_jwt`` is built in.

        Args:
            path: The folder.
            require_token: Whether firmware 7 and later needs a token of `issue_token`.
            accept_writes: Whether writes are answered with 200, although nothing changes.
            seed: The seed of the key that signs tokens.
            clock: The clock for the expiry of tokens.
            token: A token of any shape to accept besides the issued ones.
            one_at_a_time: Whether requests that overlap stall.

        Raises:
            InvalidArgumentError: There is no recording; the message lists those beside it.
        """
        recording = recording_in(Path(path))
        modern = recording.version >= (7,)
        replay = Replay(
            recording=recording,
            tokens=TokenLogin(recording.serial, seed, token) if modern else None,
            require_token=require_token and modern,
            accept_writes=accept_writes,
        )
        gateway = cls.__new__(cls)
        gateway._set_up(replay, clock, one_at_a_time=one_at_a_time)
        return gateway

    def _set_up(self, backend: Backend, clock: Clock | None, *, one_at_a_time: bool) -> None:
        self.clock = clock if clock is not None else SystemClock()
        self.requests = []
        self.writes = []
        self.crashed = False
        self.streams = 0
        self._pieces: deque[StreamPiece] = deque()
        self._backend = backend
        self._one_at_a_time = one_at_a_time
        self._gate = Gate()
        self._turn = Turn()
        self._script = Script(backend.paths())
        self._certificate: Certificate | None = None
        self._starts_until = float("-inf")
        self._sends_to_https = False

    def __repr__(self) -> str:
        return f"SimulatedGateway(serial={self.serial!r})"

    @property
    def serial(self) -> str:
        """Its serial number."""
        return self._backend.serial

    @property
    def stalled(self) -> int:
        """Number of requests that arrived while another was in progress."""
        return self._gate.turned_away

    @property
    def moment(self) -> Moment:
        """The plant behind the answers, now.

        Raises:
            InvalidArgumentError: It plays back a recording.
        """
        with self._turn.mine():
            return self._firmware("plant").moment(self.clock.time())

    # Requests

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request.

        Raises:
            httpx.TransportError: There is no answer: the gateway stalls, is down, or a fault was
                scripted.
        """
        request.read()
        with self._admitted(request) as (question, fault):
            if fault is not None and fault.delay:
                self.clock.sleep(fault.delay)
            return self._answer(question, fault, _patience(request))

    async def answer_async(self, request: httpx.Request) -> httpx.Response:
        """Answer one request and detect overlapping requests of tasks; raises like `__call__`."""
        await request.aread()
        with self._admitted(request) as (question, fault):
            await anyio.lowlevel.checkpoint()
            if fault is not None and fault.delay:
                await self.clock.sleep_async(fault.delay)
            return self._answer(question, fault, _patience(request))

    def transport(self) -> GatewayTransport:
        """A transport for `httpx.Client` and `httpx.AsyncClient`."""
        return GatewayTransport(self)

    def serve(self, *, tls: bool = False, port: int = 0) -> AbstractContextManager[str]:
        """Listen on a port of this machine while the context is open.

        Args:
            tls: HTTPS with a self-signed certificate; needs the package ``cryptography``.
            port: The port, or 0 for a free one.

        Returns:
            A context manager that gives ``127.0.0.1:PORT``.
        """
        if tls:
            self._presented()
        context = (lambda: self._presented().context) if tls else None
        return serve(self, self._gate, lambda: not self.crashed, context, port)

    @contextmanager
    def _admitted(
        self, request: httpx.Request
    ) -> Generator[tuple[Question, Fault | None], None, None]:
        question = _question(request)
        with self._turn.mine():
            self.requests.append(Asked(question.method, question.target))
        if self.crashed:
            raise httpx.ConnectError("the simulated gateway is down until reboot()")
        entered = self._gate.enter()
        try:
            if not entered and self._one_at_a_time:
                raise httpx.ReadTimeout(
                    "the simulated gateway stalls: it serves one request at a time"
                )
            with self._turn.mine():
                fault = self._script.next_for(question.path, question.target)
            yield question, fault
        finally:
            if entered:
                self._gate.leave()

    def _stream(self, question: Question, patience: float | None) -> EventStream:
        def event() -> bytes | None:
            with self._turn.mine():
                if self.crashed:
                    return None
                answer = self._backend.answer(question, self.clock.time())
            return answer.body if answer.status == 200 and isinstance(answer.body, bytes) else None

        def piece() -> StreamPiece | None:
            with self._turn.mine():
                return self._pieces.popleft() if self._pieces else None

        def closed() -> None:
            with self._turn.mine():
                self.streams -= 1

        self.streams += 1
        return EventStream(event, piece, self.clock, patience, closed)

    def _answer(
        self, question: Question, fault: Fault | None, patience: float | None
    ) -> httpx.Response:
        with self._turn.mine():
            now = self.clock.time()
            if fault is not None and fault.refuses:
                return self._backend.respond(fault.change(Answer()), now)
            if self._sends_to_https and question.scheme == "http":
                location = ("location", f"https://{question.host}{question.target}")
                return self._backend.respond(Answer(301, headers=(location,)), now)
            try:
                answer = self._backend.answer(question, now)
            except GatewayCrashedError:
                self.crashed = True
                raise httpx.RemoteProtocolError("the simulated gateway crashed") from None
            if now < self._starts_until and answer.status == 200:
                answer = starting(question.path) or answer
            if question.path == STREAM and answer.status == 200:
                answer = evolve(answer, body=self._stream(question, patience))
            if question.method != "GET" and answer.status in (200, 204):
                body = msgspec.json.decode(question.body)
                self.writes.append(Written(question.method, question.target, body))
            return self._backend.respond(answer if fault is None else fault.change(answer), now)

    # Time and faults

    def fail(self, path: str, *, with_: Fault, times: int | None = 1) -> None:
        """Script a fault for the next answers of one endpoint.

        Faults of the same path happen one after the other, in the order they were scripted.

        Args:
            path: The endpoint, such as ``/production.json`` (with any query) or
                ``/production.json?details=1``.
            with_: The fault, from `enphase_sdk.testing.gateway_faults`.
            times: Number of answers with the fault; None: all from now on.

        Raises:
            InvalidArgumentError: There is no such endpoint; the message lists those there are.
        """
        with self._turn.mine():
            self._script.add(path, with_, times)

    def script_stream(self, *pieces: StreamPiece) -> None:
        """Script what comes over ``/stream/meter``, over one connection after the other.

        Afterwards, and without a script, there is an event each second until the client leaves,
        its token ends or the gateway is restarted.

        Args:
            pieces: From `enphase_sdk.testing.gateway_faults`: `events`, `stall`, `garbage`,
                `stream_ends`, `stream_breaks`.
        """
        with self._turn.mine():
            self._pieces.extend(pieces)

    def set_effect(self, path: str, effect: WriteEffect, *, after: float | None = None) -> None:
        """Say what comes of all writes to one endpoint from now on; by default, all at once.

        Args:
            path: The endpoint without query, such as ``/admin/lib/tariff``.
            effect: ``at once``; ``late``: stored, and acted on later; ``stored only``: never
                acted on; ``reverted``: acted on, and undone later, as the cloud does.
            after: How much later, in seconds. Default: 110 until it is undone; 90 until the
                grid relay moves, 900 for production and AC batteries, 75 for limits, 10 for
                all else.

        Raises:
            InvalidArgumentError: There is no such endpoint or effect, or a recording is
                played back.
        """
        with self._turn.mine():
            self._firmware("plant").effects.script(path, Effect.of(path, effect, after))

    def set_quirk(self, name: Quirk, *, on: bool = True) -> None:
        """Switch an error of real firmware on or off.

        Args:
            name: ``active_count_zero`` (the production meter claims to be unused),
                ``total_equals_net`` (total consumption repeats net consumption) or
                ``stalled_v1`` (``/api/v1/production`` no longer changes).
            on: Whether it is active from now on.

        Raises:
            InvalidArgumentError: There is no such quirk; the message lists those there are.
        """
        with self._turn.mine():
            self._firmware("quirks").set_quirk(name, on, self.clock.time())

    def reboot(self, *, starting_for: float = 0.0) -> None:
        """Restart: sessions end, and firmware 3 answers zeros for 5 minutes.

        Args:
            starting_for: Seconds until services have started; answers: ``[]``, 404, 503, zeros.
        """
        with self._turn.mine():
            now = self.clock.time()
            self._backend.reboot(now)
            self._starts_until = now + starting_for
            self.crashed = False

    def update_firmware(self, software: str) -> None:
        """Change the firmware, as gateways do at night, on the same hardware.

        From 7 on it needs a token (see `issue_token`), and redirects plain HTTP to HTTPS with
        a 301.

        Args:
            software: The version as ``/info`` writes it, such as ``D7.6.175``.

        Raises:
            InvalidArgumentError: The version is older, or a recording is played back.
        """
        with self._turn.mine():
            firmware = self._firmware("firmware to update")
            firmware.update(software)
            self._sends_to_https = firmware.profile.version >= (7,)

    def enable_meters(self, *, on: bool = True) -> None:
        """Enable or disable the current transformers.

        Raises:
            InvalidArgumentError: It plays back a recording.
        """
        with self._turn.mine():
            self._firmware("meters to set up").enable_meters(on)

    @contextmanager
    def busy(self) -> Generator[None, None, None]:
        """A context in which every request stalls; at its end they are released."""
        with self._gate.held():
            try:
                yield
            finally:
                self.release()

    def release(self) -> None:
        """Close the connections of all stalled requests, without an answer."""
        self._gate.release()

    # Credentials

    def issue_token(
        self,
        *,
        owner: bool = True,
        lifetime: float | None = None,
        username: str = "owner@example.com",
    ) -> str:
        """A token that this gateway accepts, in the shape of a real one.

        Args:
            owner: An owner's token, valid for a year, or an installer's, valid for 12 hours.
            lifetime: Seconds until it expires, if different; negative for an expired token.
            username: The user that it names.

        Raises:
            InvalidArgumentError: Its firmware does not use tokens.
        """
        with self._turn.mine():
            return self._token_login().issue(
                owner=owner, lifetime=lifetime, username=username, now=self.clock.time()
            )

    def revoke_tokens(self) -> None:
        """Invalidate all tokens issued so far, as if they were renewed elsewhere."""
        with self._turn.mine():
            self._token_login().revoke()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate of new TLS connections, lower-case hex."""
        return self._presented().fingerprint

    @property
    def certificate(self) -> bytes:
        """The certificate of new TLS connections as PEM, usable as a CA file for 127.0.0.1."""
        return self._presented().pem

    def new_certificate(self) -> str:
        """Use a new certificate from the next connection on; returns its fingerprint."""
        self._certificate = self_signed(self.serial)
        return self._certificate.fingerprint

    def _presented(self) -> Certificate:
        with self._turn.mine():
            if self._certificate is None:
                self._certificate = self_signed(self.serial)
            return self._certificate

    def _token_login(self) -> TokenLogin:
        if self._backend.tokens is None:
            raise InvalidArgumentError(f"{self!r} has firmware that knows no tokens")
        return self._backend.tokens

    def _firmware(self, wanted: str) -> Firmware:
        if not isinstance(self._backend, Firmware):
            raise InvalidArgumentError(f"{self!r} plays back a recording: it has no {wanted}")
        return self._backend


class GatewayTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport that sends a client's requests, sync or async, to a simulated gateway."""

    def __init__(self, gateway: SimulatedGateway) -> None:
        self._gateway = gateway

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or raise what happens instead."""
        return self._gateway(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or raise what happens instead."""
        return await self._gateway.answer_async(request)


def _patience(request: httpx.Request) -> float | None:
    """How long the client waits for the next bytes, seconds."""
    patience: float | None = request.extensions.get("timeout", {}).get("read")
    return patience


def _question(request: httpx.Request) -> Question:
    return Question(
        request.method,
        request.url.scheme,
        request.url.netloc.decode("ascii"),
        request.url.path,
        request.url.raw_path.decode("ascii"),
        dict(request.headers),
        request.content,
    )
