from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.meta import Meta
from ..models.stats_interval import StatsInterval
from ..types import Framed


@define
class Stats(Framed):
    """Production by the microinverters, in intervals of 5 minutes.

    Attributes:
        intervals (list[StatsInterval]): The reported intervals, oldest first. Intervals without a
            report are left out.
        meta (Meta): How fresh the data of the answer are. All times are epoch seconds (UTC) and can
            be null. Example: {'last_energy_at': 1445619033, 'last_report_at': 1445619615,
            'operational_at': 1357023600, 'status': 'normal'}.
        system_id (int | None): Id of the system in Enlighten.
        total_devices (int | None): Microinverters in service.
    """

    intervals: list[StatsInterval]
    meta: Meta
    system_id: int | None
    total_devices: int | None

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Stats:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
