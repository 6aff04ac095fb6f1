"""What is known about one application's quota, as a ledger stores it.

Enlighten counts hits in fixed windows that are aligned in the server's own clock. So a `Tally`
keeps in which of the server's windows each hit can have been counted, and each sharer (a client)
keeps how far the server's clock is from its own, as bounds learned from `Date` headers.

A moment is stored as its sharer's clock showed it, with that sharer's bounds beside it: no sharer
has to trust another's clock, and a moment becomes more exact as its sharer learns.

The rules are in `enphase_sdk.cloud.quota_rules`. A ledger (`enphase_sdk.cloud.ledgers`) stores
the whole tally for all sharers.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache

import msgspec
from attrs import define, frozen

from enphase_sdk.cloud.plans import Plan, Reserve
from enphase_sdk.core.times import EARLIEST, LATEST

__all__ = [
    "MINUTE",
    "Block",
    "Closed",
    "Hit",
    "Moment",
    "Month",
    "Offset",
    "Sharer",
    "Tally",
    "Ticket",
    "decoded",
    "encoded",
    "month_of",
    "next_month",
]

MINUTE = 60.0

# Seconds. A server that sends no Date header is assumed to differ from our clock by less.
LARGEST_SKEW = 86_400.0

_DAY = 86_400.0


class Offset(msgspec.Struct, array_like=True):
    """Bounds of (server's clock - a sharer's clock), in seconds; assumed 0 if unknown."""

    low: float = 0.0
    high: float = 0.0
    known: bool = False
    asked_at: float = 0.0

    def learn(self, sent_at: float, received_at: float, date: float) -> None:
        """Learn the bounds from a `Date` header (the server's clock, whole seconds)."""
        # The header is cut to whole seconds, and was written some time between the two moments.
        low, high = date - received_at, date + 1.0 - sent_at
        if self.known and max(self.low, low) <= min(self.high, high):
            low, high = max(self.low, low), min(self.high, high)
        self.low, self.high, self.known = low, high, True

    def hold(self, low: float, high: float) -> None:
        """Learn that the server's clock lies within a window that a refusal has named.

        If our own clock lies in that window too, the two clocks are taken as equal, whatever a
        Date header says. Otherwise the start of the window is the safe guess: hits are then sent
        late, but all hits of one window are sent in the same window. A known clock is then only
        moved forward, because the named window can already be over.
        """
        if low <= self.low < high:
            return
        if low <= 0.0 < high:
            self.low = self.high = 0.0
        elif max(abs(low - self.low), abs(high - self.low)) < LARGEST_SKEW and (
            self.low < low or not self.known
        ):
            self.low, self.high = low, max(low, self.high if self.known else low)


class Hit(msgspec.Struct, array_like=True):
    """One hit: its sharer, when it was sent and when it was answered (its sharer's clock).

    `before` is the end of the second in which it was answered, by the server's clock.
    """

    sharer: str
    sent_at: float
    done_at: float | None = None
    before: float = math.inf


class Moment(msgspec.Struct, array_like=True):
    """An instant by a sharer's clock."""

    sharer: str
    at: float


class Block(msgspec.Struct, array_like=True):
    """A refusal: nothing is sent until then. `is_long` if it is not the minute's quota."""

    until: Moment
    reason: str


class Month(msgspec.Struct, array_like=True):
    """Hits of one calendar month (UTC), and since when they are counted (server's clock)."""

    used: int = 0
    since: float = 0.0


class Tally(msgspec.Struct):
    """Everything that the sharers of one quota know together."""

    hits: dict[str, Hit] = {}
    offsets: dict[str, Offset] = {}
    learned_limit: int | None = None
    learned_length: float | None = None
    learned_until: Moment | None = None
    block: Block | None = None
    is_long: bool = False
    next_try: Moment | None = None
    months: dict[str, Month] = {}
    month_limit: int | None = None
    cautious_until: Moment | None = None
    # The server's clock minus a clock that the sharers have in common, and that clock's time.
    hints: dict[str, tuple[float, float, float]] = {}


@define(eq=False)
class Sharer:
    """One client, with what the rules need to know about it.

    Attributes:
        name: A name that no other sharer has.
        limit: Hits of the plan in one minute, as given; None for those learned.
        length: Seconds of the minute's window.
        month_limit: Hits of the plan in a month, as given.
        reserve: Hits to leave to others.
        parts: Greater than 1 while it cannot know what others use: the limit is divided by it.
        offset: Bounds of the server's clock minus its own clock.
    """

    name: str
    limit: int | None
    length: float
    month_limit: int | None
    reserve: Reserve
    offset: Offset
    parts: int = 1

    @classmethod
    def of(cls, name: str, plan: Plan | None, reserve: Reserve) -> Sharer:
        """The sharer for a client with or without a plan."""
        if plan is None:
            return cls(name, None, MINUTE, None, reserve, Offset())
        return cls(name, plan.per_minute, plan.minute_seconds, plan.per_month, reserve, Offset())


@frozen
class Ticket:
    """Permission to send one hit.

    Attributes:
        key: Its name in the tally.
        sent_at: When it was given, epoch seconds (the client's clock).
        is_careful_try: Whether it is the one hit that is sent each day while the month is used up.
    """

    key: str
    sent_at: float
    is_careful_try: bool = False


@frozen
class Closed:
    """The quota permits no hit for `wait` seconds; it opens at `opens_at` (server's clock).

    Attributes:
        wait: Seconds.
        opens_at: Epoch seconds.
        reason: The reason as a text.
        is_long: Whether it is not the minute's quota: it is too long to wait for.
        is_tried: Whether one hit a day is sent nevertheless.
    """

    wait: float
    opens_at: float
    reason: str
    is_long: bool = False
    is_tried: bool = False


def encoded(tally: Tally) -> bytes:
    """A tally as the bytes that a ledger stores."""
    return msgspec.msgpack.encode(tally)


def decoded(kept: bytes) -> Tally | None:
    """The tally; None if the bytes are not a tally: damaged, or written by another program."""
    try:
        tally = msgspec.msgpack.decode(kept, type=Tally)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return tally if _is_sound(tally) else None


def _is_sound(tally: Tally) -> bool:
    """Whether the numbers are possible under the rules."""
    moments = [tally.learned_until, tally.next_try, tally.cautious_until]
    moments.append(tally.block.until if tally.block else None)
    numbers = [each.at for each in moments if each is not None]
    for hit in tally.hits.values():
        numbers += [hit.sent_at, hit.done_at or 0.0]
    for offset in tally.offsets.values():
        numbers += [offset.low, offset.high, offset.asked_at]
    for hint in tally.hints.values():
        numbers += hint
    limits = [tally.learned_limit, tally.month_limit, tally.learned_length]
    return all(map(math.isfinite, numbers)) and all(each is None or each > 0 for each in limits)


def _day_of(server_now: float) -> datetime:
    return datetime.fromtimestamp(min(max(server_now, EARLIEST), LATEST), UTC)


def month_of(server_now: float) -> str:
    """The calendar month, UTC, such as ``2026-11``."""
    return _month_of_day(server_now // _DAY)


# Two calls for each hit; almost all of them on the same day.
@lru_cache(maxsize=8)
def _month_of_day(day: float) -> str:
    return f"{_day_of(day * _DAY):%Y-%m}"


def next_month(server_now: float) -> float:
    """When a new calendar month begins, UTC."""
    now = _day_of(server_now)
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.replace(year=now.year + now.month // 12, month=now.month % 12 + 1).timestamp()
