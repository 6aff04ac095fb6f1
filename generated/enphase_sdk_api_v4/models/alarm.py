from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.alarm_event import AlarmEvent
from ..types import UNSET, Unset, present


@define
class Alarm:
    """An alarm: events that lasted or repeated.

    Attributes:
        alarm_start_time (int): When the alarm was raised, epoch seconds (UTC).
        event_type_id (int): Id of the kind of event; see the operation for event types.
        events (list[AlarmEvent]): The events behind the alarm, one for each device.
        id (str): Id of the alarm.
        severity (int): How severe the alarm is: 1 fatal, 2 error, 3 warning, 4 information, 5
            debug, 6 none.
        alarm_end_time (int | None | Unset): When the alarm was cleared, epoch seconds (UTC). Null
            while it is active.
        cleared (bool | Unset): Whether the alarm is over.
    """

    alarm_start_time: int
    event_type_id: int
    events: list[AlarmEvent]
    id: str
    severity: int
    alarm_end_time: int | None | Unset = UNSET
    cleared: bool | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Alarm:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
