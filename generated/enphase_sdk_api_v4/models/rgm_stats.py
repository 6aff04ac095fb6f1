from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.meta import Meta
from ..models.meter_intervals import MeterIntervals
from ..models.rgm_stats_interval import RgmStatsInterval
from ..types import Framed


@define
class RgmStats(Framed):
    """Production by the revenue-grade meters, in intervals of 15 minutes.

    Attributes:
        intervals (list[RgmStatsInterval]): Sums over all meters, oldest first.
        meta (Meta): State of the system when the answer was made.
        meter_intervals (list[MeterIntervals]): The same window meter by meter.
        system_id (int): Id of the system in Enlighten.
        total_devices (int): Revenue-grade meters in service.
    """

    intervals: list[RgmStatsInterval]
    meta: Meta
    meter_intervals: list[MeterIntervals]
    system_id: int
    total_devices: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> RgmStats:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
