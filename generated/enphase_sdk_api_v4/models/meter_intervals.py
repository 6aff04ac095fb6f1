from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.meter_interval import MeterInterval


@define
class MeterIntervals:
    """The intervals of one meter.

    Attributes:
        envoy_serial_number (str): Serial number of the gateway that reads the meter.
        intervals (list[MeterInterval]): The values of this meter, by channel and time.
        meter_serial_number (str): Serial number of the meter; it may contain letters.
    """

    envoy_serial_number: str
    intervals: list[MeterInterval]
    meter_serial_number: str

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> MeterIntervals:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
