from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..types import UNSET, Unset, present


@define
class ControlledLoadChange:
    """Settings of one controlled load to change.

    Attributes:
        name (str): Dry contact to change, such as `NC1`. The name itself cannot be changed.
        essential_end_time (int | Unset): End of the daily time in which the load is supplied, in
            seconds since midnight. Only in the mode `Scheduled`.
        essential_start_time (int | Unset): Start of the daily time in which the load is supplied,
            in seconds since midnight. Only in the mode `Scheduled`.
        load_name (str | Unset): Name of the load on that contact. It cannot be changed.
        mode (str | Unset): When the load is supplied: `Basic`, `Scheduled`,
            `Advanced_BatteryPowered`, `Advanced_GeneratorPowered`, `Manual_always_powered` or
            `Manual_always_not_powered`.
        soc_low (int | Unset): State of charge at which the load is switched off, in percent, 10 to
            90. Only in the advanced modes.
    """

    name: str
    essential_end_time: int | Unset = UNSET
    essential_start_time: int | Unset = UNSET
    load_name: str | Unset = UNSET
    mode: str | Unset = UNSET
    soc_low: int | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ControlledLoadChange:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
