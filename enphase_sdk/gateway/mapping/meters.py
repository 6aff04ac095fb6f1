"""``/ivp/meters`` and ``/ivp/meters/readings``, joined by ``eid``."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from enphase_sdk.gateway.fields import Content, Fields
from enphase_sdk.gateway.models.energy import CtMeter

__all__ = ["PHASES", "MeterConfiguration", "ct_meters", "meter_configurations", "meter_readings"]

PHASES = ("L1", "L2", "L3")


@frozen(kw_only=True, hash=False)
class MeterConfiguration:
    """The setup of one current transformer.

    Attributes:
        phase_mode: ``split``, ``three``, …; ``three`` with one phase is common.
        phase_count: Phases it measures, 1 to 3.
    """

    eid: int
    enabled: bool
    state: str | None
    measurement_type: str
    phase_mode: str | None
    phase_count: int
    metering_status: str | None
    status_flags: list[str] | None


def meter_configurations(content: Content) -> list[MeterConfiguration] | None:
    """All current transformers, in use or not."""
    records = content.records()
    if records is None:
        return None
    configurations: list[MeterConfiguration] = []
    for record in records:
        eid, measured = record.integer("eid"), record.key("measurementType")
        if eid is None or measured is None:
            continue
        state = record.text("state")
        configurations.append(
            MeterConfiguration(
                eid=eid,
                enabled=state == "enabled",
                state=state,
                measurement_type=measured,
                phase_mode=record.text("phaseMode"),
                phase_count=min(max(record.integer("phaseCount") or 1, 1), len(PHASES)),
                metering_status=record.text("meteringStatus"),
                status_flags=record.texts("statusFlags"),
            )
        )
    return configurations or None


def meter_readings(content: Content) -> dict[int, Fields] | None:
    """Readings by ``eid``; some belong to meters that are not configured."""
    records = content.records()
    if records is None:
        return None
    readings = {eid: record for record in records if (eid := record.integer("eid")) is not None}
    return readings or None


def ct_meters(
    configurations: Iterable[MeterConfiguration], readings: dict[int, Fields]
) -> tuple[dict[str, CtMeter], dict[str, dict[str, CtMeter]]]:
    """Enabled meters by what they measure; and those with several phases, by phase."""
    meters: dict[str, CtMeter] = {}
    phases: dict[str, dict[str, CtMeter]] = {}
    for configuration in configurations:
        reading = readings.get(configuration.eid)
        kind = configuration.measurement_type
        if not configuration.enabled or reading is None or kind in meters:
            continue
        meters[kind] = _meter(reading, configuration, configuration.eid)
        if configuration.phase_count > 1:
            channels = reading.records("channels")[: configuration.phase_count]
            by_phase = {
                phase: _meter(channel, configuration, eid)
                for phase, channel in zip(PHASES, channels, strict=False)
                if (eid := channel.integer("eid")) is not None
            }
            if by_phase:
                phases[kind] = by_phase
    return meters, phases


def _meter(reading: Fields, configuration: MeterConfiguration, eid: int) -> CtMeter:
    return CtMeter(
        eid=eid,
        timestamp=reading.epoch("timestamp"),
        energy_delivered=reading.rounded("actEnergyDlvd"),
        energy_received=reading.rounded("actEnergyRcvd"),
        active_power=reading.rounded("activePower"),
        power_factor=reading.number("pwrFactor"),
        voltage=reading.number("voltage"),
        current=reading.number("current"),
        frequency=reading.number("freq"),
        state=configuration.state,
        measurement_type=configuration.measurement_type,
        metering_status=configuration.metering_status,
        status_flags=configuration.status_flags,
    )
