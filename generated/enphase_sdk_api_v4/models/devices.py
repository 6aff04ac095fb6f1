from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.devices_by_kind import DevicesByKind
from ..types import Framed


@define
class Devices(Framed):
    """The devices in service on a system.

    Attributes:
        devices (DevicesByKind): The devices in service, by kind: `micros`, `meters`, `gateways`,
            `encharges`, ... A kind of which there is none is absent.
        items (str): Name of the field that holds the list.
        system_id (int): Id of the system in Enlighten.
        total_devices (int): Devices in service.
    """

    devices: DevicesByKind
    items: str
    system_id: int
    total_devices: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Devices:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
