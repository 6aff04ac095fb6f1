"""Ledgers in trouble: locked, full, damaged, away, forked, slow, cancelled; clocks that jump."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from enphase_sdk import AsyncEnlighten, Enlighten, EnlightenV4, errors
from enphase_sdk.clock import SteadyTime, set_clock
from enphase_sdk.cloud import ledgers
from enphase_sdk.cloud.ledgers import MemoryLedger, Named, SqliteLedger, ledger_of
from enphase_sdk.cloud.plans import Plan, Reserve
from enphase_sdk.cloud.quota import TRIED_AGAIN_AFTER, Pacer
from enphase_sdk.cloud.tally import Closed, Ticket
from enphase_sdk.core.times import utc
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, SimulatedEnlightenV4
from tests.cloud.test_ledgers import NAME, NOW, hit
from tests.programs import free_port, redis_on
from tests.support import forks

PLAN = Plan("mine", 40)


def cautious(pacer: Pacer, now: float) -> int:
    """Hits that go out of forty tried within a second."""
    return sum(hit(pacer, now) for _ in range(40))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a file that is locked."""
    monkeypatch.setattr(ledgers, "PATIENCE", 0.0)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process is writing to the file, and does not end."""
    code = (
        "import sqlite3, sys\n"
        f"connection = sqlite3.connect({str(path)!r}, isolation_level=None)\n"
        "connection.execute('BEGIN EXCLUSIVE')\n"
        "print('locked', flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        yield
        process.communicate()


@pytest.mark.usefixtures("quick")
def test_a_file_that_another_process_keeps_locked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "ledger"
    pacer = Pacer(PLAN, SqliteLedger(path), NAME)
    assert hit(pacer, NOW)
    with locked(path), caplog.at_level(logging.WARNING):
        assert cautious(pacer, NOW + 1) == 9  # a quarter of the plan, with the one before
    assert len(caplog.records) == 1
    assert "database is locked" in caplog.text
    again = NOW + 1 + TRIED_AGAIN_AFTER
    assert cautious(pacer, again) == 30  # the file knows all of them again
    assert Pacer(PLAN, SqliteLedger(path), NAME).status(again).month.used == 40


@pytest.mark.usefixtures("quick")
def test_what_was_sent_while_the_file_was_locked_counts_for_others(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    pacer, other = (Pacer(PLAN, SqliteLedger(path), NAME) for _ in range(2))
    assert hit(pacer, NOW)
    with locked(path):
        assert cautious(pacer, NOW + 1) == 9
    assert hit(pacer, NOW + 32)
    assert other.status(NOW + 32).minute.used == 11
    assert cautious(other, NOW + 33) == 29


def test_a_full_disk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "ledger"
    pacer = Pacer(PLAN, SqliteLedger(path), NAME)
    assert hit(pacer, NOW)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        # No file can grow, as on a disk that is full.
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
        with caplog.at_level(logging.WARNING):
            sent = cautious(pacer, NOW + 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert sent == 9
    assert len(caplog.records) == 1
    assert cautious(pacer, NOW + 32) == 30


def test_a_file_damaged_in_mid_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "ledger"
    pacer = Pacer(PLAN, SqliteLedger(path), NAME)
    assert sum(hit(pacer, NOW) for _ in range(10)) == 10
    pacer.close(NOW)
    path.write_bytes(b"no database" * 1000)
    with caplog.at_level(logging.WARNING):
        assert cautious(pacer, NOW + 1) == 10  # nobody knows what others spent: a quarter
    assert ["was damaged" in record.getMessage() for record in caplog.records] == [True]
    assert cautious(pacer, NOW + 122) == 40


@pytest.mark.parametrize("kept", [b"\xc1", "text", None, 7])
def test_a_row_that_something_else_wrote(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kept: object
) -> None:
    path = tmp_path / "ledger"
    assert hit(Pacer(PLAN, SqliteLedger(path), NAME), NOW)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE tallies SET tally = ?", (kept,))
    connection.close()
    with caplog.at_level(logging.WARNING):
        assert cautious(Pacer(PLAN, SqliteLedger(path), NAME), NOW) == 10


def test_redis_goes_away_and_comes_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    ledger: Any = ledger_of(Named(f"redis://127.0.0.1:{port}/0"))
    pacer = Pacer(PLAN, ledger, NAME)
    with redis_on(port, tmp_path):
        assert sum(hit(pacer, NOW) for _ in range(4)) == 4
    with caplog.at_level(logging.WARNING):
        assert cautious(pacer, NOW + 1) == 6
        assert cautious(pacer, NOW + 30) == 0
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    with redis_on(port, tmp_path):
        # It has forgotten everything; what this client knows of its own hits is told again.
        assert cautious(pacer, NOW + 32) == 30
        other = Pacer(PLAN, ledger_of(Named(f"redis://127.0.0.1:{port}/0")), NAME)
        assert not hit(other, NOW + 33)
        other.close(NOW + 33)
    pacer.close(NOW + 33)


@forks
@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_parent_and_child_of_a_fork_share_the_ledger(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = tmp_path / "ledger"
    named = Named(where if kind == "sqlite" else request.getfixturevalue("redis_url"))
    pacer = Pacer(Plan("mine", 10), ledger_of(named), f"fork-{os.getpid()}")
    hanging = pacer.reserve(NOW)  # its answer comes to the parent only
    assert isinstance(hanging, Ticket)
    child = os.fork()
    if child == 0:
        with_others = sum(hit(pacer, NOW + 1) for _ in range(4))
        os._exit(with_others)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 4
    pacer.settle(hanging, NOW + 2, None)
    assert sum(hit(pacer, NOW + 3) for _ in range(10)) == 5
    pacer.close(NOW + 3)


@forks
def test_a_child_of_a_fork_counts_for_itself_in_memory() -> None:
    pacer = Pacer(Plan("mine", 10))
    assert sum(hit(pacer, NOW) for _ in range(3)) == 3
    child = os.fork()
    if child == 0:
        os._exit(sum(hit(pacer, NOW + 1) for _ in range(10)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert sum(hit(pacer, NOW + 1) for _ in range(10)) == 7


class Slow:
    """A ledger that holds its second question up until it may go on."""

    def __init__(self) -> None:
        self.kept: bytes | None = None
        self.asked, self.may_go_on = threading.Event(), threading.Event()
        self.questions = 0

    def change(self, _: str, change: Callable[[bytes | None], bytes]) -> None:
        self.questions += 1
        if self.questions == 2:
            self.asked.set()
            self.may_go_on.wait()
        self.kept = change(self.kept)


@contextmanager
def slow_client(simulated: SimulatedEnlighten) -> Iterator[tuple[AsyncEnlighten, Slow]]:
    """A client whose first call is held up by its ledger."""
    ledger = Slow()
    before = set_clock(simulated.clock)
    transport = httpx.MockTransport(simulated)
    yield AsyncEnlighten("key", "user", quota=PLAN, ledger=ledger, transport=transport), ledger
    set_clock(before)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_call_cancelled_while_it_waits_for_the_ledger_is_counted_for_its_minute(
    backend: str,
) -> None:
    clock = FakeClock(NOW)
    simulated = SimulatedEnlighten(6, clock=clock)

    async def run(client: AsyncEnlighten, ledger: Slow) -> None:
        async with client:
            assert (await client.quota()).month.used == 0
            async with anyio.create_task_group() as group:
                group.start_soon(client.summary, 67)
                await anyio.to_thread.run_sync(ledger.asked.wait)
                group.cancel_scope.cancel()
                ledger.may_go_on.set()
            status = await client.quota()
            assert (status.minute.used, status.month.used) == (1, 1)
            clock.advance(61)
            assert (await client.quota()).minute.used == 0
            await client.summary(67)
            assert (await client.quota()).month.used == 2

    with slow_client(simulated) as (client, ledger):
        anyio.run(run, client, ledger, backend=backend)
    # This transport answers without a moment at which the call could end, so the hit was sent.
    assert simulated.hits == 2


def test_a_task_cancelled_while_it_waits_for_the_ledger_ends_at_once_and_gives_its_hit_back() -> (
    None
):
    simulated = SimulatedEnlighten(6, clock=FakeClock(NOW))

    async def run(client: AsyncEnlighten, ledger: Slow) -> None:
        async with client:
            assert (await client.quota()).month.used == 0
            task = asyncio.create_task(client.summary(67))
            await anyio.to_thread.run_sync(ledger.asked.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task  # the ledger has not answered yet
            ledger.may_go_on.set()
            status = await client.quota()
            assert (status.minute.used, status.month.used) == (0, 0)
            await client.summary(67)
            assert (await client.quota()).month.used == 1

    with slow_client(simulated) as (client, ledger):
        asyncio.run(run(client, ledger))
    assert simulated.hits == 1


def test_v4_s_refusal_closes_the_window_for_all_who_share_the_ledger(
    tmp_path: Path, clock: FakeClock
) -> None:
    simulated = SimulatedEnlightenV4(6, plan=Plan("Small", 3), clock=clock)
    options: dict[str, Any] = {**simulated.credentials(), "ledger": tmp_path / "ledger"}
    options |= {"base_url": "https://api.enphaseenergy.com", "max_wait": 0}
    transport = httpx.MockTransport(simulated)
    with (
        EnlightenV4(**options, transport=transport) as first,
        EnlightenV4(**options, transport=transport) as second,
    ):
        for _ in range(3):
            first.summary(67)
        with pytest.raises(errors.RateLimitError) as refused:
            first.summary(67)
        assert refused.value.status_code == 429
        assert refused.value.limit == 3
        seen = len(simulated.requests)
        with pytest.raises(errors.QuotaExceededError) as told:
            second.summary(67)
        assert len(simulated.requests) == seen
        assert told.value.opens_at == utc(clock.time() // 60 * 60 + 60)
        assert second.quota().minute.limit == 3
        clock.advance(62)
        assert second.summary(67).system_id == 67


class Jumping(FakeClock):
    """A clock whose wall time is set, while its monotonic time goes on."""

    jump = 0.0

    def time(self) -> float:
        return super().time() + self.jump


@pytest.mark.parametrize("jump", [-7200.0, 90.0, 7200.0])
@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_wall_clock_that_is_set_moves_nobody_s_windows(
    kind: str, jump: float, tmp_path: Path
) -> None:
    """Also not those of a client that begins afterwards, in the same process or machine."""
    clock = Jumping(NOW)
    ledger = MemoryLedger() if kind == "memory" else SqliteLedger(tmp_path / "ledger")
    plan = Plan("mine", 4)

    def sent(pacer: Pacer, time: SteadyTime) -> bool:
        ticket = pacer.reserve(time())
        if isinstance(ticket, Closed):
            return False
        pacer.settle(ticket, time(), formatdate(NOW + clock.monotonic() - began, usegmt=True))
        return True

    began, old = clock.monotonic(), SteadyTime(clock)
    first = Pacer(plan, ledger, NAME, time=old)
    clock.advance(1)
    assert [sent(first, old) for _ in range(2)] == [True, True]
    clock.jump = jump
    new = SteadyTime(clock)
    later = Pacer(plan, ledger, NAME, time=new)
    assert [sent(later, new) for _ in range(3)] == [True, True, False]
    assert not sent(first, old)
    clock.advance(62)
    assert [sent(later, new), sent(first, old)] == [True, True]


class Delayed:
    """A ledger that takes a while to answer, by the clock of those who ask."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.seconds = clock, 0.0
        self.kept: bytes | None = None

    def change(self, _: str, change: Callable[[bytes | None], bytes]) -> None:
        self.clock.advance(self.seconds)
        self.kept = change(self.kept)


