"""The connections of a cloud client: opened late, used again, closed, and never too many."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import anyio
import httpx
import msgspec
import pytest

from enphase_sdk import errors
from enphase_sdk.cloud.plans import Plan
from enphase_sdk.core.http import tls_context
from enphase_sdk.core.timeouts import timeouts
from tests.support import KEY, USER_ID, Surface, summary_body

UNLIMITED = Plan("mine", 100_000)
BODY = msgspec.json.encode(summary_body())
MOST = 100


class Server:
    """Keeps connections alive, counts them, and answers nobody before so many have asked."""

    def __init__(self, held: int = 1) -> None:
        self.connections = 0
        self.most_at_once = 0
        self._open = 0
        self._missing = held
        self._lock = threading.Lock()
        self._enough = threading.Event()

    def asked(self) -> None:
        with self._lock:
            self._missing -= 1
            if not self._missing:
                self._enough.set()
        self._enough.wait(30)

    def opened(self) -> None:
        with self._lock:
            self.connections += 1
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)

    def closed(self) -> None:
        with self._lock:
            self._open -= 1

    @contextmanager
    def serving(self) -> Iterator[str]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                server.opened()

            def finish(self) -> None:
                super().finish()
                server.closed()

            def do_GET(self) -> None:
                server.asked()
                self.send_response(200)
                self.send_header("Content-Length", str(len(BODY)))
                self.end_headers()
                self.wfile.write(BODY)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's
                pass

        class Listener(ThreadingHTTPServer):
            request_queue_size = 256

        with Listener(("127.0.0.1", 0), Handler) as listener:
            thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
            thread.start()
            yield f"http://127.0.0.1:{listener.server_port}"
            listener.shutdown()
            thread.join()


def at_once(surface: Surface, calls: int) -> Callable[[Any], Any]:
    """An action: so many summaries at the same time, and what each of them says."""

    def threads(client: Any) -> list[int]:
        with ThreadPoolExecutor(calls) as pool:
            return [s.system_id for s in pool.map(client.summary, [67] * calls)]

    async def tasks(client: Any) -> list[int]:
        found: list[int] = []

        async def one() -> None:
            found.append((await client.summary(67)).system_id)

        async with anyio.create_task_group() as group:
            for _ in range(calls):
                group.start_soon(one)
        return found

    return tasks if surface.is_async else threads


def in_turn(surface: Surface, calls: int) -> Callable[[Any], Any]:
    def act(client: Any) -> None:
        for _ in range(calls):
            client.summary(67)

    async def act_async(client: Any) -> None:
        for _ in range(calls):
            await client.summary(67)

    return act_async if surface.is_async else act


def both(surface: Surface, *actions: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The actions one after the other, with one client."""

    def act(client: Any) -> list[Any]:
        return [action(client) for action in actions]

    async def act_async(client: Any) -> list[Any]:
        return [await action(client) for action in actions]

    return act_async if surface.is_async else act


def test_calls_in_turn_share_a_connection(surface: Surface) -> None:
    server = Server()
    with server.serving() as url:
        surface.use(surface.client(base_url=url, quota=UNLIMITED), in_turn(surface, 5))
    assert server.connections == 1


def test_calls_at_once_have_a_connection_each_and_leave_it_to_the_next(surface: Surface) -> None:
    server = Server(held=8)
    with server.serving() as url:
        eight = at_once(surface, 8)
        client = surface.client(base_url=url, quota=UNLIMITED)
        found = surface.use(client, both(surface, eight, eight))
    assert found == [[67] * 8] * 2
    assert server.connections == 8


def test_there_are_never_more_connections_than_httpx_would_open(surface: Surface) -> None:
    server = Server(held=MOST)
    with server.serving() as url:
        client = surface.client(base_url=url, quota=UNLIMITED, timeout=60)
        found = surface.use(client, at_once(surface, 2 * MOST))
    assert found == [67] * 2 * MOST
    assert server.most_at_once == MOST


def test_making_a_client_loads_no_httpx() -> None:
    program = (
        "import sys, anyio\n"  # its older versions load ssl
        "before = set(sys.modules)\n"
        "import enphase_sdk as e\n"
        "made = e.Enlighten('a key', 'a user'), e.AsyncEnlighten('a key', 'a user')\n"
        "print([name for name in ('httpx', 'ssl', 'enphase_sdk_api_v2.models.stats') "
        "if name in sys.modules and name not in before])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_certificates_that_cannot_be_loaded_are_told(
    surface: Surface, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    tls_context.cache_clear()
    client = surface.client(max_retries=0)
    with pytest.raises(errors.ConfigError, match="SSL_CERT_FILE") as caught:
        surface.use(client, lambda client: client.summary(67))
    assert KEY not in str(caught.value)
    assert USER_ID not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "connect", "others"),
    [(30, 10, 30), (2.5, 2.5, 2.5), (None, None, None), (httpx.Timeout(60, connect=40), 40, 60)],
)
def test_connecting_gets_its_share_of_the_time(given: Any, connect: Any, others: Any) -> None:
    made = timeouts(given)
    assert made.steps == {"connect": connect, "read": others, "write": others, "pool": others}


@pytest.mark.parametrize(
    ("given", "total"),
    [(30, 30), (2.5, 2.5), (None, None), (httpx.Timeout(60, connect=40), 220),
     (httpx.Timeout(60, read=None), None)],
)  # fmt: skip
def test_a_number_is_the_end_of_the_whole_exchange(given: Any, total: float | None) -> None:
    assert timeouts(given).total == total
