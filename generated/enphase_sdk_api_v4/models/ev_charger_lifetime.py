from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..types import Framed


@define
class EvChargerLifetime(Framed):
    """Daily energy of an EV charger.

    Attributes:
        consumption (list[int]): Energy consumed on each day, Wh. Entry n belongs to the day n days
            after `start_date`. Example: [3494, 21929, 0, 0, 0, 0].
        start_date (datetime.date | None): Day of the first value, in the system's time zone.
            Example: 2024-01-01.
        system_id (int): Id of the system in Enlighten. Example: 698989834.
    """

    consumption: list[int]
    start_date: datetime.date | None
    system_id: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EvChargerLifetime:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
