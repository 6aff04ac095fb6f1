"""``/home`` and ``/inventory.json``, which are requested on demand only, and AC Batteries."""

from __future__ import annotations

from enphase_sdk.gateway.fields import Content, Fields
from enphase_sdk.gateway.models.site import Device, Home, Interface
from enphase_sdk.gateway.models.storage import AcBattery

__all__ = ["ac_batteries", "devices", "home"]


def home(content: Content) -> Home | None:
    """The gateway's own page, with the network interface in use."""
    page = content.fields("network", "timezone")
    if page is None:
        return None
    network = page.fields("network") or page.nothing()
    return Home(
        interface=_interface(page, network),
        timezone=page.text("timezone"),
        last_enlighten_report_at=network.epoch("last_enlighten_report_time"),
        reaches_enlighten=network.flag("web_comm"),
    )


def devices(content: Content) -> list[Device] | None:
    """Every device of ``/inventory.json``."""
    groups = content.records()
    if groups is None:
        return None
    return [
        Device(
            kind=kind,
            serial_number=serial_number,
            part_number=device.text("part_num"),
            firmware_version=device.text("img_pnum_running"),
            last_report_date=device.epoch("last_rpt_date"),
            communicating=device.flag("communicating"),
            producing=device.flag("producing"),
        )
        for group in groups
        if (kind := group.key("type"))
        for serial_number, device in group.keyed("devices", key="serial_num").items()
    ]


def ac_batteries(content: Content) -> dict[str, AcBattery] | None:
    """The AC Batteries of ``/inventory.json?deleted=1``, by serial number."""
    groups = content.records()
    if groups is None:
        return None
    return {
        serial_number: _ac_battery(serial_number, device)
        for group in groups
        if group.text("type") == "ACB"
        for serial_number, device in group.keyed("devices", key="serial_num").items()
    }


def _interface(page: Fields, network: Fields) -> Interface | None:
    primary = network.text("primary_interface")
    for interface in network.records("interfaces"):
        if primary is not None and interface.text("interface") == primary:
            return Interface(
                primary_interface=primary,
                interface_type=interface.text("type"),
                mac=interface.text("mac"),
                dhcp=interface.flag("dhcp"),
                software_build_epoch=page.integer("software_build_epoch"),
                timezone=page.text("timezone"),
            )
    return None


def _ac_battery(serial_number: str, device: Fields) -> AcBattery:
    return AcBattery(
        serial_num=serial_number,
        part_num=device.text("part_num"),
        admin_state=device.integer("admin_state"),
        charge_status=device.text("charge_status"),
        communicating=device.flag("communicating"),
        device_status=device.texts("device_status"),
        firmware_version=device.text("img_pnum_running"),
        installed_date=device.epoch("installed"),
        last_report_date=device.epoch("last_rpt_date"),
        max_cell_temp=device.number("maxCellTemp"),
        operating=device.flag("operating"),
        percent_full=device.number("percentFull"),
        producing=device.flag("producing"),
        sleep_enabled=device.flag("sleep_enabled"),
        sleep_max_soc=device.number("sleep_max_soc"),
        sleep_min_soc=device.number("sleep_min_soc"),
    )
