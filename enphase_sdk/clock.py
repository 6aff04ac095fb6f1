"""The clock everything in the package reads and waits on.

Nothing else in the package calls ``time`` or sleeps, so that a test that puts another
clock here makes every wait instant and observable.
"""

from __future__ import annotations

import time
from typing import Protocol

__all__ = ["Clock", "SteadyTime", "SystemClock", "current_clock", "set_clock"]


class Clock(Protocol):
    """What the package needs of time."""

    def time(self) -> float:
        """Seconds since the Unix epoch, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences mean something."""
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
    """Epoch seconds that never jump: the wall clock's when it was made, and steady ever since.

    A wall clock is set, and tests freeze it; who waits for something wants neither.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = clock.time() - clock.monotonic()

    def __call__(self) -> float:
        """Now."""
        return self._clock.monotonic() + self._ahead

    def waited(self, seconds: float, since: float) -> None:
        """Note that a wait of so many seconds, begun at `since`, is over.

        Where the machine's clock stands still, it is this that moves the time on.
        """
        missing = seconds - (self() - since)
        if missing > seconds / 2:
            self._ahead += missing


_current: Clock = SystemClock()


def current_clock() -> Clock:
    """The clock that new clients take."""
    return _current


def set_clock(clock: Clock) -> Clock:
    """Let clients made from now on take `clock`; returns the one before, to be put back."""
    global _current
    before, _current = _current, clock
    return before
