"""The report's page of a store, each size in a process of its own."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bench.rows import Row, skipped

DAYS = 365
NOW = datetime(2026, 11, 26, 20, tzinfo=UTC)
LAST = date(2026, 11, 25)
FIRST = LAST - timedelta(DAYS - 1)
STATUS_DAYS = 90
MICROINVERTERS = 20
READ = (8, 7, 1, 0)  # days ago
PLACES = [("Boulder", "CO"), ("Austin", "TX"), ("Fresno", "CA"), ("Tucson", "AZ")]

# Systems, and the goals: seconds, MB of the page, MB of memory.
SIZES = {1_000: (10.0, 5.0, 1_074.0), 10_000: (60.0, 25.0, 1_074.0)}


def rows() -> Iterator[Row]:
    """Reading the store, judging it, and making its page, of 1,000 and 10,000 systems."""
    try:
        import altair  # noqa: F401
        import duckdb  # noqa: F401
        import vl_convert  # noqa: F401
    except ImportError as error:
        yield skipped("report's page", str(error))
        return
    for systems, goals in SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "fleet.duckdb"
            _run("fill", path, systems)
            seconds, used, megabytes, memory = map(float, _run("page", path, systems).split())
        work = f"report's page, {systems:,} systems x {DAYS} days"
        yield Row(work, "ours, seconds", seconds, unit="s", goal=goals[0],
                  note=f"{used:.1f} s of CPU")  # fmt: skip
        yield Row(work, "ours, size of the page", megabytes, unit="MB", goal=goals[1])
        yield Row(work, "ours, peak of memory", memory, unit="MB", goal=goals[2])


def _run(what: str, path: Path, systems: int) -> str:
    command = [sys.executable, "-m", "bench.groups.report_page", what, str(path), str(systems)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def fill(path: Path, systems: int) -> None:
    """A store of made-up systems, which share the weather of their place."""
    from enphase_sdk.store import Asked, Store

    source = random.Random(1)
    weather = {place: [source.uniform(0.1, 1.0) for _ in range(DAYS)] for place in PLACES}
    listed, summed, rates = [], [], {}
    with Store(path) as store, store.transaction():
        for system_id in range(1, systems + 1):
            place = source.choice(PLACES)
            size = source.choice([3_200, 4_800, 6_400, 9_600])
            heard = NOW - timedelta(minutes=5 if source.random() > 0.03 else 2_000)
            values = [int(4 * size * w * source.uniform(0.9, 1.1)) for w in weather[place]]
            store.write_daily(system_id, "production", FIRST, values, LAST, NOW)
            store.write_asked("energy_lifetime", system_id, Asked(None, LAST, heard, False, NOW))
            listed.append({
                "system_id": system_id, "system_name": f"House {system_id}", "city": place[0],
                "state": place[1], "postal_code": f"{source.randrange(100):05}", "country": "US",
                "timezone": "America/Denver", "connection_type": "wifi", "status": "normal",
                "last_report_at": heard, "last_energy_at": heard,
            })  # fmt: skip
            summed.append({"system_id": system_id, "day": NOW.date(), "size_w": size})
            # Wh a day of each microinverter; one in a hundred is weak.
            rates[system_id] = [
                600 if source.random() < 0.01 else 1_000 for _ in range(MICROINVERTERS)
            ]
        # One reading of all systems after the other: they are written together.
        for at in (NOW - timedelta(ago) for ago in READ):
            for system_id, each in rates.items():
                store.write_inverters(system_id, [
                    {"serial_number": f"48{system_id:07d}{number:03d}", "model": "IQ7",
                     "energy_wh": rate * (at - NOW).days + 400_000, "last_report_at": at}
                    for number, rate in enumerate(each)
                ], at)  # fmt: skip
        for ago in range(STATUS_DAYS, -1, -1):
            store.write_systems(listed, NOW - timedelta(ago))
        store.write_summaries(summed, NOW)


def page(path: Path) -> str:
    """The page, as `enphase report --store` makes it."""
    from enphase_sdk.report import (
        FleetReport,
        assess,
        read_history,
        report_page,
        stored_days,
        stored_inverter_energy,
        stored_rows,
    )
    from enphase_sdk.store import Store

    with Store(path, read_only=True) as store:
        listed = list(stored_rows(store))
        report = FleetReport.of(
            listed,
            generated_at=NOW,
            from_store=True,
            assessment=assess(
                listed,
                stored_days(store),
                as_of=NOW,
                inverter_energy=stored_inverter_energy(store),
            ),
            history=read_history(store, listed),
        )
    return report_page(report)


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        started = time.perf_counter()
        made = page(Path(sys.argv[2])).encode()
        elapsed, cpu = time.perf_counter() - started, time.process_time()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(elapsed, cpu, len(made) / 1e6, peak)
