"""The connections of a client: whose they are, who gets the next one, and when they are closed."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx
import pytest

from enphase_sdk import AsyncEnlighten, AsyncEnvoy, Enlighten, Envoy, errors
from enphase_sdk._async.connections import AsyncConnections
from enphase_sdk._async.network import AsyncLine
from enphase_sdk._sync.connections import Connections
from enphase_sdk._sync.network import Line
from enphase_sdk.core.effects import Request
from enphase_sdk.core.events import AsyncTurn
from enphase_sdk.core.timeouts import timeouts
from enphase_sdk.testing import FakeClock, SimulatedGateway
from tests.listener import Listener, answer, at_once
from tests.support import KEY, USER_ID, Surface, forks
from tests.test_interruptions import gateway


def cloud_client(url: str, kind: Any, **options: Any) -> Any:
    return kind(KEY, USER_ID, base_url=url, **{"max_retries": 0, "timeout": 60, **options})


# Event loops


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_connections_are_closed_with_their_event_loop(backend: str) -> None:
    listener = Listener(at_once)
    with listener.serving() as url:
        client = cloud_client(url, AsyncEnlighten)

        async def several() -> None:
            async with anyio.create_task_group() as group:
                for _ in range(5):
                    group.start_soon(client.summary, 67)

        for _ in range(8):
            anyio.run(several, backend=backend)
            assert listener.is_left()
        assert client._connection._line.wire()._connections._pools == {}
    gc.collect()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_closing_in_one_event_loop_closes_the_connections_of_the_others(backend: str) -> None:
    listener = Listener(at_once)
    ready, closed = threading.Event(), threading.Event()

    async def stay(client: AsyncEnlighten) -> None:
        await client.summary(67)
        ready.set()
        assert await anyio.to_thread.run_sync(closed.wait, 60)
        assert await anyio.to_thread.run_sync(listener.is_left)

    async def close(client: AsyncEnlighten) -> None:
        await client.summary(67)
        await client.aclose()
        closed.set()

    with listener.serving() as url, ThreadPoolExecutor(1) as pool:
        client = cloud_client(url, AsyncEnlighten)
        waiting = pool.submit(lambda: anyio.run(stay, client, backend=backend))
        assert ready.wait(30)
        asyncio.run(close(client))
        waiting.result(60)
    gc.collect()


def test_an_async_gateway_is_asked_one_thing_at_a_time_by_all_event_loops(
    clock: FakeClock,
) -> None:
    simulated = SimulatedGateway("5.0", clock=clock)
    with simulated.serve(tls=False) as host, ThreadPoolExecutor(6) as pool:
        envoy = AsyncEnvoy(host)

        async def read(_: int) -> int:
            for _ in range(3):
                assert (await envoy.read()).problems == []
            return 3

        found = pool.map(lambda n: anyio.run(read, n, backend=["asyncio", "trio"][n % 2]), range(6))
        assert list(found) == [3] * 6
    assert simulated.stalled == 0
    gc.collect()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_task_gives_its_turn_to_the_next(backend: str) -> None:
    async def main() -> list[int]:
        turn, order = AsyncTurn(), list[int]()

        async def wait(number: int, scope: anyio.CancelScope) -> None:
            with scope:
                async with turn.mine():
                    order.append(number)

        scopes = [anyio.CancelScope() for _ in range(4)]
        async with anyio.create_task_group() as group:
            async with turn.mine():
                for number, scope in enumerate(scopes):
                    group.start_soon(wait, number, scope)
                    await anyio.wait_all_tasks_blocked()
                scopes[1].cancel()
            # The first has been woken and has not run yet.
            scopes[0].cancel()
        return order

    assert anyio.run(main, backend=backend) == [2, 3]


# Who gets the next one


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_connection_given_to_a_cancelled_waiter_goes_to_the_next(backend: str) -> None:
    async def main(url: str) -> list[int]:
        found: list[int] = []
        kind = AsyncConnections(lambda: AsyncLine(httpx.AsyncHTTPTransport(), alone=True), 1)
        limits = timeouts(30)
        pool = await kind._pool()
        line = await pool.take(30)
        scope = anyio.CancelScope()

        async def first() -> None:
            with scope:
                await kind.exchange(httpx.Request("GET", url), limits, 1_000)
                found.append(1)

        async def second() -> None:
            await kind.exchange(httpx.Request("GET", url), limits, 1_000)
            found.append(2)

        async with anyio.create_task_group() as group:
            group.start_soon(first)
            await anyio.wait_all_tasks_blocked()
            group.start_soon(second)
            await anyio.wait_all_tasks_blocked()
            await pool.give_back(line)
            scope.cancel()
        await kind.aclose()
        return found

    with Listener(at_once).serving() as url:
        assert anyio.run(main, url, backend=backend) == [2]


def test_waiters_are_served_in_their_order_and_say_when_none_became_free() -> None:
    with Listener(at_once).serving() as url:
        connections = Connections(lambda: Line(httpx.HTTPTransport(), alone=True), 1)
        pool = connections._pool()
        line = pool.take(30)
        with pytest.raises(errors.APIConnectionError) as caught:
            connections.exchange(httpx.Request("GET", url), timeouts(0.05), 1_000)
        assert caught.value.reason == "no free connection"
        order: list[int] = []

        def wait(number: int) -> None:
            connections.exchange(httpx.Request("GET", url), timeouts(30), 1_000)
            order.append(number)

        threads = [threading.Thread(target=wait, args=(number,)) for number in range(5)]
        for number, thread in enumerate(threads):
            thread.start()
            while len(pool._waiting) <= number:
                pass
        pool.give_back(line)
        for thread in threads:
            thread.join()
        connections.close()
    assert order == [0, 1, 2, 3, 4]


def test_one_that_was_lost_without_a_word_is_replaced() -> None:
    with Listener(at_once).serving() as url:
        connections = Connections(lambda: Line(httpx.HTTPTransport(), alone=True), 1)
        connections.exchange(httpx.Request("GET", url), timeouts(30), 1_000)
        connections._pool().take(30)  # as by an exception right after it was taken
        response, _ = connections.exchange(httpx.Request("GET", url), timeouts(30), 1_000)
        connections.close()
    assert response.status_code == 200


# Closing


def test_a_client_closed_under_its_calls_lets_them_end_and_leaves_nothing_open() -> None:
    go = threading.Event()

    def respond(connection: socket.socket, number: int) -> None:
        if number > 1:
            go.wait(60)
        connection.sendall(answer())

    listener = Listener(respond)
    with listener.serving() as url, ThreadPoolExecutor(8) as pool:
        client = cloud_client(url, Enlighten)
        client.summary(67)
        calls = [pool.submit(client.summary, 67) for _ in range(8)]
        while listener.requests < 9:
            pass
        client.close()
        with pytest.raises(errors.APIConnectionError, match="closed"):
            client.summary(67)
        go.set()
        assert [call.result(60).system_id for call in calls] == [67] * 8
        assert listener.is_left()


# Forks


@forks
def test_a_forked_child_runs_an_event_loop_of_its_own() -> None:
    program = """
