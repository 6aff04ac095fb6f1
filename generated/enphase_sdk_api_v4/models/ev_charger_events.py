from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.ev_charger_event import EvChargerEvent
from ..types import Framed


@define
class EvChargerEvents(Framed):
    """Events of the EV chargers of a system.

    Attributes:
        count (int): Entries in this answer. Example: 1.
        events (list[EvChargerEvent]): The events, newest first.
        system_id (int): Id of the system in Enlighten. Example: 701052773.
    """

    count: int
    events: list[EvChargerEvent]
    system_id: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EvChargerEvents:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
