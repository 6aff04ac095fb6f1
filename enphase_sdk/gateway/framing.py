"""A reading as a data frame: a row for each thing that was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import define

from enphase_sdk.frames._columns import Column, Kind

if TYPE_CHECKING:
    from enphase_sdk.gateway.models.energy import CtMeter, SystemEnergy
    from enphase_sdk.gateway.snapshot import Snapshot

__all__ = ["columns_of"]


@define(kw_only=True)
class _Row:
    kind: str
    name: str
    phase: str | None = None
    measured_at: int | None = None
    power_w: float | None = None
    energy_today_wh: float | None = None
    energy_lifetime_wh: float | None = None
    energy_received_wh: float | None = None
    voltage_v: float | None = None
    current_a: float | None = None
    frequency_hz: float | None = None
    temperature_c: float | None = None
    charge_percent: float | None = None


_KINDS = {
    "kind": Kind.TEXT,
    "name": Kind.TEXT,
    "phase": Kind.TEXT,
    "measured_at": Kind.INSTANT,
}


def columns_of(snapshot: Snapshot) -> list[Column]:
    """The columns of a reading; a column that nothing fills is there too."""
    rows = list(_rows(snapshot))
    return [
        Column(name, _KINDS.get(name, Kind.MEASURE), [getattr(row, name) for row in rows])
        for name in _Row.__annotations__
    ]


def _rows(snapshot: Snapshot) -> Iterator[_Row]:
    for name in ("production", "consumption", "net_consumption"):
        yield from _system(
            name,
            getattr(snapshot, f"system_{name}"),
            getattr(snapshot, f"system_{name}_phases") or {},
        )
    for kind, meter in snapshot.ctmeters.items():
        yield _meter(kind, None, meter)
        for phase, part in snapshot.ctmeters_phases.get(kind, {}).items():
            yield _meter(kind, phase, part)
    for inverter in snapshot.inverters.values():
        yield _Row(
            kind="inverter",
            name=inverter.serial_number,
            measured_at=inverter.last_report_date,
            power_w=inverter.last_report_watts,
            energy_today_wh=inverter.energy_today,
            energy_lifetime_wh=inverter.lifetime_energy,
            voltage_v=inverter.ac_voltage,
            current_a=inverter.ac_current,
            frequency_hz=inverter.ac_frequency,
            temperature_c=inverter.temperature,
        )
    running = snapshot.encharge_power or {}
    for serial, battery in (snapshot.encharge_inventory or {}).items():
        power = running[serial].real_power_mw if serial in running else None
        yield _Row(
            kind="battery",
            name=serial,
            measured_at=battery.last_report_date,
            power_w=None if power is None else power / 1000,
            temperature_c=battery.temperature if battery.temperature_unit == "C" else None,
            charge_percent=battery.percent_full,
        )


def _system(
    name: str, whole: SystemEnergy | None, phases: Mapping[str, SystemEnergy]
) -> Iterator[_Row]:
    for phase, energy in ((None, whole), *phases.items()):
        if energy is not None:
            today = None if name == "net_consumption" else energy.watt_hours_today
            yield _Row(
                kind="system",
                name=name,
                phase=phase,
                power_w=energy.watts_now,
                energy_today_wh=today,
                energy_lifetime_wh=energy.watt_hours_lifetime,
            )


def _meter(kind: str, phase: str | None, meter: CtMeter) -> _Row:
    return _Row(
        kind="meter",
        name=kind,
        phase=phase,
        measured_at=meter.timestamp,
        power_w=meter.active_power,
        energy_lifetime_wh=meter.energy_delivered,
        energy_received_wh=meter.energy_received,
        voltage_v=meter.voltage,
        current_a=meter.current,
        frequency_hz=meter.frequency,
    )
