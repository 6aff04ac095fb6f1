from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.battery_energy import BatteryEnergy
from ..models.state_of_charge import StateOfCharge


@define
class BatteryTelemetryInterval:
    """Energy and state of charge of all batteries in one interval.

    Attributes:
        charge (BatteryEnergy): Energy that went into or came out of batteries in one interval.
        discharge (BatteryEnergy): Energy that went into or came out of batteries in one interval.
        end_at (int): End of the interval, epoch seconds (UTC).
        soc (StateOfCharge): State of charge of the batteries.
    """

    charge: BatteryEnergy
    discharge: BatteryEnergy
    end_at: int
    soc: StateOfCharge

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> BatteryTelemetryInterval:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