def test_a_newcomer_that_waits_for_the_ledger_gets_the_server_s_clock_right() -> None:
    clock = FakeClock(NOW + 5)
    ledger, time = Delayed(clock), SteadyTime(clock)
    first = Pacer(PLAN, ledger, NAME, time=time)
    for _ in range(20):
        ticket = first.reserve_as(first.new_key(), time)
        assert isinstance(ticket, Ticket)
        first.settle(ticket, time(), formatdate(time(), usegmt=True))
        clock.advance(0.35)
    ledger.seconds = 0.4
    later = Pacer(PLAN, ledger, NAME, time=time)
    assert isinstance(later.reserve_as(later.new_key(), time), Ticket)
    # Ahead by as much as it waited, it would go out too early in a window that is used up.
    assert -0.2 <= later.ahead <= 0


def test_a_hit_that_waited_for_the_ledger_is_let_out_in_the_window_of_its_turn() -> None:
    clock = FakeClock(NOW + 59)
    ledger, time = Delayed(clock), SteadyTime(clock)
    slow, other = (Pacer(Plan("mine", 2), ledger, NAME, time=time) for _ in range(2))
    assert [hit(other, NOW + 61) for _ in range(2)] == [True, True]
    ledger.seconds = 3.0
    closed = slow.reserve_as(slow.new_key(), time)
    assert isinstance(closed, Closed)
    assert closed.opens_at == NOW + 120


def test_a_reserve_is_kept_by_each_client_that_has_one(tmp_path: Path, clock: FakeClock) -> None:
    simulated = SimulatedEnlighten(6, plan=Plan("Mine", 10, 20), clock=clock)
    options: dict[str, Any] = {"ledger": tmp_path / "ledger", "max_wait": 0}
    options |= {"quota": Plan("Mine", 10, 20), "transport": httpx.MockTransport(simulated)}
    modest = Enlighten("key", "user", reserve=Reserve(minute=4, month=15), **options)
    other = Enlighten("key", "user", **options)
    for _ in range(5):
        modest.summary(67)
    status = modest.quota()
    assert (status.minute.left, status.month.left) == (1, 0)
    with pytest.raises(errors.QuotaExceededError, match="15 of them are kept for others") as told:
        modest.summary(67)
    assert told.value.opens_at == status.month.opens_at
    for _ in range(5):
        other.summary(67)
    assert simulated.hits == 10
    assert simulated.refused == 0
    modest.close()
    other.close()
