"""A fleet that is asked from the worker processes of a real Dask cluster."""

from __future__ import annotations

import json
import os
import pickle
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from distributed import Client, LocalCluster

from enphase_sdk import Cloud, Enlighten, Fleet
from enphase_sdk.cli import main
from enphase_sdk.download import Download, DownloadTable
from enphase_sdk.errors import NotFoundError
from enphase_sdk.store import Store
from enphase_sdk.store.schema import TABLES
from enphase_sdk.testing import FakeClock, Plan, SimulatedEnlighten, faults
from tests.cli.conftest import API_KEY, USER_ID

pytestmark = [
    pytest.mark.proof,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of distributed's own
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two workers in processes of their own, which read the credentials from the environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENPHASE_API_KEY", API_KEY)
        patch.setenv("ENPHASE_USER_ID", USER_ID)
        with LocalCluster(
            n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None
        ) as made:
            yield made


def energy_and_process(client: Cloud, system_id: int) -> tuple[int | None, int]:
    return client.summary(system_id).energy_today, os.getpid()


def test_the_same_program_runs_on_a_cluster(cluster: LocalCluster) -> None:
    simulated = SimulatedEnlighten(40, api_key=API_KEY)
    simulated.fail(with_=faults.status(404), system_id=77)
    with simulated.serve() as base_url, Client(cluster) as dask:
        client = Enlighten(API_KEY, USER_ID, base_url=base_url)
        with client:
            run = Fleet(client, dask.get_executor()).collect(energy_and_process)
            results = list(run)
    assert run.stopped_by is None
    assert sorted(result.system_id for result in results) == simulated.system_ids()
    assert [type(result.error) for result in results if result.error] == [NotFoundError]
    processes = {result.value[1] for result in results if result.value}
    assert len(processes) == 2
    assert os.getpid() not in processes


class Counting(SimulatedEnlighten):
    """Counts what it refuses."""

    refused = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        response = super().__call__(request)
        self.refused += response.status_code == 409
        return response


def test_the_cluster_shares_one_quota_through_redis(cluster: LocalCluster, redis_url: str) -> None:
    """The same program with one argument changed, and no refusal where the plan is known."""
    plan = Plan("Small", 20, minute_seconds=2.0)
    simulated = Counting(60, plan=plan, api_key=API_KEY)
    with simulated.serve() as base_url, Client(cluster) as dask:
        options: dict[str, Any] = {"base_url": base_url, "quota": plan, "ledger": redis_url}
        with Enlighten(API_KEY, USER_ID, **options) as client:
            run = Fleet(client, dask.get_executor()).collect("summary")
            results = list(run)
            used = client.quota().month.used
    assert run.stopped_by is None
    assert sorted(result.system_id for result in results) == simulated.system_ids()
    assert simulated.refused == 0
    assert used == 61


def test_a_sync_asks_from_the_cluster(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any
) -> None:
    # Its clock stands still: no system reports between the two syncs.
    simulated = SimulatedEnlighten(20, api_key=API_KEY, clock=FakeClock(time.time()))
    monkeypatch.setenv("ENPHASE_API_KEY", API_KEY)
    monkeypatch.setenv("ENPHASE_USER_ID", USER_ID)
    address = cluster.scheduler_address.replace("tcp://", "dask://")
    with simulated.serve() as base_url:
        words = ["sync", "--store", str(tmp_path / "f.duckdb"), "--base-url", base_url, "--json"]
        assert main([*words, "--executor", address]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["failed"], told["systems"], told["left"]) == (0, 20, 0)
        before = simulated.hits
        assert main(words) == 0
        assert simulated.hits == before + 1
        # The same into a folder, which the workers write, and then nothing is left to ask for.
        words[2] = str(tmp_path / "folder")
        capsys.readouterr()
        assert main([*words, "--executor", address]) == 0
        assert json.loads(capsys.readouterr().out)["left"] == 0
        before = simulated.hits
        assert main(words) == 0
        assert simulated.hits == before + 1
    assert main([*words, "--executor", "dask://127.0.0.1:1"]) == 2
    assert "127.0.0.1:1" in capsys.readouterr().err


class Watched(Executor):
    """Another executor, of which is kept what leaves this process."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self.sent: list[bytes] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.sent.append(pickle.dumps((fn, args, kwargs)))
        return self._executor.submit(fn, *args, **kwargs)


# What this process moves to its place, while somebody looks.
moved: list[str] | None = None


def look(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "os.rename" and moved is not None:
        moved.append(str(arguments[1]))


def test_the_workers_write_the_folder_themselves(cluster: LocalCluster, tmp_path: Path) -> None:
    global moved  # an audit hook cannot be taken away
    simulated = SimulatedEnlighten(20, api_key=API_KEY, clock=FakeClock(time.time()))
    since = date.today() - timedelta(days=2)
    tables: tuple[DownloadTable, ...] = ("summaries", "daily", "intervals")
    paths = [tmp_path / "cluster", tmp_path / "alone"]
    sys.addaudithook(look)
    with simulated.serve() as base_url, Client(cluster) as dask:
        options: dict[str, Any] = {"base_url": base_url, "ledger": "memory"}
        for path, executor in zip(paths, (Watched(dask.get_executor()), None), strict=True):
            with Enlighten(API_KEY, USER_ID, **options) as client, Store(path) as store:
                moved = []
                run = Download(client, store, since=since, tables=tables, executor=executor)
                list(run)
                written, moved = set(map(table_of, filter(is_parquet, moved))), None
                assert (run.failed, run.left, run.stopped_by) == (0, 0, None)
                if executor is None:
                    assert written > {"daily", "intervals", "summaries"}
                    continue
                # What only this process finds out: the listing, and what no system has.
                assert written <= {"systems", "statuses", "runs", "asked"}
                sent = b"".join(executor.sent)
                assert b"energy_lifetime" in sent
                assert API_KEY.encode() not in sent
                assert USER_ID.encode() not in sent
    with Store(paths[0], read_only=True) as one, Store(paths[1], read_only=True) as other:
        for table in ("systems", "summaries", "daily", "intervals", "known_days", "asked"):
            query = f"SELECT * EXCLUDE (read_at) FROM {table} ORDER BY ALL"  # noqa: S608
            rows = one.connection.execute(query).fetchall()
            assert rows
            assert rows == other.connection.execute(query).fetchall()


def is_parquet(path: str) -> bool:
    return path.endswith(".parquet")


def table_of(path: str) -> str:
    return next(part for part in Path(path).parts if part in TABLES)
