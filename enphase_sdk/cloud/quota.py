"""The plan's quota for one client: may a hit be sent now, and if not, when?

The rules are in `enphase_sdk.cloud.quota_rules`; a ledger (`enphase_sdk.cloud.ledgers`) stores
what is shared with other clients. A `Pacer` connects the two: it knows the client's plan and the
difference between the server's clock and the client's. While the ledger fails, it continues
without it at a reduced rate. It never sleeps.
"""

from __future__ import annotations

import itertools
import random
import secrets
import threading
from collections.abc import Callable
from copy import copy
from typing import TypeVar

from attrs import evolve

from enphase_sdk.clock import SteadyTime
from enphase_sdk.cloud.ledgers import Ledger, MemoryLedger, Readings
from enphase_sdk.cloud.plans import NOTHING_RESERVED, Plan, Reserve, reserved
from enphase_sdk.cloud.quota_rules import CAUTIOUS_PARTS, View
from enphase_sdk.cloud.quota_status import QuotaStatus, status_of
from enphase_sdk.cloud.tally import Closed, Hit, Sharer, Tally, Ticket, decoded, encoded
from enphase_sdk.core.forks import renew_after_fork
from enphase_sdk.core.log import logger
from enphase_sdk.core.times import http_date
from enphase_sdk.errors import EnphaseError

__all__ = ["Pacer"]

T = TypeVar("T")

# Seconds. Clients that wait for the same opening are spread over at most this time.
SPREAD = 0.5

# Seconds. A ledger that failed is used again after this time.
TRIED_AGAIN_AFTER = 30.0

# The name of the system clock, which every machine has.
WALL = "wall"

# Seconds. What a newcomer needs is written again after this time, not with each hit.
HINTS_EVERY = 1.0

# The most clocks (machines, or starts of one machine) that are compared with the server's.
MOST_HINTS = 8


