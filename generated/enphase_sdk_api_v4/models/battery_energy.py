from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..types import UNSET, Unset, present


@define
class BatteryEnergy:
    """Energy that went into or came out of batteries in one interval.

    Attributes:
        enwh (int): Energy in this interval, Wh.
        devices_reporting (int | Unset): Batteries whose values had arrived when the answer was
            made. Absent for one battery.
    """

    enwh: int
    devices_reporting: int | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> BatteryEnergy:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
