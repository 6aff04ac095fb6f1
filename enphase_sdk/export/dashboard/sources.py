"""What the page shows beside readings: the recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enphase_sdk.clock import current_clock
from enphase_sdk.export.dashboard.curve import PRODUCTION_STEP, recorded_curve
from enphase_sdk.export.feed import Told

if TYPE_CHECKING:
    from enphase_sdk._sync.gateway_client import Envoy
    from enphase_sdk.export.dashboard.server import Dashboard

__all__ = ["CurveSource"]


class CurveSource:
    """Reads the recording after readings, as often as it can have grown by an interval.

    Args:
        envoy: The gateway's client.
        page: Where the curve is shown.
    """

    def __init__(self, envoy: Envoy, page: Dashboard) -> None:
        self._envoy = envoy
        self._page = page
        self._clock = current_clock()
        self._interval: int | None = None

    def publish(self, told: Told) -> None:
        """Read the recording, if another interval has ended since."""
        interval = int(self._clock.time()) // PRODUCTION_STEP
        if told.reading is None or interval == self._interval:
            return
        self._interval = interval
        self._page.board.note_curve(recorded_curve(self._envoy))
        self._page.wake()
