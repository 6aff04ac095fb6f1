"""One operation over many systems: a result for each, whatever happens to some."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any, get_args

import anyio
import httpx
import numpy as np
import pandas as pd
import pytest

from enphase_sdk import AsyncEnlighten, AsyncFleet, Cloud, Enlighten, EnlightenV4, Fleet
from enphase_sdk.errors import (
    ConfigError,
    InvalidArgumentError,
    NotAvailableError,
    NotFoundError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
)
from enphase_sdk.testing import FakeClock, Plan, SimulatedEnlighten, faults
from enphase_sdk.types import Collected, SystemOperation
from tests.support import KEY, SURFACES, USER_ID, Surface, page_body, summary_body


@pytest.fixture
def cloud(clock: FakeClock) -> SimulatedEnlighten:
    return SimulatedEnlighten(25, clock=clock)


@pytest.fixture(params=SURFACES, ids=lambda surface: surface.name)
def surface(request: pytest.FixtureRequest) -> Surface:
    chosen: Surface = request.param
    return chosen


def fleet_of(client: Any, **options: Any) -> Any:
    return (AsyncFleet if isinstance(client, AsyncEnlighten) else Fleet)(client, **options)


def collect(surface: Surface, cloud: Any, *arguments: Any, **options: Any) -> tuple[Any, Any]:
    """The results of a run over the cloud's systems, and the run."""
    client_options = {"max_retries": options.pop("max_retries", 4)}
    workers = options.pop("workers", 4)
    runs: list[Any] = []

    def act(client: Any) -> Any:
        runs.append(fleet_of(client, workers=workers).collect(*arguments, **options))
        return surface.collected(runs[0])

    results = surface.call(cloud, act, **client_options)
    return results, runs[0]


def test_every_system_gives_one_result(surface: Surface, cloud: SimulatedEnlighten) -> None:
    results, run = collect(
        surface, cloud, "energy_lifetime", start_date="2024-06-01", end_date="2024-06-03"
    )
    assert sorted(result.system_id for result in results) == cloud.system_ids()
    assert all(result.error is None for result in results)
    assert all(result.value.system_id == result.system_id for result in results)
    assert all(result.system.system_id == result.system_id for result in results)
    assert {len(result.value.production) for result in results} == {3}
    assert (run.done, run.total, run.stopped_by) == (25, 25, None)


def test_in_the_order_asked_for(surface: Surface, cloud: SimulatedEnlighten) -> None:
    wanted = list(reversed(cloud.system_ids()))
    results, run = collect(surface, cloud, "summary", wanted, ordered=True)
    assert [result.system_id for result in results] == wanted
    assert {result.system for result in results} == {None}
    assert run.total == 25


def test_a_broken_system_is_a_result_and_ends_no_run(
    surface: Surface, cloud: SimulatedEnlighten
) -> None:
    cloud.fail(with_=faults.status(404), system_id=77)
    cloud.fail(with_=faults.status(503), system_id=82, times=99)
    results, run = collect(surface, cloud, "summary")
    errors = {r.system_id: r.error for r in results if r.error is not None}
    assert sorted(errors) == [77, 82]
    assert isinstance(errors[77], NotFoundError)
    assert isinstance(errors[82], ServerError)
    assert all(result.value is None for result in results if result.error)
    assert (run.done, run.stopped_by) == (25, None)


def test_filters_choose_from_the_listing(surface: Surface, cloud: SimulatedEnlighten) -> None:
    results, _ = collect(surface, cloud, "envoys", filters={"system_id": [67, 72]})
    assert sorted(result.system_id for result in results) == [67, 72]


def test_a_function_is_called_with_the_client_and_the_id(
    surface: Surface, cloud: SimulatedEnlighten
) -> None:
    asked: list[tuple[Any, int]] = []

    def sizes(client: Any, system_id: int, *, factor: int) -> Any:
        asked.append((client, system_id))
        return factor * system_id

    async def sizes_async(client: Any, system_id: int, *, factor: int) -> Any:
        return sizes(client, system_id, factor=factor)

    function = sizes_async if surface.is_async else sizes
    results, _ = collect(surface, cloud, function, [67, 72], ordered=True, factor=10)
    assert [result.value for result in results] == [670, 720]
    assert sorted(system_id for _, system_id in asked) == [67, 72]
    assert not cloud.requests


