from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class ChargingTime:
    """A time of charging.

    Attributes:
        charging_level (int): Charging current in percent of the highest, 0 to 100.
        days (list[int]): Days of the week on which the schedule applies.
        end_time (str): When charging ends, as a time of day.
        start_time (str): When charging begins, as a time of day.
    """

    charging_level: int
    days: list[int]
    end_time: str
    start_time: str

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ChargingTime:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
