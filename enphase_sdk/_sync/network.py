# Made from enphase_sdk/_async/network.py by `make generate`; edit that one.
"""One connection to a server: its exchanges end in time, and no body grows without end."""

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
    """

    def __init__(self, transport: httpx.BaseTransport, *, alone: bool) -> None:
        self.transport = transport
        self.used = False
        self._sockets = _Sockets()
        self._client: Any = None
        if alone:
            # httpx offers no way to name a network backend; httpcore does.
            pool: Any = getattr(transport, "_pool", None)
            pool._network_backend = _Backend(pool._network_backend, self._sockets)
            # Nobody else is in this pool, and an interrupted thread would wait for itself.
            pool._optional_thread_lock = nullcontext()
            # Mocks that stand between httpx's clients and their transports are asked too.
            self._client = httpx.Client(transport=transport, trust_env=False)

    @property
    def answered(self) -> bool:
        """Whether a single byte has come since the last request was begun."""
        return self._sockets.received

    def exchange(
        self, request: httpx.Request, deadline: Deadline, largest: int, *, plain: bool = False
    ) -> tuple[httpx.Response, bytes]:
        """The answer and its body, decompressed unless it had to come `plain`.

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
        """The body of an answer that has begun; see `exchange`."""
        try:
            if response.is_stream_consumed:  # made in memory, by a mock
                return Body.whole(response.content, largest)
            return self._read(response, Body(response.headers, largest, plain=plain))
        finally:
            response.close()

    def opened(self, request: httpx.Request, deadline: Deadline) -> httpx.Response:
        """The beginning of an answer, of which the body comes then.

        Raises:
            httpx.TransportError: no answer came, or not in time.
        """
        self._sockets.begin(deadline)
        transport = self.transport
        if self._client is not None:
            transport = self._client._transport_for_url(request.url)
        return transport.handle_request(request)

    def read_on(self) -> None:
        """Let the body take as long as it likes; each read has its own limit."""
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
                    # The rest must be waited for, or httpcore's generators would be left in the
                    # middle; on a closed connection that is an error at once.
                    problem = error
                    self.close()
        except httpx.HTTPError:
            if problem is None:
                raise
        try:
            if problem is not None:
                raise problem
        finally:
            del problem  # or this frame and the exception would keep each other, and the body
        return body.content()

    def close(self) -> None:
        """Close the connection, even while the call is being cancelled.

        Only the sockets: an exchange that was interrupted may have left locks of httpcore held.
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
    """What is open for one connection, and until when its exchange may last."""

    def __init__(self) -> None:
        self.streams: list[httpcore.NetworkStream] = []
        self.received = False
        self._deadline = Deadline()

    def begin(self, deadline: Deadline) -> None:
        """Begin an exchange that ends then."""
        self.received = False
        self._deadline = deadline

    def left(self, limit: float | None, late: type[Exception]) -> float | None:
        """Seconds that the next step may take; raises `late` if there are none."""
        try:
            return self._deadline.left(limit)
        except TimeoutError:
            raise late("the exchange has taken too long") from None

    def check(self) -> None:
        """Look at the time where no step can be cut short."""
        self.left(None, httpx.ReadTimeout)

    def replace(self, old: httpcore.NetworkStream, new: httpcore.NetworkStream | None) -> None:
        """Note that one stream is closed, or that another one is to be closed in its place."""
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
            return True  # closed by us, which the pool asks for in this way
        return self._stream.get_extra_info(info)
