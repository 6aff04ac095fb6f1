"""A simulator on a real port of this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import httpx

from enphase_sdk.errors import InvalidArgumentError

__all__ = ["serve"]


@contextmanager
def serve(
    answer: Callable[[httpx.Request], httpx.Response], host: str = "127.0.0.1", port: int = 0
) -> Generator[str]:
    """Answer HTTP requests while the context is open.

    An `httpx.ReadTimeout` out of `answer` holds the connection open and silent, any other
    `httpx.TransportError` closes it where the answer broke off.

    Args:
        answer: What turns a request into a response; called from many threads.
        host: Address to listen on.
        port: The port, or 0 for a free one.

    Yields:
        The base URL, without a slash at its end.
    """
    server = _Server((host, port), answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.close_connections()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them, and none outlives its test
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], answer: Callable[[httpx.Request], httpx.Response]
    ) -> None:
        self.answer = answer
        self.closing = threading.Event()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """End the connections that clients keep open, and those held silent."""
        self.closing.set()
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "SimulatedEnlighten"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = httpx.Request(
            self.command,
            f"http://{self.headers.get('Host', 'localhost')}{self.path}",
            headers=list(self.headers.items()),
            content=body,
        )
        server = cast("_Server", self.server)
        try:
            self._send(server.answer(request))
        except httpx.ReadTimeout:
            server.closing.wait()
            self.close_connection = True
        except httpx.TransportError:
            self.close_connection = True
        except InvalidArgumentError as misuse:
            self._send(httpx.Response(500, text=f"The test kit was misused: {misuse}"))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815
    do_HEAD = do_OPTIONS = do_TRACE = do_QUERY = do_GET  # noqa: N815

    def _send(self, response: httpx.Response) -> None:
        self.send_response_only(response.status_code)
        for name, value in response.headers.multi_items():
            self.send_header(name, value)
        # httpx leaves this out of an empty body, and a client would wait for more.
        if "content-length" not in response.headers and response.status_code not in (204, 304):
            self.send_header("Content-Length", "0")
        self.end_headers()
        assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101
        if self.command == "HEAD":
            return
        for chunk in response.stream:
            self.wfile.write(chunk)
            self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: a request line holds the credentials."""
