"""A frame of a history, whichever source tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from enphase_sdk.core.measures import HistoryInterval
from enphase_sdk.frames._backends import Backend, backend_named
from enphase_sdk.frames._making import Timezone, zone_of

__all__ = ["HistoryFrame"]


class HistoryFrame:
    """Makes the frame of a history; its arguments are checked before anything is asked for.

    Args:
        backend: `polars`, `pandas` or `pyarrow`; None for the first that is installed.
        timezone: Zone of the instants, an IANA name or a `tzinfo` with one.

    Raises:
        InvalidArgumentError: an argument is unknown.
        ConfigError: the library is not installed.
    """

    def __init__(self, backend: str | None, timezone: Timezone) -> None:
        self._zone = zone_of(timezone)[1]
        self._backend: Backend = backend_named(backend)

    def of(self, measure: str, intervals: Sequence[HistoryInterval]) -> Any:
        """One row for each interval, of which days may be 23 or 25 hours long."""
        made = self._backend
        starts = [int(interval.start_at.timestamp()) for interval in intervals]
        ends = [int(interval.end_at.timestamp()) for interval in intervals]
        return made.frame(
            {
                "measure": made.labels([(measure, len(intervals))] if intervals else []),
                "interval_start": made.instants(starts, self._zone),
                "interval_end": made.instants(ends, self._zone),
                "power_w": made.measures([interval.w for interval in intervals]),
                "energy_wh": made.measures([interval.wh for interval in intervals]),
                "devices_reporting": made.numbers([i.devices_reporting for i in intervals]),
                "total_devices": made.numbers([interval.total_devices for interval in intervals]),
                "final": made.flags([interval.final for interval in intervals]),
            }
        )
