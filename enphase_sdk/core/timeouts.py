"""The time limits of one request: checks the caller's value, converts it for transports."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import TIMEOUT_MAX
from typing import TYPE_CHECKING

from attrs import frozen

from enphase_sdk.errors import ConfigError

if TYPE_CHECKING:
    import httpx

__all__ = ["Deadline", "Timeouts", "timeouts"]

# Seconds. A connection that takes longer will not succeed.
LONGEST_CONNECT = 10.0


@frozen
class Timeouts:
    """The time limits of one request, seconds; None: no limit.

    Attributes:
        steps: Limits to connect, to read, to write, and to wait for a connection (`pool`).
        total: Limit from the first byte sent to the last byte read.
    """

    steps: Mapping[str, float | None]
    total: float | None


def timeouts(value: float | httpx.Timeout | None) -> Timeouts:
    """The time limits of one request; a number (seconds) limits the whole exchange.

    Connecting gets at most 10 s of it. An `httpx.Timeout` limits each step, and the exchange to
    the sum of them.

    Raises:
        ConfigError: it is neither a number of seconds above 0 nor an `httpx.Timeout`.
    """
    if value is None:
        return Timeouts(_steps(None, None), None)
    if isinstance(value, int | float):
        # Not a bool, not NaN, and nothing that a system call would refuse.
        if not isinstance(value, bool) and 0 < value <= TIMEOUT_MAX:
            return Timeouts(_steps(min(value, LONGEST_CONNECT), value), value)
    elif hasattr(value, "as_dict"):
        steps = value.as_dict()
        limits = [seconds for seconds in steps.values() if seconds is not None]
        return Timeouts(steps, sum(limits) if len(limits) == len(steps) else None)
    raise ConfigError(f"timeout must be seconds above 0, or None for no limit: {value!r}")


def _steps(connect: float | None, others: float | None) -> Mapping[str, float | None]:
    return {"connect": connect, "read": others, "write": others, "pool": others}


class Deadline:
    """The end of a wait, or of the current exchange on a connection.

    It uses the machine's monotonic clock, not the clock that tests can set, because real
    connections need real time limits.
    """

    __slots__ = ("_end",)

    def __init__(self, seconds: float | None = None) -> None:
        """End `seconds` from now; None: no end."""
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self, limit: float | None) -> float | None:
        """Time limit of the next step, seconds: its own limit, or the rest if that is less.

        Raises:
            TimeoutError: no time is left.
        """
        if self._end is None:
            return limit
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left if limit is None or left < limit else limit
