"""Makes the `Snapshot` of a reading: each field from the answer that contains it."""

from __future__ import annotations

from functools import partial
from typing import Any

from attrs import evolve

from enphase_sdk.gateway import sources
from enphase_sdk.gateway.energies import system_energies
from enphase_sdk.gateway.mapping.ensemble import EnsembleInventory
from enphase_sdk.gateway.mapping.meters import ct_meters
from enphase_sdk.gateway.models.energy import Inverter
from enphase_sdk.gateway.models.storage import AcBattery
from enphase_sdk.gateway.plausibility import Site, judged
from enphase_sdk.gateway.ranges import ranged
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.gateway.sources import Source
from enphase_sdk.gateway.told import Told

__all__ = ["assembled"]

_NO_DEVICES = EnsembleInventory()
_NOT_COUNTING = "no energy is counted, as in the first minutes after a restart"


def assembled(told: Told) -> Snapshot:
    """The snapshot of a reading, without implausible values."""
    production, total, net = system_energies(told)
    if told.wants("production") and told.production_source is None:
        _tell_that_nothing_counts(told)
    readings = told.of(sources.METER_READINGS)
    meters, meter_phases = ct_meters(told.enabled_meters, readings or {})
    if readings is not None and len(meters) < len(told.enabled_meters):
        told.problems.add(sources.METER_READINGS.endpoint, "an enabled meter has no reading")
        told.profile.contradict(sources.METERS.endpoint)
    devices = told.of(sources.ENSEMBLE_INVENTORY) or _NO_DEVICES
    control = told.of(sources.SECONDARY_CONTROL)
    page = told.page
    snapshot = Snapshot(
        system_production=production.system,
        system_production_phases=production.phases,
        system_consumption=total.system,
        system_consumption_phases=total.phases,
        system_net_consumption=net.system,
        system_net_consumption_phases=net.phases,
        ctmeters=meters,
        ctmeters_phases=meter_phases,
        inverters=_inverters(told),
        encharge_inventory=devices.encharge,
        encharge_power=told.of(sources.ENCHARGE_POWER),
        encharge_aggregate=control.encharge if control and told.has_device("encharge") else None,
        enpower=devices.enpower,
        collar=devices.collar,
        c6cc=devices.combiner,
        acb_power=page.acb if page else None,
        battery_aggregate=control.batteries if control and told.has_ac_batteries else None,
        dry_contact_status=told.of(sources.DRY_CONTACTS) or {},
        dry_contact_settings=told.of(sources.DRY_CONTACT_SETTINGS) or {},
        tariff=told.of(sources.TARIFF),
        generator=told.of(sources.GENERATOR),
        generator_config=told.of(sources.GENERATOR_CONFIG),
        generator_mode=told.of(sources.GENERATOR_MODE),
        generator_schedule=told.of(sources.GENERATOR_SCHEDULE),
        home=told.of(sources.HOME),
        devices=told.of(sources.DEVICES),
    )
    endpoints = _endpoints(told, snapshot)
    snapshot = _judged(told, _in_range(told, snapshot, endpoints), endpoints)
    batteries = _ac_batteries(told, snapshot.inverters)
    return evolve(
        snapshot,
        acb_inventory=ranged(batteries, partial(told.problems.add, sources.ACB_INVENTORY.endpoint)),
        problems=told.problems.listed(),
    )


def _in_range(told: Told, snapshot: Snapshot, endpoints: dict[str, str]) -> Snapshot:
    """The snapshot without values that no device can have."""
    homes = {
        "ctmeters": endpoints["meters"],
        "ctmeters_phases": endpoints["meters"],
        "inverters": endpoints["inverters"],
        "encharge_inventory": sources.ENSEMBLE_INVENTORY.endpoint,
        "enpower": sources.ENSEMBLE_INVENTORY.endpoint,
        "collar": sources.ENSEMBLE_INVENTORY.endpoint,
        "encharge_power": sources.ENCHARGE_POWER.endpoint,
        "encharge_aggregate": sources.SECONDARY_CONTROL.endpoint,
        "battery_aggregate": sources.SECONDARY_CONTROL.endpoint,
        "acb_power": told.page_source.endpoint,
    }
    right: dict[str, Any] = {
        name: ranged(getattr(snapshot, name), partial(told.problems.add, endpoint))
        for name, endpoint in homes.items()
    }
    return evolve(snapshot, **right)


def _endpoints(told: Told, snapshot: Snapshot) -> dict[str, str]:
    """The endpoints from which powers and energies come, as problems name them."""
    v1 = sources.PRODUCTION_V1
    detailed = bool(snapshot.inverters) and not told.asked(sources.INVERTERS)
    return {
        "production": (v1 if told.production_source == "v1" else told.page_source).endpoint,
        "consumption": told.page_source.endpoint,
        "meters": sources.METER_READINGS.endpoint,
        "inverters": (sources.DEVICE_DATA if detailed else sources.INVERTERS).endpoint,
    }


def _judged(told: Told, snapshot: Snapshot, endpoints: dict[str, str]) -> Snapshot:
    """The snapshot without implausible values."""
    profile = told.profile
    entry = told.page.inverters if told.page else None
    counted = max(len(snapshot.inverters), (entry and entry.count) or 0)
    profile.microinverters = max(profile.microinverters, counted)
    site = Site(
        microinverters=profile.microinverters or None,
        phases=profile.phase_count,
        source=told.production_source,
    )
    return judged(
        snapshot,
        site,
        profile.levels,
        now=told.now,
        problem=lambda of, reason: told.problems.add(endpoints[of], reason),
    )


def _tell_that_nothing_counts(told: Told) -> None:
    """Add a problem for the endpoint of production, unless a failure was already added."""
    tellers: tuple[Source[Any], ...] = (sources.METERS, told.page_source, sources.PRODUCTION_V1)
    if not any(told.failed(source) for source in tellers):
        v1_asked = told.asked(sources.PRODUCTION_V1)
        told.problems.add(tellers[2 if v1_asked else 1].endpoint, _NOT_COUNTING)


def _inverters(told: Told) -> dict[str, Inverter]:
    """All microinverters; with details, unless the answer with details leaves some out."""
    details = told.of(sources.DEVICE_DATA)
    listed = told.of(sources.INVERTERS) or {}
    if details is None or details.cut or not listed.keys() <= details.inverters.keys():
        return listed
    return details.inverters


def _ac_batteries(told: Told, reports: dict[str, Inverter]) -> dict[str, AcBattery] | None:
    """AC Batteries, which are listed among microinverters too, with the newer report of both."""
    batteries = told.of(sources.ACB_INVENTORY)
    if batteries is None:
        return None
    return {
        serial_number: _with_report(battery, reports.get(serial_number))
        for serial_number, battery in batteries.items()
    }


def _with_report(battery: AcBattery, report: Inverter | None) -> AcBattery:
    if report is None:
        return battery
    return evolve(
        battery,
        last_report_date=max(battery.last_report_date or 0, report.last_report_date or 0) or None,
        last_report_watts=report.last_report_watts,
        max_report_watts=report.max_report_watts,
    )
