"""Whatever ends a call, at whatever moment, the next call on the same client succeeds."""

from __future__ import annotations

import asyncio
import gc
import linecache
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import pytest

from enphase_sdk import AsyncEnlighten, Enlighten
from enphase_sdk._async.gateway_connection import AsyncGatewayConnection
from enphase_sdk._sync.gateway_connection import GatewayConnection
from enphase_sdk.core.effects import Request
from enphase_sdk.core.http import tls_context
from enphase_sdk.core.timeouts import timeouts
from enphase_sdk.gateway.address import Address
from enphase_sdk.gateway.tls import GatewayTrust, Pin
from tests.listener import HEAD, Listener, answer, at_once
from tests.support import KEY, USER_ID

# More than any of the calls below takes.
MOST_STEPS = 70
MOST_LINES = 30_000


def once_each(connection: socket.socket, _: int) -> None:
    """An answer, after which the connection is closed."""
    connection.sendall(answer(head=HEAD + b"Connection: close\r\n"))
    connection.close()


class Steps:
    """Awaits a coroutine and calls `disturb(future)` where it is suspended for the n-th time."""

    def __init__(self, coroutine: Any, numbers: set[int], disturb: Callable[[Any], object]) -> None:
        self.coroutine = coroutine
        self.numbers = numbers
        self.disturb = disturb
        self.taken = 0

    def __await__(self) -> Generator[Any, Any, Any]:
        inner = self.coroutine.__await__()
        try:
            waited_for = next(inner)
            while True:
                self.taken += 1
                if self.taken in self.numbers:
                    self.disturb(waited_for)
                try:
                    value = yield waited_for
                except BaseException as error:
                    waited_for = inner.throw(error)
                else:
                    waited_for = inner.send(value)
        except StopIteration as stop:
            return stop.value


async def cancelled_before(call: Callable[[], Any], number: int) -> int:
    """Cancel the task while it waits for the n-th time, and again in what it does thereupon."""
    task = asyncio.current_task()
    assert task is not None
    numbers = {number, number + 1, number + 3}
    steps = Steps(call(), numbers, lambda _: task.cancel())
    with suppress(asyncio.CancelledError):
        await steps
    while task.uncancel():
        pass
    return steps.taken


async def cancelled_as_it_comes(call: Callable[[], Any], number: int) -> int:
    """Cancel the task when what it waits for has just come."""
    task = asyncio.current_task()
    assert task is not None

    def disturb(future: Any) -> None:
        if future is None:
            task.cancel()
        else:
            future.add_done_callback(lambda _: task.cancel())

    steps = Steps(call(), {number}, disturb)
    with suppress(asyncio.CancelledError):
        await steps
    while task.uncancel():
        pass
    return steps.taken


async def left_by_scope(call: Callable[[], Any], number: int) -> int:
    """Cancel a scope of anyio, as trio does it."""
    with anyio.CancelScope() as scope:
        steps = Steps(call(), {number}, lambda _: scope.cancel())
        await steps
    return steps.taken


ENDS = [
    pytest.param("asyncio", cancelled_before, id="asyncio-before"),
    pytest.param("asyncio", cancelled_as_it_comes, id="asyncio-as-it-comes"),
    pytest.param("asyncio", left_by_scope, id="asyncio-scope"),
    pytest.param("trio", left_by_scope, id="trio-scope"),
]


@pytest.fixture
def server_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[ssl.SSLContext, None, None]:
    """A server's TLS, which the cloud's clients trust."""
    from tests.cloud.test_client_life import self_signed

    file = self_signed(tmp_path, ["localhost"], 10)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    tls_context.cache_clear()
    yield context
    tls_context.cache_clear()


def cloud(url: str, kind: Any) -> tuple[Any, Callable[[], Any]]:
    """A client of the cloud, and a call of it."""
    url = url.replace("127.0.0.1", "localhost")
    client = kind(KEY, USER_ID, base_url=url, max_retries=0, timeout=60)
    return client, lambda: client.summary(67)


