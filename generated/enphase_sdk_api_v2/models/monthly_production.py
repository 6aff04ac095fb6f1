from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.meta import Meta
from ..models.monthly_meter_reading import MonthlyMeterReading


@define
class MonthlyProduction:
    """Energy produced in one month, which may start on any day.

    Attributes:
        end_date (datetime.date): The period's last day, inclusive, in the system's time zone.
        meta (Meta): How fresh the data of the answer are. All times are epoch seconds (UTC) and can
            be null. Example: {'last_energy_at': 1445619033, 'last_report_at': 1445619615,
            'operational_at': 1357023600, 'status': 'normal'}.
        meter_readings (list[MonthlyMeterReading]): Counters of the revenue-grade meters at both
            ends of the period. Empty on a system that has none.
        production_wh (int): Energy produced from `start_date` to `end_date`, Wh.
        start_date (datetime.date): The period's first day, inclusive, in the system's time zone.
        system_id (int): Id of the system in Enlighten.
    """

    end_date: datetime.date
    meta: Meta
    meter_readings: list[MonthlyMeterReading]
    production_wh: int
    start_date: datetime.date
    system_id: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> MonthlyProduction:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
