"""Edges of the quota's rules: two windows or months at once, several clocks, failures in a row."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest

from enphase_sdk.clock import SteadyTime
from enphase_sdk.cloud.ledgers import MemoryLedger, SqliteLedger
from enphase_sdk.cloud.plans import Plan
from enphase_sdk.cloud.quota import TRIED_AGAIN_AFTER, Pacer
from enphase_sdk.cloud.retry import LONGEST_ASKED, retry_after
from enphase_sdk.cloud.tally import Closed, Ticket
from enphase_sdk.core.effects import Reply
from enphase_sdk.testing import FakeClock
from tests.cloud.test_ledgers import NAME, NOW, hit

JULY = 1_719_792_000.0  # 2024-07-01, the start of a minute too


def exchange(pacer: Pacer, sent: float, done: float, date: float) -> None:
    ticket = pacer.reserve(sent)
    assert isinstance(ticket, Ticket)
    pacer.settle(ticket, done, formatdate(date, usegmt=True))


def two_around(boundary: float, plan: Plan) -> tuple[Pacer, Pacer]:
    """One that takes the server to be up to 0.95 s behind, and one that takes it to be ahead."""
    ledger = MemoryLedger()
    late, early = Pacer(plan, ledger), Pacer(plan, ledger)
    exchange(late, boundary - 49.05, boundary - 49.05, boundary - 50)
    exchange(early, boundary - 20, boundary - 20, boundary - 20)
    return late, early


def test_a_window_that_others_have_filled_is_closed_for_those_who_may_be_in_it() -> None:
    late, early = two_around(NOW + 60, Plan("mine", 3))
    for _ in range(3):
        exchange(early, NOW + 60.1, NOW + 60.1, NOW + 60)
    closed = late.reserve(NOW + 60.3)  # 59.35 or later by the server's clock
    assert isinstance(closed, Closed)
    assert closed.opens_at == NOW + 120


def test_a_hit_of_a_window_s_first_moment_is_none_of_the_one_before() -> None:
    late, early = two_around(NOW + 60, Plan("mine", 3))
    exchange(early, NOW + 60, NOW + 60, NOW + 60)
    status = late.status(NOW + 60.3)  # 59.35 or later by the server's clock
    assert (status.minute.used, status.minute.left) == (2, 1)


def test_a_month_that_others_have_spent_is_closed_for_those_who_may_be_in_it() -> None:
    late, early = two_around(JULY, Plan("mine", 100, per_month=3))
    for _ in range(3):
        exchange(early, JULY + 0.1, JULY + 0.1, JULY)
    closed = late.reserve(JULY + 0.3)
    assert isinstance(closed, Closed)
    assert closed.is_long
    assert closed.opens_at == JULY + 31 * 86_400


def test_a_hit_that_leaves_as_a_month_ends_is_counted_in_both() -> None:
    pacer = Pacer(Plan("mine", 10, per_month=5))
    assert isinstance(pacer.reserve(JULY - 1), Ticket)
    assert pacer.status(JULY - 1).month.used == 1
    assert pacer.status(JULY + 1).month.used == 1
    assert isinstance(pacer.reserve(JULY + 5), Ticket)
    assert pacer.status(JULY + 5).month.used == 2


def test_what_one_clock_says_is_read_by_another() -> None:
    ledger = MemoryLedger()
    ahead, right = Pacer(None, ledger), Pacer(None, ledger)
    assert hit(ahead, NOW + 3600, skew=-3600.0)
    assert hit(right, NOW)
    start = int(NOW)
    ahead.refuse(NOW + 3605, period="minute", period_start=start, period_end=start + 60, limit=9)
    closed = right.reserve(NOW + 6)
    assert isinstance(closed, Closed)
    assert NOW + 59 <= closed.opens_at <= NOW + 61
    assert isinstance(right.reserve(NOW + 62), Ticket)


def test_a_clock_that_ran_backwards_is_no_hint(tmp_path: Path) -> None:
    """A start of the machine has one time since it, which only grows: else it is another's."""
    ledger = SqliteLedger(tmp_path / "ledger")
    old = FakeClock(NOW)
    old.advance(5000)
    assert hit(Pacer(None, ledger, NAME, time=SteadyTime(old)), NOW + 5000, skew=3600.0)
    later = Pacer(None, ledger, NAME, time=SteadyTime(FakeClock(NOW + 6000)))
    later.status(NOW + 6000)
    assert 3599 <= later.ahead <= 3601


class Ticking(FakeClock):
    """Every reading takes a while, as in a process that is held up."""

    tick = 0.001

    def monotonic(self) -> float:
        self.advance(self.tick)
        return super().monotonic()

    def time(self) -> float:
        self.advance(self.tick)
        return super().time()


