# Made from enphase_sdk/_async/network.py by `make generate`; edit that one.
"""One connection to a server: its exchanges end in time, and no body grows without end."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore
import httpx

from enphase_sdk.core.events import uninterrupted
from enphase_sdk.core.http import Body
from enphase_sdk.core.timeouts import Deadline, Timeouts

__all__ = ["Line"]

# Seconds that closing a broken connection may take.
LONGEST_CLOSE = 1.0


class Line:
    """A transport that serves one exchange at a time.

    Args:
        transport: What it is sent through.
        alone: Whether nobody else uses the transport, which must be one of httpx's own then:
            every read and write ends with the exchange. Of others the time is looked at
            between the pieces of a body.

    Attributes:
        transport: As given.
        used: Whether an exchange has succeeded on it.
        answered: Whether any of the answer to the last request has come.
    """

    def __init__(self, transport: httpx.BaseTransport, *, alone: bool) -> None:
        self.transport = transport
        self.used = False
        self.answered = False
        self._deadline = Deadline()
        self._client: Any = None
        if alone:
            # httpx offers no way to name a network backend; httpcore does.
            pool: Any = getattr(transport, "_pool", None)
            pool._network_backend = _Backend(pool._network_backend, self._deadline)
            # Mocks that stand between httpx's clients and their transports are asked too.
            self._client = httpx.Client(transport=transport, trust_env=False)

    def exchange(
        self, request: httpx.Request, timeouts: Timeouts, largest: int, *, plain: bool = False
    ) -> tuple[httpx.Response, bytes]:
        """The answer and its body, decompressed unless it had to come `plain`.

        After an exception of any kind the connection may hold the rest of an answer, and must
        not be used again.

        Raises:
            httpx.TransportError: no answer came, or not in time.
            BodyTooLargeError: the body has more than `largest` bytes.
        """
        self._deadline.start(timeouts.total)
        self.answered = False
        transport = self.transport
        if self._client is not None:
            transport = self._client._transport_for_url(request.url)
        response = transport.handle_request(request)
        self.answered = True
        try:
            if response.is_stream_consumed:  # made in memory, by a mock
                body = Body.whole(response.content, largest)
            else:
                reading = Body(response.headers, largest, plain=plain)
                stream: Any = response.stream  # of a transport that asks for no more than iterating
                for chunk in stream:
                    self._check(request)
                    reading.add(chunk)
                body = reading.content()
        finally:
            response.close()
        self.used = True
        return response, body

    def _check(self, request: httpx.Request) -> None:
        try:
            self._deadline.left(None)
        except TimeoutError:
            raise httpx.ReadTimeout("the exchange has taken too long", request=request) from None

    def close(self) -> None:
        """Close the connection."""
        self.transport.close()

    def close_for_good(self) -> None:
        """Close it even while the call is being cancelled; what goes wrong is of no interest."""
        with uninterrupted(LONGEST_CLOSE), suppress(Exception):
            self.transport.close()


class _Backend(httpcore.NetworkBackend):
    def __init__(self, backend: httpcore.NetworkBackend, deadline: Deadline) -> None:
        self._backend = backend
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            left = self._deadline.left(timeout)
        except TimeoutError:
            raise httpcore.ConnectTimeout from None
        stream = self._backend.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self._deadline)

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            left = self._deadline.left(timeout)
        except TimeoutError:
            raise httpcore.ReadTimeout from None
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            left = self._deadline.left(timeout)
        except TimeoutError:
            raise httpcore.WriteTimeout from None
        self._stream.write(buffer, left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            left = self._deadline.left(timeout)
        except TimeoutError:
            raise httpcore.ConnectTimeout from None
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
