"""The machine's clock, and how another takes its place."""

from __future__ import annotations

import time

import anyio
import pytest

from enphase_sdk.clock import SystemClock, current_clock, set_clock
from enphase_sdk.testing import FakeClock
from tests.support import Surface


def test_the_machine_s_clock_is_the_machine_s() -> None:
    clock = SystemClock()
    assert time.time() - 60 < clock.time() < time.time() + 60
    before = clock.monotonic()
    assert clock.monotonic() >= before
    clock.sleep(0.0)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_tasks_wait_without_holding_up_others(backend: str) -> None:
    order: list[str] = []

    async def other() -> None:
        order.append("other")

    async def act() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(other)
            await SystemClock().sleep_async(0.001)
            order.append("waited")

    anyio.run(act, backend=backend)
    assert order == ["other", "waited"]


def test_new_clients_take_the_clock_that_is_set(surface: Surface) -> None:
    machine = current_clock()
    before = surface.client()
    fake = FakeClock()
    assert set_clock(fake) is machine
    try:
        assert current_clock() is fake
        after = surface.client()
    finally:
        assert set_clock(machine) is fake
    assert (before._options.clock, after._options.clock) == (machine, fake)
