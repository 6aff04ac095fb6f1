from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class EvChargerEvent:
    """Something that happened to an EV charger.

    Attributes:
        cleared_date (int | None): When the event ended, epoch seconds (UTC). Example: 1705399759.
        details (str): What happened. Example: Charging started on IQ EV Charger (SNo.
            202312100006)..
        status (str): Kind of the event. Example: Info.
        triggered_date (int): When the event began, epoch seconds (UTC). Example: 1705399759.
    """

    cleared_date: int | None
    details: str
    status: str
    triggered_date: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EvChargerEvent:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