def test_a_spent_month_stops_the_run_which_goes_on_later_where_it_was(
    surface: Surface, clock: FakeClock
) -> None:
    """Over several months each system is asked once, though each run is stopped by the quota."""
    cloud = SimulatedEnlighten(25, clock=clock, plan=Plan("Tiny", 100, 11))
    position, seen, runs = None, [], 0
    while runs < 9:
        options: dict[str, Any] = {"filters": {"limit": 10}, "position": position}
        results, run = collect(surface, cloud, "summary", max_retries=0, **options)
        seen += [result.system_id for result in results]
        position, runs = run.position, runs + 1
        if run.stopped_by is None:
            break
        assert isinstance(run.stopped_by, RateLimitError | QuotaExceededError)
        clock.advance(31 * 86_400)
    assert sorted(seen) == cloud.system_ids()
    assert len(cloud.requests) <= 25 + 3 * runs + 5


def test_given_systems_go_on_where_they_were(surface: Surface, cloud: SimulatedEnlighten) -> None:
    ids = cloud.system_ids()
    cloud.fail(with_=faults.refused(), after=7, times=5, operation="Summary")
    first, run = collect(surface, cloud, "summary", ids, workers=1, max_retries=0)
    assert run.stopped_by is not None
    given = [result.system_id for result in first]
    second, run = collect(surface, cloud, "summary", iter(ids), position=run.position)
    assert sorted(given + [result.system_id for result in second]) == ids
    assert run.stopped_by is None


@pytest.mark.parametrize("kind", [np.array, pd.Series, lambda ids: map(str, ids), iter])
def test_given_ids_may_come_from_any_library(
    surface: Surface, cloud: SimulatedEnlighten, kind: Callable[[list[int]], Any]
) -> None:
    wanted = cloud.system_ids()[:2]
    results, _ = collect(surface, cloud, "summary", kind(wanted), ordered=True)
    assert [result.system_id for result in results] == wanted


@pytest.mark.parametrize("wrong", [67, "67", b"67", np.int64(67), np.array(67)])
def test_given_systems_that_are_none_are_refused(
    surface: Surface, cloud: SimulatedEnlighten, wrong: Any
) -> None:
    with pytest.raises(InvalidArgumentError, match="systems: must be"):
        collect(surface, cloud, "summary", wrong)
    assert not cloud.requests


@pytest.mark.parametrize("wrong", [None, "x", [67], 67.5, float("nan")])
def test_a_given_id_that_is_none_ends_the_run(
    surface: Surface, cloud: SimulatedEnlighten, wrong: Any
) -> None:
    results, run = collect(surface, cloud, "summary", [wrong])
    assert results == []
    assert isinstance(run.stopped_by, InvalidArgumentError)


def test_a_position_belongs_to_its_kind_of_run(surface: Surface, cloud: SimulatedEnlighten) -> None:
    _, listed = collect(surface, cloud, "summary", filters={"limit": 10})
    _, given = collect(surface, cloud, "summary", list(range(67, 600, 5))[:25] * 5)
    for arguments, position in (
        (("summary", [67]), listed.position),
        (("summary",), given.position),
        (("summary",), "no position"),
        (("summary",), '{"start": 1.5, "done": []}'),
    ):
        with pytest.raises(InvalidArgumentError, match="position"):
            collect(surface, cloud, *arguments, position=position)


def test_each_system_can_have_arguments_of_its_own(
    surface: Surface, cloud: SimulatedEnlighten
) -> None:
    days = {67: "2024-06-01", 72: "2024-06-03"}
    results, _ = collect(
        surface,
        cloud,
        "energy_lifetime",
        days,
        each=lambda system_id: {"start_date": days[system_id]},
        end_date="2024-06-05",
    )
    lengths = {result.system_id: len(result.value.production) for result in results}
    assert lengths == {67: 5, 72: 3}


def test_progress_is_told_and_awaited(surface: Surface, cloud: SimulatedEnlighten) -> None:
    seen: list[tuple[int, int | None]] = []

    async def progress_async(done: int, total: int | None) -> None:
        seen.append((done, total))

    def progress(done: int, total: int | None) -> None:
        seen.append((done, total))

    collect(surface, cloud, "summary", progress=progress_async if surface.is_async else progress)
    assert [done for done, _ in seen] == list(range(1, 26))
    assert seen[-1] == (25, 25)


def test_a_slow_system_holds_back_none_of_the_others() -> None:
    """Unless their order is asked for."""
    others = threading.Semaphore(0)

    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.path.split("/")[-2])
        if number == 1:
            assert others.acquire(timeout=60)
        return httpx.Response(200, json=summary_body(system_id=number))

    with Enlighten(KEY, USER_ID, transport=httpx.MockTransport(answer)) as client:
        run = Fleet(client, workers=2).collect("summary", range(1, 301))
        first = [next(run).system_id for _ in range(299)]
        assert first == list(range(2, 301))
        others.release()
        assert next(run).system_id == 1


