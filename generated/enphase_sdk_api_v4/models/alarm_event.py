from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class AlarmEvent:
    """An event behind an alarm: the device and when.

    Attributes:
        end_date (int | None): When the event ended, epoch seconds (UTC). Null while it is open.
        serial_number (None | str): Serial number of the device concerned.
        start_date (int): When the event began, epoch seconds (UTC).
    """

    end_date: int | None
    serial_number: None | str
    start_date: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> AlarmEvent:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
