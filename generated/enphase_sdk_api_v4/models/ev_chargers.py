from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.ev_chargers_by_kind import EvChargersByKind
from ..types import Framed


@define
class EvChargers(Framed):
    """The EV chargers in service on a system.

    Attributes:
        devices (EvChargersByKind): The chargers in service, by kind: `ev_chargers`.
        items (str): Name of the field that holds the list.
        system_id (int): Id of the system in Enlighten.
        total_devices (int): Devices in service.
    """

    devices: EvChargersByKind
    items: str
    system_id: int
    total_devices: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EvChargers:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
