from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.charging_schedule import ChargingSchedule


@define
class EvChargerSchedules:
    """The schedules of an EV charger.

    Attributes:
        charger_schedules (list[ChargingSchedule]): The schedules of the charger.
        system_id (int): Id of the system in Enlighten. Example: 698989834.
    """

    charger_schedules: list[ChargingSchedule]
    system_id: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EvChargerSchedules:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
