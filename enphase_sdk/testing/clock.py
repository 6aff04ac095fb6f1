"""A clock that a test controls: every wait returns at once and is recorded."""

from __future__ import annotations

from datetime import datetime

from enphase_sdk.core.forks import Turn
from enphase_sdk.errors import InvalidArgumentError

__all__ = ["FakeClock"]

_NOON_OF_A_JUNE_DAY = 1_718_452_800.0  # 2024-06-15T12:00:00Z


class FakeClock:
    """A `Clock` whose time changes only by `sleep`, `advance` and `set`.

    Safe to share between threads and tasks. There is one time, and each sleep moves it, so the
    sleeps of several threads add up.

    Args:
        start: The first instant: epoch seconds or an aware ``datetime``.

    Attributes:
        sleeps: The length of every sleep so far, in seconds, in order.
    """

    def __init__(self, start: float | datetime = _NOON_OF_A_JUNE_DAY) -> None:
        self._turn = Turn()
        self._time = _epoch(start)
        self._monotonic = 0.0
        self.sleeps: list[float] = []

    def __repr__(self) -> str:
        return f"FakeClock({self._time!r})"

    def time(self) -> float:
        """Seconds since the Unix epoch, UTC."""
        return self._time

    def monotonic(self) -> float:
        """Seconds since the clock was made; `set` does not change it."""
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        """Move the time by `seconds` and return at once."""
        with self._turn.mine():
            self.sleeps.append(seconds)
            self._move(max(seconds, 0.0))

    async def sleep_async(self, seconds: float) -> None:
        """Move the time by `seconds` and let the other tasks run once."""
        import anyio.lowlevel

        self.sleep(seconds)
        await anyio.lowlevel.checkpoint()

    def advance(self, seconds: float) -> None:
        """Move the time forward by `seconds`, which is not recorded as a sleep.

        Raises:
            InvalidArgumentError: `seconds` is negative; `set` moves the wall clock back.
        """
        if seconds < 0:
            raise InvalidArgumentError(
                f"advance({seconds!r}) would move time back; use set() for the wall clock"
            )
        with self._turn.mine():
            self._move(seconds)

    def set(self, instant: float | datetime) -> None:
        """Set the wall clock, forwards or backwards; `monotonic` stays as it is."""
        with self._turn.mine():
            self._time = _epoch(instant)

    def _move(self, seconds: float) -> None:
        self._time += seconds
        self._monotonic += seconds


def _epoch(instant: float | datetime) -> float:
    if not isinstance(instant, datetime):
        return float(instant)
    if instant.tzinfo is None:
        raise InvalidArgumentError(
            f"{instant.isoformat()} has no time zone; give an aware datetime or epoch seconds"
        )
    return instant.timestamp()
