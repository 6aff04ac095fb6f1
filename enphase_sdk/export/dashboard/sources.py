"""The page's sources besides readings: the recording, and live data."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from enphase_sdk.clock import current_clock
from enphase_sdk.errors import (
    AuthenticationError,
    ConfigError,
    EnphaseError,
    FingerprintMismatchError,
    NotAvailableError,
)
from enphase_sdk.export.dashboard.curve import PRODUCTION_STEP, recorded_curve
from enphase_sdk.export.feed import Told
from enphase_sdk.export.measures import live_values_of

if TYPE_CHECKING:
    from enphase_sdk._sync.gateway_client import Envoy
    from enphase_sdk._sync.gateway_live import GatewayLive
    from enphase_sdk.export.dashboard.server import Dashboard

__all__ = ["CurveSource", "LiveSource"]

# Seconds until live data are tried again.
PAUSE = 60.0


class CurveSource:
    """Reads the recording after readings, at most once for each of its intervals.

    Args:
        envoy: The gateway's client.
        page: The page that shows the curve.
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
        try:
            curve = recorded_curve(self._envoy)
        except EnphaseError:
            # The gateway's serial number names the recording; the next reading tries again.
            return
        self._interval = interval
        self._page.board.note_curve(curve)
        self._page.wake()


class LiveSource:
    """Shows live data while its context is open; readings continue in parallel.

    If the gateway has stopped renewing its live data, this enables them again, which is a write.

    Args:
        envoy: The gateway's client.
        page: The page that shows them.
    """

    def __init__(self, envoy: Envoy, page: Dashboard) -> None:
        self._envoy = envoy
        self._page = page
        self._clock = current_clock()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._live: GatewayLive | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._over.set()
        with self._lock:
            live = self._live
        if live is not None:
            live.close()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._show()
            except (
                NotAvailableError,
                AuthenticationError,
                FingerprintMismatchError,
                ConfigError,
            ) as error:
                if not self._over.is_set():
                    self._note(f"No live data: {error}.")
                return
            except EnphaseError as error:
                self._note(f"No live data now: {error}.")
            self._over.wait(PAUSE)

    def _show(self) -> None:
        with self._envoy.live() as live:
            with self._lock:
                self._live = live
            if self._over.is_set():
                return
            for sample in live:
                if sample.is_stale:
                    self._note("The gateway's live data are old.")
                    continue
                measured_at = self._clock.time() - (sample.age_s or 0.0)
                self._page.board.note_live(list(live_values_of(sample, measured_at)))
                self._page.wake()

    def _note(self, reason: str) -> None:
        self._page.board.note_no_live(reason)
        self._page.wake()
