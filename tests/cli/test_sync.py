"""`enphase sync` as a command: what it says, and that it goes on wherever it was stopped."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from enphase_sdk.store import Store
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, faults

from .conftest import API_KEY, USER_ID, Run

COUNT = 12


def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    return store.connection.execute(query).fetchall()


@pytest.mark.usefixtures("cloud")
def test_the_command_says_what_it_did(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "fleet.duckdb"
    part = run("sync", "--store", path, "--budget", 6, "--json")
    told = json.loads(part.out)
    assert part.code == 0
    assert told["hits"] <= 6
    assert told["left"] > 0
    whole = run("sync", "--store", path)
    assert whole.code == 0
    assert "everything is up to date" in whole.out


def test_what_a_command_would_cost_is_told_and_nothing_is_sent(
    run: Run, tmp_path: Path, cloud: SimulatedEnlighten
) -> None:
    path = tmp_path / "fleet.duckdb"

    def cost(*words: object) -> dict[str, Any]:
        before = cloud.hits
        told: dict[str, Any] = json.loads(run(*words, "--dry-run", "--json").out)
        assert cloud.hits == before
        return told

    for words in (("sync", "--store", path), ("report", "--store", path)):
        assert (cost(*words)["listing"], cost(*words)["calls"]) == (None, None)
        assert "further costs are known after the listing" in run(*words, "--dry-run").out
    assert not path.exists()
    assert run("systems", "--dry-run").out == "a hit for every 1,000 systems that are listed\n"
    assert "and 1 hit for each of them" in run("report", "--dry-run").out
    some = cost("report", "--system-id", 67, "--system-id", 72)
    assert (some["systems"], some["listing"], some["calls"]) == (2, 1, 2)
    run("sync", "--store", path)
    whole = cost("sync", "--store", path)
    assert (whole["systems"], whole["listing"], whole["systems_a_page"]) == (COUNT, 1, 1000)
    assert COUNT <= whole["calls"] <= 4 * COUNT
    assert cost("sync", "--store", path, "--budget", 5)["calls"] == 4
    # One who knows nothing of its neighbours pays for a month of its own.
    one = cost("sync", "--store", path, "--systems", "67", "--tables", "intervals")
    assert (one["systems"], one["listing"]) == (1, 1)
    assert one["calls"] >= 30
    assert cost("report", "--store", path)["calls"] == 0
    assert cost("report", "--store", path, "--budget", 9)["calls"] == 8
    assert cost("report", "--store", path, "--budget", 0)["listing"] == 0
    assert run("report", "--store", path, "--dry-run").out.startswith("1 hit for the listing")
    told = json.loads(run("quota", "--store", path, "--json").out)
    assert told["costs"]["sync"] == whole["listing"] + whole["calls"]


@pytest.mark.usefixtures("cloud")
def test_a_plan_shows_what_is_left_beside_the_cost(run: Run) -> None:
    told = json.loads(run("systems", "--plan", "watt", "--dry-run", "--json").out)
    assert told["month_left"] <= 1000
    assert "this month are left of the quota" in run("systems", "--plan", "watt", "--dry-run").out


def test_systems_are_named_with_commas_or_one_by_one(
    run: Run, tmp_path: Path, cloud: SimulatedEnlighten
) -> None:
    first, second, third, fourth = cloud.system_ids()[:4]
    path = tmp_path / "fleet.duckdb"
    words = ["--systems", f"{first},{second}", "--systems", third, "--system-id", fourth]
    told = run("sync", "--store", path, "--tables", "systems", *words, "--json")
    assert json.loads(told.out)["systems"] == 4
    wrong = run("sync", "--store", path, "--systems", "67;72")
    assert wrong.code == 2
    assert "--systems" in wrong.err


def damaged(path: Path) -> None:
    with Store(path):
        pass
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 8192)


def newer(path: Path) -> None:
    with Store(path):
        pass
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE store SET version = version + 1").fetchall()


def foreign(path: Path) -> None:
    path.write_text("a letter\n" * 1000)


@pytest.mark.parametrize(
    ("make", "problem"),
    [(damaged, "cannot be used"), (newer, "newer version"), (foreign, "name another")],
)
def test_a_store_that_cannot_be_used_is_told_of_and_left_alone(
    run: Run, tmp_path: Path, cloud: SimulatedEnlighten, make: Callable[[Path], None], problem: str
) -> None:
    path = tmp_path / "fleet.duckdb"
    make(path)
    before = path.read_bytes()
    for words in (("sync",), ("sync", "--dry-run"), ("report",)):
        failed = run(words[0], "--store", path, *words[1:])
        assert failed.code == 2
        assert problem in failed.err
        assert len(failed.err.splitlines()) == 1
    assert path.read_bytes() == before
    assert not cloud.requests


FULL = """
import resource, sys
from enphase_sdk.cli import main