def results_in_memory() -> int:
    return sum(type(thing) is Collected for thing in gc.get_objects())


def test_memory_stays_bounded_however_many_systems_there_are() -> None:
    answer = httpx.Response(200, json=summary_body())
    with Enlighten(KEY, USER_ID, transport=httpx.MockTransport(lambda _: answer)) as client:
        run = Fleet(client).collect(lambda *_: bytes(10_000), iter(range(20_000)))
        gc.collect()
        before, most = results_in_memory(), 0
        for number, result in enumerate(run):
            assert result.value is not None
            if number % 2_000 == 1_000:
                most = max(most, results_in_memory() - before)
                assert len(run.position) < 2_000
        assert number == 19_999
    assert 0 < most <= 4 * 8 + 2


def test_an_interrupt_loses_nothing_that_arrived(cloud: SimulatedEnlighten) -> None:
    with Enlighten(KEY, USER_ID, transport=httpx.MockTransport(cloud)) as client:
        run = Fleet(client).collect("summary", ordered=True)
        got = [next(run).system_id for _ in range(9)]
        rest = [result.system_id for result in run.finished()]
        assert rest[0] == got[-1]
        assert got + rest[1:] == cloud.system_ids()[: len(got) + len(rest) - 1]
        assert list(run) == []
        again = Fleet(client).collect("summary", ordered=True, position=run.position)
        assert got + rest[1:] + [r.system_id for r in again] == cloud.system_ids()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_wait_loses_nothing(backend: str) -> None:
    async def go() -> list[int]:
        held, waiting = anyio.Event(), anyio.Event()

        async def slow(_: Any, system_id: int) -> int:
            waiting.set()
            await held.wait()
            return system_id

        async with AsyncEnlighten(KEY, USER_ID) as client:
            run = AsyncFleet(client, workers=3).collect(slow, [1, 2, 3, 4, 5])

            async def one() -> None:
                await anext(run)

            async with anyio.create_task_group() as group:
                group.start_soon(one)
                await waiting.wait()
                group.cancel_scope.cancel()
            held.set()
            return [result.system_id async for result in run]

    assert sorted(anyio.run(go, backend=backend)) == [1, 2, 3, 4, 5]


def test_a_defect_of_a_function_is_not_swallowed(
    surface: Surface, cloud: SimulatedEnlighten
) -> None:
    def broken(*_: object) -> Any:
        raise ZeroDivisionError("a defect")

    async def broken_async(*_: object) -> Any:
        raise ZeroDivisionError("a defect")

    with pytest.raises(ZeroDivisionError, match="a defect"):
        collect(surface, cloud, broken_async if surface.is_async else broken)


