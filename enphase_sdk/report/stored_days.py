"""The days of each system in a store of `enphase sync`."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import Any

from enphase_sdk.core.measures import Measure
from enphase_sdk.core.times import DateLike, to_date, zone_named
from enphase_sdk.report.days import newest_whole_day
from enphase_sdk.report.devices import Meters
from enphase_sdk.report.series import DaySeries
from enphase_sdk.store import Store

__all__ = ["newest_days", "stored_days", "stored_meters"]

_EPOCH = date(1970, 1, 1)

_DAILY = """
SELECT system_id, list(day - DATE '1970-01-01'), list(wh)
FROM daily WHERE measure = ? AND wh IS NOT NULL AND day >= ? GROUP BY system_id
"""

_OPERATIONS: dict[Measure, str] = {
    "consumption": "consumption_lifetime",
    "battery_charge": "battery_lifetime",
    "battery_discharge": "battery_lifetime",
    "import": "energy_import_lifetime",
    "export": "energy_export_lifetime",
}

# Systems that are fetched at once: ten years of 100 are 365,000 values.
_PART = 100


def stored_days(
    store: Store, measure: Measure = "production", *, since: DateLike | None = None
) -> dict[int, DaySeries]:
    """The whole days of each system, Wh: those that were over, and reported, when they were read.

    A year of a system takes about 3 kB. Source: tables `daily`, `asked` and `systems`.

    Args:
        store: The store.
        measure: What was measured.
        since: The first day wanted, in each system's own zone; None for all there are.

    Raises:
        ConfigError: the store cannot be read.
    """
    first = _EPOCH if since is None else to_date(since, "since")
    newest = newest_days(store, _OPERATIONS.get(measure, "energy_lifetime"))
    found: dict[int, DaySeries] = {}
    query = store.connection.execute(_DAILY, [measure, first])
    while part := query.fetchmany(_PART):
        for system_id, days, values in part:
            last = newest.get(system_id)
            found[system_id] = _series(days, values).through(last)
    return found


def stored_meters(store: Store, *, since: DateLike) -> dict[int, Meters]:
    """Daily energy by meter and by microinverters, of the systems that have both, Wh.

    The first day of a meter is partial; it is taken for the first one with a value that lies after
    `since`. Source and errors as `stored_days`.
    """
    first = to_date(since, "since")
    meter = stored_days(store, "meter_production", since=first)
    micro = stored_days(store, "micro_production", since=first)
    return {
        system_id: Meters(days, micro[system_id], _start(days, first))
        for system_id, days in meter.items()
        if system_id in micro
    }


def newest_days(store: Store, operation: str = "energy_lifetime") -> dict[int, date | None]:
    """The newest day of each system that was over, and reported, when it was read."""
    zones = {system["system_id"]: zone_named(system["timezone"]) for system in store.systems()}
    return {
        system_id: newest_whole_day(
            asked.data_at, now=asked.read_at, zone=zones.get(system_id) or UTC
        )
        for system_id, asked in store.asked(operation).items()
    }


def _series(days: list[int], values: list[Any]) -> DaySeries:
    found: dict[int, float] = dict(zip(days, values, strict=True))
    first, last = min(found), max(found)
    return DaySeries(_EPOCH + timedelta(days=first), map(found.get, range(first, last + 1)))


def _start(days: DaySeries, since: date) -> date | None:
    ordinal = next((day for day, _ in days.known()), None)
    return None if ordinal is None or ordinal <= since.toordinal() else date.fromordinal(ordinal)
