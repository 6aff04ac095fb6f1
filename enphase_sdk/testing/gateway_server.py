"""A simulated gateway on a real port of this machine, in the clear or over TLS."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from http.client import responses
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any, cast

import httpx

from enphase_sdk.testing.gateway_faults import BrokenOffError
from enphase_sdk.testing.gateway_gate import Gate

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
    server = _Server(answer, gate, is_up, context, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.let_go()
        server.server_close()
        thread.join()


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = False  # so that closing waits for them, and none outlives its test
    request_queue_size = 64

    def __init__(
        self,
        answer: Callable[[httpx.Request], httpx.Response],
        gate: Gate,
        is_up: Callable[[], bool],
        context: Callable[[], ssl.SSLContext] | None,
        port: int,
    ) -> None:
        self.answer = answer
        self.gate = gate
        self.closing = threading.Event()
        self._is_up = is_up
        self._context = context
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take a connection, or reset it while the gateway is down."""
        connection, client_address = super().get_request()
        if self._is_up():
            return connection, client_address
        reset_on_close(connection)
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
        with self._lock:
            self._connections.add(connection)
        try:
            # What a client does that goes away in the middle is no news.
            with suppress(ConnectionError, ssl.SSLError):
                super().finish_request(connection, client_address)
        finally:
            with self._lock:
                self._connections.discard(connection)

    def let_go(self) -> None:
        """End the connections that clients keep open, and the stalled ones."""
        self.closing.set()
        self.gate.wake()
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    @property
    def _behind(self) -> _Server:
        return cast("_Server", self.server)

    def do_GET(self) -> None:
        request = httpx.Request(
            self.command,
            f"http://{self.headers.get('Host', 'localhost')}{self.path}",
            headers=list(self.headers.items()),
            content=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
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
            reset_on_close(self.connection)
            self.connection.close()
            self.close_connection = True

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

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
        for chunk in filter(None, stream):  # an empty one would end the body
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def _send_head(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.wfile.write(b"HTTP/1.1 %d %b\r\n" % (status, responses.get(status, "-").encode()))
        for name, value in headers:
            self.wfile.write(b"%b: %b\r\n" % (name, value))
        self.wfile.write(b"\r\n")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: the headers hold tokens."""


def reset_on_close(connection: socket.socket) -> None:
    """Let the connection end in a reset instead of an orderly close."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
