"""A store with a small fleet: two years of days, and one of each thing that pages tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from enphase_sdk.report import FleetReport, read_history, stored_rows
from enphase_sdk.report.assessment import assess
from enphase_sdk.report.stored_days import stored_days
from enphase_sdk.report.stored_inverters import stored_inverters
from enphase_sdk.store import Asked, Store
from enphase_sdk.store.rows import Interval

NOW = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)
LAST_DAY = date(2026, 11, 25)
DAYS = 730
FIRST_DAY = LAST_DAY - timedelta(DAYS - 1)

NASTY = "</script><script>alert('x')</script><b>&\"Söhne\" $title ${rows}"
RIGHT_TO_LEFT = "\u202eabc\u202c عائلة"

DEAD, OFFLINE, NAMED_NASTILY, NAMED_BACKWARDS, YOUNG = 104, 105, 101, 102, 107
READ_TWICE = 110
"""Its microinverters were read a week before, too; the first one makes half of the others."""

SYSTEMS = tuple(range(101, 113))


def fill(path: Path, systems: Sequence[int] = SYSTEMS) -> Store:
    """A store with those systems; each makes the more, the higher its number."""
    store = Store(path)
    with store.transaction():
        store.write_systems([_system(system_id) for system_id in systems], NOW)
        store.write_summaries([_summary(system_id) for system_id in systems], NOW)
        for system_id in systems:
            store.write_daily(system_id, "production", FIRST_DAY, made(system_id), LAST_DAY, NOW)
            asked = Asked(None, LAST_DAY, _heard(system_id), False, NOW)
            store.write_asked("energy_lifetime", system_id, asked)
            if system_id == READ_TWICE:
                week = timedelta(days=7)
                store.write_inverters(system_id, _inverters(system_id, week), NOW - week)
            store.write_inverters(system_id, _inverters(system_id), NOW)
            _write_intervals(store, system_id)
    return store


def fleet_report(store: Store) -> FleetReport:
    """The judged report of all that is in a store."""
    rows = list(stored_rows(store))
    return FleetReport.of(
        rows,
        generated_at=NOW,
        from_store=True,
        assessment=assess(rows, stored_days(store), as_of=NOW, inverters=stored_inverters(store)),
        history=read_history(store, rows),
    )


def made(system_id: int) -> list[int | None]:
    """Wh of each day: 10 kWh and 100 Wh for each number above a 50, a tenth more in year 2."""
    base = 10_000 + 100 * ((system_id - 100) % 50)
    values: list[int | None] = [base if n < DAYS - 365 else base * 11 // 10 for n in range(DAYS)]
    if system_id == DEAD:
        values[-3:] = [0, 0, 0]
    if system_id == YOUNG:
        values[: DAYS - 20] = [None] * (DAYS - 20)
    return values


def _heard(system_id: int) -> datetime:
    return NOW - timedelta(hours=30 if system_id == OFFLINE else 0, minutes=5)


def _system(system_id: int) -> dict[str, Any]:
    names = {NAMED_NASTILY: NASTY, NAMED_BACKWARDS: RIGHT_TO_LEFT}
    heard = _heard(system_id)
    return {
        "system_id": system_id,
        "system_name": names.get(system_id, f"House {system_id}"),
        "system_public_name": "Residential System",
        "reference": None,
        "other_references": None,
        "city": "Boulder",
        "state": "CO",
        "postal_code": "80301",
        "country": "US",
        "timezone": "America/Denver",
        "connection_type": "ethernet",
        "status": "comm" if system_id == OFFLINE else "normal",
        "operational_at": NOW - timedelta(days=1000),
        "last_report_at": heard,
        "last_energy_at": heard,
    }


def _summary(system_id: int) -> dict[str, Any]:
    return {
        "system_id": system_id,
        "day": NOW.date(),
        "status": "normal",
        "source": "microinverters",
        "modules": 8,
        "size_w": 5_000,
        "current_power_w": 0,
        "energy_today_wh": 4_000,
        "energy_lifetime_wh": 7_000_000,
        "operational_at": None,
        "last_report_at": _heard(system_id),
        "last_interval_end_at": _heard(system_id),
    }


def _inverters(system_id: int, ago: timedelta = timedelta(0)) -> list[dict[str, Any]]:
    return [
        {
            "serial_number": f"12{system_id}0000{n}",
            "energy_wh": (400_000.0 if n else 200_000.0) * (1 - ago.days / 280),
            "last_report_at": NOW - ago - timedelta(minutes=10),
        }
        for n in range(8)
    ]


def _write_intervals(store: Store, system_id: int) -> None:
    start = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)  # 08:00 in Denver
    intervals = [
        Interval(int((start + timedelta(minutes=15 * (n + 1))).timestamp()), wh=100.0 + 50 * n)
        for n in range(8)
        if n != 3
    ]
    end = start + timedelta(hours=2)
    store.write_intervals(system_id, "production", intervals, start, end, end, NOW)
