"""The server on a port of this machine that both simulators use."""

from __future__ import annotations

import os
import socket
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any

import httpx

__all__ = ["Port", "PortHandler"]


class Port(ThreadingTCPServer):
    """Answers each connection in its own thread.

    Attributes:
        answer: Makes the response to a request; called from many threads.
        closing: Set to end the connections that are held open without an answer.
    """

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        handler: type[PortHandler],
        answer: Callable[[httpx.Request], httpx.Response],
    ) -> None:
        self.answer = answer
        self.closing = threading.Event()
        self._connections: set[socket.socket] = set()
        self._answering: list[threading.Thread] = []
        self._lock = threading.Lock()
        super().__init__(address, handler)

    @contextmanager
    def answering(self) -> Generator[int]:
        """Answer while the context is open; gives the port's number."""
        thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        process = os.getpid()
        try:
            yield self.server_address[1]
        finally:
            # In a forked process, and when the interpreter ends, no thread answers, or ends.
            if process == os.getpid() and not sys.is_finalizing():
                self.shutdown()
                self.end_connections()
                self.server_close()
                thread.join()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start the thread of one connection; a program that ends does not wait for it."""
        threads = [one for one in self._answering if one.is_alive()]
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        self._answering = [*threads, thread]
        thread.start()

    def server_close(self) -> None:
        """Stop listening, and wait for the threads, so that none runs longer than its test."""
        super().server_close()
        for thread in self._answering:
            thread.join()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Answer the requests of one connection."""
        with self._lock:
            if self.closing.is_set():
                return
            self._connections.add(request)
        try:
            super().finish_request(request, client_address)
        finally:
            with self._lock:
                self._connections.discard(request)

    def end_connections(self) -> None:
        """End the connections that clients keep open, and those held without an answer."""
        with self._lock:
            self.closing.set()
            for connection in self._connections:
                with suppress(OSError):
                    # Not the method of a TLS connection, which another thread is using.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)


class PortHandler(BaseHTTPRequestHandler, ABC):
    """Reads the requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """Reply to a request; the other methods are aliases of this one."""
        self.reply(
            httpx.Request(
                self.command,
                f"http://{self.headers.get('Host', 'localhost')}{self.path}",
                headers=list(self.headers.items()),
                content=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            )
        )

    @abstractmethod
    def reply(self, request: httpx.Request) -> None:
        """Answer one request."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Log nothing, because a request's line and headers hold the credentials."""
