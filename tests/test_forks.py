"""A process that forks: the child works, does not hang, and leaves the parent's things alone."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from enphase_sdk import (
    AsyncEnlighten,
    AsyncFleet,
    Enlighten,
    Envoy,
    Fleet,
    GatewayRecorder,
    errors,
    fleet,
)
from enphase_sdk._async import gateway_connection as async_gateway_connection
from enphase_sdk._sync import gateway_connection
from enphase_sdk.cloud import ledgers
from enphase_sdk.cloud.plans import Plan
from enphase_sdk.core.decode import LONG, collector_paused
from enphase_sdk.core.state import ProcessLock
from enphase_sdk.store import Store
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, SimulatedGateway
from tests.listener import Listener, at_once
from tests.support import FORKS

pytestmark = FORKS

UNLIMITED = Plan("mine", 1_000_000)
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQwMDAwMDAwMDB9.c2ln"
STREAMING = "8.3-three-phase"


def in_a_child(works: Callable[[], bool]) -> None:
    """Run a function in a forked process and assert that it returns True, and does not hang."""
    child = os.fork()
    if child == 0:
        code = 3
        try:
            signal.alarm(60)
            code = 0 if works() else 1
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


@contextmanager
def elsewhere(context: AbstractContextManager[object]) -> Iterator[None]:
    """Enter a context in another thread, which no forked process has."""
    entered, over = threading.Event(), threading.Event()

    def hold() -> None:
        with context:
            entered.set()
            over.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize(
    "module",
    [ledgers, fleet, gateway_connection, async_gateway_connection],
    ids=lambda m: m.__name__,
)
def test_no_lock_of_a_module_stays_locked(module: Any) -> None:
    def works() -> bool:
        with module._making.mine():
            return True

    with elsewhere(module._making.mine()):
        in_a_child(works)


def test_the_garbage_collector_does_not_stay_paused() -> None:
    with elsewhere(collector_paused(bytes(LONG))):
        assert not gc.isenabled()
        in_a_child(gc.isenabled)
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_kit_s_clock_and_gateway_do_not_stay_locked() -> None:
    clock, gateway = FakeClock(), SimulatedGateway(STREAMING, token=TOKEN)

    def works() -> bool:
        clock.sleep(1)
        return gateway._gate.enter()

    with elsewhere(clock._turn.mine()), elsewhere(gateway._gate.held()):
        in_a_child(works)
        assert not gateway._gate.enter()


def test_a_forked_process_can_leave_the_simulator_s_context() -> None:
    program = """
        import os, signal, sys
        from enphase_sdk.testing import SimulatedEnlighten

        with SimulatedEnlighten(1).serve():
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                sys.exit(0)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    assert run_program(program) == "0\n"


def test_a_run_over_a_fleet_ends_in_the_child_and_can_be_continued_there() -> None:
    simulated = SimulatedEnlighten(8)
    ids = simulated.system_ids()
    asked = threading.Event()
    may_answer = threading.Event()

    def slow(client: Enlighten, system_id: int) -> int:
        if system_id == ids[-1]:
            asked.set()
            may_answer.wait()
        return client.summary(system_id).system_id or 0

    with simulated.serve() as url, client_of(url) as client:
        run = Fleet(client, workers=8).collect(slow, ids)
        first = next(run).system_id
        asked.wait()

        def works() -> bool:
            done = [first, *(result.system_id for result in run)]
            stopped = isinstance(run.stopped_by, errors.ConfigError)
            rest = Fleet(client).collect("summary", ids, position=run.position)
            done += [result.system_id for result in rest]
            return stopped and sorted(done) == ids

        in_a_child(works)
        may_answer.set()
        assert sorted([first, *(result.system_id for result in run)]) == ids
        assert run.stopped_by is None


def test_an_async_run_over_a_fleet_ends_in_the_child() -> None:
    simulated = SimulatedEnlighten(8)
    ids = simulated.system_ids()

    async def rest(run: Any) -> bool:
        return len([r async for r in run]) < 8 and isinstance(run.stopped_by, errors.ConfigError)

    async def main(url: str) -> int:
        async with AsyncEnlighten("key", "user", base_url=url, quota=UNLIMITED) as client:
            run = AsyncFleet(client).collect("summary", ids)
            await anext(run)
            in_a_child(lambda: asyncio.run(rest(run)))
            return 1 + len([result async for result in run])

    with simulated.serve() as url:
        assert asyncio.run(main(url)) == 8


