from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class MonthlyMeterReading:
    """A meter's counter at both ends of the period.

    Attributes:
        end (int): Counter when the period ended, Wh.
        serial_number (str): Serial number of the meter.
        start (int): Counter when the period began, Wh.
    """

    end: int
    serial_number: str
    start: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> MonthlyMeterReading:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
