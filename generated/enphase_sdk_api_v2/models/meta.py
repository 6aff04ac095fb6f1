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
        status (Status): State of a system. Other values than these occur, such as `retired` or
            `unknown`.
            * `comm`: a gateway has stopped reporting.
            * `power`: production is faulty.
            * `meter`: a gateway cannot reach a revenue-grade meter.
            * `meter_issue`: a meter's values look wrong.
            * `micro`: a gateway cannot reach some of its microinverters.
            * `battery`: a gateway cannot reach an AC battery.
            * `storage_idle`: a battery's charge has stood still for over 72 hours.
            * `normal`: nothing is wrong. Example: normal.
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
