"""What a coordinator of a home automation does: one client, polled each minute for a day."""

from __future__ import annotations

import asyncio
import gc
import threading
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from enphase_sdk import AsyncEnvoy
from enphase_sdk.errors import EnphaseError
from enphase_sdk.testing import FakeClock, SimulatedGateway
from enphase_sdk.testing import gateway_faults as faults
from enphase_sdk.testing.gateway_faults import Fault

MINUTES = 24 * 60
# Objects, and bytes in half an hour. What is forgotten at each poll or fault adds more.
OBJECTS = 2_000
GROWTH = 50_000

FAULTS: list[tuple[str, Callable[[], Fault]]] = [
    ("/ivp/meters/readings", faults.timeout),
    ("/production.json?details=1", lambda: faults.status(503)),
    ("/ivp/ensemble/inventory", faults.html_page),
    ("/ivp/ensemble/power", faults.truncated),
    ("/api/v1/production", faults.connection_error),
    ("/ivp/ensemble/secctrl", lambda: faults.status(401)),
    ("/ivp/pdm/device_data", faults.broken_off),
    ("/ivp/livedata/status", faults.wrong_types),
]


def descriptors() -> int:
    """Open files and sockets of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def polled(
    envoy: AsyncEnvoy, gateway: SimulatedGateway, clock: FakeClock, minutes: int
) -> int:
    """Poll each minute, with a fault now and then; returns how many polls gave a reading."""
    done = 0
    for minute in range(minutes):
        if minute % 7 == 3:
            path, fault = FAULTS[minute // 7 % len(FAULTS)]
            gateway.fail(path, with_=fault())
        if minute % 360 == 300:
            gateway.reboot(starting_for=150.0)
        if minute % 400 == 399:
            gateway.revoke_tokens()
        with suppress(EnphaseError):
            await envoy.read()
            done += 1
        if minute % 60 == 30:
            async with envoy.live(every=5.0) as live:
                with suppress(EnphaseError):
                    async for sample in live:
                        if not sample.is_stale:
                            break
        gateway.requests.clear()
        gateway.writes.clear()
        clock.sleeps.clear()
        clock.advance(60.0 - clock.time() % 60.0)
    return done


@pytest.mark.proof
def test_a_day_of_polls_leaves_no_task_and_no_memory(clock: FakeClock) -> None:
    gateway = SimulatedGateway("8.2-batteries", clock=clock, inverters=4)

    def provider(_: str) -> str:
        return gateway.issue_token(owner=False)

    async def day() -> None:
        tasks, threads = len(asyncio.all_tasks()), threading.active_count()
        async with AsyncEnvoy(
            "envoy.local", token_provider=provider, transport=gateway.transport()
        ) as envoy:
            await polled(envoy, gateway, clock, 60)
            gc.collect()
            objects = len(gc.get_objects())
            done = await polled(envoy, gateway, clock, MINUTES)
            gc.collect()
            assert len(gc.get_objects()) - objects < OBJECTS
            assert len(asyncio.all_tasks()) == tasks
            assert gateway.streams == 0
            assert done > MINUTES * 0.95
            tracemalloc.start()
            try:
                await polled(envoy, gateway, clock, 31)
                gc.collect()
                before = tracemalloc.get_traced_memory()[0]
                await polled(envoy, gateway, clock, 31)
                gc.collect()
                assert tracemalloc.get_traced_memory()[0] - before < GROWTH
            finally:
                tracemalloc.stop()
        assert len(asyncio.all_tasks()) == tasks
        assert threading.active_count() <= threads + 2

    asyncio.run(day())


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts sockets in /proc")
def test_polls_over_a_real_connection_leave_no_socket(clock: FakeClock) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock, inverters=4)
    gateway.script_stream(*[faults.events(2), faults.stream_ends()] * 5)

    async def hours(address: str) -> None:
        before, tasks = descriptors(), len(asyncio.all_tasks())
        async with AsyncEnvoy(
            address, token=gateway.issue_token(), fingerprint=gateway.fingerprint
        ) as envoy:
            for minute in range(20):
                if minute % 5 == 4:
                    gateway.fail("/ivp/meters/readings", with_=faults.broken_off())
                await envoy.read_energies()
                clock.advance(60)
            # One connection: its socket here, and that of the server, which is in this process.
            assert descriptors() <= before + 2
            async with envoy.live() as live:
                samples = [await anext(live) for _ in range(9)]
                assert {sample.source for sample in samples} == {"meters"}
            assert len(asyncio.all_tasks()) == tasks
        assert len(asyncio.all_tasks()) == tasks

    before = descriptors()
    with gateway.serve(tls=True) as address:
        asyncio.run(hours(address))
    assert gateway.streams == 0
    assert descriptors() <= before
