from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.cellular_modem import CellularModem
from ..types import UNSET, Unset, present


@define
class Device:
    """A device. Which fields there are depends on its kind.

    Attributes:
        active (bool): Whether the device is in service. Retired devices are not listed.
        id (int | str): Id of the device in Enlighten, not its serial number. Empty text, or serial
            number and site, for devices of other makers.
        last_report_at (int | None): When the device last reported, epoch seconds (UTC). Null if it
            has not.
        model (str): Name of the model.
        name (str): Name for people to read.
        serial_number (str): Serial number; text, because a leading zero counts.
        status (str): State of the device.
        SKU (None | str | Unset): Stock keeping unit of the maker, as heat pumps spell it.
        cellular_modem (CellularModem | None | Unset): The modem of a gateway that reports over the
            cellular network.
        config_phase (str | Unset): How many phases the meter measures: `single` or `three`. Only
            for meters of production and consumption.
        config_type (str | Unset): What the meter measures: `Production`; `Net`, the exchange with
            the grid; or `Total`, the whole load.
        dom_compliant (bool | Unset): Whether the device counts as domestic content (US sites,
            microinverters and batteries only).
        emu_sw_version (str | Unset): Version of the gateway's software, such as `D8.2.127`.
        feoc_compliant (bool | Unset): Whether the device meets the rules on foreign entities of
            concern (US sites, microinverters and batteries only).
        firmware (str | Unset): Version of the device's firmware. Only for EV chargers and heat
            pumps.
        iq_er (str | Unset): Model of the energy router that a heat pump is connected to.
        part_number (str | Unset): Part number of Enphase.
        product_name (str | Unset): Name of the product.
        sg_ready_relay (str | Unset): Model of the relay by which a heat pump is controlled.
        sku (None | str | Unset): Stock keeping unit of the maker. Null if there is none.
        state (str | Unset): State of the meter, such as `enabled`. Only for meters.
    """

    active: bool
    id: int | str
    last_report_at: int | None
    model: str
    name: str
    serial_number: str
    status: str
    SKU: None | str | Unset = UNSET
    cellular_modem: CellularModem | None | Unset = UNSET
    config_phase: str | Unset = UNSET
    config_type: str | Unset = UNSET
    dom_compliant: bool | Unset = UNSET
    emu_sw_version: str | Unset = UNSET
    feoc_compliant: bool | Unset = UNSET
    firmware: str | Unset = UNSET
    iq_er: str | Unset = UNSET
    part_number: str | Unset = UNSET
    product_name: str | Unset = UNSET
    sg_ready_relay: str | Unset = UNSET
    sku: None | str | Unset = UNSET
    state: str | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Device:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
