"""From what one reading has gathered to its `Snapshot`: every field and where it comes from."""

from __future__ import annotations

from enphase_sdk.gateway import sources
from enphase_sdk.gateway.energies import consumption_in_use, system_energies
from enphase_sdk.gateway.gathered import Gathered
from enphase_sdk.gateway.mapping.ensemble import EnsembleInventory
from enphase_sdk.gateway.mapping.meters import ct_meters
from enphase_sdk.gateway.models.energy import Inverter
from enphase_sdk.gateway.production_source import chosen_source
from enphase_sdk.gateway.snapshot import Snapshot

__all__ = ["assemble", "remember"]

_NO_DEVICES = EnsembleInventory()


def assemble(gathered: Gathered) -> Snapshot:
    """The reading's result. What is in `profile` must be up to date: see `remember`."""
    production, total, net = system_energies(gathered)
    readings = gathered.of(sources.METER_READINGS)
    meters, meter_phases = ct_meters(gathered.enabled_meters, readings or {})
    if readings is not None and len(meters) < len(gathered.enabled_meters):
        gathered.problems.add(sources.METER_READINGS.endpoint, "an enabled meter has no reading")
    devices = gathered.of(sources.ENSEMBLE_INVENTORY) or _NO_DEVICES
    control = gathered.of(sources.SECONDARY_CONTROL)
    page = gathered.page
    return Snapshot(
        system_production=production.system,
        system_production_phases=production.phases,
        system_consumption=total.system,
        system_consumption_phases=total.phases,
        system_net_consumption=net.system,
        system_net_consumption_phases=net.phases,
        ctmeters=meters,
        ctmeters_phases=meter_phases,
        inverters=_inverters(gathered),
        encharge_inventory=devices.encharge,
        encharge_power=gathered.of(sources.ENCHARGE_POWER),
        encharge_aggregate=control.encharge
        if control and gathered.has_device("encharge")
        else None,
        enpower=devices.enpower,
        collar=devices.collar,
        c6cc=devices.combiner,
        acb_inventory=gathered.of(sources.ACB_INVENTORY),
        acb_power=page.acb if page else None,
        battery_aggregate=control.batteries if control and gathered.has_ac_batteries else None,
        dry_contact_status=gathered.of(sources.DRY_CONTACTS) or {},
        dry_contact_settings=gathered.of(sources.DRY_CONTACT_SETTINGS) or {},
        tariff=gathered.of(sources.TARIFF),
        generator=gathered.of(sources.GENERATOR),
        generator_config=gathered.of(sources.GENERATOR_CONFIG),
        generator_mode=gathered.of(sources.GENERATOR_MODE),
        generator_schedule=gathered.of(sources.GENERATOR_SCHEDULE),
        home=gathered.of(sources.HOME),
        devices=gathered.of(sources.DEVICES),
        problems=gathered.problems.listed(),
    )


def remember(gathered: Gathered) -> None:
    """Bring the gateway's profile up to date with what this reading has found out."""
    profile, page = gathered.profile, gathered.page
    if gathered.of(sources.METERS) is not None:
        profile.meters = gathered.enabled_meters
    if page is not None:
        profile.consumption = consumption_in_use(gathered)
        profile.acb_count = page.acb.batteries if page.acb else 0
        if page.meter and page.meter.active:
            profile.active_phase_count = min(len(page.meter.lines), profile.phase_count)
    inventory = gathered.of(sources.ENSEMBLE_INVENTORY)
    if inventory is not None:
        profile.devices = {
            name
            for name in ("encharge", "enpower", "collar", "combiner")
            if getattr(inventory, name) is not None
        }
    details = gathered.of(sources.DEVICE_DATA)
    if details is not None and details.cut:
        profile.absent.add(sources.DEVICE_DATA.endpoint)
    profile.production_source = chosen_source(gathered)


def _inverters(gathered: Gathered) -> dict[str, Inverter]:
    """All microinverters: with details unless that would leave some out."""
    details = gathered.of(sources.DEVICE_DATA)
    listed = gathered.of(sources.INVERTERS) or {}
    if details is None or details.cut or not listed.keys() <= details.inverters.keys():
        return listed
    return details.inverters
