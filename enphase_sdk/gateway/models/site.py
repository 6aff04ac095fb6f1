"""Models of the parts that are requested on demand only: the gateway's page, its device list."""

from __future__ import annotations

from attrs import frozen

__all__ = ["Device", "Home", "Interface"]


@frozen(kw_only=True)
class Interface:
    """The network interface a gateway uses (``/home``).

    Attributes:
        primary_interface: Its name, such as ``eth0``.
        interface_type: ``ethernet``, ``wifi``, ``cellular``.
        mac: Its hardware address; None for cellular.
        dhcp: Whether its address is assigned by the network (DHCP).
        software_build_epoch: When the firmware was built, epoch seconds UTC.
        timezone: The gateway's IANA time zone.
    """

    primary_interface: str | None
    interface_type: str | None
    mac: str | None
    dhcp: bool | None
    software_build_epoch: int | None
    timezone: str | None


@frozen(kw_only=True)
class Home:
    """The gateway's own page (``/home``), which takes 6 to 9 seconds to answer.

    Attributes:
        interface: The primary network interface, if it is in the list.
        timezone: The gateway's IANA time zone.
        last_enlighten_report_at: When it last reached the cloud, epoch seconds UTC.
        reaches_enlighten: Whether it reaches the cloud now.
    """

    interface: Interface | None
    timezone: str | None
    last_enlighten_report_at: int | None
    reaches_enlighten: bool | None


@frozen(kw_only=True)
class Device:
    """One device of ``/inventory.json``.

    Attributes:
        kind: ``PCU`` (microinverter), ``ACB``, ``NSRB``, ``ESUB``, …
        part_number: The vendor's part number (sku) with its revision.
        last_report_date: Epoch seconds UTC.
    """

    kind: str
    serial_number: str
    part_number: str | None
    firmware_version: str | None
    last_report_date: int | None
    communicating: bool | None
    producing: bool | None