@pytest.mark.parametrize("ending", [SystemExit(3), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("threads", [False, True])
def test_a_function_that_ends_the_program_ends_it(
    cloud: SimulatedEnlighten, ending: BaseException, *, threads: bool
) -> None:
    others_begin = threading.Event()

    def leave(_: Enlighten, system_id: int) -> None:
        if system_id == 67:
            others_begin.wait()
            raise ending

    def each(system_id: int) -> dict[str, Any]:
        if system_id != 67:
            others_begin.set()
        return {}

    client = Enlighten(KEY, USER_ID, transport=httpx.MockTransport(cloud))
    with client, ThreadPoolExecutor(2) as pool:
        run = Fleet(client, pool if threads else None, workers=2).collect(
            leave, [67, 72], each=each
        )
        with pytest.raises(type(ending)):
            list(run)


def test_what_makes_no_sense_is_refused_before_anything_is_asked(
    surface: Surface, cloud: SimulatedEnlighten
) -> None:
    with pytest.raises(InvalidArgumentError, match=r"'sumary'.*\bsummary\b"):
        collect(surface, cloud, "sumary")
    with pytest.raises(InvalidArgumentError, match="systems"):
        collect(surface, cloud, "systems")
    with pytest.raises(NotAvailableError, match=r"battery_lifetime.*v4"):
        collect(surface, cloud, "battery_lifetime")
    with pytest.raises(InvalidArgumentError, match="filters"):
        collect(surface, cloud, "summary", [67], filters={"status": "comm"})
    with pytest.raises(InvalidArgumentError, match="workers"):
        collect(surface, cloud, "summary", workers=0)
    assert not cloud.requests


def test_every_named_operation_is_one_of_the_clients() -> None:
    names = get_args(SystemOperation)
    assert all(callable(getattr(EnlightenV4, name)) for name in names)
    assert len(set(names)) == len(names)


# Executors. Processes read credentials of their own and make clients from settings.


def _with_threads() -> Executor:
    return ThreadPoolExecutor(3)


def _with_processes() -> Executor:
    return ProcessPoolExecutor(2, mp_context=get_context("spawn"))


def energy_and_process(client: Cloud, system_id: int) -> tuple[int | None, int]:
    return client.summary(system_id).energy_today, os.getpid()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[SimulatedEnlighten, str]]:
    monkeypatch.setenv("ENPHASE_API_KEY", "the-key-of-the-workers")
    monkeypatch.setenv("ENPHASE_USER_ID", "the-id-of-the-workers")
    simulated = SimulatedEnlighten(12, api_key="the-key-of-the-workers")
    with simulated.serve() as base_url:
        yield simulated, base_url


@pytest.mark.parametrize("executor", [_with_threads, _with_processes])
def test_any_executor_gives_the_same(
    settings: tuple[SimulatedEnlighten, str], executor: Callable[[], Executor]
) -> None:
    simulated, base_url = settings
    simulated.fail(with_=faults.status(404), system_id=77)
    with Enlighten(base_url=base_url) as client, executor() as pool:
        results = list(Fleet(client, pool).collect(energy_and_process))
        with Enlighten(base_url=base_url) as other:
            expected = {i: other.summary(i).energy_today for i in simulated.system_ids()}
    assert sorted(result.system_id for result in results) == simulated.system_ids()
    errors = [result.error for result in results if result.error]
    assert [type(error) for error in errors] == [NotFoundError]
    values = {result.system_id: result.value for result in results if result.value}
    assert {key: value[0] for key, value in values.items()} == {
        key: expected[key] for key in values
    }
    pids = {value[1] for value in values.values()}
    assert (os.getpid() in pids) == isinstance(pool, ThreadPoolExecutor)


def test_no_secret_is_sent_to_other_processes(
    settings: tuple[SimulatedEnlighten, str],
) -> None:
    _, base_url = settings
    with Enlighten("ze-key-given", "ze-id-given", base_url=base_url) as client:
        made = client.settings()
        assert made["base_url"] == base_url
        assert "given" not in repr(made)
        changed = client.with_options(max_retries=1, quota="watt").settings()
        assert (changed["max_retries"], changed["quota"]) == (1, "watt")
        with Enlighten(**changed) as again:
            assert again.settings() == changed


def test_what_cannot_reach_another_process_is_refused(cloud: SimulatedEnlighten) -> None:
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    with pool:
        client = Enlighten(KEY, USER_ID, transport=httpx.MockTransport(cloud))
        with pytest.raises(ConfigError, match=r"transport.*threads"):
            Fleet(client, pool)
        fleet = Fleet(Enlighten(KEY, USER_ID), pool)
        with pytest.raises(InvalidArgumentError, match="top level of a module"):
            fleet.collect(lambda *_: 1)


def test_an_executor_that_was_shut_down_stops_the_run() -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with Enlighten(KEY, USER_ID) as client:
        run = Fleet(client, pool).collect("summary", [67, 72])
        assert list(run) == []
    assert isinstance(run.stopped_by, ConfigError)
    assert "shut down" in str(run.stopped_by)


def end_this_process(*_: object) -> None:
    os._exit(1)


def test_a_killed_worker_process_stops_the_run_and_says_so(
    settings: tuple[SimulatedEnlighten, str],
) -> None:
    _, base_url = settings
    with Enlighten(base_url=base_url) as client, _with_processes() as pool:
        run = Fleet(client, pool).collect(end_this_process, [67, 72])
        assert list(run) == []
    assert isinstance(run.stopped_by, ConfigError)
    assert "position" in str(run.stopped_by)


def test_pages_hold_no_more_than_they_must() -> None:
    """Systems of a page that is not begun are asked for only when there is room."""
    pages: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/systems"):
            cursor = request.url.params.get("next")
            pages.append(cursor)
            number = int(cursor or 0)
            return httpx.Response(200, json=page_body(20, number * 20 + 1, next=str(number + 1)))
        return httpx.Response(200, json=summary_body())

    with Enlighten(KEY, USER_ID, transport=httpx.MockTransport(answer)) as client:
        run = Fleet(client, workers=2).collect("summary", ordered=True)
        next(run)
        run.finished()
    assert len(pages) <= 2
