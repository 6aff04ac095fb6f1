"""What several tests need: both surfaces behind one face, answers, servers on loopback."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias

import anyio
import httpx
import msgspec
import pytest
from attrs import field, frozen

from enphase_sdk import AsyncEnlighten, AsyncEnlightenV4, Enlighten, EnlightenV4
from enphase_sdk.testing import FakeClock, SimulatedEnlighten

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

# Both hold every character that one of URLs, JSON, HTML or TOML writes in a form of its own.
KEY = "k3yOPENS/+&=?#%'\"<é> \\ABCDEF"
USER_ID = "u5erOPENS/51+33&=0a%2f~"

BASE_URL = "https://api.enphaseenergy.com/api/v2"

# The marks of a test that forks this process. At the fork another thread may hold the lock of
# coverage's tracer, on which a traced child would wait for ever.
FORKS = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
    pytest.mark.no_cover,
]


def forks(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that forks this process."""
    for mark in FORKS:
        test = mark(test)
    return test


Handler: TypeAlias = Callable[[httpx.Request], httpx.Response]
Json: TypeAlias = Any

OPERATION_CALLS: dict[str, tuple[Any, ...]] = {
    "energy_lifetime": (67,),
    "envoys": (67,),
    "inventory": (67,),
    "inverters_summary_by_envoy_or_site": (67,),
    "monthly_production": (67, "2023-07-01"),
    "production_meter_readings": (67,),
    "rgm_stats": (67,),
    "stats": (67,),
    "consumption_stats": (67,),
    "consumption_lifetime": (67,),
    "summary": (67,),
    "search_system_id": ("123",),
}
"""Every operation but `systems`, with arguments it can be called with."""


@frozen
class Surface:
    """One of the two clients, and for the async one what runs it."""

    name: str
    backend: str | None = None

    @property
    def is_async(self) -> bool:
        return self.backend is not None

    def client(self, handler: Handler | None = None, **options: Any) -> Any:
        """A client whose requests `handler` answers."""
        settings: dict[str, Any] = {"api_key": KEY, "user_id": USER_ID, **options}
        if handler is not None:
            settings["transport"] = httpx.MockTransport(handler)
        return AsyncEnlighten(**settings) if self.is_async else Enlighten(**settings)

    def client_v4(self, handler: Handler | None = None, **options: Any) -> Any:
        """A client of API v4 with a token, whose requests `handler` answers."""
        known = {"client_id": "a client", "client_secret": "a secret", "access_token": "a-token"}
        settings: dict[str, Any] = {"api_key": "a-key", **known, **options}
        if handler is not None:
            settings["transport"] = httpx.MockTransport(handler)
        return AsyncEnlightenV4(**settings) if self.is_async else EnlightenV4(**settings)

    def use(self, client: Any, action: Callable[[Any], Any]) -> Any:
        """What `action` gives for the client, awaited if need be; closes the client."""
        if self.backend is None:
            with client:
                return action(client)

        async def act() -> Any:
            async with client:
                result = action(client)
                return await result if hasattr(result, "__await__") else result

        return anyio.run(act, backend=self.backend)

    def call(self, handler: Handler, action: Callable[[Any], Any], **options: Any) -> Any:
        """What `action` gives for a new client whose requests `handler` answers."""
        return self.use(self.client(handler, **options), action)

    def collected(self, iterable: Any) -> Any:
        """A list of all that a listing gives; to be awaited on the async surface."""
        if not self.is_async:
            return list(iterable)

        async def collect() -> list[Any]:
            return [item async for item in iterable]

        return collect()


SURFACES = [Surface("sync"), Surface("asyncio", "asyncio"), Surface("trio", "trio")]
ASYNC_SURFACES = [surface for surface in SURFACES if surface.is_async]


class Script:
    """Answers requests with the given answers in turn, the last one over and over."""

    def __init__(self, *answers: httpx.Response | Exception | Handler) -> None:
        self._answers = answers
        self._lock = threading.Lock()
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            number = min(len(self.requests), len(self._answers) - 1)
            self.requests.append(request)
        answer = self._answers[number]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            # One response can be read once only.
            return httpx.Response(
                answer.status_code, headers=answer.headers, content=answer.content
            )
        return answer(request)


def small_fleet() -> SimulatedEnlighten:
    """A few simulated systems, of which 67 has all there is, at one fixed noon.

    By the machine's clock there would be no interval yet between midnight there and sunrise.
    """
    return SimulatedEnlighten(6, clock=FakeClock())


@cache
def body_of(path: str) -> bytes:
    """What the simulated cloud answers for `small_fleet`."""
    simulated = small_fleet()
    separator = "&" if "?" in path else "?"
    answer = simulated(httpx.Request("GET", f"{BASE_URL}{path}{separator}user_id=u"))
    assert answer.status_code == 200, answer.text
    return answer.content


def json_of(path: str) -> Json:
    """The same, decoded."""
    return msgspec.json.decode(body_of(path))


def summary_body(**changes: object) -> Json:
    """The wire form of a summary."""
    return json_of("/systems/67/summary") | changes


def page_body(count: int, first: int = 1, **changes: object) -> Json:
    """The wire form of a page with systems `first` and following."""
    system = json_of("/systems?limit=1")["systems"][0]
    return {
        "systems": [system | {"system_id": first + position} for position in range(count)],
        **changes,
    }


def conflict(
    *, now: float, ends_in: float, period: str = "minute", length: float = 60.0, limit: int = 10
) -> httpx.Response:
    """A 409 with all its fields, from a server whose clock says `now`."""
    return httpx.Response(
        409,
        headers={"date": formatdate(now, usegmt=True)},
        json={
            "reason": "409",
            "message": ["Usage limit exceeded for plan Watt"],
            "period": period,
            "period_start": int(now + ends_in - length),
            "period_end": int(now + ends_in),
            "limit": limit,
        },
    )


@frozen
class Seen:
    """One request as it came over the wire."""

    target: str
    headers: dict[str, str] = field(repr=False)


@contextmanager
def loopback(answer: Callable[[Seen], bytes | None]) -> Iterator[tuple[str, list[Seen]]]:
    """A server that sends back whatever bytes `answer` gives, and hangs up; None: at once."""
    seen: list[Seen] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            request = Seen(self.path, {k.lower(): v for k, v in self.headers.items()})
            seen.append(request)
            self.wfile.write(answer(request) or b"")
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = False
        request_queue_size = 64

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v2", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def wire(status: str, body: bytes = b"", **headers: str) -> bytes:
    """An HTTP/1.1 answer as bytes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
