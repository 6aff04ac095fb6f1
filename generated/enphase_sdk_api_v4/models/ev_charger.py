from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..types import UNSET, Unset, present


@define
class EvCharger:
    """An EV charger in service.

    Attributes:
        active (bool): Whether the device is in service. Retired devices are not listed.
        id (str): Id of the charger: serial number and site, joined by a colon.
        name (str): Name for people to read.
        serial_number (str): Serial number; text, because a leading zero counts.
        status (str): State of the charger.
        firmware (str | Unset): Version of the device's firmware.
        last_report_at (int | None | Unset): When the charger last reported, epoch seconds (UTC).
            Null if it has not.
        model (str | Unset): Name of the model.
        part_number (str | Unset): Part number of Enphase.
        sku (str | Unset): Stock keeping unit of the maker. Null if there is none.
    """

    active: bool
    id: str
    name: str
    serial_number: str
    status: str
    firmware: str | Unset = UNSET
    last_report_at: int | None | Unset = UNSET
    model: str | Unset = UNSET
    part_number: str | Unset = UNSET
    sku: str | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EvCharger:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