def test_a_child_reads_a_stream_of_its_own() -> None:
    gateway = SimulatedGateway(STREAMING, token=TOKEN)
    with gateway.serve(tls=True) as address, Envoy(address, token=TOKEN) as envoy:
        live = envoy.live(source="meters")
        next(live)
        opened = gateway.streams

        def works() -> bool:
            # The inherited iterator, and a new one after it, each open a stream.
            next(live)
            live.close()
            with envoy.live(source="meters") as other:
                next(other)
            return True

        in_a_child(works)
        assert (opened, streams_of(gateway)) == (1, 3)
        assert next(live).pv_w is not None
        assert streams_of(gateway) == 3
        live.close()


def test_an_async_client_can_be_closed_where_no_event_loop_runs() -> None:
    async def main(url: str) -> None:
        async with AsyncEnlighten("key", "user", base_url=url, quota=UNLIMITED) as client:
            await client.summary(67)

            def works() -> bool:
                with pytest.raises(StopIteration):
                    client.aclose().__await__().__next__()
                return True

            in_a_child(works)

    with Listener(at_once).serving() as url:
        asyncio.run(main(url))


def test_a_child_does_not_write_the_parent_s_recording(tmp_path: Path) -> None:
    gateway = SimulatedGateway(STREAMING, token=TOKEN)
    with gateway.serve(tls=True) as address, Envoy(address, token=TOKEN) as envoy:
        recorder = GatewayRecorder(envoy, path=tmp_path / "recording.sqlite")
        assert recorder.poll() is not None

        def works() -> bool:
            with pytest.raises(errors.ConfigError, match="another recorder"):
                recorder.poll()
            recorder.close()
            return True

        assert recorder._recording is not None
        with recorder._recording._turn:
            in_a_child(works)
        with pytest.raises(errors.ConfigError, match="another recorder"):
            GatewayRecorder(envoy, path=tmp_path / "recording.sqlite").poll()
        recorder.close()


@pytest.mark.parametrize("name", ["store.duckdb", "folder"])
def test_a_store_s_lock_does_not_stop_a_child(tmp_path: Path, name: str) -> None:
    with Store(tmp_path / name) as store:

        def works() -> bool:
            with pytest.raises(errors.ConfigError, match="forked"):
                store.systems()
            with pytest.raises(errors.ConfigError, match="forked"):
                store.write_systems([], datetime.now(UTC))
            store.close()
            return True

        with elsewhere(store._lock):
            in_a_child(works)
        assert store.systems() == []


@pytest.mark.parametrize("name", ["store.duckdb", "folder"])
def test_a_child_of_a_program_with_an_open_store_ends_in_peace(tmp_path: Path, name: str) -> None:
    program = f"""
        import os, sys
        from enphase_sdk.store import Store

        store = Store({str(tmp_path / name)!r})
        store.connection
        child = os.fork()
        if child:
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), store.systems())
            store.close()
        sys.exit(0)
    """
    assert run_program(program) == "0 []\n"


def test_a_lock_is_free_when_its_process_has_ended_though_a_child_lives(tmp_path: Path) -> None:
    program = f"""
        import os, sys
        from pathlib import Path
        from enphase_sdk.core.state import ProcessLock

        lock = ProcessLock(Path({str(tmp_path / "lock")!r}))
        assert lock.take()
        if os.fork() == 0:
            os.close(1)
            sys.stdin.read()
            os._exit(0)
        os.kill(os.getpid(), 9)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.wait()
        # The child has closed its standard output: it has run what it does after the fork.
        assert process.stdout is not None
        assert process.stdout.read() == b""
        assert ProcessLock(tmp_path / "lock").take()


def streams_of(gateway: SimulatedGateway) -> int:
    return sum("/stream/meter" in target for _, target in gateway.requests)


def client_of(url: str) -> Enlighten:
    return Enlighten("key", "user", base_url=url, quota=UNLIMITED, max_retries=0)


def run_program(program: str) -> str:
    # From Python 3.12 on, each fork beside threads warns; here it is done on purpose.
    done = subprocess.run(
        [sys.executable, "-W", "ignore:This process", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout
