"""The plan's quota: how many hits go out in the server's current window, and when it opens.

Enlighten counts hits in fixed windows that are aligned in the server's own clock. So the pacer
keeps two things: how far the server's clock is from ours (as bounds, from `Date` headers), and
in which of the server's windows each of our hits can have been counted. It sends a hit only
when every window it could fall into has room.

This is the only module that knows how quotas work; it does no I/O and reads no clock.
"""

from __future__ import annotations

import math
import random
import threading
from collections import deque
from datetime import UTC
from functools import lru_cache

from attrs import define, frozen

from enphase_sdk.cloud.plans import Plan
from enphase_sdk.core.forks import renew_after_fork
from enphase_sdk.errors import utc_text

__all__ = ["Closed", "Pacer", "Ticket"]

MINUTE = 60.0

# A refusal that names a later end than any month's is no guide.
LONGEST_PERIOD = 32 * 86_400.0

# A server without a Date header is taken to be off by less than this.
LARGEST_SKEW = 86_400.0

# Many waiters for one opening are spread over this many seconds at most.
SPREAD = 0.5


@define(eq=False)
class Ticket:
    """One hit: when it left, when its answer came (our clock), before when it counts (server's)."""

    sent_at: float
    done_at: float | None = None
    before: float = math.inf


@frozen
class Closed:
    """The quota lets nothing out for `wait` seconds; it opens at `opens_at` (server's clock)."""

    wait: float
    opens_at: float
    reason: str


@define
class _Offset:
    """Bounds of (server's clock - our clock), in seconds; nothing known is taken as equal."""

    low: float = 0.0
    high: float = 0.0
    known: bool = False

    def learn(self, sent_at: float, received_at: float, date: float) -> None:
        # The header is cut to whole seconds, and was written some time between the two moments.
        low, high = date - received_at, date + 1.0 - sent_at
        if self.known and max(self.low, low) <= min(self.high, high):
            low, high = max(self.low, low), min(self.high, high)
        self.low, self.high, self.known = low, high, True

    def guess(self, low: float, high: float) -> None:
        # Without a Date header, only the window a refusal names tells the time there. Its start
        # is the safe guess: hits then go out late, but all of a window's in the same one.
        if not self.known and not low <= self.low < high and max(-low, high) < LARGEST_SKEW:
            self.low = self.high = low


class Pacer:
    """Lets hits out no faster than the plan allows; shared by all threads and tasks of a client.

    Without a plan it learns the limit from the first refusal.
    """

    def __init__(self, plan: Plan | None = None) -> None:
        self._lock = threading.Lock()
        renew_after_fork(self)
        self._limit = plan.per_minute if plan else None
        self._length = plan.minute_seconds if plan else MINUTE
        self._offset = _Offset()
        self._tickets: deque[Ticket] = deque()
        self._blocked_until = -math.inf
        self._blocked_reason = ""

    def after_fork(self) -> None:
        """Replace the lock, which a thread of the parent may hold."""
        self._lock = threading.Lock()

    @property
    def limit(self) -> int | None:
        """Hits allowed in one window, as given or learned; None while it is not known."""
        return self._limit

    def reserve(self, now: float) -> Ticket | Closed:
        """A ticket for one hit to leave at `now` (epoch seconds, our clock), or why not yet."""
        with self._lock:
            server_now = now + self._offset.low
            if server_now < self._blocked_until:
                return self._closed(now, self._blocked_until, self._blocked_reason)
            full = self._full_window(now)
            if full is not None:
                reason = f"all {self._limit} hits of this window of the quota are used"
                return self._closed(now, (full + 1) * self._length, reason)
            ticket = Ticket(now)
            if self._limit is not None:
                self._forget_before(server_now - 2 * self._length)
            self._tickets.append(ticket)
            if self._limit is None and len(self._tickets) > _REMEMBERED:
                self._tickets.popleft()
            return ticket

    def settle(self, ticket: Ticket, now: float, date_header: str | None) -> None:
        """Note that the hit's answer (or its failure) came at `now`; learn the server's clock."""
        date = _epoch(date_header)
        with self._lock:
            ticket.done_at = now
            if date is not None:
                self._offset.learn(ticket.sent_at, now, date)
                ticket.before = date + 1.0

    def refuse(
        self,
        now: float,
        *,
        period: str | None,
        period_start: int | None,
        period_end: int | None,
        limit: int | None,
    ) -> Closed:
        """Note a refusal (409) with what it said; says when the quota opens.

        A refusal without an end that makes sense is taken as one of the current minute.
        """
        with self._lock:
            server_now = now + self._offset.low
            if period_end is None or not 0 <= period_end <= server_now + LONGEST_PERIOD:
                opens_at = (math.floor(server_now / self._length) + 1) * self._length
            else:
                opens_at = float(period_end)
                if period in (None, "minute", "second") and limit and limit > 0:
                    self._limit = limit
                    if period_start is not None and 0 < period_end - period_start <= 2 * MINUTE:
                        self._length = float(period_end - period_start)
                        self._offset.guess(period_start - now, period_end - now)
            named = f"the quota of {limit} hits a {period}" if limit and period else "the quota"
            self._blocked_until = max(self._blocked_until, opens_at)
            self._blocked_reason = f"{named} is used up"
            return self._closed(now, opens_at, self._blocked_reason)

    def _closed(self, now: float, opens_at: float, reason: str) -> Closed:
        wait = max(0.0, opens_at - (now + self._offset.low))
        if wait:
            wait += random.SystemRandom().uniform(0.0, SPREAD)
        return Closed(wait, opens_at, f"{reason}; it opens at {utc_text(opens_at)}")

    def _full_window(self, now: float) -> int | None:
        """The first window that a hit sent now could fall into, if it has no room.

        A later one has no less: what could be in that one could be in the first one too.
        """
        window = math.floor((now + self._offset.low) / self._length)
        full = self._limit is not None and self._possibly_in(window, now) >= self._limit
        return window if full else None

    def _possibly_in(self, window: int, now: float) -> int:
        start, end = window * self._length, (window + 1) * self._length
        count = 0
        for ticket in self._tickets:
            earliest = ticket.sent_at + self._offset.low
            latest = (ticket.done_at or now) + self._offset.high
            count += earliest < end and start <= latest and start < ticket.before
        return count

    def _forget_before(self, server_time: float) -> None:
        while self._tickets and self._tickets[0].done_at is not None:
            if self._tickets[0].done_at + self._offset.high >= server_time:
                break
            self._tickets.popleft()


# While no limit is known, this many hits are remembered, for the day it becomes known.
_REMEMBERED = 1000


# Answers of the same second carry the same text.
@lru_cache(maxsize=16)
def _epoch(date_header: str | None) -> float | None:
    if date_header is None:
        return None
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(date_header)
    except (ValueError, OverflowError):
        return None
    # HTTP's dates are in UTC; one at either end of the calendar cannot be reckoned with.
    return date.replace(tzinfo=date.tzinfo or UTC).timestamp() if 1970 <= date.year < 9999 else None
