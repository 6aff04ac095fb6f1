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
from datetime import UTC, datetime

from attrs import define, frozen

from enphase_sdk.cloud.plans import Plan
from enphase_sdk.cloud.retry import EARLIEST, LATEST, http_date
from enphase_sdk.core.forks import renew_after_fork
from enphase_sdk.errors import utc_text

__all__ = ["Closed", "Pacer", "Ticket"]

MINUTE = 60.0

# Length of the periods that refusals name, seconds. An unknown name is treated as a month.
LENGTHS = {"second": 1.0, "hour": 3_600.0, "day": 86_400.0, "week": 7 * 86_400.0}
LONGEST_PERIOD = 31 * 86_400.0

# Seconds. A learned limit is forgotten after this, because the plan may have been raised.
LEARNED_FOR = 86_400.0

# Seconds. Simulations use windows of other lengths; up to this a window counts as a minute's.
LONGEST_MINUTE = 2 * MINUTE

# Seconds. While a month is used up, one hit per day is sent as a test: the plan may have been
# raised, or the refusal may have been wrong.
DAY = 86_400.0

# Seconds. Without a Date header the server's clock is assumed to differ by less than this.
LARGEST_SKEW = 86_400.0

# While no limit is known, this many hits are remembered, because they count once it is known.
REMEMBERED = 1000

# Seconds. Calls that wait for the same opening are spread over at most this time.
SPREAD = 0.5


@define(eq=False)
class Ticket:
    """One hit: when it was sent and answered (our clock), latest time it counts (server's)."""

    sent_at: float
    done_at: float | None = None
    before: float = math.inf
    is_careful_try: bool = False


@frozen
class Closed:
    """The quota is closed for `wait` seconds.

    Attributes:
        wait: Seconds until it opens.
        opens_at: When it opens, epoch seconds in the server's clock.
        reason: Why it is closed, in words.
        is_long: Whether the period is longer than a minute, so that waiting is not useful.
    """

    wait: float
    opens_at: float
    reason: str
    is_long: bool = False


@define
class _Offset:
    """Bounds of (server's clock - our clock), seconds; while unknown the clocks count as equal."""

    low: float = 0.0
    high: float = 0.0
    known: bool = False

    def learn(self, sent_at: float, received_at: float, date: float) -> None:
        # The header has whole seconds (cut off) and was written between sending and receiving.
        low, high = date - received_at, date + 1.0 - sent_at
        if self.known and max(self.low, low) <= min(self.high, high):
            low, high = max(self.low, low), min(self.high, high)
        self.low, self.high, self.known = low, high, True

    def hold(self, low: float, high: float) -> None:
        """Learn that the server's clock lies within the window that a refusal has named.

        If our own clock lies in it too, the clocks count as equal, whatever a Date header says.
        Otherwise the start of the window is the safe estimate: hits are then sent late, but all
        hits of a window in the same one. A known clock is only moved forward, because the window
        may already have ended.
        """
        if low <= self.low < high:
            return
        if low <= 0.0 < high:
            self.low = self.high = 0.0
        elif max(abs(low - self.low), abs(high - self.low)) < LARGEST_SKEW and (
            self.low < low or not self.known
        ):
            self.low, self.high = low, max(low, self.high if self.known else low)


