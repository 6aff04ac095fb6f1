"""Sends the cloud's requests with httpx; the only module that does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import httpx

from enphase_sdk._async.connections import AsyncConnections
from enphase_sdk._async.network import AsyncLine
from enphase_sdk._async.streams import AsyncStream
from enphase_sdk.cloud.api import Signing
from enphase_sdk.cloud.signing import Signer
from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.core.http import BodyTooLargeError, connection_error, proxy_for, tls_context
from enphase_sdk.core.redact import hide_in_library_logs
from enphase_sdk.core.timeouts import Deadline, Timeouts
from enphase_sdk.errors import APIResponseValidationError, EnphaseError

__all__ = ["AsyncWire"]

T = TypeVar("T")

# The same number as httpx's default limit.
MOST_CONNECTIONS = 100


class AsyncWire:
    """Signs requests and sends them straight to a transport.

    Args:
        signing: The base URL and the credentials.
        transport: The caller's transport; None for httpx's own.

    Raises:
        ConfigError: the address, or the environment's proxy, cannot be used.
    """

    def __init__(self, signing: Signing, transport: httpx.AsyncBaseTransport | None) -> None:
        self._signer = Signer.of(signing, shows_all=isinstance(transport, httpx.MockTransport))
        self._redactor = signing.redactor
        self._given = transport
        self._proxy = proxy_for(signing.base_url) if transport is None else None
        self._connections = AsyncConnections(self._open, MOST_CONNECTIONS)
        self._streams: set[AsyncStream] = set()

    def _open(self) -> AsyncLine:
        limits = httpx.Limits(max_connections=1)
        transport = httpx.AsyncHTTPTransport(verify=tls_context(), proxy=self._proxy, limits=limits)
        return AsyncLine(transport, alone=True)

    async def send(self, request: Request, timeouts: Timeouts, largest: int) -> Reply:
        """The answer to a request.

        Raises:
            APIConnectionError: no answer came.
            APIResponseValidationError: the body has more than `largest` bytes.
            ConfigError: the machine's certificates cannot be read.
        """
        return await self._guarded(request, largest, lambda: self._sent(request, timeouts, largest))

    async def _sent(self, request: Request, timeouts: Timeouts, largest: int) -> Reply:
        signed = self._signer.signed(request, timeouts)
        if self._given is not None:
            line = AsyncLine(self._given, alone=False)
            response, content = await line.exchange(signed, Deadline(timeouts.total), largest)
        else:
            response, content = await self._connections.exchange(signed, timeouts, largest)
        return Reply(response.status_code, response.headers, content)

    async def open_stream(
        self, request: Request, timeouts: Timeouts, largest: int
    ) -> Reply | AsyncStream:
        """The event stream that answers a request, or the whole answer if it is not a stream.

        A stream uses a separate connection, which is closed with it. Raises like `send`.
        """
        line = self._open() if self._given is None else AsyncLine(self._given, alone=False)
        opened: Reply | AsyncStream | None = None
        try:
            opened = await self._guarded(
                request, largest, lambda: self._opened(line, request, timeouts, largest)
            )
            return opened
        finally:
            if self._given is None and not isinstance(opened, AsyncStream):
                await line.aclose()

    async def _opened(
        self, line: AsyncLine, request: Request, timeouts: Timeouts, largest: int
    ) -> Reply | AsyncStream:
        signed = self._signer.signed(request, timeouts)
        response = await line.opened(signed, Deadline(timeouts.total))
        is_events = response.headers.get("content-type", "").startswith("text/event-stream")
        if response.status_code != 200 or not is_events:
            content = await line.finished(response, largest)
            return Reply(response.status_code, response.headers, content)
        line.read_on()
        return AsyncStream(
            response,
            partial(self._guarded, request, largest),
            line if self._given is None else None,
            self._streams,
        )

    async def _guarded(self, request: Request, largest: int, work: Callable[[], Awaitable[T]]) -> T:
        """The result of `work`; errors of httpx are turned into the package's."""
        with hide_in_library_logs(self._redactor()):
            try:
                return await work()
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                problem: EnphaseError = connection_error(
                    request, error, by_proxy=self._proxy is not None
                )
            except BodyTooLargeError:
                problem = APIResponseValidationError(
                    f"{request.method} {request.url}: the body is larger than "
                    f"{largest / 2**20:.3g} MiB; if that is expected, allow more with max_body=",
                    operation=request.url,
                )
        # Raised outside the handler, so that httpx's error, which holds the signed request, does
        # not become its context.
        raise problem

    async def aclose(self) -> None:
        """Close the connections, the streams, and the caller's transport."""
        for stream in tuple(self._streams):
            await stream.aclose()
        if self._given is not None:
            await self._given.aclose()
        await self._connections.aclose()
