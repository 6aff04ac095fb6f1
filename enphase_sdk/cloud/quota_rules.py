"""The rules that permit hits: functions of a tally, a sharer and the time.

A hit is permitted only when every window of the server's that it could fall into has room.
"""

from __future__ import annotations

import math

from attrs import define

from enphase_sdk.cloud.tally import (
    MINUTE,
    Block,
    Closed,
    Hit,
    Moment,
    Month,
    Offset,
    Sharer,
    Tally,
    Ticket,
    month_of,
    next_month,
)
from enphase_sdk.core.times import EARLIEST, LATEST
from enphase_sdk.errors import utc_text

__all__ = ["CAUTIOUS_PARTS", "DAY", "LEARNED_FOR", "LONGEST_PERIOD", "REMEMBERED", "View"]

# Seconds of the periods that refusals name. A period of another name is as long as its start and
# end say; if they do not, it is taken as a month.
LONGEST_PERIOD = 31 * 86_400.0
LENGTHS = {
    "second": 1.0,
    "hour": 3_600.0,
    "day": 86_400.0,
    "week": 7 * 86_400.0,
    "month": LONGEST_PERIOD,
}

# A learned limit is forgotten after this time: the plan may have been raised.
LEARNED_FOR = 86_400.0

# Seconds. In simulations the minute's window may have another length, up to this.
LONGEST_MINUTE = 2 * MINUTE

# While a month is used up, one hit a day is sent: the plan may be raised, a refusal be wrong.
DAY = 86_400.0

# While no limit is known, this many hits are remembered until it is.
REMEMBERED = 1000

# Another sharer's hit without an answer after this time is from a process that was killed.
LOST_AFTER = MINUTE

# Sharers that sent nothing for this long are forgotten.
SHARES_FOR = 3_600.0

# Old sharers are searched for only if there are more sharers than this.
MOST_SHARERS = 16

# A hit sent less than this before the month's end is counted in the next month too.
MONTH_S_EDGE = 2.0

# The number of months whose counts are kept; a wrong clock may add wrong months.
MOST_MONTHS = 4

# If the hits of others are not known, the limit is divided by this.
CAUTIOUS_PARTS = 4

# The smallest published plan's limit, for a reduced rate if no limit is known.
SMALLEST_LIMIT = 10