# No file may become larger than this: to whom writes it is as if the disk were full.
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize(("name", "room"), [("fleet.duckdb", 900_000), ("fleet", 3_000)])
@pytest.mark.usefixtures("cloud")
def test_a_sync_on_a_full_disk_says_so_and_goes_on_later(
    run: Run, tmp_path: Path, name: str, room: int
) -> None:
    path = tmp_path / name
    words = [sys.executable, "-c", FULL, str(room), "sync", "--store", str(path)]
    environment = {**os.environ, "ENPHASE_LEDGER": "memory"}
    full = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert full.returncode in (2, 6), full.stderr
    assert f"the disk is full, {path} cannot grow" in full.stderr
    assert "Traceback" not in full.stderr
    assert run("sync", "--store", path).code == 0
    undisturbed = tmp_path / "undisturbed.duckdb"
    assert run("sync", "--store", undisturbed).code == 0
    query = "SELECT * EXCLUDE (read_at) FROM daily ORDER BY ALL"
    with Store(path) as one, Store(undisturbed) as other:
        assert rows(one, query) == rows(other, query)


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
    assert "1 could not be read" in partly.err
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


# What is killed: a DuckDB file with whole lives, a folder with intervals of the last days.
LIVES = ("fleet.duckdb", 60, 50, ())
DAYS = ("fleet", 6, 10, ("--tables", "summaries,daily,intervals", "--since"))


@pytest.mark.proof
@pytest.mark.parametrize(("name", "count", "kills", "more"), [LIVES, DAYS], ids=["lives", "days"])
def test_a_download_that_is_killed_goes_on_where_it_was(
    clock: FakeClock, tmp_path: Path, name: str, count: int, kills: int, more: tuple[str, ...]
) -> None:
    """At random moments; the store is then as if nothing had happened."""
    chance = random.Random(11)
    if more:
        # The present, which the killed processes have, but standing still.
        clock = FakeClock(time.time())
        more = (*more, str(date.today() - timedelta(days=2)))
    cloud = Deadly(count, clock=clock)
    with cloud.serve() as base_url:
        secrets = {"ENPHASE_API_KEY": API_KEY, "ENPHASE_USER_ID": USER_ID}
        environment = {**os.environ, **secrets, "ENPHASE_BASE_URL": base_url}

        def sync(path: Path, after: int) -> int:
            cloud.left = 0
            words = [sys.executable, "-m", "enphase_sdk", "sync", "--store", str(path), *more]
            with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL) as process:
                cloud.victim, cloud.left = process, after
                return process.wait()

        undisturbed, killed = tmp_path / "undisturbed" / name, tmp_path / "killed" / name
        assert sync(undisturbed, -1) == 0
        needed = cloud.hits
        for _ in range(kills):
            code = sync(killed, chance.randint(1, 6))
            assert code in (0, -signal.SIGKILL)
        assert sync(killed, -1) == 0
        # Each start lists once, and only what was under way, or not yet kept, is asked again.
        assert cloud.hits - needed <= needed + (kills + 1) * (1 + 4)
    tables = ["systems", "summaries", "daily", "known_days"]
    with Store(undisturbed, read_only=True) as one, Store(killed, read_only=True) as other:
        for table in [*tables, *(("intervals", "known_intervals") if more else ())]:
            query = f"SELECT * EXCLUDE (read_at) FROM {table} ORDER BY ALL"  # noqa: S608
            assert rows(one, query)
            assert rows(one, query) == rows(other, query)
        unended = rows(other, "SELECT count(*) FROM runs WHERE ended_at IS NULL")[0][0]
        assert unended > kills / 5


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
