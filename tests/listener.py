"""A server that answers as it is told, and knows who is connected."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from tests.support import summary_body

__all__ = ["BODY", "HEAD", "Listener", "answer", "at_once"]

BODY = msgspec.json.encode(summary_body())
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def answer(body: bytes = BODY, head: bytes = HEAD) -> bytes:
    """An answer as it goes over the wire."""
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


class Listener:
    """Answers each request on a connection with what `respond` writes.

    `respond(connection, number)` gets the number of the request over all connections; where it
    closes the connection, that is the end of it.

    Attributes:
        requests: Requests so far.
        connections: Connections accepted so far.
    """

    def __init__(
        self,
        respond: Callable[[socket.socket, int], None],
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._respond = respond
        self._context = context
        self._changed = threading.Condition()
        self._open = 0
        self.requests = 0
        self.connections = 0

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The address of a server that runs as long as the context."""
        scheme = "http" if self._context is None else "https"
        with socket.create_server(("127.0.0.1", 0), backlog=512) as server:
            threading.Thread(target=self._accept, args=(server,), daemon=True).start()
            yield f"{scheme}://127.0.0.1:{server.getsockname()[1]}"

    def is_left(self, seconds: float = 30) -> bool:
        """Whether all connections are closed, as soon as they are."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._open, seconds)

    def _count(self, change: int) -> None:
        with self._changed:
            self._open += change
            self._changed.notify_all()

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            self.connections += 1
            self._count(1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                if self._context is None:
                    self._converse(connection)
                else:
                    with self._context.wrap_socket(connection, server_side=True) as wrapped:
                        self._converse(wrapped)
        except OSError:
            pass
        finally:
            self._count(-1)

    def _converse(self, connection: socket.socket) -> None:
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                received = connection.recv(65_536)
                if not received:
                    return
                data += received
            data = data.partition(b"\r\n\r\n")[2]
            with self._changed:
                self.requests += 1
                number = self.requests
            self._respond(connection, number)


def at_once(connection: socket.socket, _: int) -> None:
    """Answer at once."""
    connection.sendall(answer())
