from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.status import Status


@define
class Meta:
    """State of the system when the answer was made.

    Attributes:
        last_energy_at (int | None): When energy was last reported, epoch seconds (UTC); a report of
            0 Wh counts. Null if there has been none.
        last_report_at (int | None): When a gateway of the system last reported, epoch seconds
            (UTC). Null if none has.
        operational_at (int | None): Start of operation, epoch seconds (UTC): when the system was
            connected to the grid, else the end of its first interval. Null if unknown.
        status (Status): State of a system. `normal` is well; the other values name what is wrong.
    """

    last_energy_at: int | None
    last_report_at: int | None
    operational_at: int | None
    status: Status

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Meta:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