class Pacer:
    """Permits hits no faster than the plan allows; shared by all threads and tasks of a client.

    Without a plan it learns the limit from the first refusal.

    Args:
        plan: The limits, if they are known beforehand.
        ledger: Shares the quota with other clients; without one the pacer counts only its own hits.
        application: Names the application in the ledger.
        time: The client's time, for a first idea of the server's clock from what other sharers
            know; None to begin without.
        reserve: Hits to leave to others.
        reopens: Whether to forget earlier refusals, because the plan was changed.
    """

    def __init__(
        self,
        plan: Plan | None = None,
        ledger: Ledger | MemoryLedger | None = None,
        application: str = "",
        *,
        time: SteadyTime | None = None,
        reserve: Reserve = NOTHING_RESERVED,
        reopens: bool = False,
    ) -> None:
        self.ledger = ledger if ledger is not None else MemoryLedger()
        self.application = application
        self._time = time
        self._plan = plan
        self._me = Sharer.of(secrets.token_hex(6), plan, reserve)
        self._numbers = itertools.count()
        self._joined = False
        self._reopens = reopens
        # The last content of a shared ledger; used instead of the ledger while it fails.
        self._seen = Tally()
        self._alone_since: float | None = None
        self._alone_until = 0.0
        self._uncounted = 0
        # The offset and the second of the last hints.
        self._hinted = (0.0, 0.0, 0.0)
        # Changes that a cancelled call could not write to the ledger.
        self._owed: list[Callable[[View], object]] = []
        self._lock = threading.Lock()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Become a new sharer; tickets of the parent process stay with the parent."""
        self._lock = threading.Lock()
        self._owed = []
        if isinstance(self.ledger, MemoryLedger):
            self.ledger.after_fork()
        else:
            offset = copy(self._me.offset)
            self._me = evolve(self._me, name=secrets.token_hex(6), offset=offset)

    def with_plan(self, plan: Plan | None) -> Pacer:
        """A pacer for the same application with a changed plan: it may send immediately."""
        kept = reserved(self._me.reserve, plan)
        if isinstance(self.ledger, MemoryLedger):
            return Pacer(plan, application=self.application, time=self._time, reserve=kept)
        return Pacer(
            plan, self.ledger, self.application, time=self._time, reserve=kept, reopens=True
        )

    def with_reserve(self, reserve: Reserve | int | None) -> Pacer:
        """A pacer for the same quota with another reserve."""
        kept = reserved(reserve, self._plan)
        return Pacer(self._plan, self.ledger, self.application, time=self._time, reserve=kept)

    @property
    def is_local(self) -> bool:
        """Whether the quota is kept in memory, so that no file or server is read."""
        return isinstance(self.ledger, MemoryLedger)

    @property
    def limit(self) -> int | None:
        """Hits allowed in one window, as given or learned; None while it is not known."""
        return self._known.learned_limit or self._me.limit

    @property
    def ahead(self) -> float:
        """Seconds that the server's clock is ahead of ours; 0 if it is not known."""
        return self._me.offset.low

    @property
    def _known(self) -> Tally:
        return self.ledger.tally if isinstance(self.ledger, MemoryLedger) else self._seen

    @property
    def _tickets(self) -> list[Hit]:
        return list(self._known.hits.values())

    def reserve(self, now: float) -> Ticket | Closed:
        """A ticket to send a hit at `now` (epoch seconds, our clock), or why there is none yet."""
        return self.reserve_as(self.new_key(), lambda: now)

    def new_key(self) -> str:
        """A name for one hit."""
        return f"{self._me.name}-{next(self._numbers)}"

    def reserve_as(self, key: str, now: Callable[[], float]) -> Ticket | Closed:
        """A ticket with a name that is known beforehand, so that it can be withdrawn.

        The time is read only when the ledger is available: while this call waited for it, others
        may have sent hits in a new window.
        """
        answer = self._asked(now, lambda view: view.reserve(key))
        if isinstance(answer, Ticket):
            with self._lock:
                self._uncounted += self._alone_since is not None
            return answer
        return _spread(answer)

    def withdraw(self, key: str, now: float) -> None:
        """Take back a ticket that may have been given, for a hit that is not sent."""
        self._owe(now, lambda view: view.withdraw(Ticket(key, now)))

    def settle(
        self, ticket: Ticket, now: float, date_header: str | None, *, is_success: bool = False
    ) -> None:
        """Note that the hit's answer (or its failure) came at `now`; learn the server's clock.

        Args:
            ticket: The hit.
            now: Epoch seconds, our clock.
            date_header: The answer's `Date`.
            is_success: Whether the answer was a success, which shows that the quota is open.
        """
        self._asked(lambda: now, self._answer(ticket, now, date_header, is_success))

    def settle_later(
        self, ticket: Ticket, now: float, date_header: str | None, *, is_success: bool = False
    ) -> None:
        """The same for a call that was cancelled and cannot wait for the ledger."""
        self._owe(now, self._answer(ticket, now, date_header, is_success))

    def _answer(
        self, ticket: Ticket, now: float, date_header: str | None, is_success: bool
    ) -> Callable[[View], None]:
        date = http_date(date_header)

        def answered(view: View) -> None:
            if date is not None:
                self._me.offset.learn(ticket.sent_at, now, date)
            view.settle(ticket, now, date, is_success=is_success)

        return answered

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
        """Record a refusal; returns when the quota opens. See `View.refuse`."""
        closed = self._asked(
            lambda: now,
            lambda view: view.refuse(
                period=period,
                period_start=period_start,
                period_end=period_end,
                limit=limit,
                retry_after=retry_after,
            ),
        )
        return _spread(closed)

    def status(self, now: float) -> QuotaStatus:
        """What is used and left."""
        return self._asked(lambda: now, status_of)

    def close(self, now: float) -> None:
        """Write the changes that are still missing to the ledger, and close it."""
        if self._owed:
            self._asked(lambda: now, lambda _: None)
        close = getattr(self.ledger, "close", None)
        if callable(close):
            close()

    def _owe(self, now: float, debt: Callable[[View], object]) -> None:
        if self.is_local:
            self._asked(lambda: now, debt)
            return
        # Without the lock: a thread may hold it while the ledger is slow, and this runs in an
        # event loop. What is added meanwhile is written with the next use; twice does no harm.
        self._owed.append(debt)

    def _asked(self, now: Callable[[], float], question: Callable[[View], T]) -> T:
        if isinstance(self.ledger, MemoryLedger):
            return self.ledger.ask(lambda tally: self._answered(tally, now(), question))
        with self._lock:
            if self._alone_since is None or now() >= self._alone_until:
                try:
                    return self._asked_of(self.ledger, now, question)
                except Exception as error:  # no error of a ledger may end a run
                    self._go_on_alone(now(), error)
            return question(View(self._seen, self._me, now()))

    def _asked_of(
        self, ledger: Ledger, now: Callable[[], float], question: Callable[[View], T]
    ) -> T:
        answers: list[T] = []
        seen: list[Tally] = []

        def change(kept: bytes | None) -> bytes:
            time = now()
            tally = Tally() if kept is None else self._read(kept, time)
            if self._alone_since is not None:
                self._tell_of_the_time_alone(View(tally, self._me, time))
            answers.append(self._answered(tally, time, question))
            seen.append(tally)
            return encoded(tally)

        parts, self._me.parts = self._me.parts, 1
        owed = len(self._owed)
        try:
            ledger.change(self.application, change)
        except BaseException:
            self._me.parts = parts
            raise
        answer = answers[-1]
        self._seen = seen[-1]
        del self._owed[:owed]
        self._reopens, self._joined = False, True
        if self._alone_since is not None:
            logger.info("quota: %r is in use again", ledger)
            self._alone_since, self._uncounted = None, 0
        return answer

    def _answered(self, tally: Tally, now: float, question: Callable[[View], T]) -> T:
        view = View(tally, self._me, now)
        if not self._joined:
            self._join(tally)
        for debt in self._owed:
            debt(view)
        if self._reopens:
            view.reopen()
            tally.learned_limit = tally.learned_length = tally.learned_until = None
        answer = question(view)
        self._me.offset.asked_at = now
        tally.offsets[self._me.name] = self._me.offset
        if self._me.offset.known:
            self._leave_hints(tally, now)
        view.forget_sharers()
        if self.is_local:
            self._reopens, self._joined = False, True
        return answer

    def _join(self, tally: Tally) -> None:
        """Learn from the other sharers how far the server's clock is ahead."""
        if self._me.offset.known:
            return
        for name, reading, least, most in self._common_clocks():
            low, high, then = tally.hints.get(name, (0.0, 0.0, 0.0))
            # A clock that counts from its machine's start never runs backwards.
            if then and (name == WALL or reading > then - 1.0):
                self._me.offset.low, self._me.offset.high = low + least, high + most
                self._me.offset.known = True
                return

    def _leave_hints(self, tally: Tally, now: float) -> None:
        hints, offset = tally.hints, self._me.offset
        state = offset.low, offset.high, now // HINTS_EVERY
        if hints and state == self._hinted:
            return
        self._hinted = state
        for name, reading, least, most in self._common_clocks():
            hints.pop(name, None)
            hints[name] = offset.low - most, offset.high - least, reading
        while len(hints) > MOST_HINTS:
            del hints[next(iter(hints))]

    def _common_clocks(self) -> list[tuple[str, float, float, float]]:
        """Clocks that all sharers can read, the most reliable first.

        Each with its name, its time, and the least and the most that it is ahead of ours: a process
        can be delayed between two readings.
        """
        if self._time is None:
            return []
        own: Readings | None = getattr(self.ledger, "clocks", None)
        clock, before = self._time.clock, self._time()
        wall = clock.time()
        readings = [*(() if own is None else own(clock)), (WALL, wall, wall)]
        after = self._time()
        return [(name, low, low - after, high - before) for name, low, high in readings]

    def _read(self, kept: bytes, now: float) -> Tally:
        """The stored tally; if it cannot be read, the number of hits used is not known."""
        tally = decoded(kept)
        if tally is not None:
            return tally
        if kept:
            logger.warning("quota: the content of %r was damaged; counting restarts", self.ledger)
        made = Tally()
        view = View(made, self._me, now)
        made.cautious_until = view.moment(now + 2 * view.length)
        return made

    def _go_on_alone(self, now: float, error: Exception) -> None:
        if self._alone_since is None:
            # The text of a foreign error may hold an address with a password.
            told = error if isinstance(error, EnphaseError) else type(error).__name__
            logger.warning(
                "quota: %r cannot be used (%s); continuing without it at a reduced rate",
                self.ledger,
                told,
            )
            self._alone_since = now
            self._me.parts = max(CAUTIOUS_PARTS, len(self._seen.offsets))
        self._alone_until = now + TRIED_AGAIN_AFTER

    def _tell_of_the_time_alone(self, view: View) -> None:
        """Write what was learned and which hits were sent while the ledger failed."""
        mine, shared = self._seen, view.tally
        for key, hit in mine.hits.items():
            if hit.sharer == self._me.name:
                shared.hits[key] = hit
        view.count(self._uncounted)
        if mine.block is not None and view.now < view.here(mine.block.until):
            at = view.here(mine.block.until)
            if shared.block is None or at > view.here(shared.block.until):
                shared.block = mine.block
                shared.is_long, shared.next_try = mine.is_long, mine.next_try
        if mine.learned_limit is not None and shared.learned_limit is None:
            shared.learned_limit, shared.learned_until = mine.learned_limit, mine.learned_until
            shared.learned_length = mine.learned_length


def _spread(closed: Closed) -> Closed:
    """Spread clients that wait for the same opening, so that they do not send all together."""
    if not closed.wait:
        return closed
    return evolve(closed, wait=closed.wait + random.SystemRandom().uniform(0.0, SPREAD))
