# Made from enphase_sdk/_async/gateway_connection.py by `make generate`; edit that one.
"""The connection to a gateway: one request at a time, pinned TLS, credentials over TLS only."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Generator
from functools import partial
from typing import TypeVar
from weakref import WeakValueDictionary

import httpx
from attrs import define, evolve, field

from enphase_sdk._sync.connections import Connections
from enphase_sdk._sync.network import Line
from enphase_sdk._sync.streams import Stream
from enphase_sdk.clock import current_clock
from enphase_sdk.core import forks
from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.core.events import Turn
from enphase_sdk.core.http import BodyTooLargeError, connection_error, proxy_for, tls_context
from enphase_sdk.core.log import logger
from enphase_sdk.core.redact import Redactor, hide_in_library_logs
from enphase_sdk.core.timeouts import Deadline, Timeouts
from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    ConfigError,
    EnphaseError,
)
from enphase_sdk.gateway.address import Address
from enphase_sdk.gateway.login import Bearer, Digest
from enphase_sdk.gateway.tls import GatewayTrust

__all__ = ["GatewayConnection", "ServiceConnection"]

T = TypeVar("T")

# Seconds without an event after which a stream counts as broken; stalls of 13 s are normal.
LONGEST_SILENCE = 60.0

# Bytes. Real documents of a gateway are far smaller; a larger body is a fault or an attack.
LARGEST_BODY = 16 * 1024 * 1024

_HEADERS = (
    ("accept", "*/*"),
    # A compressed body can grow a thousandfold before its size is known.
    ("accept-encoding", "identity"),
    ("connection", "keep-alive"),
    ("user-agent", "enphase-sdk"),
)


# A gateway serves one request at a time: all clients of this process take turns at it.
_turns: WeakValueDictionary[Address, Turn] = WeakValueDictionary()
_making = forks.Turn()


def _turn_at(address: Address) -> Turn:
    with _making.mine():
        turn = _turns.get(address)
        if turn is None:
            _turns[address] = turn = Turn()
        return turn


@define(repr=False, eq=False)
class GatewayConnection:
    """Sends requests to one gateway, never two at a time.

    Connections of this process to the same address take turns.

    Attributes:
        scheme: `https` or `http`, the one that has answered; None before that.
        login: The credentials sent with each request; None until it is known which are needed.
        why_no_https: Why HTTPS did not answer when plain HTTP did.
    """

    address: Address
    trust: GatewayTrust
    timeouts: Timeouts
    transport: httpx.BaseTransport | None = None
    scheme: str | None = None
    login: Bearer | Digest | None = None
    why_no_https: str | None = None
    _spoke_tls: bool = False
    _closed: bool = False
    _streams: set[Stream] = field(factory=lambda: set[Stream]())
    _connections: Connections = field(init=False)
    _turn: Turn = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._turn = _turn_at(self.address)
        if self.transport is not None and not hasattr(self.transport, "handle_request"):
            raise ConfigError(
                f"transport: Envoy cannot send through {type(self.transport).__name__}, "
                "which has no handle_request"
            )
        self._connections = Connections(self._open, 1)

    def send(self, request: Request) -> Reply:
        """The gateway's answer. Until one scheme has answered, HTTPS is tried, then HTTP.

        Raises:
            APIConnectionError: no answer.
            FingerprintMismatchError: another certificate than the pinned one.
            APIResponseValidationError: a body that is too large.
        """
        with self._turn.mine():
            if self._closed:
                raise APIConnectionError("this gateway's client is closed; make a new one")
            if self.scheme == "http" and self.trust.is_established():
                # Another client, or another process, has found HTTPS in the meantime.
                self.scheme = None
            if self.scheme is not None:
                return self._send(self.scheme, request)
            try:
                reply = self._send("https", request)
                self.scheme, self._spoke_tls = "https", True
            except APIConnectionError as error:
                # A gateway that has once used TLS always does. An answer in plain HTTP comes
                # from another machine, or from an attacker on the way.
                if self._spoke_tls or self.trust.is_established():
                    raise
                self.why_no_https = error.reason
                reply = self._send("http", request)
                self.scheme = "http"
            return reply

    def _send(self, scheme: str, request: Request) -> Reply:
        clock = current_clock()
        sent_at = clock.monotonic()
        reply = self._guarded(request, lambda: self._answer(scheme, request))
        logger.debug(
            "%s: %s %s: status %d after %.2f s",
            self.address,
            request.method,
            request.url,
            reply.status,
            clock.monotonic() - sent_at,
        )
        return reply

    def open_stream(self, request: Request) -> Reply | Stream:
        """The event stream that answers a request, or the whole answer if it is not a stream.

        It waits for its turn among the requests, and then has its own connection, which is closed
        together with it. A pause of up to 60 seconds does not count as a broken connection.

        Raises:
            ConfigError: a stream is open already: this client permits one for each gateway.
            APIConnectionError: no answer.
        """
        with self._turn.mine():
            if self._closed:
                raise APIConnectionError("this gateway's client is closed; make a new one")
            if self._streams:
                raise ConfigError(
                    f"{self.address}: this client reads {request.url} already, and permits one "
                    "stream: share its samples, close it first, or pass source='livedata'"
                )
            line = self._line()
            opened: Reply | Stream | None = None
            try:
                opened = self._guarded(request, lambda: self._opened(line, request))
                return opened
            finally:
                if self.transport is None and not isinstance(opened, Stream):
                    line.close()

    @property
    def is_streaming(self) -> bool:
        """Whether a stream is open."""
        return bool(self._streams)

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def _opened(self, line: Line, request: Request) -> Reply | Stream:
        scheme = self.scheme or "https"
        limits = evolve(self.timeouts, steps={**self.timeouts.steps, "read": LONGEST_SILENCE})
        built = _built(request, self.address.url(scheme) + request.url, limits)
        deadline = Deadline(self.timeouts.total)
        rounds = self._rounds(scheme, built)
        sent = next(rounds)
        while True:
            response = line.opened(sent, deadline)
            response.request = sent
            is_events = response.headers.get("content-type", "").startswith("text/event-stream")
            if response.status_code == 200 and is_events:
                line.read_on()
                return Stream(
                    response,
                    partial(self._guarded, request),
                    line if self.transport is None else None,
                    self._streams,
                )
            content = line.finished(response, LARGEST_BODY, plain=True)
            try:
                sent = rounds.send(response)
            except StopIteration:
                return Reply(response.status_code, response.headers, content)

    def _guarded(self, request: Request, work: Callable[[], T]) -> T:
        """The result of `work`; errors of httpx are turned into ours."""
        with hide_in_library_logs(Redactor(self._secrets())):
            try:
                return work()
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                problem: EnphaseError = connection_error(request, error)
                if _is_untrusted(error):
                    problem = APIConnectionError(
                        f"{self.address}: no authority in ca_file {self.trust.ca_file} has "
                        "issued the gateway's certificate; nothing was sent",
                        reason="the certificate is not trusted",
                        is_final=True,
                    )
            except BodyTooLargeError:
                problem = _too_large(request)
            except EnphaseError as error:
                problem = error.with_traceback(None)
        # Raised outside the handler: frames of httpx hold the token.
        raise problem

    def _secrets(self) -> tuple[str, ...]:
        return (self.login.token.text,) if isinstance(self.login, Bearer) else ()

    def _answer(self, scheme: str, request: Request) -> Reply:
        built = _built(request, self.address.url(scheme) + request.url, self.timeouts)
        rounds = self._rounds(scheme, built)
        sent = next(rounds)
        while True:
            response, content = self._exchanged(sent)
            try:
                sent = rounds.send(response)
            except StopIteration:
                return Reply(response.status_code, response.headers, content)

    def _exchanged(self, sent: httpx.Request) -> tuple[httpx.Response, bytes]:
        """The answer; a request on a connection that the gateway has closed is sent again."""
        if self.transport is not None:
            line = self._line()
            deadline = Deadline(self.timeouts.total)
            answer = line.exchange(sent, deadline, LARGEST_BODY, plain=True)
        else:
            answer = self._connections.exchange(
                sent, self.timeouts, LARGEST_BODY, plain=True, again=sent.method == "GET"
            )
        answer[0].request = sent
        return answer

    def _line(self) -> Line:
        return Line(self.transport, alone=False) if self.transport else self._open()

    def _open(self) -> Line:
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        transport = httpx.HTTPTransport(verify=self.trust.context(), limits=limits)
        return Line(transport, alone=True)

    def _rounds(
        self, scheme: str, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """The requests to send for one request: with Digest a challenge may need a second one."""
        if isinstance(self.login, Digest):
            return self.login.rounds(request)
        if self.login is not None:
            if scheme != "https":
                raise ConfigError(f"{self.address}: a token is only sent over HTTPS")
            request.headers["authorization"] = self.login.header()
        return _one_round(request)

    def require_tls(self, firmware: str) -> None:
        """Refuse to continue if a token would have to be sent over plain HTTP.

        Raises:
            APIConnectionError: only plain HTTP answered; HTTPS is tried again next time.
        """
        if self.scheme != "https":
            self.scheme = None
            raise APIConnectionError(
                f"{self.address}: firmware {firmware} needs a token, and only plain HTTP answered, "
                "over which a token is never sent; check whether HTTPS (port 443) is blocked"
            )

    def forget_plain_http(self) -> None:
        """Try HTTPS again before the next request; a gateway found on HTTPS stays there."""
        if self.scheme == "http":
            self.scheme = None

    def close(self) -> None:
        """Close the connection, and the stream."""
        self._closed = True
        for stream in tuple(self._streams):
            stream.close()
        if self.transport is not None:
            self.transport.close()
        self._connections.close()


def _built(request: Request, url: str, timeouts: Timeouts) -> httpx.Request:
    return httpx.Request(
        request.method,
        url,
        params=request.params or None,
        headers=[*_HEADERS, *request.headers],
        content=request.content,
        extensions={"timeout": timeouts.steps},
    )


def _one_round(request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
    yield request


def _too_large(request: Request) -> APIResponseValidationError:
    return APIResponseValidationError(
        f"{request.url}: the body is larger than {LARGEST_BODY // 1024 // 1024} MiB",
        operation=request.url,
    )


def _is_untrusted(error: BaseException | None) -> bool:
    """Whether the cause of an error is a certificate that no trusted authority has issued."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


