from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.consumption_stats_interval import ConsumptionStatsInterval
from ..models.meta import Meta
from ..types import Framed


@define
class ConsumptionStats(Framed):
    """Consumption in intervals of 15 minutes.

    Attributes:
        intervals (list[ConsumptionStatsInterval]): The reported intervals, oldest first. Empty on a
            system without a consumption meter.
        meta (Meta): How fresh the data of the answer are. All times are epoch seconds (UTC) and can
            be null. Example: {'last_energy_at': 1445619033, 'last_report_at': 1445619615,
            'operational_at': 1357023600, 'status': 'normal'}.
        system_id (int | None): Id of the system in Enlighten.
        total_devices (int | None): Consumption meters in service.
    """

    intervals: list[ConsumptionStatsInterval]
    meta: Meta
    system_id: int | None
    total_devices: int | None

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ConsumptionStats:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
