"""Records a gateway's readings, so that past series can be answered from them."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import Self

from enphase_sdk._async.gateway_client import AsyncEnvoy
from enphase_sdk.clock import current_clock
from enphase_sdk.core.events import AsyncTurn
from enphase_sdk.core.forks import leave_to_parent, renew_after_fork
from enphase_sdk.core.log import logger
from enphase_sdk.core.state import real_path
from enphase_sdk.core.times import InstantLike, to_epoch, zone_named
from enphase_sdk.errors import (
    AuthenticationError,
    ConfigError,
    EnphaseError,
    FingerprintMismatchError,
    utc_text,
)
from enphase_sdk.history.counting import Mark, Reason, Rules
from enphase_sdk.history.recording import Recording
from enphase_sdk.history.sample import Sample

__all__ = ["AsyncGatewayRecorder"]

# W. More than the microinverters behind the largest gateway, or a house's connection, can reach.
MOST_WATTS = 500_000.0

_LONGEST_INTERVAL = 900.0
_DAY = 86400.0
# Seconds. Waits are split into pieces of this length, so that closing ends them soon.
_PIECE = 1.0
# Seconds. A wait can end early by the wall clock; within this the boundary counts as reached.
_EARLY = 0.05


class AsyncGatewayRecorder:
    """Polls a gateway and records its counters; `stats` and the other series are read from them.

    Readings never overlap: while one takes longer than the interval, later polls are skipped.
    The recording is one file, which stays intact if the process is killed; its content, and how
    energy is computed from it, is described in `enphase_sdk.history`. Only one recorder can write
    it at a time. The first reading also requests the gateway's time zone (`/home`, slow), unless
    the client was given one.

    Use it as a context manager, or call `aclose`. The gateway's client stays open.

    Args:
        envoy: The gateway's client.
        path: The recording; by default the one that `envoy` reads.
        every: Seconds between readings, 1 to 900; readings are taken at multiples of it.
        bridge: Longest time between two readings, seconds, for which energy is interpolated
            linearly; a longer time is a gap. Default: 300, or 2.5 times `every` if that is more.
        most_watts: Power that the site never reaches, W. A counter that rises faster than this
            is treated as interrupted.
        keep_days: Days for which readings are kept. Intervals are never deleted.

    Raises:
        ConfigError: an argument cannot be used.
    """

    def __init__(
        self,
        envoy: AsyncEnvoy,
        *,
        path: str | Path | None = None,
        every: float = 60.0,
        bridge: float | None = None,
        most_watts: float = MOST_WATTS,
        keep_days: float = 40.0,
    ) -> None:
        if not 1 <= every <= _LONGEST_INTERVAL:
            raise ConfigError(f"every must be 1 to {_LONGEST_INTERVAL:.0f} seconds, not {every}")
        bridge = max(300.0, 2.5 * every) if bridge is None else bridge
        if not every <= bridge:
            raise ConfigError(f"bridge must not be less than every, {every} seconds, not {bridge}")
        if not (most_watts > 0 and keep_days > 0):
            raise ConfigError("most_watts and keep_days must be above 0")
        self._envoy = envoy
        self._path = None if path is None else real_path(path, "path")
        self._every = every
        self._rules = Rules(bridge, most_watts)
        self._keep = keep_days * _DAY
        self._clock = current_clock()
        self._recording: Recording | None = None
        self._serial_number: str | None = None
        self._zone_was_asked = False
        self._closed = False
        self._turn = AsyncTurn()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Leave the file to the parent process, which continues to write it."""
        recording, self._recording = self._recording, None
        leave_to_parent(recording)

    def __repr__(self) -> str:
        return f"<AsyncGatewayRecorder of {self._envoy!r}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End `run` within about a second, and release the file for other recorders."""
        self._closed = True
        self._release()

    async def run(self, until: InstantLike | None = None) -> None:
        """Take readings: the first immediately, then one at each multiple of the interval.

        A reading that fails is logged and leaves a gap. The file is closed at the end.

        Args:
            until: The last instant at which a reading is taken. Default: no end.

        Raises:
            AuthenticationError: the gateway does not accept the login.
            FingerprintMismatchError: its certificate has changed.
            ConfigError: the file cannot be written, or another recorder writes it.
        """
        end = math.inf if until is None else to_epoch(until, "until")
        due = self._clock.time()
        try:
            while due <= end and not self._closed:
                await self._poll_or_log()
                now = self._clock.time()
                due = (math.floor((now + _EARLY) / self._every) + 1) * self._every
                if due <= end:
                    await self._wait(due - now)
        finally:
            self._release()

    async def poll(self) -> Sample | None:
        """Take one reading and store it.

        Returns:
            The stored sample; None if the clock is not after the newest reading, which is
            logged.

        Raises:
            APIConnectionError: the gateway does not answer.
            AuthenticationError: it does not accept the login.
            ConfigError: the file cannot be written, or another recorder writes it.
        """
        async with self._turn.mine():
            recording = await self._opened()
            began_at = self._clock.time()
            snapshot = await self._envoy.read_energies(home=self._wants_zone(recording))
            at = round((began_at + self._clock.time()) / 2, 3)
            sample = Sample.of(snapshot, at, self._envoy.profile.production_source)
            recording = await self._opened()
            self._zone_was_asked = True
            zone = zone_named(snapshot.home.timezone) if snapshot.home else None
            if zone is not None:
                recording.note_timezone(zone.key)
            marks = recording.add(sample)
        if marks is None:
            logger.warning(
                "%r: the clock says %s, which is not after the newest reading; not recorded",
                self._envoy,
                utc_text(at),
            )
            return None
        for mark in marks:
            self._tell(mark)
        return sample

    async def _poll_or_log(self) -> None:
        try:
            await self.poll()
        except (AuthenticationError, ConfigError, FingerprintMismatchError):
            if not self._closed:
                raise
        except EnphaseError as error:
            logger.warning("%r: no reading: %s", self._envoy, error)

    async def _wait(self, seconds: float) -> None:
        end = self._clock.monotonic() + seconds
        while not self._closed and (left := end - self._clock.monotonic()) > 0:
            await self._clock.sleep_async(min(left, _PIECE))

    async def _opened(self) -> Recording:
        info = await self._envoy.info
        path = self._path or await self._envoy.recording_path()
        if self._closed:
            raise ConfigError("this recorder has been closed; make another")
        if self._serial_number != info.serial_number:
            # Another gateway at the same address has other counters, and another file.
            self._release()
        if self._recording is None:
            self._recording = Recording.opened(path, info.serial_number, self._rules, self._keep)
            self._serial_number = info.serial_number
        return self._recording

    def _wants_zone(self, recording: Recording) -> bool:
        """Whether to request the gateway's time zone; a zone that was given is stored."""
        given = self._envoy.timezone
        if given is not None and given.key != recording.timezone:
            recording.note_timezone(given.key)
        return given is None and not self._zone_was_asked

    def _tell(self, mark: Mark) -> None:
        logger.log(
            logging.INFO if mark.reason is Reason.DIP else logging.WARNING,
            "%r: %s counter: %s, from %d to %d Wh at %s",
            self._envoy,
            mark.counter.name.lower(),
            mark.reason,
            mark.before,
            mark.after,
            utc_text(mark.at),
        )

    def _release(self) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.close()
