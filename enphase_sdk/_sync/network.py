# Made from enphase_sdk/_async/network.py by `make generate`; edit that one.
"""One connection to a server, with limits for the time of an exchange and the size of a body."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext, suppress
from typing import Any

import httpcore
import httpx

from enphase_sdk.core.events import abandon, uninterrupted
from enphase_sdk.core.http import Body, BodyTooLargeError
from enphase_sdk.core.timeouts import Deadline

__all__ = ["Line"]

# Longest time to close a broken connection, seconds.
LONGEST_CLOSE = 1.0


class Line:
    """A transport that serves one exchange at a time.

    Args:
        transport: The transport that sends the requests.
        alone: Whether only this object uses the transport, which must then be one of httpx's
            own: the time limit of the exchange applies to every read and write. With another
            transport the limit is checked between the pieces of a body only.

    Attributes:
        transport: As given.
        used: Whether an exchange has succeeded on this connection.
    """

    def __init__(self, transport: httpx.BaseTransport, *, alone: bool) -> None:
        self.transport = transport
        self.used = False
        self._sockets = _Sockets()
        self._client: Any = None
        if alone:
            # Only httpcore, not httpx, lets us set the network backend.
            pool: Any = getattr(transport, "_pool", None)
            pool._network_backend = _Backend(pool._network_backend, self._sockets)
            # Only one exchange uses this pool at a time, so it needs no lock. With the lock an
            # interrupted thread could deadlock with itself.
            pool._optional_thread_lock = nullcontext()
            # Mocks such as respx replace the transports of httpx's clients: ask such a client.
            self._client = httpx.Client(transport=transport, trust_env=False)

    @property
    def answered(self) -> bool:
        """Whether at least one byte has arrived since the last request was begun."""
        return self._sockets.received

    def exchange(
        self, request: httpx.Request, deadline: Deadline, largest: int, *, plain: bool = False
    ) -> tuple[httpx.Response, bytes]:
        """The answer and its body, decompressed. With `plain` it must not be compressed.

        After an exception of any kind the connection may hold the rest of an answer, and must
        not be used again.

        Raises:
            httpx.TransportError: no answer came, or not in time.
            BodyTooLargeError: the body has more than `largest` bytes.
        """
        response = self.opened(request, deadline)
        body = self.finished(response, largest, plain=plain)
        self.used = True
        return response, body

    def finished(self, response: httpx.Response, largest: int, *, plain: bool = False) -> bytes:
        """The body of an answer whose headers have been read; see `exchange`.

        It is empty if it cannot be read and the status is an error, which then tells enough.
        """
        try:
            if response.is_stream_consumed:  # the body is in memory already, as with a mock
                return Body.whole(response.content, largest)
            body = Body(response.headers, largest, plain=plain)
            try:
                return self._read(response, body)
            finally:
                body.drop()
        except (httpx.RequestError, BodyTooLargeError):
            if response.status_code < 400:
                raise
            return b""
        finally:
            response.close()

    def opened(self, request: httpx.Request, deadline: Deadline) -> httpx.Response:
        """The status and headers of an answer; its body can be read afterwards.

        Raises:
            httpx.TransportError: no answer came, or not in time.
        """
        self._sockets.begin(deadline)
        transport = self.transport
        if self._client is not None:
            transport = self._client._transport_for_url(request.url)
        return transport.handle_request(request)

    def read_on(self) -> None:
        """Remove the limit for the whole exchange; the limit of each read stays."""
        self._sockets.begin(Deadline())

    def _read(self, response: httpx.Response, body: Body) -> bytes:
        problem: Exception | None = None
        try:
            stream: Any = response.stream
            for chunk in stream:
                if problem is not None:
                    continue
                try:
                    self._sockets.check()
                    body.add(chunk)
                except (BodyTooLargeError, httpx.HTTPError) as error:
                    if self._client is None:
                        raise
                    # Read on: httpcore's generators must reach their end. The connection is
                    # closed, so the next read fails at once.
                    problem = error
                    self.close()
        except httpx.HTTPError:
            if problem is None:
                raise
        try:
            if problem is not None:
                raise problem
        finally:
            del problem  # breaks the reference cycle of frame and exception, which holds the body
        return body.content()

    def close(self) -> None:
        """Close the connection, even while the call is being cancelled.

        Closes the sockets only: an interrupted exchange may still hold locks of httpcore.
        """
        if self._client is None:
            self.transport.close()
            return
        with uninterrupted(LONGEST_CLOSE):
            for stream in tuple(self._sockets.streams):
                with suppress(Exception):
                    stream.close()
        self._sockets.streams.clear()

    def __del__(self) -> None:
        abandon(self._sockets.streams)


class _Sockets:
    """The open sockets of one connection, and the time limit of its exchange."""

    def __init__(self) -> None:
        self.streams: list[httpcore.NetworkStream] = []
        self.received = False
        self._deadline = Deadline()

    def begin(self, deadline: Deadline) -> None:
        """Begin an exchange that must end before `deadline`."""
        self.received = False
        self._deadline = deadline

    def left(self, limit: float | None, late: type[Exception]) -> float | None:
        """Time limit of the next step, seconds; raises `late` if no time is left."""
        try:
            return self._deadline.left(limit)
        except TimeoutError:
            raise late("the exchange took longer than the time limit") from None

    def check(self) -> None:
        """Check the time limit where the transport does not check it."""
        self.left(None, httpx.ReadTimeout)

    def replace(self, old: httpcore.NetworkStream, new: httpcore.NetworkStream | None) -> None:
        """Replace an open socket by another one (TLS), or remove it if it was closed."""
        if new is not None:
            self.streams.append(new)
        if old in self.streams:
            self.streams.remove(old)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, backend: httpcore.NetworkBackend, sockets: _Sockets) -> None:
        self._backend = backend
        self._sockets = sockets

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._sockets.left(timeout, httpcore.ConnectTimeout)
        stream = self._backend.connect_tcp(host, port, left, local_address, socket_options)
        self._sockets.streams.append(stream)
        return _Stream(stream, self._sockets)

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, sockets: _Sockets) -> None:
        self._stream = stream
        self._sockets = sockets

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._sockets.left(timeout, httpcore.ReadTimeout)
        data = self._stream.read(max_bytes, left)
        self._sockets.received |= bool(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:  # the end of a request without a body
            return
        left = self._sockets.left(timeout, httpcore.WriteTimeout)
        self._stream.write(buffer, left)

    def close(self) -> None:
        self._stream.close()
        self._sockets.replace(self._stream, None)

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._sockets.left(timeout, httpcore.ConnectTimeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        self._sockets.replace(self._stream, stream)
        return _Stream(stream, self._sockets)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable" and self._stream not in self._sockets.streams:
            return True  # the pool then closes the connection and opens another
        return self._stream.get_extra_info(info)
