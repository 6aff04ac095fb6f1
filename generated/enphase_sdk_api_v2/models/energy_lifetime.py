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
    """Daily production. Entry n of each list belongs to the day n days after `start_date`.

    Attributes:
        meta (Meta): How fresh the data of the answer are. All times are epoch seconds (UTC) and can
            be null. Example: {'last_energy_at': 1445619033, 'last_report_at': 1445619615,
            'operational_at': 1357023600, 'status': 'normal'}.
        production (list[int]): Energy per day, Wh. Measured by the microinverters before
            `meter_start_date` and by the meter from then on. Zeros at the end: not reported yet. Empty
            on a system that has never produced.
        start_date (datetime.date | None): Day of the first value, in the system's time zone: the
            requested `start_date`, else the day the system went into operation. Null if it has never
            produced.
        system_id (int | None): Id of the system in Enlighten.
        meter_production (list[int] | Unset): Energy per day by the production meter alone, Wh. Only
            with `production=all`.
        meter_start_date (datetime.date | Unset): First day for which `production` is the meter's,
            in the system's time zone. Absent on a system without a meter.
        micro_production (list[int] | Unset): Energy per day by the microinverters alone, Wh. Only
            with `production=all`.
    """

    meta: Meta
    production: list[int]
    start_date: datetime.date | None
    system_id: int | None
    meter_production: list[int] | Unset = UNSET
    meter_start_date: datetime.date | Unset = UNSET
    micro_production: list[int] | Unset = UNSET

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
