from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.power_units import PowerUnits


@define
class PowerProduced:
    """Power the microinverter last reported.

    Attributes:
        precision (int): Decimal places of `value`; 0 means whole units.
        units (PowerUnits):
        value (int): Power in units of 10 to the power of minus `precision`.
    """

    precision: int
    units: PowerUnits
    value: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> PowerProduced:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
