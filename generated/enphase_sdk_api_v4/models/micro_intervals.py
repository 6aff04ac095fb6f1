from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.micro_telemetry_interval import MicroTelemetryInterval


@define
class MicroIntervals:
    """A microinverter with its intervals.

    Attributes:
        intervals (list[MicroTelemetryInterval]): The intervals, oldest first.
        serial_number (str): Serial number; text, because a leading zero counts.
    """

    intervals: list[MicroTelemetryInterval]
    serial_number: str

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> MicroIntervals:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
