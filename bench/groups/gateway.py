"""What one reading of a fully equipped 8.3 gateway costs: requests, time to map, memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import httpx

from bench.measure import race
from bench.rows import Row, skipped
from enphase_sdk._sync.drivers import run
from enphase_sdk.clock import SystemClock
from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.gateway.identity import identify
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.reading import read
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.testing.gateway.simulator import SimulatedGateway

SHARED = Path(__file__).parents[3] / "shared"
RECORDING = "8.3.1598_collar"
PROFILE = "8.3-generator-collar"


class _Canned:
    """Answers from memory, so that only reading and mapping is measured."""

    def __init__(self, gateway: SimulatedGateway) -> None:
        self._gateway = gateway
        self._replies: dict[Request, Reply] = {}
        self.asked = 0

    def send(self, request: Request) -> Reply:
        self.asked += 1
        if request not in self._replies:
            url = httpx.URL(f"https://gateway{request.url}", params=request.params or None)
            answer = self._gateway(httpx.Request(request.method, url, headers=self._headers()))
            self._replies[request] = Reply(answer.status_code, answer.headers, answer.read())
        return self._replies[request]

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._token}"}

    @property
    def _token(self) -> str:
        if not hasattr(self, "_issued"):
            self._issued = self._gateway.issue_token()
        return self._issued


def rows() -> Iterator[Row]:
    """Requests against the recording's list, then time and memory on a simulated gateway."""
    yield _requests()
    canned, clock = _Canned(SimulatedGateway(PROFILE, inverters=47)), SystemClock()
    info = run(identify(), canned, clock)

    def reading() -> Snapshot:
        return run(read(info, GatewayProfile(), now=0.0), canned, clock)

    reading()
    measured = race({"ours": reading}, seconds=3.0)
    spread = measured.spread("ours")
    work = f"map a snapshot ({PROFILE}, 47 inverters)"
    yield Row(work, "ours", measured.median("ours") * 1e3, unit="ms", goal=3.0, spread=spread)
    tracemalloc.start()
    reading()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    yield Row("memory held by a reading", "ours", peak / 1e6, unit="MB", goal=50.0)


def _requests() -> Row:
    work = f"requests of a first reading ({RECORDING})"
    expected = SHARED / "expected" / f"{RECORDING}.json"
    if not expected.exists():
        return skipped(work, "the recordings are not here (../shared)")
    gateway = SimulatedGateway.from_recording(SHARED / "recordings" / RECORDING)
    canned, clock = _Canned(gateway), SystemClock()
    info = run(identify(), canned, clock)
    run(read(info, GatewayProfile(), now=0.0), canned, clock)
    listed = len(json.loads(expected.read_text())["requests"])
    # One more on the wire: the client asks /auth/check_jwt before it reads.
    return Row(work, "ours", canned.asked + 1, unit="", against="as listed", goal=listed)
