"""What one reading of a fully equipped 8.3 gateway costs: requests, time to map, memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import httpx

from bench.measure import race
from bench.rows import Row, skipped
from enphase_sdk import Envoy
from enphase_sdk._sync.drivers import run
from enphase_sdk.clock import SystemClock
from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.errors import InvalidArgumentError
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
    yield from _warm_requests()
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


# What a call of a client that knows the gateway may cost.
_GOALS = {
    "summary": 3,
    "production_meter_readings": 2,
    "inverters_summary": 2,
    "envoys": 1,
    "read_energies": 3,
}


def _warm_requests() -> Iterator[Row]:
    """The most requests of a second call, over all recordings; and of `read` what is listed."""
    expected = sorted((SHARED / "expected").glob("*.json"))
    if not expected:
        yield skipped("requests of a second call", "the recordings are not here (../shared)")
        return
    for method, goal in _GOALS.items():
        most = max(_second_call(path.stem, method) for path in expected)
        yield Row(f"requests of a second {method}(), at most", "ours", most, unit="", goal=goal)
    more = max(_second_call(path.stem, "read") - _listed(path, "update") for path in expected)
    work = "requests of a second read() beyond those listed, at most"
    yield Row(work, "ours", more, unit="", goal=0)


def _second_call(name: str, method: str) -> int:
    gateway = SimulatedGateway.from_recording(SHARED / "recordings" / name)
    token = gateway.issue_token() if _is_modern(gateway) else None
    with Envoy("gateway", token=token, transport=_Schemes(gateway)) as envoy:
        getattr(envoy, method)()
        before = len(gateway.requests)
        getattr(envoy, method)()
    return len(gateway.requests) - before


def _is_modern(gateway: SimulatedGateway) -> bool:
    try:
        gateway.issue_token()
    except InvalidArgumentError:
        return False
    return True


class _Schemes(httpx.BaseTransport):
    """Answers over HTTPS where the firmware wants a token, else over HTTP."""

    def __init__(self, gateway: SimulatedGateway) -> None:
        self._gateway = gateway
        self._scheme = "https" if _is_modern(gateway) else "http"

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme != self._scheme:
            raise httpx.ConnectError("refused")
        return self._gateway(request)


def _listed(expected: Path, *phases: str) -> int:
    requests = json.loads(expected.read_text())["requests"]
    return sum(not phases or request["phase"] in phases for request in requests)


def _requests() -> Row:
    work = f"requests of a first reading ({RECORDING})"
    expected = SHARED / "expected" / f"{RECORDING}.json"
    if not expected.exists():
        return skipped(work, "the recordings are not here (../shared)")
    gateway = SimulatedGateway.from_recording(SHARED / "recordings" / RECORDING)
    canned, clock = _Canned(gateway), SystemClock()
    info = run(identify(), canned, clock)
    run(read(info, GatewayProfile(), now=0.0), canned, clock)
    listed = _listed(expected)
    # One more on the wire: the client asks /auth/check_jwt before it reads.
    return Row(work, "ours", canned.asked + 1, unit="", against="as listed", goal=listed)
