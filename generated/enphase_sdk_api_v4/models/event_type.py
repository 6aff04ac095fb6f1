from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class EventType:
    """A kind of event: its meaning, and what to do.

    Attributes:
        event_description (str): What the event means.
        event_name (str): Name of the event, for people to read.
        event_type_id (int): Id of the kind of event; see the operation for event types.
        event_type_key (str): Name of the kind of event, for programs, such as `envoy_no_report`.
        recommended_action (str): What to do about it.
        stateful (bool): Whether events of this kind begin and end; the others are moments.
    """

    event_description: str
    event_name: str
    event_type_id: int
    event_type_key: str
    recommended_action: str
    stateful: bool

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EventType:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
