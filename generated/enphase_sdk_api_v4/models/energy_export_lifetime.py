from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.meta import Meta
from ..types import Framed


@define
class EnergyExportLifetime(Framed):
    """Daily energy that a system gave to the grid.

    Attributes:
        export (list[int]): Energy given to the grid on each day, Wh. Entry n belongs to the day n
            days after `start_date`.
        meta (Meta): State of the system when the answer was made.
        start_date (datetime.date | None): Day of the first value, in the system's time zone. Null
            if the system has never produced.
        system_id (int): Id of the system in Enlighten.
    """

    export: list[int]
    meta: Meta
    start_date: datetime.date | None
    system_id: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EnergyExportLifetime:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
