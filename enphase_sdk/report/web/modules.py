"""The microinverters of systems from a store, as the pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from attrs import evolve, field, frozen

from enphase_sdk.core.times import zone_named
from enphase_sdk.report.devices import silent_inverters
from enphase_sdk.report.inverter_energy import InverterEnergy, compare_inverters
from enphase_sdk.report.rows import ReportRow
from enphase_sdk.report.stored_inverters import stored_inverter_energy, stored_inverters_read_at
from enphase_sdk.report.thresholds import DEFAULT_THRESHOLDS, Thresholds
from enphase_sdk.store import Store

__all__ = ["Module", "ModuleSpan", "Modules", "read_modules"]


@frozen
class Module:
    """One microinverter.

    Attributes:
        serial_number: Its serial number.
        energy_wh: Its lifetime energy, Wh; None if not known.
        last_report_at: Its last report.
        span_wh: Its energy over the system's span, Wh; None if not known.
        share: This energy as a share of the median of the like ones; None if not known.
        is_low: Whether it is weak, or makes no energy.
        is_silent: Whether it did not report for long while its system did.
    """

    serial_number: str
    energy_wh: float | None
    last_report_at: datetime | None
    span_wh: float | None = None
    share: float | None = None
    is_low: bool = False
    is_silent: bool = False


@frozen
class ModuleSpan:
    """The days between the two readings: their number, and the last one in the system's zone."""

    days: int
    last_day: date


@frozen
class Modules:
    """The microinverters of some systems.

    Attributes:
        known: Those of each system for which the store has any.
        spans: The span of each system for which energies between two readings are known.
    """

    known: Mapping[int, Sequence[Module]] = field(repr=False)
    spans: Mapping[int, ModuleSpan] = field(repr=False)


_MODULES = """
SELECT system_id, serial_number, energy_wh, last_report_at FROM inverters
WHERE system_id IN (SELECT unnest(?::BIGINT[])) ORDER BY system_id, serial_number
"""


def read_modules(
    store: Store,
    rows: Sequence[ReportRow],
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    inverter_energy: Mapping[int, InverterEnergy] | None = None,
) -> Modules:
    """The microinverters of the systems in `rows`; their energies are read if they are not given.

    Source: tables `inverters` and `inverter_readings` of the store.

    Raises:
        ConfigError: the store cannot be read.
    """
    by_id = {row.system_id: row for row in rows}
    spans: dict[int, ModuleSpan] = {}
    told: dict[int, dict[str, tuple[float | None, float | None, bool]]] = {}
    if inverter_energy is None:
        inverter_energy = stored_inverter_energy(store, by_id, thresholds)
    for system_id, energy in inverter_energy.items():
        newest = energy.spans[0]
        zone = zone_named(by_id[system_id].timezone) or UTC
        spans[system_id] = ModuleSpan(newest.days, newest.ended_at.astimezone(zone).date())
        compared = compare_inverters(newest, thresholds)
        low = {*compared.weak, *compared.dead}
        told[system_id] = {
            serial: (wh, compared.shares.get(serial), serial in low)
            for serial, wh in newest.energy_wh.items()
        }
    known: dict[int, list[Module]] = {}
    for system_id, serial, *values in store.connection.execute(_MODULES, [list(by_id)]).fetchall():
        over = told.get(system_id, {}).get(serial, ())
        known.setdefault(system_id, []).append(Module(serial, *values, *over))
    read_at = stored_inverters_read_at(store)
    return Modules(
        {
            system_id: _with_silence(by_id[system_id], modules, read_at.get(system_id), thresholds)
            for system_id, modules in known.items()
        },
        spans,
    )


def _with_silence(
    row: ReportRow, modules: Sequence[Module], read_at: datetime | None, thresholds: Thresholds
) -> list[Module]:
    heard = {module.serial_number: module.last_report_at for module in modules}
    silent = {*silent_inverters(row, heard, read_at, thresholds)}
    return [evolve(one, is_silent=True) if one.serial_number in silent else one for one in modules]
