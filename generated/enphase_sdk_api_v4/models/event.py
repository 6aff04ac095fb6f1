from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class Event:
    """Something that happened to a system or a device.

    Attributes:
        event_end_time (int | None): When the event ended, epoch seconds (UTC). Null while it is
            open.
        event_start_time (int): When the event began, epoch seconds (UTC).
        event_type_id (int): Id of the kind of event; see the operation for event types.
        serial_number (None | str): Serial number of the device concerned.
        status (str): `Info` for a moment; `Open` or `Closed` for an event that begins and ends.
    """

    event_end_time: int | None
    event_start_time: int
    event_type_id: int
    serial_number: None | str
    status: str

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Event:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
