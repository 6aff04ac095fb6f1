from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.status import Status


@define
class Meta:
    """How fresh the data of the answer are. All times are epoch seconds (UTC) and can be null.

    Attributes:
        last_energy_at (int | None): End of the newest interval with energy, epoch seconds (UTC).
            Later values are unknown, not zero. Null if there has been none.
        last_report_at (int | None): Instant of the latest report of any gateway, epoch seconds
            (UTC). Null if there has been none.
        operational_at (int | None): Start of operation, epoch seconds (UTC). Null if unknown.
        status (None | Status): State of the system, as of `meta`; null from a gateway, which has no
            word for it.
    """

    last_energy_at: int | None
    last_report_at: int | None
    operational_at: int | None
    status: None | Status

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