@pytest.mark.parametrize(("leaving", "joining"), [(0.3, 0.001), (0.001, 0.3)])
def test_what_a_newcomer_takes_over_holds_though_reading_clocks_takes_time(
    leaving: float, joining: float
) -> None:
    clock, ledger = Ticking(NOW), MemoryLedger()
    time = SteadyTime(clock)
    first = Pacer(None, ledger, time=time)
    for slow in (False,) * 60 + (True,):
        clock.advance(0.137)
        ticket = first.reserve_as(first.new_key(), time)
        assert isinstance(ticket, Ticket)
        now, date = time(), formatdate(FakeClock.time(clock), usegmt=True)
        clock.tick = leaving if slow else 0.001
        first.settle(ticket, now, date)
    mine = SteadyTime(clock)
    clock.tick = joining
    later = Pacer(None, ledger, time=mine)
    later.status(mine())
    offset = later._me.offset
    shown = mine()
    assert offset.known
    assert offset.low <= FakeClock.time(clock) - shown <= offset.high


class Failing:
    """A ledger that works or does not."""

    def __init__(self) -> None:
        self.works = True
        self.kept: bytes | None = None
        self.questions = 0

    def change(self, _: str, change: Callable[[bytes | None], bytes]) -> None:
        self.questions += 1
        if not self.works:
            raise OSError("away")
        self.kept = change(self.kept)


def sent(pacer: Pacer, now: float) -> int:
    return sum(hit(pacer, now) for _ in range(50))


@pytest.mark.parametrize("sharers", [8, 20])
def test_who_is_alone_takes_no_more_than_its_part(sharers: int) -> None:
    ledger = Failing()
    pacers = [Pacer(Plan("mine", 40), ledger, NAME) for _ in range(sharers)]
    for pacer in pacers:
        pacer.status(NOW)
    ledger.works = False
    assert sent(pacers[-1], NOW + 1) == 40 // sharers


def test_a_ledger_that_fails_is_asked_again_after_a_while_and_the_pace_stays_cautious(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ledger = Failing()
    pacer = Pacer(Plan("mine", 40), ledger, NAME)
    ledger.works = False
    assert sent(pacer, NOW) == 10
    assert ledger.questions == 1
    assert sent(pacer, NOW + TRIED_AGAIN_AFTER) == 0
    assert ledger.questions == 2
    assert sent(pacer, NOW + 62) == 10
    assert ledger.questions == 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_hits_sent_alone_are_told_once_each_time() -> None:
    ledger = Failing()
    pacer = Pacer(Plan("mine", 40), ledger, NAME)
    for start, month in ((NOW, 11), (NOW + 120, 22)):
        ledger.works = False
        assert sent(pacer, start) == 10
        ledger.works = True
        assert hit(pacer, start + 31)
        assert pacer.status(start + 32).month.used == month


@pytest.mark.parametrize("period", ["minute", "month"])
def test_a_refusal_that_came_while_the_ledger_was_away_closes_for_all(period: str) -> None:
    ledger = Failing()
    alone, other = (Pacer(None, ledger, NAME) for _ in range(2))
    for pacer in (alone, other):
        pacer.status(NOW)
    ledger.works = False
    assert hit(alone, NOW + 20)
    start, length = int(NOW), 60 if period == "minute" else 10 * 86_400
    alone.refuse(NOW + 21, period=period, period_start=start, period_end=start + length, limit=7)
    ledger.works = True
    alone.status(NOW + 55)
    closed = other.reserve(NOW + 56)
    assert isinstance(closed, Closed)
    assert closed.is_long == (period == "month")
    assert closed.opens_at == NOW + length
    assert other.limit == (7 if period == "minute" else None)


def test_a_plan_that_was_changed_forgets_what_was_learned_of_the_old() -> None:
    ledger = Failing()
    pacer = Pacer(None, ledger, NAME)
    start = int(NOW)
    pacer.refuse(NOW, period="minute", period_start=start, period_end=start + 60, limit=3)
    raised = pacer.with_plan(Plan("mine", 40))
    assert sent(raised, NOW + 1) == 40
    assert raised.limit == 40
    assert pacer.status(NOW + 2).minute.limit is None


def test_a_retry_after_of_years_is_followed_for_a_day() -> None:
    assert retry_after(Reply(503, {"retry-after": "999999999"}), NOW) == LONGEST_ASKED


def test_a_retry_after_is_reckoned_by_the_server_s_own_clock() -> None:
    headers = {
        "retry-after": formatdate(NOW + 7, usegmt=True),
        "date": formatdate(NOW, usegmt=True),
    }
    assert retry_after(Reply(503, headers), NOW - 3600) == 7
    assert retry_after(Reply(503, {"retry-after": headers["retry-after"]}), NOW + 2) == 5
