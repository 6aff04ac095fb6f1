from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.meta import Meta
from ..types import UNSET, Framed, Unset, present


@define
class ConsumptionLifetime(Framed):
    """Daily consumption. Entry n of the list belongs to the day n days after `start_date`.

    Attributes:
        consumption (list[int]): Energy consumed per day, Wh, from the requested first day or from
            the start of metering. Zeros at the end: not reported yet.
        meta (Meta): How fresh the data of the answer are. All times are epoch seconds (UTC) and can
            be null. Example: {'last_energy_at': 1445619033, 'last_report_at': 1445619615,
            'operational_at': 1357023600, 'status': 'normal'}.
        start_date (datetime.date | None): Day of the first value, in the system's time zone: the
            requested `start_date`, else the day the system went into operation. Null if it has never
            produced.
        system_id (int | None | Unset): Id of the system in Enlighten.
    """

    consumption: list[int]
    meta: Meta
    start_date: datetime.date | None
    system_id: int | None | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ConsumptionLifetime:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