class Pacer:
    """Allows hits no faster than the plan; shared by all threads and tasks of a client.

    Without a plan it learns the limit from the first refusal.
    """

    def __init__(self, plan: Plan | None = None) -> None:
        self._lock = threading.Lock()
        renew_after_fork(self)
        self._given: tuple[int | None, float] = (
            (plan.per_minute, plan.minute_seconds) if plan else (None, MINUTE)
        )
        self._limit: int | None = self._given[0]
        self._length: float = self._given[1]
        self._learned_until = math.inf
        self._offset = _Offset()
        self._tickets: deque[Ticket] = deque()
        # In our clock, so that a jump of the server's clock cannot keep the quota closed.
        self._blocked_until = -math.inf
        self._blocked_reason = ""
        self._month: Closed | None = None
        self._next_try = math.inf

    def after_fork(self) -> None:
        """Replace the lock, which a thread of the parent may hold.

        Calls of the parent that are under way count as hits; their answers do not arrive here.
        """
        self._lock = threading.Lock()
        for ticket in self._tickets:
            if ticket.done_at is None:
                ticket.done_at = ticket.sent_at

    @property
    def limit(self) -> int | None:
        """Number of hits allowed in one window, given or learned; None while not known."""
        return self._limit

    @property
    def ahead(self) -> float:
        """How far the server's clock is ahead of ours, seconds; 0 while not known."""
        return self._offset.low

    def reserve(self, now: float) -> Ticket | Closed:
        """A ticket for one hit at `now` (epoch seconds, our clock), or how long to wait."""
        with self._lock:
            is_careful_try = False
            if now < self._blocked_until:
                if self._month is None or now < self._next_try:
                    return self._blocked(now)
                is_careful_try = True
            else:
                self._month = None
            if now >= self._learned_until:
                (self._limit, self._length), self._learned_until = self._given, math.inf
            full = self._full_window(now)
            if full is not None:
                reason = f"all {self._limit} hits of this window of the quota are used"
                return self._closed(now, (full + 1) * self._length, reason)
            if is_careful_try:
                self._next_try = now + DAY
            ticket = Ticket(now, is_careful_try=is_careful_try)
            self._forget_old(now)
            self._tickets.append(ticket)
            return ticket

    def settle(
        self, ticket: Ticket, now: float, date_header: str | None, *, is_success: bool = False
    ) -> None:
        """Note that the hit's answer (or its failure) came at `now`; learn the server's clock.

        Args:
            ticket: The hit.
            now: Epoch seconds, our clock.
            date_header: The answer's `Date`.
            is_success: Whether the answer proves that the quota is open.
        """
        date = http_date(date_header)
        with self._lock:
            ticket.done_at = now
            if is_success and ticket.is_careful_try:
                self._blocked_until, self._month = -math.inf, None
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
        retry_after: float | None = None,
    ) -> Closed:
        """Record a refusal; returns when the quota opens.

        The name of the period decides; its end is limited by its length. A refusal without name
        and end counts as one of the current minute.
        """
        name = None if period is None else period.strip().lower()
        with self._lock:
            length = self._length_of(name, period_start, period_end)
            if length is None:
                self._learn_window(now, period_start, period_end, limit)
                length = self._length
            server_now = now + self._offset.low
            left = None
            if period_end is not None and period_end >= 0:
                left = min(period_end, LATEST) - server_now
            if left is not None and left <= length:
                wait = max(0.0, left)
            elif retry_after is not None:
                wait = retry_after if name is None else min(retry_after, length)
            elif length == LONGEST_PERIOD:
                wait = _next_month(server_now) - server_now
            else:
                # A period ends at the latest after its own length, whatever the refusal says.
                wait = (math.floor(server_now / length) + 1) * length - server_now
            named = f"the quota of {limit} hits a {period}" if limit and period else "the quota"
            is_long = length >= DAY
            reason = f"{named} is used up"
            if now + wait >= self._blocked_until:
                self._blocked_until, self._blocked_reason = now + wait, reason
            closed = self._closed(now, server_now + wait, reason, is_long=is_long)
            if is_long:
                self._month, self._next_try = closed, now + DAY
            return closed

    @staticmethod
    def _length_of(name: str | None, start: int | None, end: int | None) -> float | None:
        """Length of the period that a refusal names, seconds; None for a minute."""
        if name is None and start is not None and end is not None:
            # Without a name, start and end show whether it is longer than a minute.
            named = end - start if EARLIEST < start < end < LATEST else 0
            return min(float(named), LONGEST_PERIOD) if named > LONGEST_MINUTE else None
        if name in (None, "minute"):
            return None
        return LENGTHS.get(name, LONGEST_PERIOD)

    def _learn_window(
        self, now: float, start: int | None, end: int | None, limit: int | None
    ) -> None:
        """Learn from the window of a refusal, which contains the server's current time."""
        if limit is not None and limit > 0 and end is not None:
            self._limit, self._learned_until = limit, now + LEARNED_FOR
        if start is None or end is None or not EARLIEST < start < end < LATEST:
            return
        if end - start <= LONGEST_MINUTE:
            self._length = float(end - start)
            self._offset.hold(start - now, end - now)

    def _blocked(self, now: float) -> Closed:
        opens_at = self._blocked_until + self._offset.low
        return self._closed(now, opens_at, self._blocked_reason, is_long=self._month is not None)

    def _closed(self, now: float, opens_at: float, reason: str, *, is_long: bool = False) -> Closed:
        wait = max(0.0, opens_at - (now + self._offset.low))
        if wait:
            wait += random.SystemRandom().uniform(0.0, SPREAD)
        return Closed(wait, opens_at, f"{reason}; it opens at {utc_text(opens_at)}", is_long)

    def _full_window(self, now: float) -> int | None:
        """The first window that a hit sent now could fall into, if that window is full.

        Later windows need no check: every hit that could be in one of them could also be in the
        first one.
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

    def _forget_old(self, now: float) -> None:
        """Forget hits that cannot have been counted in a window that is still open."""
        if self._limit is None:
            while len(self._tickets) >= REMEMBERED:
                self._tickets.popleft()
            return
        over = now - self._length - (self._offset.high - self._offset.low)
        while self._tickets and (self._tickets[0].done_at or now) < over:
            self._tickets.popleft()


def _next_month(server_now: float) -> float:
    """Start of the next calendar month (UTC), epoch seconds."""
    now = datetime.fromtimestamp(min(max(server_now, EARLIEST), LATEST), UTC)
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.replace(year=now.year + now.month // 12, month=now.month % 12 + 1).timestamp()
