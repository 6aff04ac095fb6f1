"""A simulated gateway on a real port of this machine, in the clear or over TLS."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from http.client import responses
from typing import Any, cast

import httpx

from enphase_sdk.testing.gateway.gate import Gate
from enphase_sdk.testing.gateway_faults import BrokenOffError
from enphase_sdk.testing.port import Port, PortHandler

__all__ = ["serve"]

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@contextmanager
def serve(
    answer: Callable[[httpx.Request], httpx.Response],
    gate: Gate,
    is_up: Callable[[], bool],
    context: Callable[[], ssl.SSLContext] | None,
    port: int,
) -> Generator[str, None, None]:
    """Answer while the context is open; everything given is called from many threads.

    An `httpx.ReadTimeout` out of `answer` leaves the connection open and silent until the
    gate lets it go; any other `httpx.TransportError` resets it.

    Args:
        answer: What turns a request into a response.
        gate: Where stalled connections wait.
        is_up: Whether a new connection is taken at all.
        context: Asked at each connection for the TLS context to use; None for plain HTTP.
        port: The port, or 0 for a free one.

    Yields:
        ``127.0.0.1:PORT``.
    """
    with _Server(answer, gate, is_up, context, port).answering() as number:
        yield f"127.0.0.1:{number}"


class _Server(Port):
    def __init__(
        self,
        answer: Callable[[httpx.Request], httpx.Response],
        gate: Gate,
        is_up: Callable[[], bool],
        context: Callable[[], ssl.SSLContext] | None,
        port: int,
    ) -> None:
        self.gate = gate
        self._is_up = is_up
        self._context = context
        super().__init__(("127.0.0.1", port), _Handler, answer)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take a connection, or reset it while the gateway is down."""
        connection, client_address = super().get_request()
        if self._is_up():
            return connection, client_address
        _reset_on_close(connection)
        connection.close()
        raise ConnectionRefusedError

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Greet by TLS first, in the connection's own thread."""
        if self._context is None:
            self._handle(request, client_address)
            return
        # A client that speaks no TLS, or does not trust us, hangs up here.
        with suppress(OSError), self._context().wrap_socket(request, server_side=True) as wrapped:
            self._handle(wrapped, client_address)

    def _handle(self, connection: socket.socket, client_address: Any) -> None:
        # What a client does that goes away in the middle is no news.
        with suppress(ConnectionError, ssl.SSLError):
            super().finish_request(connection, client_address)

    def end_connections(self) -> None:
        """End the stalled ones too."""
        super().end_connections()
        self.gate.wake()


class _Handler(PortHandler):
    # The names that http.server looks for.
    do_POST = do_PUT = do_DELETE = PortHandler.do_GET  # noqa: N815 - http.server's names

    @property
    def _behind(self) -> _Server:
        return cast("_Server", self.server)

    def reply(self, request: httpx.Request) -> None:
        try:
            self._send(self._behind.answer(request))
        except BrokenOffError as fault:
            body = fault.answer.body if isinstance(fault.answer.body, bytes) else b""
            self._send_head(fault.answer.status, [(b"Content-Length", b"%d" % len(body))])
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        except httpx.ReadTimeout:
            self._behind.gate.stall(self._behind.closing)
            self.close_connection = True
        except httpx.TransportError:
            _reset_on_close(self.connection)
            self.connection.close()
            self.close_connection = True

    def _send(self, response: httpx.Response) -> None:
        if response.headers.get("connection") == "close":
            self.close_connection = True
        stream = cast("httpx.SyncByteStream", response.stream)
        head = response.headers.raw
        if "content-length" in response.headers:
            self._send_head(response.status_code, head)
            for chunk in stream:
                self.wfile.write(chunk)
            return
        self._send_head(response.status_code, [*head, (b"Transfer-Encoding", b"chunked")])
        try:
            for chunk in filter(None, stream):  # an empty one would end the body
                self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                self.wfile.flush()
        finally:
            response.close()
        self.wfile.write(b"0\r\n\r\n")

    def _send_head(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.wfile.write(b"HTTP/1.1 %d %b\r\n" % (status, responses.get(status, "-").encode()))
        for name, value in headers:
            self.wfile.write(b"%b: %b\r\n" % (name, value))
        self.wfile.write(b"\r\n")


def _reset_on_close(connection: socket.socket) -> None:
    """Let the connection end in a reset instead of an orderly close."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
