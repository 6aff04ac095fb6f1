"""Storing rows, as a multiple of the time that DuckDB needs to load the same rows in bulk.

And what a sync costs when nothing has changed.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.measure import race
from bench.rows import Row, skipped

READ_AT = datetime(2026, 11, 26, 20, tzinfo=UTC)
FIRST = date(2016, 1, 1)
DAYS = 3_650
LAST = FIRST + timedelta(days=DAYS - 1)

# A transaction for each 50; they are of one bucket, as large fleets are written to a folder.
SYSTEMS = [n * 64 for n in range(400)]
TRANSACTION = 50

FLEET = 10_000
SYNCED = 110
SECONDS = 60.0
BULK = "DuckDB's own load from Arrow"
COPY = "DuckDB's own COPY, divided by year"


def rows() -> Iterator[Row]:
    """Ten years of daily values, new and again; a large fleet's in a process; a second sync."""
    try:
        import duckdb  # noqa: F401
    except ImportError as error:
        yield skipped("store", str(error))
        return
    yield from _race()
    for kind in ("duckdb", "parquet"):
        yield from _fleet(kind)
    for api in ("v2", "v4"):
        yield _second_sync(api)


def _race() -> Iterator[Row]:
    values = _values()
    work = f"store, {len(SYSTEMS) * DAYS:,} daily values"
    arrow = [_arrow(part, values) for part in _parts(SYSTEMS, TRANSACTION)]
    with tempfile.TemporaryDirectory() as folder:
        fresh = _fresh(Path(folder))
        again = next(fresh)
        _store(again.with_suffix(".duckdb"), values)
        contenders: dict[str, Callable[[], object]] = {
            BULK: lambda: _load(next(fresh).with_suffix(".duckdb"), arrow),
            COPY: lambda: _copy(next(fresh), arrow),
            "ours, DuckDB": lambda: _store(next(fresh).with_suffix(".duckdb"), values),
            "ours, DuckDB, all of it again": lambda: _store(again.with_suffix(".duckdb"), values),
            "ours, Parquet": lambda: _store(next(fresh), values, at_once=True),
        }
        measured = race(contenders, seconds=SECONDS, clock=time.perf_counter, least_sample=0.0)
    pairs = {
        "ours, DuckDB": (BULK, 2.0),
        "ours, DuckDB, all of it again": (BULK, None),
        "ours, Parquet": (COPY, 2.0),
    }
    for name, (against, goal) in pairs.items():
        yield Row(work, name, measured.ratio(name, against), against=against, goal=goal,
                  spread=measured.spread(name, against))  # fmt: skip


def _fleet(kind: str) -> Iterator[Row]:
    """In a process of its own, whose peak of memory is this work's."""
    command = [sys.executable, "-m", "bench.groups.store", kind]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, megabytes, rows = map(float, done.stdout.split())
    work = f"store, {int(rows):,} daily values, {kind}"
    yield Row(work, "ours, peak of memory", megabytes, unit="MB", goal=1200)
    yield Row(work, "ours, rows stored a millisecond", rows / seconds / 1e3, unit="")


def _second_sync(api: str) -> Row:
    """Hits of a sync of a fleet that has not changed since the one before."""
    import httpx

    from enphase_sdk import Cloud, Enlighten, EnlightenV4
    from enphase_sdk.clock import set_clock
    from enphase_sdk.download import Download
    from enphase_sdk.store import Store
    from enphase_sdk.testing import FakeClock, SimulatedEnlighten, SimulatedEnlightenV4

    client: Cloud
    clock = FakeClock()
    before = set_clock(clock)
    try:
        if api == "v2":
            transport = httpx.MockTransport(SimulatedEnlighten(SYNCED, clock=clock))
            client = Enlighten("a key", "a user", transport=transport)
        else:
            simulated = SimulatedEnlightenV4(SYNCED, clock=clock)
            credentials: dict[str, Any] = simulated.credentials()
            client = EnlightenV4(**credentials, transport=httpx.MockTransport(simulated))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "fleet.duckdb"
            with client, Store(path) as store:
                list(Download(client, store))
                again = Download(client, store)
                list(again)
    finally:
        set_clock(before)
    goal = 1 + -(-SYNCED // client.largest_page)
    return Row(f"a second sync of {SYNCED} unchanged systems, {api}", "ours, hits", again.hits,
               unit="", goal=goal)  # fmt: skip


def fill(path: Path, systems: list[int], values: list[int], *, at_once: bool = False) -> None:
    """Store all of their lives, in transactions as large as the store would have them."""
    from enphase_sdk.store import Store

    with Store(path) as store:
        groups = [systems] if at_once else store.groups(systems)
        for group in groups:
            with store.transaction():
                for system_id in group:
                    store.write_daily(system_id, "production", FIRST, values, LAST, READ_AT)


def _store(path: Path, values: list[int], *, at_once: bool = False) -> None:
    fill(path, SYSTEMS, values, at_once=at_once)


def _load(path: Path, parts: list[Any]) -> None:
    import duckdb

    with duckdb.connect(str(path)) as connection:
        for part in parts:
            connection.register("part", part)
            if part is parts[0]:
                connection.execute("CREATE TABLE daily AS FROM part LIMIT 0").fetchall()
            connection.execute("INSERT INTO daily FROM part").fetchall()


def _copy(path: Path, parts: list[Any]) -> None:
    import duckdb
    import pyarrow as pa

    with duckdb.connect() as connection:
        connection.register("part", pa.concat_tables(parts))
        connection.execute(
            f"COPY (SELECT *, year(day) AS year FROM part) TO '{path}' "
            "(FORMAT parquet, COMPRESSION zstd, PARTITION_BY (year))"
        ).fetchall()


def _arrow(systems: list[int], values: list[int]) -> Any:
    import pyarrow as pa

    count = len(systems) * DAYS
    first = FIRST.toordinal() - date(1970, 1, 1).toordinal()
    return pa.table(
        {
            "system_id": [system for system in systems for _ in range(DAYS)],
            "measure": ["production"] * count,
            "day": pa.array(list(range(first, first + DAYS)) * len(systems), pa.date32()),
            "wh": values * len(systems),
            "final": [True] * count,
            "source": pa.nulls(count, pa.string()),
            "read_at": pa.repeat(pa.scalar(READ_AT, pa.timestamp("us", "UTC")), count),
        }
    )


def _parts(systems: list[int], size: int) -> list[list[int]]:
    return [systems[start : start + size] for start in range(0, len(systems), size)]


def _values() -> list[int]:
    source = random.Random(1)
    return [source.randrange(60_000) for _ in range(DAYS)]


def _fresh(folder: Path) -> Iterator[Path]:
    number = 0
    while True:
        number += 1
        yield folder / str(number)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        started = time.perf_counter()
        name = "fleet.duckdb" if sys.argv[1] == "duckdb" else "fleet"
        fill(Path(made) / name, list(range(FLEET)), _values())
        elapsed = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(elapsed, peak, FLEET * DAYS)
