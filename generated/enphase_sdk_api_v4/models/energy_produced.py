from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class EnergyProduced:
    """Energy produced since installation. Mind the unit.

    Attributes:
        precision (int): Decimal places of `value`.
        units (str): Unit of `value`.
        value (int): Energy, in the unit named by `units`.
    """

    precision: int
    units: str
    value: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EnergyProduced:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
