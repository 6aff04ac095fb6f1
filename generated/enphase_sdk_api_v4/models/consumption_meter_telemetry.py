from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.consumption_meter_telemetry_interval import ConsumptionMeterTelemetryInterval
from ..models.meta import Meta
from ..types import UNSET, Framed, Unset, present


@define
class ConsumptionMeterTelemetry(Framed):
    """Consumption, in intervals of 15 minutes.

    Attributes:
        granularity (str): Length of the window that was answered: `5mins`, `15mins`, `day` or
            `week`. It is not the length of an interval.
        intervals (list[ConsumptionMeterTelemetryInterval]): The intervals, oldest first.
        items (str): Name of the field that holds the list.
        meta (Meta): State of the system when the answer was made.
        system_id (int): Id of the system in Enlighten.
        total_devices (int): Consumption meters in service.
        end_at (int | Unset): End of the window, epoch seconds (UTC). Absent if `end_date` was asked
            for.
        end_date (str | Unset): End of the window, ISO 8601 with an offset. Only if `start_date` was
            asked for.
        start_at (int | Unset): Start of the window, epoch seconds (UTC). Absent if `start_date` was
            asked for.
        start_date (str | Unset): Start of the window, ISO 8601 with an offset. Only if `start_date`
            was asked for.
    """

    granularity: str
    intervals: list[ConsumptionMeterTelemetryInterval]
    items: str
    meta: Meta
    system_id: int
    total_devices: int
    end_at: int | Unset = UNSET
    end_date: str | Unset = UNSET
    start_at: int | Unset = UNSET
    start_date: str | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ConsumptionMeterTelemetry:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
