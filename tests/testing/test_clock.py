from __future__ import annotations

import threading
from datetime import UTC, datetime

import anyio
import pytest

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing import FakeClock


def test_sleeping_moves_both_times_at_once_and_is_recorded() -> None:
    clock = FakeClock(1000.0)
    clock.sleep(60)
    clock.sleep(0.5)
    assert (clock.time(), clock.monotonic(), clock.sleeps) == (1060.5, 60.5, [60, 0.5])


def test_a_negative_sleep_does_not_move_time_back() -> None:
    clock = FakeClock(1000.0)
    clock.sleep(-5)
    assert (clock.time(), clock.sleeps) == (1000.0, [-5])


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_sleeping_in_a_task_moves_time_and_lets_others_run(backend: str) -> None:
    clock = FakeClock(0.0)
    order: list[str] = []

    async def sleeper(name: str) -> None:
        order.append(f"{name} sleeps")
        await clock.sleep_async(10)
        order.append(f"{name} wakes")

    async def both() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(sleeper, "a")
            group.start_soon(sleeper, "b")

    anyio.run(both, backend=backend)
    assert sorted(order[:2]) == ["a sleeps", "b sleeps"]
    assert clock.time() == 20


def test_setting_moves_the_wall_clock_alone() -> None:
    clock = FakeClock(datetime(2024, 3, 31, tzinfo=UTC))
    assert clock.time() == 1_711_843_200
    clock.advance(5)
    clock.set(100.0)
    assert (clock.time(), clock.monotonic(), clock.sleeps) == (100.0, 5.0, [])


def test_no_time_is_lost_between_threads() -> None:
    clock = FakeClock(0.0)

    def sleep() -> None:
        for _ in range(500):
            clock.sleep(1)

    threads = [threading.Thread(target=sleep) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.time() == 4000
    assert len(clock.sleeps) == 4000


def test_a_naive_datetime_and_going_back_are_refused_with_advice() -> None:
    with pytest.raises(InvalidArgumentError, match="aware datetime"):
        FakeClock(datetime(2024, 1, 1))
    with pytest.raises(InvalidArgumentError, match=r"use set\(\)"):
        FakeClock().advance(-1)
    assert repr(FakeClock(5)) == "FakeClock(5.0)"
