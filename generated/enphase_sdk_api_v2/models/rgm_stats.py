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
        intervals (list[RgmStatsInterval]): Sums over all meters, oldest first. Empty on a system
            without such a meter.
        meta (Meta): How fresh the data of the answer are. All times are epoch seconds (UTC) and can
            be null. Example: {'last_energy_at': 1445619033, 'last_report_at': 1445619615,
            'operational_at': 1357023600, 'status': 'normal'}.
        meter_intervals (list[MeterIntervals]): The same window meter by meter.
        system_id (int | None): Id of the system in Enlighten.
        total_devices (int | None): Revenue-grade meters in service.
    """

    intervals: list[RgmStatsInterval]
    meta: Meta
    meter_intervals: list[MeterIntervals]
    system_id: int | None
    total_devices: int | None

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
