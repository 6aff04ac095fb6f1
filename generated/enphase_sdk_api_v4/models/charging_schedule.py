from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.charging_time import ChargingTime
from ..types import UNSET, Unset, present


@define
class ChargingSchedule:
    """Times of charging of one kind.

    Attributes:
        is_active (bool): Whether the schedules are in force.
        schedules (list[ChargingTime]): The times of charging.
        type_ (str): Kind of the schedules.
        reminder_flag (bool | Unset): Whether the driver is reminded to plug in.
        reminder_timer (int | Unset): How long before the start the reminder comes, in minutes.
    """

    is_active: bool
    schedules: list[ChargingTime]
    type: str
    reminder_flag: bool | Unset = UNSET
    reminder_timer: int | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    @property
    def type_(self) -> str:
        """The same as `type`, in Python's spelling."""
        return self.type

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ChargingSchedule:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
