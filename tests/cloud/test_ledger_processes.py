"""Several real processes spend one quota through a ledger, against a simulated cloud on a port."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from enphase_sdk.testing import Plan, SimulatedEnlighten

pytestmark = pytest.mark.proof

PROCESSES, WORKERS, CALLS = 4, 4, 10
SHORT: dict[str, Any] = {"name": "Short", "per_minute": 40, "minute_seconds": 2.0}


class Counting(SimulatedEnlighten):
    """Counts the refusals of each window, by the window's start."""

    def __init__(self) -> None:
        super().__init__(1, plan=Plan(**SHORT))
        self.refusals: Counter[int] = Counter()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        response = super().__call__(request)
        if response.status_code == 409:
            self.refusals[response.json()["period_start"]] += 1
        return response


def spent(ledger: str, plan: dict[str, Any] | None) -> Counting:
    """A cloud whose quota four processes have spent, with four workers each."""
    simulated = Counting()
    with simulated.serve() as base_url, ExitStack() as stack:
        asked: dict[str, Any] = {"base_url": base_url, "ledger": ledger, "plan": plan}
        asked |= {"workers": WORKERS, "calls": CALLS}
        command = [sys.executable, "-m", "tests.cloud.spender", json.dumps(asked)]
        children = [
            stack.enter_context(
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            )
            for _ in range(PROCESSES)
        ]
        said = [child.communicate()[0].decode() for child in children]
    # A ledger that failed would say so.
    assert said == [""] * PROCESSES
    assert [child.returncode for child in children] == [0] * PROCESSES
    assert simulated.hits == PROCESSES * WORKERS * CALLS
    return simulated


@pytest.fixture(params=["sqlite", "redis"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "ledger")
    url: str = request.getfixturevalue("redis_url")
    return url


def test_with_a_known_plan_the_server_refuses_nothing(ledger: str) -> None:
    assert not spent(ledger, SHORT).refusals


def test_while_learning_each_worker_is_refused_once_at_most(ledger: str) -> None:
    """All in one window: once the limit is known, none is overrun."""
    refusals = spent(ledger, None).refusals
    assert len(refusals) <= 1
    assert refusals.total() <= PROCESSES * WORKERS