@define
class View:
    """A tally as one sharer sees it at one moment.

    Attributes:
        tally: What all sharers know.
        me: The sharer.
        now: Its clock, epoch seconds.
    """

    tally: Tally
    me: Sharer
    now: float

    @property
    def server_now(self) -> float:
        """The server's clock, at the earliest."""
        return self.now + self.me.offset.low

    @property
    def length(self) -> float:
        """Seconds of the minute's window."""
        return self.tally.learned_length or self.me.length

    @property
    def limit(self) -> int | None:
        """Hits allowed to all sharers in one window; None while it is not known."""
        return self.tally.learned_limit or self.me.limit

    @property
    def month_limit(self) -> int | None:
        """Hits allowed to all sharers in a month; None while it is not known."""
        return self.me.month_limit or self.tally.month_limit

    @property
    def window(self) -> int:
        """The number of the server's current window, at the earliest."""
        return math.floor(self.server_now / self.length)

    def here(self, moment: Moment) -> float:
        """A moment by this sharer's clock."""
        if moment.sharer == self.me.name:
            return moment.at
        return moment.at + self._offset(moment.sharer).low - self.me.offset.low

    def moment(self, at: float) -> Moment:
        """A moment that others can read."""
        return Moment(self.me.name, at)

    def reserve(self, key: str) -> Ticket | Closed:
        """A ticket to send one hit now, or why there is none yet."""
        tally = self.tally
        closed = self.closed_now()
        is_careful_try = closed is not None and closed.is_tried and self._is_time_for_a_try()
        if is_careful_try:
            closed = self._full_window()
        if closed is not None:
            return closed
        if is_careful_try:
            tally.next_try = self.moment(self.now + DAY)
        self.forget_old()
        tally.hits[key] = Hit(self.me.name, self.now)
        self.count(1)
        return Ticket(key, self.now, is_careful_try)

    def closed_now(self) -> Closed | None:
        """Why a hit cannot be sent now; None if it can."""
        tally = self.tally
        self._forget_what_is_over()
        if tally.block is not None:
            opens_at = self.here(tally.block.until) + self.me.offset.low
            is_long = tally.is_long
            return self.closed(opens_at, tally.block.reason, is_long=is_long, is_tried=is_long)
        return self._spent_month() or self._full_window()

    def count(self, hits: int) -> None:
        """Count hits in their month; near a month's end or start, in both possible months."""
        months, earliest = self.tally.months, self.server_now
        latest = self.now + self.me.offset.high + MONTH_S_EDGE
        for name, at in {month_of(latest): latest, month_of(earliest): earliest}.items():
            month = months.get(name)
            if month is None:
                month = months[name] = Month(0, at)
            month.used = max(0, month.used + hits)
        while len(months) > MOST_MONTHS:
            del months[min(months)]

    def settle(
        self, ticket: Ticket, done_at: float, date: float | None, *, is_success: bool
    ) -> None:
        """Record that a hit was answered, with the answer's `Date` (server's clock)."""
        hit = self.tally.hits.get(ticket.key)
        if hit is not None:
            hit.done_at = done_at
            if date is not None:
                hit.before = date + 1.0
        if is_success and ticket.is_careful_try:
            self.reopen()

    def withdraw(self, ticket: Ticket) -> None:
        """Take back a hit that was never sent."""
        if self.tally.hits.pop(ticket.key, None) is not None:
            self.count(-1)

    def reopen(self) -> None:
        """Forget a refusal, because the plan was raised."""
        self.tally.block, self.tally.is_long, self.tally.next_try = None, False, None
        self.tally.month_limit = None

    def refuse(
        self,
        *,
        period: str | None,
        period_start: int | None,
        period_end: int | None,
        limit: int | None,
        retry_after: float | None = None,
    ) -> Closed:
        """Record a refusal; returns when the quota opens.

        The name of the period decides how long it lasts at most. A refusal that names neither a
        period nor an end is taken as one of the current minute.
        """
        tally, now = self.tally, self.now
        name = None if period is None else period.strip().lower()
        length = _length_of(name, period_start, period_end)
        if length is None:
            self._learn_window(period_start, period_end, limit)
            length = self.length
        server_now = self.server_now
        left = None
        if period_end is not None and period_end >= 0:
            left = min(period_end, LATEST) - server_now
        if left is not None and left <= length:
            wait = max(0.0, left)
        elif retry_after is not None:
            wait = retry_after if name is None else min(retry_after, length)
        elif length == LONGEST_PERIOD:
            wait = next_month(server_now) - server_now
        else:
            # Whatever the refusal says, a period ends after its own length.
            wait = (math.floor(server_now / length) + 1) * length - server_now
        named = f"the quota of {limit} hits a {period}" if limit and period else "the quota"
        is_long = length >= DAY
        reason = f"{named} is used up"
        if tally.block is None or now + wait >= self.here(tally.block.until):
            tally.block = Block(self.moment(now + wait), reason)
        if is_long:
            tally.is_long, tally.next_try = True, self.moment(now + DAY)
        if name == "month" and limit is not None and limit > 0:
            self._learn_month(limit)
        return self.closed(server_now + wait, reason, is_long=is_long, is_tried=is_long)

    def closed(
        self, opens_at: float, reason: str, *, is_long: bool = False, is_tried: bool = False
    ) -> Closed:
        """The quota is closed until `opens_at` (server's clock)."""
        wait = max(0.0, opens_at - self.server_now)
        reason = f"{reason}; it opens at {utc_text(opens_at)}"
        return Closed(wait, opens_at, reason, is_long, is_tried)

    def used_in(self, window: int) -> int:
        """Hits that may have been counted in one of the server's windows, given by its number."""
        start, end = window * self.length, (window + 1) * self.length
        count = 0
        for hit in self.tally.hits.values():
            earliest = hit.sent_at + self._offset(hit.sharer).low
            count += earliest < end and start <= self._latest(hit) and start < hit.before
        return count

    def forget_old(self) -> None:
        """Forget hits that cannot be counted in any window that is still open."""
        hits = self.tally.hits
        if self.limit is None:
            while len(hits) >= REMEMBERED:
                del hits[next(iter(hits))]
            return
        over = self.server_now - self.length
        while hits and self._latest(hits[next(iter(hits))]) < over:
            del hits[next(iter(hits))]
        if len(hits) > 4 * self.limit + REMEMBERED:
            # A hit that is not answered yet also keeps the hits sent after it.
            self.tally.hits = {key: hit for key, hit in hits.items() if self._latest(hit) >= over}

    def forget_sharers(self) -> None:
        """Forget sharers that have no hits here and are no longer active."""
        tally = self.tally
        if len(tally.offsets) <= MOST_SHARERS:
            return
        moments = [tally.learned_until, tally.next_try, tally.cautious_until]
        if tally.block is not None:
            moments.append(tally.block.until)
        needed = {each.sharer for each in moments if each} | {self.me.name}
        needed |= {hit.sharer for hit in tally.hits.values()}
        over = self.server_now - SHARES_FOR
        tally.offsets = {
            name: offset
            for name, offset in tally.offsets.items()
            if name in needed or offset.asked_at + offset.low >= over
        }

    def _offset(self, sharer: str) -> Offset:
        if sharer == self.me.name:
            return self.me.offset
        return self.tally.offsets.get(sharer, self.me.offset)

    def _latest(self, hit: Hit) -> float:
        """The last moment, by the server's clock, at which a hit may have been counted."""
        if hit.sharer == self.me.name:
            return (hit.done_at or self.now) + self.me.offset.high
        high = self._offset(hit.sharer).high
        if hit.done_at is not None:
            return hit.done_at + high
        return min(hit.sent_at + LOST_AFTER + high, self.now + self.me.offset.high)

    def _is_time_for_a_try(self) -> bool:
        tally = self.tally
        return (
            tally.is_long and tally.next_try is not None and self.now >= self.here(tally.next_try)
        )

    def _forget_what_is_over(self) -> None:
        tally = self.tally
        if tally.block is not None and self.now >= self.here(tally.block.until):
            tally.block, tally.is_long, tally.next_try = None, False, None
        if tally.learned_until is not None and self.now >= self.here(tally.learned_until):
            tally.learned_limit = tally.learned_length = tally.learned_until = None
        if tally.cautious_until is not None and self.now >= self.here(tally.cautious_until):
            tally.cautious_until = None

    def _spent_month(self) -> Closed | None:
        """Why nothing is sent for the rest of the month; None if hits are left.

        A limit that was learned in an earlier month only limits what is kept for others: the plan
        may have been raised, and then no refusal comes.
        """
        limit, kept = self.month_limit, self.me.reserve.month
        if limit is None or (self.me.month_limit is None and not kept):
            return None
        for at in (self.server_now, self.now + self.me.offset.high):
            month = self.tally.months.get(month_of(at))
            if month is not None and month.used >= limit - kept:
                kept_too = f" ({kept} of them are kept for others)" if kept else ""
                reason = f"the quota of {limit} hits a month is used up{kept_too}"
                return self.closed(next_month(at), reason, is_long=True)
        return None

    def allowed(self) -> int | None:
        """The number of hits in a window up to which this sharer may send."""
        limit = self.limit
        parts = self.me.parts
        if self.tally.cautious_until is not None:
            parts = max(parts, CAUTIOUS_PARTS)
        if parts > 1:
            return max(1, (limit or SMALLEST_LIMIT) // parts)
        return None if limit is None else max(1, limit - self.me.reserve.minute)

    def _full_window(self) -> Closed | None:
        """The first window without room that a hit sent now could fall into.

        With the hits of one sharer, a later window never has more than the first window; with the
        hits of several sharers it may.
        """
        allowed = self.allowed()
        if allowed is None:
            return None
        first = self.window
        last = math.floor((self.now + self.me.offset.high) / self.length)
        for window in range(first, min(last, first + 2) + 1):
            if self.used_in(window) >= allowed:
                reason = f"all {allowed} hits of this window of the quota are used"
                if self.me.reserve.minute and self.me.parts == 1:
                    reason += f" ({self.me.reserve.minute} more are kept for others)"
                return self.closed((window + 1) * self.length, reason)
        return None

    def _learn_window(self, start: int | None, end: int | None, limit: int | None) -> None:
        """The server's present time lies in the window that a refusal names."""
        if limit is not None and limit > 0 and end is not None:
            self.tally.learned_limit = limit
            self.tally.learned_until = self.moment(self.now + LEARNED_FOR)
        if start is None or end is None or not EARLIEST < start < end < LATEST:
            return
        if end - start <= LONGEST_MINUTE:
            self.tally.learned_length = float(end - start)
            self.me.offset.hold(start - self.now, end - self.now)

    def _learn_month(self, limit: int) -> None:
        self.tally.month_limit = limit
        at = self.server_now
        month = self.tally.months.setdefault(month_of(at), Month(0, at))
        month.used = max(month.used, limit)


def _length_of(name: str | None, start: int | None, end: int | None) -> float | None:
    """Seconds of the period that a refusal names; None for a minute, whose length is known."""
    if name == "minute":
        return None
    if name in LENGTHS:
        return LENGTHS[name]
    if start is not None and end is not None and EARLIEST < start < end < LATEST:
        # Without a name, or with an unknown one ("60 seconds"), start and end show the length.
        named = min(float(end - start), LONGEST_PERIOD)
        return named if named > LONGEST_MINUTE else None
    return LONGEST_PERIOD if name else None
