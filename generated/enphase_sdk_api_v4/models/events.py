from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.event import Event
from ..types import Framed


@define
class Events(Framed):
    """Events of a system.

    Attributes:
        events (list[Event]): The events, possibly none.
        system_id (int): Id of the system in Enlighten.
    """

    events: list[Event]
    system_id: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Events:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