@define(repr=False, eq=False)
class ServiceConnection:
    """Sends requests to Enphase's login services, with the normal certificate check.

    Attributes:
        secrets: The secrets in its requests, which must not reach a log.
    """

    timeouts: Timeouts
    transport: httpx.BaseTransport | None = None
    secrets: tuple[str, ...] = ()

    def send(self, request: Request) -> Reply:
        """The service's answer.

        Raises:
            APIConnectionError: no answer.
            APIResponseValidationError: a body that is too large.
        """
        try:
            with hide_in_library_logs(Redactor(self.secrets)):
                return self._answer(request)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            problem: EnphaseError = connection_error(request, error)
        except BodyTooLargeError:
            problem = _too_large(request)
        except EnphaseError as error:
            problem = error.with_traceback(None)
        # Raised outside the handler: frames of httpx hold the password.
        raise problem

    def _answer(self, request: Request) -> Reply:
        sent = _built(request, request.url, self.timeouts)
        if self.transport is not None:
            line = Line(self.transport, alone=False)
        else:
            transport = httpx.HTTPTransport(verify=tls_context(), proxy=proxy_for(request.url))
            line = Line(transport, alone=True)
        try:
            deadline = Deadline(self.timeouts.total)
            response, content = line.exchange(sent, deadline, LARGEST_BODY, plain=True)
        finally:
            if self.transport is None:
                line.close()
        return Reply(response.status_code, response.headers, content)
