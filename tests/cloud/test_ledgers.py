"""One set of rules over three ledgers: memory, SQLite and Redis behave the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from enphase_sdk import Enlighten, errors
from enphase_sdk.clock import SteadyTime
from enphase_sdk.cloud.ledgers import MemoryLedger, Named, SqliteLedger, ledger_of
from enphase_sdk.cloud.plans import Plan, Reserve
from enphase_sdk.cloud.quota import Pacer
from enphase_sdk.cloud.tally import Closed, Ticket
from enphase_sdk.testing import FakeClock

NOW = 1_718_452_800.0  # the start of a minute
NAME = "an-application"


Shared = Callable[[], Any]


@pytest.fixture(params=["memory", "sqlite", "redis"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shared]:
    """Opens the same ledger once more, as another process would."""
    made: list[Any] = []
    memory = MemoryLedger()

    def opened() -> Any:
        if request.param == "memory":
            return memory
        url = tmp_path / "ledger" if request.param == "sqlite" else redis
        ledger = ledger_of(Named(url))
        made.append(ledger)
        return ledger

    redis = ""
    if request.param == "redis":
        redis = request.getfixturevalue("redis_url")
        import redis as client

        with client.Redis.from_url(redis) as connection:
            connection.delete(f"enphase-sdk:ledger:{NAME}")
    yield opened
    for ledger in made:
        ledger.close()


def sharer(shared: Shared, plan: Plan | None = None, **more: Any) -> Pacer:
    return Pacer(plan, shared(), NAME, **more)


def hit(pacer: Pacer, now: float, skew: float = 0.0) -> bool:
    ticket = pacer.reserve(now)
    if isinstance(ticket, Closed):
        return False
    pacer.settle(ticket, now + 0.1, formatdate(now + skew, usegmt=True))
    return True


def test_sharers_never_use_more_than_one_plan_allows(shared: Shared) -> None:
    sharers = [sharer(shared, Plan("mine", 10)) for _ in range(4)]
    assert sum(hit(each, NOW + n) for n in range(5) for each in sharers) == 10
    assert sum(hit(each, NOW + 63) for _ in range(5) for each in sharers) == 10


def test_a_refusal_closes_the_window_for_all_and_teaches_all(shared: Shared) -> None:
    refused, other = sharer(shared), sharer(shared)
    start = int(NOW)
    refused.refuse(NOW + 1, period="minute", period_start=start, period_end=start + 60, limit=3)
    closed = other.reserve(NOW + 1)
    assert isinstance(closed, Closed)
    assert closed.opens_at == NOW + 60
    assert other.limit == 3
    assert sum(hit(other, NOW + 62) for _ in range(5)) == 3


def test_a_month_that_is_spent_is_closed_before_anything_is_sent(shared: Shared) -> None:
    plan = Plan("mine", 10, per_month=5)
    first, second = sharer(shared, plan), sharer(shared, plan)
    assert sum(hit(each, NOW + n) for n in range(4) for each in (first, second)) == 5
    closed = second.reserve(NOW + 600)
    assert isinstance(closed, Closed)
    assert closed.is_long
    assert closed.opens_at == 1_719_792_000  # 2024-07-01
    assert isinstance(second.reserve(closed.opens_at + 1), Ticket)


def test_a_reserve_is_left_to_the_others(shared: Shared) -> None:
    plan = Plan("mine", 10)
    modest, other = sharer(shared, plan, reserve=Reserve(minute=4)), sharer(shared, plan)
    assert sum(hit(modest, NOW) for _ in range(10)) == 6
    assert sum(hit(other, NOW) for _ in range(10)) == 4
    status = modest.status(NOW)
    assert (status.minute.used, status.minute.left, status.minute.limit) == (10, 0, 10)


def test_each_sharer_s_clock_may_be_wrong_once_the_server_s_is_known(shared: Shared) -> None:
    plan = Plan("mine", 4)
    right, ahead = sharer(shared, plan), sharer(shared, plan)
    assert hit(ahead, NOW + 3600, skew=-3600.0)
    assert sum(hit(right, NOW + 2) for _ in range(4)) == 3
    assert not hit(ahead, NOW + 3603, skew=-3600.0)


def test_a_newcomer_takes_over_how_far_the_server_s_clock_is_ahead(shared: Shared) -> None:
    time = SteadyTime(FakeClock(NOW))
    first = sharer(shared, Plan("mine", 1), time=time)
    assert hit(first, NOW, skew=3600.0)
    later = sharer(shared, Plan("mine", 1), time=time)
    assert isinstance(later.reserve(NOW), Closed)
    assert 3599 <= later.ahead <= 3601


def test_a_hit_that_is_not_sent_is_given_back(shared: Shared) -> None:
    pacer = sharer(shared, Plan("mine", 1))
    key = pacer.new_key()
    assert isinstance(pacer.reserve_as(key, lambda: NOW), Ticket)
    pacer.withdraw(key, NOW)
    assert hit(pacer, NOW)
    assert pacer.status(NOW).month.used == 1


def test_a_hit_of_a_process_that_was_killed_does_not_count_for_ever(shared: Shared) -> None:
    killed, other = sharer(shared, Plan("mine", 1)), sharer(shared, Plan("mine", 1))
    assert isinstance(killed.reserve(NOW), Ticket)
    assert not hit(other, NOW + 1)
    assert hit(other, NOW + 121)


def test_a_ledger_that_fails_costs_a_warning_and_a_cautious_pace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Failing:
        works = False
        kept: bytes | None = None

        def change(self, application: str, change: Callable[[bytes | None], bytes]) -> None:
            assert application == NAME
            if not self.works:
                raise OSError("redis://user:zwordz@host is away")
            self.kept = change(self.kept)

    ledger = Failing()
    pacer = Pacer(Plan("mine", 40), ledger, NAME)
    with caplog.at_level(logging.WARNING):
        assert sum(hit(pacer, NOW + n / 10) for n in range(40)) == 10
    assert len(caplog.records) == 1
    assert "zwordz" not in caplog.text
    ledger.works = True
    assert sum(hit(pacer, NOW + 35) for _ in range(60)) == 30  # those sent alone count too
    assert pacer.status(NOW + 36).month.used == 40


def test_a_damaged_file_is_set_aside_and_the_pace_cautious(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(b"no database" * 1000)
    path.chmod(0o600)
    ledger = SqliteLedger(path)
    assert sum(hit(Pacer(Plan("mine", 40), ledger, NAME), NOW) for _ in range(40)) == 10
    ledger.close()


def test_no_password_is_shown() -> None:
    ledger = ledger_of(Named("redis://me:zwordz@127.0.0.1:1/0"))
    assert "zwordz" not in repr(ledger)
    assert "127.0.0.1:1" in repr(ledger)
    with pytest.raises(errors.ConfigError) as caught:
        Enlighten("key", "user", ledger="rediz://me:zwordz@host")
    assert "zwordz" not in str(caught.value)
    frame = caught.value.__traceback__
    while frame is not None:
        if "enphase_sdk" in frame.tb_frame.f_code.co_filename:
            assert "zwordz" not in repr(frame.tb_frame.f_locals)
        frame = frame.tb_next


def test_the_key_is_in_no_file(tmp_path: Path) -> None:
    client = Enlighten("secretkey", "user", ledger=tmp_path / "ledger")
    assert client.quota().minute.used == 0
    client.close()
    assert all(b"secretkey" not in file.read_bytes() for file in tmp_path.glob("ledger*"))
