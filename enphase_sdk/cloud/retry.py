"""When a failed call is tried again, and after how long."""

from __future__ import annotations

import math
import random
from email.utils import parsedate_to_datetime

from attrs import frozen

from enphase_sdk.core.effects import Reply

__all__ = ["Backoff", "retry_after"]

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
LONGEST_TOTAL = 120.0

# A server that asks for more than a day is not obeyed to the letter.
LONGEST_ASKED = 86_400.0


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


def retry_after(reply: Reply) -> float | None:
    """Seconds that a `Retry-After` header asks for, in either of its forms; None without one.

    A date is held against the server's own `Date`, not against this machine's clock.
    """
    text = reply.headers.get("retry-after")
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        pass
    else:
        return None if math.isnan(seconds) else min(max(0.0, seconds), LONGEST_ASKED)
    try:
        asked = parsedate_to_datetime(text)
        seconds = (asked - parsedate_to_datetime(reply.headers.get("date", ""))).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST_ASKED)