def gateway(url: str, kind: Any) -> tuple[Any, Callable[[], Any]]:
    """A connection to a gateway, and a request on it."""
    scheme, _, place = url.partition("://")
    host, _, port = place.partition(":")
    address = Address(host, int(port))
    made = kind(address, GatewayTrust(Pin(address)), timeouts(60), scheme=scheme)
    return made, lambda: made.send(Request("GET", "/info"))


@pytest.mark.parametrize(("backend", "end"), ENDS)
@pytest.mark.parametrize("respond", [at_once, once_each], ids=["kept", "closed"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize(
    ("side", "kind"),
    [(cloud, AsyncEnlighten), (gateway, AsyncGatewayConnection)],
    ids=["cloud", "gateway"],
)
def test_a_call_may_be_cancelled_wherever_it_waits(
    backend: str,
    end: Any,
    respond: Any,
    tls: bool,
    side: Any,
    kind: Any,
    server_side: ssl.SSLContext,
) -> None:
    listener = Listener(respond, server_side if tls else None)
    ended: list[int] = []

    async def main(url: str) -> None:
        client, call = side(url, kind)
        for number in range(1, MOST_STEPS):
            taken = await end(call, number)
            await call()
            ended.append(taken)
            if taken < number:  # it was over before
                break
        await client.aclose()

    with listener.serving() as url:
        anyio.run(main, url, backend=backend)
        assert listener.is_left()
    assert 3 < len(ended) < MOST_STEPS - 1
    gc.collect()


class Interrupt(BaseException):
    """What a signal's handler raises."""


def interrupted(call: Callable[[], Any], number: int) -> bool:
    """Raise `Interrupt` at the n-th line that the call runs in our code and in httpx's."""
    seen = 0

    def line(frame: Any, event: str, _: Any) -> Any:
        nonlocal seen
        if event == "line":
            seen += 1
            # No signal is handled between the end of a `with` block and its exit, where the
            # tracer sees the line of the `with` once more.
            text = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
            if seen >= number and not text.lstrip().startswith("with "):
                raise Interrupt
        return line

    def entered(frame: Any, _: str, __: Any) -> Any:
        names = ("enphase_sdk", "httpcore", "httpx", "h11")
        return line if any(f"/{name}/" in frame.f_code.co_filename for name in names) else None

    before = sys.gettrace()
    sys.settrace(entered)
    try:
        call()
    except Interrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def interrupted_everywhere(side: Any, kind: Any, respond: Any, context: Any, every: int) -> int:
    """How often a call was interrupted, `every` so many lines later, and the next succeeded."""
    listener = Listener(respond, context)
    done: list[int] = []
    ended = threading.Event()

    def main(url: str) -> None:
        client, call = side(url, kind)
        for number in range(1, MOST_LINES, every):
            was = interrupted(call, number)
            call()
            if not was:
                break
            done.append(number)
        client.close()
        done.append(0)

    def run(url: str) -> None:
        try:
            main(url)
        finally:
            ended.set()

    with listener.serving() as url:
        # In a thread of its own, because what hangs can only be left behind.
        threading.Thread(target=run, args=(url,), daemon=True).start()
        assert ended.wait(120), f"a call hangs after {done[-1:]}"
        assert done.pop() == 0, f"a call fails after {done[-1:]}"
        gc.collect()
        assert listener.is_left()
    return len(done)


# A socket in the very moment of its making belongs to nobody yet.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SIDES = pytest.mark.parametrize(
    ("side", "kind"),
    [(cloud, Enlighten), (gateway, GatewayConnection)],
    ids=["cloud", "gateway"],
)


@pytest.mark.parametrize("respond", [at_once, once_each], ids=["kept", "closed"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@SIDES
def test_a_call_may_be_interrupted_at_any_line(
    respond: Any, tls: bool, side: Any, kind: Any, server_side: ssl.SSLContext
) -> None:
    context = server_side if tls else None
    assert 20 < interrupted_everywhere(side, kind, respond, context, 61) < MOST_LINES / 61 - 1


@pytest.mark.proof
@SIDES
def test_a_call_may_be_interrupted_at_a_quarter_of_all_lines(side: Any, kind: Any) -> None:
    assert 200 < interrupted_everywhere(side, kind, once_each, None, 4) < MOST_LINES / 4 - 1
