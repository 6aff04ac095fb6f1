"""Fleet records with everything as usual but what a test says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from enphase_sdk.errors import EnphaseError
from enphase_sdk.fleet import FleetRecord
from enphase_sdk.models import Summary, System

ZONE = ZoneInfo("America/Denver")
NOON = datetime(2024, 6, 15, 12, 0, tzinfo=ZONE)
"""When records are read unless a test says otherwise."""

UNCHANGED: Any = object()


def ago(**how_long: float) -> int:
    """An instant before `NOON`, epoch seconds."""
    return int((NOON - timedelta(**how_long)).timestamp())


def record(
    *,
    read_at: datetime = NOON,
    status: str = "normal",
    reported: int | None = UNCHANGED,
    last_energy: int | None = UNCHANGED,
    error: EnphaseError | None = None,
    system: dict[str, Any] | None = None,
    **summary: Any,
) -> FleetRecord:
    """A system that reported 5 minutes ago and produced until then, with some changes."""
    reported = ago(minutes=5) if reported is UNCHANGED else reported
    last_energy = reported if last_energy is UNCHANGED else last_energy
    listed: dict[str, Any] = {
        "system_id": 67,
        "system_name": "Green Barn",
        "system_public_name": "Residential System",
        "status": "normal",
        "timezone": "America/Denver",
        "country": "US",
        "state": "CO",
        "city": "Boulder",
        "postal_code": "80301",
        "connection_type": "ethernet",
        "meta": {
            "status": status,
            "last_report_at": reported,
            "last_energy_at": last_energy,
            "operational_at": 1_500_000_000,
        },
    }
    read: dict[str, Any] = {
        "system_id": 67,
        "modules": 20,
        "size_w": 5_000,
        "current_power": 2_000,
        "energy_today": 10_000,
        "energy_lifetime": 1_000_000,
        "summary_date": str(read_at.astimezone(ZONE).date()),
        "source": "microinverters",
        "status": status,
        "operational_at": 1_500_000_000,
        "last_report_at": reported,
        "last_interval_end_at": last_energy,
    }
    return FleetRecord(
        System.from_dict(listed | (system or {})),
        None if error else Summary.from_dict(read | summary),
        error,
        read_at.astimezone(UTC),
    )


def at(hour: int, minute: int = 0) -> datetime:
    """A time of the usual day in the usual zone."""
    return NOON.replace(hour=hour, minute=minute)
