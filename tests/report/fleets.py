"""Small fleets with days as a test says, judged at 2026-11-26 08:00 UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from enphase_sdk.report import Assessment, Condition, ReportRow, assess

ZONE = ZoneInfo("America/Denver")
NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
"""01:00 of 26 November in Denver."""

NEWEST = date(2026, 11, 24)
"""The newest whole day: the newest energy lies on the 25th, which may go on."""

SIZE_W = 5_000


def row(system_id: int = 1, **changes: Any) -> ReportRow:
    """A system of 5 kW in Boulder that reported a moment ago and made energy on the 25th."""
    usual: dict[str, Any] = {
        "system_id": system_id,
        "system_name": f"System {system_id}",
        "city": "Boulder",
        "state": "CO",
        "postal_code": "80301",
        "country": "US",
        "timezone": "America/Denver",
        "connection_type": "ethernet",
        "condition": Condition.NORMAL,
        "reason": "",
        "status": "normal",
        "last_report_at": (NOW - timedelta(minutes=5)).astimezone(ZONE),
        "energy_today_wh": None,
        "energy_lifetime_wh": None,
        "size_w": SIZE_W,
        "specific_yield_kwh_per_kwp": None,
        "last_energy_at": datetime(2026, 11, 25, 16, 30, tzinfo=ZONE),
        "judged_at": NOW,
    }
    return ReportRow(**usual | changes)


def silent(system_id: int, since: datetime, **changes: Any) -> ReportRow:
    """A system that is offline since then."""
    return row(
        system_id,
        condition=Condition.OFFLINE,
        reason="no report for some time",
        last_report_at=since,
        last_energy_at=since,
        **changes,
    )


def days_to(last: date, *values: float | None, before: float | None = None) -> dict[date, Any]:
    """Values for the days up to `last`, after 200 days of `before`."""
    whole = [before] * (0 if before is None else 200) + list(values)
    first = last - timedelta(days=len(whole) - 1)
    return {first + timedelta(days=n): value for n, value in enumerate(whole)}


def neighbours(count: int = 6, wh: float = 20_000, **changes: Any) -> tuple[list[ReportRow], Any]:
    """Systems 101, 102, … that made the same every day: 4 kWh/kWp if nothing else is said."""
    ids = range(101, 101 + count)
    made = days_to(NEWEST, *[wh] * 10, before=wh)
    return [row(one, **changes) for one in ids], dict.fromkeys(ids, made)


def judged(rows: list[ReportRow], production: Any, **options: Any) -> Assessment:
    """Rows and days, judged."""
    return assess(rows, production, as_of=NOW, **options)
