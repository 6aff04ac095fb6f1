"""Many calls at once in virtual time: a quota's server, workers, and the loop that moves them."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from email.utils import formatdate
from typing import Any, cast

import msgspec
from attrs import define, field

from enphase_sdk.clock import Clock, SteadyTime
from enphase_sdk.cloud.flow import Policy, call_flow
from enphase_sdk.cloud.plans import Plan
from enphase_sdk.cloud.quota import Pacer
from enphase_sdk.cloud.retry import Backoff
from enphase_sdk.cloud.v2 import operations
from enphase_sdk.cloud.v2.api import API
from enphase_sdk.core.decode import Reader
from enphase_sdk.core.effects import Flow, Reply, Send, Sleep
from enphase_sdk.core.redact import Redactor
from tests.support import body_of


@define
class FixedWindows:
    """A server that allows `limit` hits in each window, aligned in its own clock.

    Attributes:
        skew: Seconds its clock is ahead of ours.
        dated: Whether it sends a Date header.
        accepted: Hits let through, by the number of their window.
        refused: Hits refused, likewise.
    """

    limit: int
    length: int = 60
    skew: float = 0.0
    dated: bool = True
    accepted: Counter[int] = field(factory=Counter)
    refused: Counter[int] = field(factory=Counter)

    def window(self, now: float) -> int:
        return math.floor((now + self.skew) / self.length)

    def __call__(self, now: float) -> Reply:
        headers = {"date": formatdate(now + self.skew, usegmt=True)} if self.dated else {}
        window = self.window(now)
        if self.accepted[window] < self.limit:
            self.accepted[window] += 1
            return Reply(200, headers, body_of("/systems/67/summary"))
        self.refused[window] += 1
        body = {
            "reason": "409",
            "message": ["Usage limit exceeded for plan Watt"],
            "period": "minute",
            "period_start": window * self.length,
            "period_end": (window + 1) * self.length,
            "limit": self.limit,
        }
        return Reply(409, headers, msgspec.json.encode(body))


@define
class Outcome:
    """What came of a run.

    Attributes:
        full_windows: Hits let through in each window that lay wholly within the run.
        refusals: How often each worker was refused.
        calls: Calls that came back with a model.
    """

    full_windows: list[int]
    refusals: list[int]
    calls: int


@define
class Simulation:
    """Workers that call one after the other, all on one pacer, in virtual time.

    Attributes:
        latency: Seconds to the server and seconds back, drawn for each request.
        start: Our clock at the beginning, epoch seconds.
        duration: Seconds after which no worker begins another call.
    """

    server: FixedWindows
    plan: Plan | None
    workers: int
    latency: Callable[[random.Random], tuple[float, float]]
    start: float
    duration: float
    seed: int = 0
    max_wait: float = 75.0
    now: float = field(init=False, default=0.0)

    def time(self) -> float:
        return self.now

    monotonic = time

    def run(self) -> Outcome:
        rng = random.Random(self.seed)
        self.now = self.start
        calls, refusals = 0, [0] * self.workers
        policy = Policy(
            pacer=Pacer(self.plan),
            backoff=Backoff(4),
            max_wait=self.max_wait,
            reader=Reader(),
            api=API,
            redactor=lambda: Redactor([]),
            time=SteadyTime(cast(Clock, self)),
        )

        def work() -> Flow[int]:
            done = 0
            while self.now < self.start + self.duration:
                yield from call_flow(operations.summary(67), policy)
                done += 1
            return done

        order: Iterator[int] = itertools.count()
        events: list[tuple[float, int, int, Any, float | None]] = []
        flows = [work() for _ in range(self.workers)]
        for worker in range(self.workers):
            heapq.heappush(events, (self.start, next(order), worker, None, None))
        while events:
            self.now, _, worker, reply, way_back = heapq.heappop(events)
            if way_back is not None:  # the request arrives at the server
                reply = self.server(self.now)
                refusals[worker] += reply.status == 409
                heapq.heappush(events, (self.now + way_back, next(order), worker, reply, None))
                continue
            try:
                effect = flows[worker].send(reply)
            except StopIteration as stop:
                calls += stop.value
                continue
            if isinstance(effect, Send):
                there, back = self.latency(rng)
                heapq.heappush(events, (self.now + there, next(order), worker, None, back))
            else:
                assert isinstance(effect, Sleep)
                resumes = self.now + effect.seconds
                heapq.heappush(events, (resumes, next(order), worker, None, None))
        first = self.server.window(self.start) + 1
        last = self.server.window(self.start + self.duration)
        full = [self.server.accepted[window] for window in range(first, last)]
        return Outcome(full, refusals, calls)
