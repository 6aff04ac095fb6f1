"""A simulated cloud that listens on a port of this machine."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, cast

import httpx

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing.port import Port, PortHandler

__all__ = ["serve"]


@contextmanager
def serve(
    answer: Callable[[httpx.Request], httpx.Response], host: str = "127.0.0.1", port: int = 0
) -> Generator[str]:
    """Answer HTTP requests while the context is open.

    If `answer` raises `httpx.ReadTimeout`, the connection stays open without an answer; any other
    `httpx.TransportError` closes it after the part of the answer sent so far.

    Args:
        answer: Makes the response to a request; called from many threads.
        host: Address to listen on.
        port: The port, or 0 for a free one.

    Yields:
        The base URL, without a slash at its end.
    """
    with _Server((host, port), _Handler, answer).answering() as number:
        yield f"http://{host}:{number}"


class _Server(Port):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that closed their connection."""


class _Handler(PortHandler):
    server_version = "SimulatedEnlighten"

    # The names that http.server looks for.
    do_POST = do_PUT = do_PATCH = do_DELETE = PortHandler.do_GET  # noqa: N815 - http.server's names
    do_HEAD = do_OPTIONS = do_TRACE = do_QUERY = PortHandler.do_GET  # noqa: N815 - http.server's names

    def reply(self, request: httpx.Request) -> None:
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

    def _send(self, response: httpx.Response) -> None:
        self.send_response_only(response.status_code)
        for name, value in response.headers.multi_items():
            self.send_header(name, value)
        if "content-length" not in response.headers and response.status_code not in (204, 304):
            if isinstance(response.stream, httpx.ByteStream):
                # httpx omits this header for an empty body, and a client would wait for more.
                self.send_header("Content-Length", "0")
            else:
                # It goes on until the connection ends.
                self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD":
            return
        for chunk in cast("httpx.SyncByteStream", response.stream):
            self.wfile.write(chunk)
            self.wfile.flush()
