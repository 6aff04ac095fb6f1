"""How much of a quota is used, and how often the server has to refuse, in virtual time.

The public asynchronous client runs on an event loop whose clock jumps to whatever is waited
for, against a simulated plan of 10 hits in each of the server's minutes.
"""

from __future__ import annotations

import asyncio
import random
import selectors
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from email.utils import formatdate
from typing import Any

import httpx
from attrs import define, field, frozen

from bench.data import SUMMARY
from bench.rows import Row
from enphase_sdk import AsyncEnlighten
from enphase_sdk.clock import SystemClock, set_clock

LIMIT = 10
WORKERS = 16
MINUTES = 30
# Not at a minute's beginning.
START = 1_700_000_017.0


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time; it begins at 0, for precision."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        """Seconds since the beginning."""
        return self._now

    def jump(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds


class _JumpingSelector(selectors.SelectSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        if timeout:
            self._loop.jump(timeout)
        return super().select(0)


@frozen
class _LoopClock(SystemClock):
    loop: VirtualLoop

    def time(self) -> float:
        return START + self.loop.time()

    def monotonic(self) -> float:
        return self.loop.time()


@define
class _Plan:
    """The server: 10 hits in each minute of its own clock, answers after 50 to 400 ms."""

    skew: float
    random: random.Random = field(factory=lambda: random.Random(16))
    used: Counter[int] = field(factory=Counter[int])
    refused: Counter[int] = field(factory=Counter[int])

    async def answer(self, _request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self.random.uniform(0.02, 0.2))
        now = START + asyncio.get_running_loop().time() + self.skew
        minute = int(now // 60)
        headers = {"Date": formatdate(now, usegmt=True)}
        if self.used[minute] < LIMIT:
            self.used[minute] += 1
            response = httpx.Response(200, headers=headers, content=SUMMARY)
        else:
            self.refused[minute] += 1
            body = {"reason": "409", "message": ["Usage limit exceeded for plan Watt"],
                    "period": "minute", "period_start": minute * 60,
                    "period_end": minute * 60 + 60, "limit": LIMIT}  # fmt: skip
            response = httpx.Response(409, headers=headers, json=body)
        await asyncio.sleep(self.random.uniform(0.03, 0.2))
        return response

    def share_used(self) -> float:
        """Percent of the hits of the whole minutes between the first and the last."""
        minutes = sorted(self.used)[1:-1]
        return 100 * sum(self.used[m] for m in minutes) / (LIMIT * len(minutes))


def rows() -> Iterator[Row]:
    """A known plan, a plan that must be learned, and retries without any idea of a quota."""
    for skew in (3.0, -3.0, 0.0):
        known = _simulate(skew, lambda plan: _ours(plan, "watt"))
        learned = _simulate(skew, lambda plan: _ours(plan, None))
        work = f"quota, {WORKERS} workers, server {skew:+.0f} s"
        for name, plan in (("known plan", known), ("learning", learned)):
            yield Row(work, f"ours, {name}, used", plan.share_used(), unit="%", goal=99.5,
                      at_least=True)  # fmt: skip
            refusals = sum(plan.refused.values())
            goal = 0 if name == "known plan" else WORKERS
            yield Row(work, f"ours, {name}, 409s in {MINUTES} min", refusals, unit="", goal=goal)
    naive = _simulate(3.0, _naive)
    work = f"quota, {WORKERS} workers, server +3 s"
    yield Row(work, "exponential backoff, used", naive.share_used(), unit="%")
    refusals = 100 * sum(naive.refused.values()) / sum(naive.used.values())
    yield Row(work, "exponential backoff, 409s per 100 calls", refusals, unit="")


def _simulate(skew: float, work: Callable[[_Plan], Awaitable[None]]) -> _Plan:
    plan = _Plan(skew)
    loop = VirtualLoop()
    before = set_clock(_LoopClock(loop))
    try:
        loop.run_until_complete(work(plan))
    finally:
        set_clock(before)
        loop.close()
    return plan


async def _ours(plan: _Plan, quota: str | None) -> None:
    async with AsyncEnlighten(
        "key", "user", quota=quota, max_wait=3600, transport=httpx.MockTransport(plan.answer)
    ) as enlighten:
        await _until_the_end(lambda: enlighten.summary(67))


async def _naive(plan: _Plan) -> None:
    request = httpx.Request("GET", "https://127.0.0.1/systems/67/summary")
    jitter = random.Random(1)

    async def call() -> None:
        tries = 0
        while (await plan.answer(request)).status_code == 409:
            await asyncio.sleep(jitter.uniform(0, min(60.0, 2.0**tries)))
            tries += 1

    await _until_the_end(call)


async def _until_the_end(call: Callable[[], Awaitable[object]]) -> None:
    end = 60 * MINUTES

    async def worker() -> None:
        while asyncio.get_running_loop().time() < end:
            await call()

    await asyncio.gather(*(worker() for _ in range(WORKERS)))
