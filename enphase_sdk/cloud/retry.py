"""When a failed call is retried, and after which delay."""

from __future__ import annotations

import random
import re

from attrs import frozen

from enphase_sdk.core.effects import Reply
from enphase_sdk.core.times import http_date

__all__ = ["Backoff", "retry_after"]

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
LONGEST_TOTAL = 120.0

# What Python reads as a number besides, such as inf and 1e400, is no Retry-After.
_SECONDS = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{0,20})?")

# Seconds. The longest Retry-After that is followed.
LONGEST_ASKED = 86_400.0


@frozen
class Backoff:
    """Exponential backoff with full jitter, limited by number of retries and total time.

    Attributes:
        max_retries: Largest number of retries of a call; 0: none.
        total: Seconds after the first failure after which no further retry is made.
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


def retry_after(reply: Reply, now: float) -> float | None:
    """The wait in a `Retry-After` header, seconds, from either of its forms; None without one.

    Args:
        reply: The answer.
        now: Epoch seconds; used to compute the wait if the answer has no `Date` header.
    """
    text = reply.headers.get("retry-after")
    if text is None:
        return None
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    else:
        until, since = http_date(text), http_date(reply.headers.get("date"))
        if until is None:
            return None
        seconds = until - (now if since is None else since)
    return min(max(0.0, seconds), LONGEST_ASKED)
