from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.charging_session import ChargingSession
from ..types import Framed


@define
class ChargingSessions(Framed):
    """Charging sessions of an EV charger.

    Attributes:
        count (int): Entries in this answer. Example: 1.
        sessions (list[ChargingSession]): The charging sessions, newest first.
        system_id (int): Id of the system in Enlighten. Example: 698989834.
    """

    count: int
    sessions: list[ChargingSession]
    system_id: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ChargingSessions:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
