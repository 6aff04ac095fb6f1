"""How long one request may take: as callers say it, and as transports want it."""

from __future__ import annotations

from collections.abc import Mapping
from threading import TIMEOUT_MAX
from typing import TYPE_CHECKING, TypeAlias

from enphase_sdk.errors import ConfigError

if TYPE_CHECKING:
    import httpx

__all__ = ["Timeouts", "timeouts"]

# Seconds to connect, to read, to write, and in the queue for a connection; None waits for ever.
Timeouts: TypeAlias = Mapping[str, float | None]

# Connecting is quick or hopeless.
LONGEST_CONNECT = 10.0


def timeouts(value: float | httpx.Timeout | None) -> Timeouts:
    """The limits of each step; a number is for all of them, but connecting gets at most 10 s.

    Raises:
        ConfigError: it is no number of seconds above 0, and no `httpx.Timeout`.
    """
    if value is None:
        return _limits(None, None)
    if isinstance(value, int | float):
        # Not a bool, not NaN, and nothing that a system call would refuse.
        if not isinstance(value, bool) and 0 < value <= TIMEOUT_MAX:
            return _limits(min(value, LONGEST_CONNECT), value)
    elif hasattr(value, "as_dict"):
        return value.as_dict()
    raise ConfigError(f"timeout must be seconds above 0, or None to wait for ever: {value!r}")


def _limits(connect: float | None, others: float | None) -> Timeouts:
    return {"connect": connect, "read": others, "write": others, "pool": others}