import asyncio, gc, os, sys
from enphase_sdk import AsyncEnlighten
client = AsyncEnlighten("abcdefgh", "user1234", base_url=sys.argv[1], max_retries=0)

async def calls():
    return [(await client.summary(67)).system_id for _ in range(3)]

async def main():
    await calls()
    child = os.fork()
    if not child:
        # The child leaves the parent's loop where it is, as multiprocessing does.
        asyncio._set_running_loop(None)
        asyncio.set_event_loop(None)
        print(asyncio.run(calls()), flush=True)
        gc.collect()
        os._exit(0)
    os.waitpid(child, 0)
    print(await calls(), flush=True)
    await client.aclose()

asyncio.run(main())
"""
    with Listener(at_once).serving() as url:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", program, url],
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.stdout == "[67, 67, 67]\n" * 2, done.stderr
    assert done.stderr == ""


@forks
def test_a_gateway_that_a_thread_of_the_parent_was_asking_is_asked_by_the_child(
    clock: FakeClock,
) -> None:
    simulated = SimulatedGateway("5.0", clock=clock)
    with simulated.serve(tls=False) as host, Envoy(host) as envoy:
        envoy.read()
        session = envoy._session
        with session._turn.mine(), session.connection._turn.mine():
            child = os.fork()
            if child == 0:
                os._exit(0 if envoy.read().problems == [] else 1)
        _, status = os.waitpid(child, 0)
        assert envoy.read().problems == []
    assert os.waitstatus_to_exitcode(status) == 0


# Kept connections that the other side has closed


def hangs_up(after: bytes) -> Callable[[socket.socket, int], None]:
    """Answers the first request; at the second it hangs up after some bytes."""

    def respond(connection: socket.socket, number: int) -> None:
        if number == 2:
            connection.sendall(after)
            connection.shutdown(socket.SHUT_RDWR)
        else:
            connection.sendall(answer())

    return respond


@pytest.mark.parametrize(
    ("method", "begun", "requests"),
    [("GET", b"", 3), ("GET", b"HTTP/1.1 2", 2), ("POST", b"", 2), ("PUT", b"", 2)],
)
def test_a_read_is_sent_again_where_nothing_was_answered(
    surface: Surface, method: str, begun: bytes, requests: int
) -> None:
    from enphase_sdk._async.gateway_connection import AsyncGatewayConnection
    from enphase_sdk._sync.gateway_connection import GatewayConnection

    kind = AsyncGatewayConnection if surface.is_async else GatewayConnection
    listener = Listener(hangs_up(begun))

    async def main(url: str) -> None:
        connection, call = gateway(url, kind)
        for made in (call(), connection.send(Request(method, "/info"))):
            await made
        await connection.aclose()

    def main_sync(url: str) -> None:
        connection, call = gateway(url, kind)
        call()
        connection.send(Request(method, "/info"))
        connection.close()

    def run(url: str) -> None:
        if surface.is_async:
            anyio.run(main, url, backend=surface.backend or "")
        else:
            main_sync(url)

    with listener.serving() as url:
        if requests == 3:
            run(url)
        else:
            with pytest.raises(errors.APIConnectionError) as caught:
                run(url)
            assert caught.value.reason == "connection lost"
    assert listener.requests == requests
    gc.collect()


def test_a_gateway_s_answers_are_bounded_in_time(surface: Surface) -> None:
    from enphase_sdk._async.gateway_connection import AsyncGatewayConnection
    from enphase_sdk._sync.gateway_connection import GatewayConnection

    kind = AsyncGatewayConnection if surface.is_async else GatewayConnection

    def respond(connection: socket.socket, _: int) -> None:
        while True:
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            threading.Event().wait(0.02)

    async def main(url: str) -> None:
        connection, call = gateway(url, kind)
        connection.timeouts = timeouts(0.4)
        try:
            await call()
        finally:
            await connection.aclose()

    def main_sync(url: str) -> None:
        connection, call = gateway(url, kind)
        connection.timeouts = timeouts(0.4)
        try:
            call()
        finally:
            connection.close()

    def run(url: str) -> None:
        if surface.is_async:
            anyio.run(main, url, backend=surface.backend or "")
        else:
            main_sync(url)

    with Listener(respond).serving() as url, pytest.raises(errors.APITimeoutError):
        run(url)


# What is told


def test_a_proxy_that_is_not_there_is_told_apart(
    surface: Surface, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for proxy in (f"http://127.0.0.1:{port}", "http://nowhere.invalid:3128"):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        client = surface.client(max_retries=0)
        with pytest.raises(errors.APIConnectionError, match="proxy") as caught:
            surface.use(client, lambda client: client.summary(67))
        assert caught.value.reason == "the proxy cannot be reached"
        assert "127.0.0.1" not in str(caught.value)


def test_a_transport_of_the_other_kind_is_refused_by_gateways(surface: Surface) -> None:
    other: Any = httpx.BaseTransport() if surface.is_async else httpx.AsyncBaseTransport()
    kind: Any = AsyncEnvoy if surface.is_async else Envoy
    with pytest.raises(errors.ConfigError, match="request"):
        kind("127.0.0.1", transport=other)


def test_a_task_whose_event_loop_has_ended_gives_away_no_turn() -> None:
    turn = AsyncTurn()
    inside: list[int] = []

    async def hold(leave: asyncio.Event) -> None:
        async with turn.mine():
            inside.append(1)
            await leave.wait()
            inside.append(-1)

    async def wait() -> None:
        async with turn.mine():
            raise AssertionError("the event loop has ended")

    ended, other = asyncio.new_event_loop(), asyncio.new_event_loop()

    async def begin() -> tuple[asyncio.Event, asyncio.Task[None]]:
        leave = asyncio.Event()
        first = asyncio.create_task(hold(leave))
        while not inside:
            await asyncio.sleep(0)
        return leave, first

    leave, first = other.run_until_complete(begin())
    waiting = wait()
    task = ended.create_task(waiting)
    ended.run_until_complete(asyncio.sleep(0))
    ended.close()

    async def end() -> int:
        leave.set()
        await first  # the turn passes over the task that waits, because its loop has ended
        last = asyncio.Event()
        holders = [asyncio.create_task(hold(last))]
        while sum(inside) < 1:
            await asyncio.sleep(0)
        waiting.close()  # as the collector does
        holders.append(asyncio.create_task(hold(last)))
        for _ in range(20):
            await asyncio.sleep(0)
        at_once = sum(inside)
        last.set()
        await asyncio.gather(*holders)
        return at_once

    assert other.run_until_complete(end()) == 1
    other.close()
    # A task that never ended is told of when it is collected.
    task._log_destroy_pending = False  # type: ignore[attr-defined]
