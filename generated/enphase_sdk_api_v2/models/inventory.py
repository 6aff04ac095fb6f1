from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.inventory_envoy import InventoryEnvoy
from ..models.inventory_inverter import InventoryInverter
from ..models.inventory_meter import InventoryMeter
from ..models.meta import Meta
from ..types import UNSET, Framed, Unset, present


@define
class Inventory(Framed):
    """The devices on a system that have not been retired.

    Attributes:
        inverters (list[InventoryInverter]): The microinverters.
        meters (list[InventoryMeter]): The meters, whatever they measure.
        system_id (int | None): Id of the system in Enlighten.
        envoys (list[InventoryEnvoy] | Unset): The gateways. The list itself can be missing.
        meta (Meta | Unset): How fresh the data of the answer are. All times are epoch seconds (UTC)
            and can be null. Example: {'last_energy_at': 1445619033, 'last_report_at': 1445619615,
            'operational_at': 1357023600, 'status': 'normal'}.
    """

    inverters: list[InventoryInverter]
    meters: list[InventoryMeter]
    system_id: int | None
    envoys: list[InventoryEnvoy] | Unset = UNSET
    meta: Meta | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Inventory:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
