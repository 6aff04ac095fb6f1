from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.meta import Meta
from ..models.production_meter_reading import ProductionMeterReading
from ..types import Framed


@define
class ProductionMeterReadings(Framed):
    """Counter readings of the production meters of a system.

    Attributes:
        meta (Meta): State of the system when the answer was made.
        meter_readings (list[ProductionMeterReading]): One entry for each meter, retired ones
            included.
        system_id (int): Id of the system in Enlighten.
    """

    meta: Meta
    meter_readings: list[ProductionMeterReading]
    system_id: int

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
