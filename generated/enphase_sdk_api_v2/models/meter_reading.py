from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class MeterReading:
    """A meter's counter and when it was read.

    Attributes:
        read_at (int | None): Instant of the reading, epoch seconds (UTC); never later than the
            requested `end_at`.
        serial_number (str): Serial number of the meter; it may contain letters.
        value (int | None): Energy counted since the meter was new, Wh.
    """

    read_at: int | None
    serial_number: str
    value: int | None

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> MeterReading:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
