"""``/ivp/ensemble/…``: IQ Batteries, and the devices between them, the house and the grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict, TypeVar

from attrs import frozen

from enphase_sdk.gateway.fields import Content, Fields
from enphase_sdk.gateway.models.settings import DryContact
from enphase_sdk.gateway.models.storage import (
    BatteryAggregate,
    Collar,
    CombinerController,
    Encharge,
    EnchargeAggregate,
    EnchargePower,
    Enpower,
)

__all__ = [
    "EnsembleInventory",
    "SecondaryControl",
    "dry_contacts",
    "encharge_power",
    "ensemble_inventory",
    "secondary_control",
]

T = TypeVar("T")

# The colon is part of the name on all known firmware; a name without it is read too.
_POWERS = ("devices:", "devices")


@frozen(kw_only=True, hash=False)
class EnsembleInventory:
    """The listed devices; `encharge` is empty if the list of batteries is empty."""

    encharge: dict[str, Encharge] | None = None
    enpower: Enpower | None = None
    collar: Collar | None = None
    combiner: CombinerController | None = None


@frozen(kw_only=True)
class SecondaryControl:
    """Sums over the IQ Batteries, and over all kinds of battery."""

    encharge: EnchargeAggregate
    batteries: BatteryAggregate


def ensemble_inventory(content: Content) -> EnsembleInventory | None:
    """Batteries by serial number, and the first device of each other kind."""
    groups = content.records()
    if groups is None:
        return None
    devices: dict[str, dict[str, Fields]] = {}
    for group in groups:
        if kind := group.key("type"):
            devices.setdefault(kind, {}).update(group.keyed("devices", key="serial_num"))
    if not devices:
        return None
    batteries = devices.get("ENCHARGE")
    return EnsembleInventory(
        encharge=None
        if batteries is None
        else {serial: _encharge(serial, device) for serial, device in batteries.items()},
        enpower=_first(devices.get("ENPOWER"), _enpower),
        collar=_first(devices.get("COLLAR"), _collar),
        combiner=_first(devices.get("C6 COMBINER CONTROLLER"), _combiner),
    )


def encharge_power(content: Content) -> dict[str, EnchargePower] | None:
    """The power and state of charge of each battery, by serial number."""
    answer = content.fields(*_POWERS)
    if answer is None:
        return None
    return {
        serial: EnchargePower(
            apparent_power_mva=device.rounded("apparent_power_mva"),
            real_power_mw=device.rounded("real_power_mw"),
            soc=device.number("soc"),
        )
        for serial, device in answer.keyed(*_POWERS, key="serial_num").items()
    }


def secondary_control(content: Content) -> SecondaryControl | None:
    """Energy, capacity and charge over all batteries."""
    answer = content.fields("ENC_agg_soc", "agg_soc", "configured_backup_soc")
    if answer is None:
        return None
    available, acb = answer.number("ENC_agg_avail_energy"), answer.number("ACB_agg_energy")
    return SecondaryControl(
        encharge=EnchargeAggregate(
            available_energy=available,
            backup_reserve=answer.number("ENC_agg_backup_energy"),
            max_available_capacity=answer.number("Enc_max_available_capacity"),
            state_of_charge=answer.number("ENC_agg_soc"),
            reserve_state_of_charge=answer.number("adjusted_backup_soc"),
            configured_reserve_state_of_charge=answer.number("configured_backup_soc"),
        ),
        batteries=BatteryAggregate(
            available_energy=None if available is None or acb is None else available + acb,
            max_available_capacity=answer.number("Max_energy"),
            state_of_charge=answer.number("agg_soc"),
        ),
    )


def dry_contacts(content: Content) -> dict[str, DryContact] | None:
    """The state of each relay by its id."""
    answer = content.fields("dry_contacts")
    if answer is None:
        return None
    return {
        id_: DryContact(id=id_, status=contact.text("status"))
        for id_, contact in answer.keyed("dry_contacts", key="id").items()
    }


def _first(devices: dict[str, Fields] | None, read: Callable[[str, Fields], T]) -> T | None:
    return next((read(*item) for item in (devices or {}).items()), None)


class _Common(TypedDict):
    """The fields that every device of the inventory has."""

    serial_number: str
    part_number: str | None
    admin_state: int | None
    admin_state_str: str | None
    communicating: bool | None
    firmware_loaded_date: int | None
    installed_date: int | None
    last_report_date: int | None


def _common(serial_number: str, device: Fields) -> _Common:
    return _Common(
        serial_number=serial_number,
        part_number=device.text("part_num"),
        admin_state=device.integer("admin_state"),
        admin_state_str=device.text("admin_state_str"),
        communicating=device.flag("communicating"),
        firmware_loaded_date=device.epoch("img_load_date"),
        installed_date=device.epoch("installed"),
        last_report_date=device.epoch("last_rpt_date"),
    )


def _encharge(serial_number: str, device: Fields) -> Encharge:
    return Encharge(
        **_common(serial_number, device),
        bmu_firmware_version=device.text("bmu_fw_version"),
        comm_level_2_4_ghz=device.integer("comm_level_2_4_ghz"),
        comm_level_sub_ghz=device.integer("comm_level_sub_ghz"),
        dc_switch_off=device.flag("dc_switch_off"),
        encharge_capacity=device.number("encharge_capacity"),
        encharge_revision=device.integer("encharge_rev"),
        firmware_version=device.text("img_pnum_running"),
        led_status=device.integer("led_status"),
        max_cell_temp=device.number("maxCellTemp"),
        operating=device.flag("operating"),
        percent_full=device.number("percentFull"),
        temperature=device.number("temperature"),
        zigbee_dongle_fw_version=device.text("zigbee_dongle_fw_version"),
    )


def _enpower(serial_number: str, device: Fields) -> Enpower:
    return Enpower(
        **_common(serial_number, device),
        comm_level_2_4_ghz=device.integer("comm_level_2_4_ghz"),
        comm_level_sub_ghz=device.integer("comm_level_sub_ghz"),
        firmware_version=device.text("img_pnum_running"),
        grid_mode=device.text("Enpwr_grid_mode"),
        mains_admin_state=device.text("mains_admin_state"),
        mains_oper_state=device.text("mains_oper_state"),
        operating=device.flag("operating"),
        temperature=device.number("temperature"),
        zigbee_dongle_fw_version=device.text("zigbee_dongle_fw_version"),
    )


def _collar(serial_number: str, device: Fields) -> Collar:
    return Collar(
        **_common(serial_number, device),
        collar_state=device.text("collar_state"),
        control_error=device.integer("control_error"),
        firmware_version=device.text("img_pnum_running"),
        grid_state=device.text("grid_state"),
        mid_state=device.text("mid_state"),
        temperature=device.number("temperature"),
    )


def _combiner(serial_number: str, device: Fields) -> CombinerController:
    return CombinerController(
        **_common(serial_number, device),
        dmir_version=device.text("dmir_version"),
        firmware_version=device.text("fw_version"),
    )
