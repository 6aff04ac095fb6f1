"""`enphase sync` as a command: what it says, and that it goes on wherever it was stopped."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from enphase_sdk.store import Store
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, faults

from .conftest import API_KEY, USER_ID, Run

COUNT = 12


def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    return store.connection.execute(query).fetchall()


def test_the_command_says_what_it_did(run: Run, tmp_path: Path, cloud: SimulatedEnlighten) -> None:
    path = tmp_path / "fleet.duckdb"
    assert "the store is empty" in run("sync", "--store", path, "--dry-run").out
    assert not cloud.requests
    part = run("sync", "--store", path, "--budget", 6, "--json")
    told = json.loads(part.out)
    assert part.code == 0
    assert told["hits"] <= 6
    assert told["left"] > 0
    whole = run("sync", "--store", path)
    assert whole.code == 0
    assert "everything is up to date" in whole.out
    cost = json.loads(run("sync", "--store", path, "--dry-run", "--json").out)
    assert (cost["systems"], cost["listing"]) == (COUNT, 1)
    assert COUNT <= cost["calls"] <= 4 * COUNT


def test_the_command_says_what_it_could_not_do(
    run: Run, tmp_path: Path, cloud: SimulatedEnlighten
) -> None:
    path = tmp_path / "fleet.duckdb"
    for words, problem in (
        (("--tables", "dayly"), "dayly"),
        (("--since", "32 May"), "since"),
        (("--budget", "0"), "--budget"),
        (("--executor", "127.0.0.1:1"), "dask://"),
    ):
        failed = run("sync", "--store", path, *words)
        assert failed.code == 2
        assert problem in failed.err
    cloud.fail(with_=faults.status(404), operation="EnergyLifetime", system_id=77)
    partly = run("sync", "--store", path)
    assert partly.code == 6
    assert "1 calls failed" in partly.err
    with Store(path):
        second = run("sync", "--store", path)
    assert second.code == 2
    assert str(os.getpid()) in second.err
    cloud.fail(with_=faults.status(401), operation="Systems")
    assert run("sync", "--store", path).code == 3


class Deadly(SimulatedEnlighten):
    """Kills the process that asks when a certain request has come."""

    victim: subprocess.Popen[bytes] | None = None
    left = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.left -= 1
        if self.left == 0 and self.victim is not None:
            self.victim.kill()
        return super().__call__(request)


@pytest.mark.proof
def test_a_download_that_is_killed_goes_on_where_it_was(clock: FakeClock, tmp_path: Path) -> None:
    """At 50 random moments; the store is then as if nothing had happened."""
    cloud, chance, kills = Deadly(60, clock=clock), random.Random(11), 50
    with cloud.serve() as base_url:
        secrets = {"ENPHASE_API_KEY": API_KEY, "ENPHASE_USER_ID": USER_ID}
        environment = {**os.environ, **secrets, "ENPHASE_BASE_URL": base_url}

        def sync(path: Path, after: int) -> int:
            cloud.left = 0
            words = [sys.executable, "-m", "enphase_sdk", "sync", "--store", str(path)]
            with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL) as process:
                cloud.victim, cloud.left = process, after
                return process.wait()

        undisturbed, killed = tmp_path / "undisturbed.duckdb", tmp_path / "killed.duckdb"
        assert sync(undisturbed, -1) == 0
        needed = cloud.hits
        for _ in range(kills):
            code = sync(killed, chance.randint(1, 6))
            assert code in (0, -signal.SIGKILL)
        assert sync(killed, -1) == 0
        # Each start lists once, and only what was under way is asked again.
        assert cloud.hits - needed <= needed + (kills + 1) * (1 + 4)
    tables = ("systems", "summaries", "daily", "known_days")
    with Store(undisturbed, read_only=True) as one, Store(killed, read_only=True) as other:
        for table in tables:
            query = f"SELECT * EXCLUDE (read_at) FROM {table} ORDER BY ALL"  # noqa: S608
            assert rows(one, query) == rows(other, query)
        assert rows(other, "SELECT count(*) FROM runs WHERE ended_at IS NULL")[0][0] > 10


def test_a_report_from_the_store_asks_for_the_listing_alone(
    run: Run, tmp_path: Path, cloud: SimulatedEnlighten
) -> None:
    path = tmp_path / "fleet.duckdb"
    assert run("report", "--store", path, "--budget", 0).code == 2
    run("sync", "--store", path)
    before = cloud.hits
    told = json.loads(run("report", "--store", path, "--json").out)
    assert cloud.hits == before + 1
    assert told["from_store"]
    assert len(told["records"]) == COUNT
    assert run("report", "--store", path, "--budget", 0).code == 0
    assert cloud.hits == before + 1
    cloud.fail(with_=faults.status(401), operation="Systems")
    partly = run("report", "--store", path, "--json")
    assert partly.code == 6
    assert "status 401" in partly.err
    assert len(json.loads(partly.out)["records"]) == COUNT
    assert run("report", "--budget", 5).code == 2
    assert run("report", "--store", path, "--status", "comm").code == 2
