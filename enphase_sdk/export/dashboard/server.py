"""Serves the page, its files, and the values as server-sent events.

On other addresses than loopback it requires a token of its own. A request must name this machine
by one of its addresses or names in the Host header (so that a foreign page cannot reach it through
its own name), and must have the token if there is one.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import TYPE_CHECKING, Self

import msgspec

from enphase_sdk.clock import current_clock
from enphase_sdk.core.hosts import is_loopback
from enphase_sdk.errors import ConfigError
from enphase_sdk.export.dashboard.guard import Guard
from enphase_sdk.export.dashboard.state import Board
from enphase_sdk.export.feed import Told

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["Dashboard"]

_PAGE = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}

# The most browsers that may show the page together; each holds a connection.
MOST_VIEWERS = 32

# Seconds. An event is sent at least this often, so that a closed browser is noticed.
LONGEST_SILENCE = 15.0


class Dashboard:
    """Serves the page until it is closed.

    It is an exporter: give it to a `Feed`. Use it as a context manager, or call `close`.

    Args:
        port: The port; 0 for a free one.
        bind: The address to listen on.

    Attributes:
        board: The values shown.
        url: The page's address; with the token if it is not on loopback.

    Raises:
        ConfigError: the port cannot be used, or `starlette` or `uvicorn` is missing.
    """

    def __init__(self, port: int = 0, *, bind: str = "127.0.0.1") -> None:
        try:
            import uvicorn
            from starlette.applications import Starlette
            from starlette.middleware import Middleware
            from starlette.routing import Route
        except ImportError:
            raise ConfigError(
                "the dashboard needs the extra: pip install 'enphase-sdk[dashboard]'"
            ) from None
        self.board = Board()
        self._clock = current_clock()
        self._wakeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._lock = threading.Lock()
        self._closing = False
        self._listening = _listening(bind, port)
        token = None if is_loopback(bind) else secrets.token_urlsafe(24)
        app = Starlette(
            routes=[
                *(Route(path, self._part) for path in _PAGE),
                Route("/events", self._events),
            ],
            middleware=[Middleware(Guard, bind=bind, token=token)],
        )
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=2,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listening]}, daemon=True
        )
        port = self._listening.getsockname()[1]
        self.url = f"http://{_written(bind)}:{port}/" + (f"?token={token}" if token else "")

    def __repr__(self) -> str:
        return f"<Dashboard at {self.url.partition('?')[0]}>"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """End all events and stop listening."""
        self._closing = True
        self._server.should_exit = True
        self.wake()
        if self._thread.is_alive():
            self._thread.join()
        self._listening.close()

    def publish(self, told: Told) -> None:
        """Show the present state."""
        self.board.note_reading(told)
        self.wake()

    def wake(self) -> None:
        """Send the board's values to all open pages."""
        with self._lock:
            for loop, event in self._wakeners:
                loop.call_soon_threadsafe(event.set)

    async def _part(self, request: Request) -> Response:
        from starlette.responses import Response

        name, kind = _PAGE[request.url.path]
        content = files("enphase_sdk.export.dashboard").joinpath(name).read_bytes()
        return Response(content, media_type=kind)

    async def _events(self, _: Request) -> Response:
        from starlette.responses import PlainTextResponse, StreamingResponse

        if len(self._wakeners) >= MOST_VIEWERS:
            return PlainTextResponse("too many pages are open already; close one\n", 503)
        return StreamingResponse(
            self._stream(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
        )

    async def _stream(self) -> AsyncIterator[bytes]:
        event = asyncio.Event()
        wakener = (asyncio.get_running_loop(), event)
        with self._lock:
            self._wakeners.add(wakener)
        try:
            while not self._closing:
                event.clear()
                told = msgspec.json.encode(self.board.to_dict(self._clock.time()))
                yield b"data: " + told + b"\n\n"
                try:
                    await asyncio.wait_for(event.wait(), LONGEST_SILENCE)
                except TimeoutError:
                    continue
        finally:
            with self._lock:
                self._wakeners.discard(wakener)


def _listening(bind: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            bind, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server((address[0], port), family=family)
    except (OSError, OverflowError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"cannot listen on {bind}, port {port}: {reason}; choose another"
        ) from None


def _written(bind: str) -> str:
    """An address as written in a URL; this machine's name if it listens on all addresses."""
    if bind in ("0.0.0.0", "::", ""):  # noqa: S104 - what was asked for
        return socket.gethostname()
    return f"[{bind}]" if ":" in bind else bind
