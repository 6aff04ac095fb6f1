"""CPU seconds of the client for each of several asynchronous calls at once (asyncio)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from functools import partial

import aiohttp
import httpx

from bench.measure import race
from bench.peers.absence import hidden
from bench.peers.default_client import default_client
from bench.rows import Row
from bench.server import serving
from enphase_sdk import AsyncEnlighten

SECONDS = 30.0
CALLS = 100
GOALS = {1: 0.67, 10: 0.50, 50: 0.25}
STEADY = 1.15
BASELINE = "default client, asyncio"
WITH_SNIFFIO = "default client beside sniffio"
QUERY = "key=0123456789abcdef&user_id=4d6a49784e7a63790a"

AsyncCall = Callable[[], Awaitable[object]]


def rows() -> Iterator[Row]:
    """As many workers as there are calls at once, and 100 calls among them."""
    loop = asyncio.new_event_loop()
    with serving() as address:
        stack = AsyncExitStack()
        try:
            yield from _rows(loop, loop.run_until_complete(_contenders(address, stack)))
        finally:
            loop.run_until_complete(stack.aclose())
            loop.close()


def _rows(loop: asyncio.AbstractEventLoop, calls: dict[str, AsyncCall]) -> Iterator[Row]:
    works: dict[str, Callable[[], object]] = {}
    for workers in GOALS:
        for name, call in calls.items():
            works[f"{name} {workers}"] = partial(_run, loop, call, workers)
        # It depends on httpx and attrs; what only our package brings along is not its own speed.
        own = hidden("sniffio", works[f"{WITH_SNIFFIO} {workers}"])
        works[f"{BASELINE} {workers}"] = own
    measured = race(works, seconds=SECONDS)
    for workers, goal in GOALS.items():
        baseline = f"{BASELINE} {workers}"
        for name in (BASELINE, *calls):
            mine = f"{name} {workers}"
            yield Row(f"async calls, {workers} at once", name, measured.ratio(mine, baseline),
                      against=BASELINE, goal=goal if name == "ours" else None,
                      spread=measured.spread(mine, baseline))  # fmt: skip
    for name in calls:
        goal = STEADY if name == "ours" else None
        yield Row("async calls, 50 at once", name, measured.ratio(f"{name} 50", f"{name} 1"),
                  against="itself, 1 at once", goal=goal,
                  spread=measured.spread(f"{name} 50", f"{name} 1"))  # fmt: skip
    yield Row("async calls, 1 at once", "ours", measured.median("ours 1") / CALLS * 1e3, unit="ms")


async def _contenders(address: str, stack: AsyncExitStack) -> dict[str, AsyncCall]:
    url = f"{address}/systems/67/summary?{QUERY}"
    summary = default_client("api.default.summary").asyncio
    default = default_client("client").Client(base_url=address)
    await stack.enter_async_context(default)
    ours = await stack.enter_async_context(
        AsyncEnlighten("0123456789abcdef", "4d6a49784e7a63790a", base_url=address)
    )
    bare = await stack.enter_async_context(httpx.AsyncClient())
    session = await stack.enter_async_context(aiohttp.ClientSession())

    async def aiohttp_call() -> object:
        async with session.get(url) as response:
            return await response.read()

    return {
        WITH_SNIFFIO: lambda: summary(67, client=default),
        "ours": lambda: ours.summary(67),
        "bare httpx.AsyncClient.get": lambda: bare.get(url),
        "aiohttp": aiohttp_call,
    }


def _run(loop: asyncio.AbstractEventLoop, call: AsyncCall, workers: int) -> None:
    loop.run_until_complete(_work(call, workers))


async def _work(call: AsyncCall, workers: int) -> None:
    async def worker() -> None:
        for _ in range(CALLS // workers):
            await call()

    await asyncio.gather(*(worker() for _ in range(workers)))
