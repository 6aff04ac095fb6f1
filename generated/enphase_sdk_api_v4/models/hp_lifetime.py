from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..types import Framed


@define
class HpLifetime(Framed):
    """Daily energy of a heat pump.

    Attributes:
        consumption (list[int]): Energy that the heat pump consumed on each day, Wh. Entry n belongs
            to the day n days after `start_date`.
        end_date (datetime.date | None): Last day of the series, in the system's time zone.
        start_date (datetime.date | None): Day of the first value, in the system's time zone.
        system_id (int): Id of the system in Enlighten.
    """

    consumption: list[int]
    end_date: datetime.date | None
    start_date: datetime.date | None
    system_id: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> HpLifetime:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
