from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.meta import Meta
from ..types import UNSET, Framed, Unset, present


@define
class EnergyLifetime(Framed):
    """Daily production of a system.

    Attributes:
        meta (Meta): State of the system when the answer was made.
        production (list[int]): Energy produced on each day, Wh. Entry n belongs to the day n days
            after `start_date`.
        start_date (datetime.date | None): Day of the first value, in the system's time zone. Null
            if the system has never produced.
        system_id (int): Id of the system in Enlighten.
        meter_production (list[int] | None | Unset): Energy by the production meter alone on each
            day, Wh. Only with `production=all`.
        meter_start_date (datetime.date | None | Unset): First day that the production meter
            measured, in the system's time zone. Absent or null without such a meter.
        micro_production (list[int] | None | Unset): Energy by the microinverters alone on each day,
            Wh. Only with `production=all`.
    """

    meta: Meta
    production: list[int]
    start_date: datetime.date | None
    system_id: int
    meter_production: list[int] | None | Unset = UNSET
    meter_start_date: datetime.date | None | Unset = UNSET
    micro_production: list[int] | None | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EnergyLifetime:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
