from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.meta import Meta
from ..models.meter_reading import MeterReading
from ..types import Framed


@define
class ProductionMeterReadings(Framed):
    """Counter readings of the production meters of a system.

    Attributes:
        meta (Meta): How fresh the data of the answer are. All times are epoch seconds (UTC) and can
            be null. Example: {'last_energy_at': 1445619033, 'last_report_at': 1445619615,
            'operational_at': 1357023600, 'status': 'normal'}.
        meter_readings (list[MeterReading]): One entry per meter, retired ones included.
        system_id (int | None): Id of the system in Enlighten.
    """

    meta: Meta
    meter_readings: list[MeterReading]
    system_id: int | None

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ProductionMeterReadings:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
