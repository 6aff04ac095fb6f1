"""The clock that clients read and wait on.

A test that sets another clock here makes these waits instant and observable. Time limits of
real connections do not use it (see `enphase_sdk.core.timeouts`).
"""

from __future__ import annotations

import time
from typing import Protocol

__all__ = ["Clock", "SteadyTime", "SystemClock", "current_clock", "set_clock"]


class Clock(Protocol):
    """A source of time, and a way to wait. Times are in seconds."""

    def time(self) -> float:
        """Seconds since the Unix epoch, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences are meaningful."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait in the calling thread."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Wait in the calling task, under asyncio or trio."""
        ...


class SystemClock:
    """The machine's own clock."""

    def time(self) -> float:
        """Seconds since the Unix epoch, UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait in the calling thread."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Wait in the calling task, under asyncio or trio."""
        import anyio

        await anyio.sleep(seconds)


class SteadyTime:
    """Epoch seconds that never jump: the wall clock at creation, plus monotonic time since.

    A wall clock can be set, and tests can freeze it; neither may disturb a wait.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._ahead = clock.time() - clock.monotonic()

    def __call__(self) -> float:
        """Now."""
        return self.clock.monotonic() + self._ahead

    def waited(self, seconds: float, since: float) -> None:
        """Note that a wait of `seconds`, begun at `since` (a value of this clock), is over.

        If the underlying clock did not advance during the wait, this moves the time forward.
        """
        missing = seconds - (self() - since)
        if missing > seconds / 2:
            self._ahead += missing


_current: Clock = SystemClock()


def current_clock() -> Clock:
    """The clock that new clients use."""
    return _current


def set_clock(clock: Clock) -> Clock:
    """Use `clock` for clients made from now on.

    Returns:
        The previous clock, so that the caller can restore it.
    """
    global _current
    before, _current = _current, clock
    return before
