"""When a failed call is tried again, and after how long."""

from __future__ import annotations

import random

from attrs import frozen

__all__ = ["RETRIED_STATUSES", "Backoff"]

RETRIED_STATUSES = frozenset({500, 502, 503, 504})

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
LONGEST_TOTAL = 120.0


@frozen
class Backoff:
    """Exponential backoff with full jitter, bounded by number and by total time.

    Attributes:
        max_retries: How often a call is tried again; 0 means never.
        total: Seconds after the first failure when no further try is made.
    """

    max_retries: int
    total: float = LONGEST_TOTAL

    def delay(self, failures: int, elapsed: float, at_least: float = 0.0) -> float | None:
        """Seconds to wait after the `failures`-th failure in a row, or None to give up.

        Args:
            failures: Failures of this call so far, 1 after the first.
            elapsed: Seconds since the first of them.
            at_least: What the server asked for (`Retry-After`).
        """
        if failures > self.max_retries:
            return None
        ceiling = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(failures - 1, 10))
        wait = max(at_least, random.SystemRandom().uniform(0.0, ceiling))
        return wait if elapsed + wait <= self.total else None
