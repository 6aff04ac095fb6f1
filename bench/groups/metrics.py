"""The metrics of a large fleet, and its judgement."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.groups.store import DAYS, FLEET, LAST, READ_AT, fill
from bench.rows import Row, skipped

SECONDS = 30.0
JUDGED_DAYS = 400


def rows() -> Iterator[Row]:
    """Each in a process of its own, whose peak of memory is this work's."""
    try:
        import duckdb  # noqa: F401
    except ImportError as error:
        yield skipped("metrics", str(error))
        return
    seconds, megabytes = _measured("metrics")
    work = f"metrics of {FLEET * DAYS:,} daily values in DuckDB"
    yield Row(work, "ours, seconds", seconds, unit="s", goal=SECONDS)
    yield Row(work, "ours, peak of memory", megabytes, unit="MB")
    seconds, megabytes = _measured("assess")
    work = f"judging {FLEET:,} systems by {JUDGED_DAYS} days"
    yield Row(work, "ours, seconds", seconds, unit="s")
    yield Row(work, "ours, peak of memory", megabytes, unit="MB")


def _measured(what: str) -> tuple[float, float]:
    command = [sys.executable, "-m", "bench.groups.metrics", what]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def _metrics() -> float:
    from enphase_sdk.report import stored_metrics
    from enphase_sdk.store import Asked, Store

    source = random.Random(1)
    values = [source.randrange(60_000) for _ in range(DAYS)]
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "fleet.duckdb"
        ids = list(range(FLEET))
        fill(path, ids, values)
        with Store(path) as store, store.transaction():
            store.write_systems([{"system_id": one, "timezone": "UTC"} for one in ids], READ_AT)
            data_at = datetime(LAST.year, LAST.month, LAST.day, 12, tzinfo=UTC) + timedelta(days=1)
            for one in ids:
                asked = Asked(None, LAST, data_at, is_absent=False, read_at=READ_AT)
                store.write_asked("energy_lifetime", one, asked)
        with Store(path, read_only=True) as store:
            started = time.perf_counter()
            assert len(stored_metrics(store)) == FLEET
            return time.perf_counter() - started


def _assess() -> float:
    from enphase_sdk.report import Condition, DaySeries, ReportRow, assess

    source = random.Random(1)
    first = LAST - timedelta(days=JUDGED_DAYS - 1)
    now = datetime(LAST.year, LAST.month, LAST.day, 12, tzinfo=UTC) + timedelta(days=1)
    weather = [[source.uniform(1, 5) for _ in range(JUDGED_DAYS)] for _ in range(100)]
    listed, production = list[ReportRow](), dict[int, DaySeries]()
    for one in range(FLEET):
        share = 5_000 * source.uniform(0.8, 1.1)
        production[one] = DaySeries(first, (day * share for day in weather[one % 100]))
        listed.append(
            ReportRow(
                system_id=one, system_name=None, city=f"City {one % 100}", state="ST",
                postal_code=f"{one % 1_500:05}", country="US", timezone="UTC",
                connection_type="ethernet", condition=Condition.NORMAL, reason="", status="normal",
                last_report_at=now, energy_today_wh=None, energy_lifetime_wh=None, size_w=5_000,
                specific_yield_kwh_per_kwp=None, last_energy_at=now, judged_at=now,
            )
        )  # fmt: skip
    started = time.perf_counter()
    assert assess(listed, production, as_of=now).counts.systems == FLEET
    return time.perf_counter() - started


if __name__ == "__main__":
    elapsed = _metrics() if sys.argv[1] == "metrics" else _assess()
    print(elapsed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)
