from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class ProductionMicroTelemetryInterval:
    """Power and energy of all microinverters in one interval.

    Attributes:
        devices_reporting (int): Devices whose values had arrived when the answer was made.
        end_at (int): End of the interval, epoch seconds (UTC).
        enwh (int): Energy in this interval, Wh.
        powr (int): Mean power over this interval, W.
    """

    devices_reporting: int
    end_at: int
    enwh: int
    powr: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ProductionMicroTelemetryInterval:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
