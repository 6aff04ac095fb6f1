"""The microinverters of each system in a store of `enphase sync --tables inverters`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from enphase_sdk.report.inverter_energy import InverterEnergy, InverterSpan
from enphase_sdk.report.thresholds import DEFAULT_THRESHOLDS, Thresholds
from enphase_sdk.store import Store

__all__ = ["stored_inverter_energy", "stored_inverters", "stored_inverters_read_at"]

# Systems that are fetched at once.
_PART = 500

# A reading reaches to its newest report; one that is later than the reading is a wrong clock. The
# start of a span is the newest reading that is old enough. `place` 0 is the span a year before.
_SPANS = """
WITH answers AS (
    SELECT system_id, day, max(read_at) AS answered_at,
        max(last_report_at) FILTER (last_report_at <= read_at + INTERVAL 1 HOUR) AS reached
    FROM inverter_readings WHERE $systems::BIGINT[] IS NULL
        OR system_id IN (SELECT unnest($systems::BIGINT[]))
    GROUP BY system_id, day HAVING reached IS NOT NULL
), newest AS (
    SELECT *, row_number() OVER (PARTITION BY system_id ORDER BY day DESC) AS place
    FROM answers QUALIFY place <= $count
), ends AS (
    FROM newest UNION ALL
    SELECT a.system_id, arg_min(a.day, away), arg_min(a.answered_at, away),
        arg_min(a.reached, away), 0
    FROM (
        SELECT answers.*, abs(answers.day - newest.day + 365) AS away
        FROM answers JOIN newest USING (system_id)
        WHERE place = 1 AND answers.day BETWEEN newest.day - 395 AND newest.day - 335
    ) a GROUP BY a.system_id
), spans AS (
    SELECT e.system_id, e.place, e.day, e.answered_at, e.reached,
        arg_max(s.day, s.reached) AS first_day, arg_max(s.answered_at, s.reached) AS first_at,
        max(s.reached) AS first_reached
    FROM ends e JOIN answers s ON s.system_id = e.system_id AND s.day < e.day
        AND s.reached <= e.reached - to_hours(24 * $days::INTEGER - 12)
        AND s.reached >= e.reached - INTERVAL 62 DAY
    GROUP BY ALL
), first AS (
    SELECT p.system_id, place, serial_number, energy_wh FROM spans p
    JOIN inverter_readings r ON r.system_id = p.system_id AND r.day = p.first_day
        AND r.read_at = p.first_at AND r.last_report_at >= p.first_reached - to_seconds($lag)
), last AS (
    SELECT p.system_id, place, first_reached, reached, serial_number,
        CASE WHEN r.read_at = p.answered_at AND r.last_report_at >= p.reached - to_seconds($lag)
            THEN energy_wh END AS energy_wh
    FROM spans p JOIN inverter_readings r ON r.system_id = p.system_id AND r.day = p.day
)
SELECT system_id, place, first_reached, reached, list(serial_number ORDER BY serial_number),
    list(model ORDER BY serial_number),
    list(CASE WHEN last.energy_wh >= first.energy_wh THEN last.energy_wh - first.energy_wh END
        ORDER BY serial_number)
FROM last LEFT JOIN first USING (system_id, place, serial_number)
LEFT JOIN inverters USING (system_id, serial_number)
GROUP BY system_id, place, first_reached, reached ORDER BY system_id, place
"""


def stored_inverters(store: Store) -> dict[int, dict[str, datetime | None]]:
    """Last report of each microinverter (aware, UTC) by its serial number, by system.

    Source: table `inverters`, which has only systems that a sync has requested. A later report than
    the last reading (`stored_inverters_read_at`) is not known.

    Raises:
        ConfigError: the store cannot be read.
    """
    found: dict[int, dict[str, datetime | None]] = {}
    query = store.connection.execute(
        "SELECT system_id, serial_number, last_report_at FROM inverters"
    )
    for system_id, serial_number, at in query.fetchall():
        found.setdefault(system_id, {})[serial_number] = at and at.astimezone(UTC)
    return found


def stored_inverters_read_at(store: Store) -> dict[int, datetime]:
    """When the microinverters of each system were read (aware, UTC).

    Source: table `inverters`.

    Raises:
        ConfigError: the store cannot be read.
    """
    query = store.connection.execute(
        "SELECT system_id, max(read_at) FROM inverters GROUP BY system_id"
    )
    return {system_id: at.astimezone(UTC) for system_id, at in query.fetchall()}


def stored_inverter_energy(
    store: Store,
    systems: Collection[int] | None = None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> dict[int, InverterEnergy]:
    """The energies of each system's microinverters between readings, by system.

    Each span has at least `weak_days` days (rounded), and no more than 62. Systems without two such
    readings are left out. Source: tables `inverter_readings` and `inverters`.

    Args:
        store: The store.
        systems: The systems wanted; None for all.
        thresholds: Of these `weak_days`, `weak_lag_h` and `clear_days` count.

    Raises:
        ConfigError: the store cannot be read.
    """
    asked = {
        "systems": None if systems is None else list(systems),
        "count": thresholds.clear_days,
        "days": thresholds.weak_days,
        "lag": thresholds.weak_lag_h * 3600,
    }
    newest: dict[int, list[InverterSpan]] = {}
    before: dict[int, InverterSpan] = {}
    query = store.connection.execute(_SPANS, asked)
    while part := query.fetchmany(_PART):
        for system_id, place, *told in part:
            span = _span(*told)
            if place:
                newest.setdefault(system_id, []).append(span)
            else:
                before[system_id] = span
    return {
        system_id: InverterEnergy(spans, before.get(system_id))
        for system_id, spans in newest.items()
    }


def _span(
    started_at: datetime,
    ended_at: datetime,
    serials: list[str],
    models: list[str | None],
    energies: list[Any],
) -> InverterSpan:
    return InverterSpan(
        started_at.astimezone(UTC),
        ended_at.astimezone(UTC),
        dict(zip(serials, energies, strict=True)),
        dict(zip(serials, models, strict=True)),
    )
