"""A fleet's summaries: all of them, in order, whatever happens to some."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from enphase_sdk import Enlighten, Fleet
from enphase_sdk.errors import (
    APIResponseValidationError,
    AuthenticationError,
    InvalidArgumentError,
    NotFoundError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
)
from enphase_sdk.testing import FakeClock, Plan, SimulatedEnlighten, faults
from tests.support import Handler, page_body, summary_body


def client_of(handler: Handler, **options: object) -> Enlighten:
    settings: dict[str, Any] = {"max_retries": 0, **options}
    return Enlighten(
        "some-api-key",
        "some-user-id",
        transport=httpx.MockTransport(handler),
        **settings,
    )


@pytest.fixture
def cloud(clock: FakeClock) -> SimulatedEnlighten:
    return SimulatedEnlighten(25, clock=clock)


@pytest.fixture
def fleet(cloud: SimulatedEnlighten) -> Iterator[Fleet]:
    with client_of(cloud, max_retries=4) as client:
        yield Fleet(client)


def test_every_system_comes_once_in_the_order_of_the_listing(
    cloud: SimulatedEnlighten, fleet: Fleet, clock: FakeClock
) -> None:
    run = fleet.summaries()
    records = list(run)
    assert [record.system.system_id for record in records] == cloud.system_ids()
    assert all(r.summary and r.summary.system_id == r.system.system_id for r in records)
    assert all(record.error is None for record in records)
    assert records[0].read_at.timestamp() == clock.time()
    assert records[0].read_at.tzinfo is not None
    assert (run.done, run.total, run.stopped_by) == (25, 25, None)
    assert next(run, None) is None


def test_it_lists_and_filters_as_the_client_does(cloud: SimulatedEnlighten, fleet: Fleet) -> None:
    assert [system.system_id for system in fleet] == cloud.system_ids()
    assert [s.system_id for s in fleet.systems(system_id=[67, 72])] == [67, 72]
    comm = [record.system for record in fleet.summaries(status="comm", limit=1)]
    assert comm
    assert {system.meta.status for system in comm} == {"comm"}


def test_progress_knows_the_total_with_the_last_page(fleet: Fleet) -> None:
    seen: list[tuple[int, int | None]] = []
    list(fleet.summaries(limit=20, progress=lambda done, total: seen.append((done, total))))
    assert [done for done, _ in seen] == list(range(1, 26))
    assert seen[-1] == (25, 25)
    tiny: list[tuple[int, int | None]] = []
    list(fleet.summaries(system_id=67, progress=lambda done, total: tiny.append((done, total))))
    assert tiny == [(1, 1)]


def test_one_failing_system_is_part_of_the_result(cloud: SimulatedEnlighten, fleet: Fleet) -> None:
    cloud.fail(with_=faults.status(404), system_id=77)
    cloud.fail(with_=faults.status(503), system_id=82, times=99)
    cloud.fail(with_=faults.html(200), system_id=92, times=99)
    cloud.fail(with_=faults.status(401), system_id=102, times=99)
    run = fleet.summaries()
    errors = {r.system.system_id: r.error for r in run if r.error is not None}
    assert sorted(errors) == [77, 82, 92, 102]
    assert isinstance(errors[77], NotFoundError)
    assert isinstance(errors[82], ServerError)
    assert isinstance(errors[92], APIResponseValidationError)
    assert isinstance(errors[102], AuthenticationError)
    assert (run.done, run.stopped_by) == (25, None)


def test_it_waits_for_the_minutes_quota_and_goes_on(clock: FakeClock) -> None:
    cloud = SimulatedEnlighten(25, clock=clock, plan=Plan("Small", 10, 1_000))
    run = Fleet(client_of(cloud, max_retries=4)).summaries()
    assert [r.system.system_id for r in run if r.summary] == cloud.system_ids()
    assert run.stopped_by is None
    assert sum(clock.sleeps) > 60


@pytest.mark.parametrize("workers", [1, 4])
def test_a_used_up_month_ends_the_run_with_what_was_got(clock: FakeClock, workers: int) -> None:
    cloud = SimulatedEnlighten(25, clock=clock, plan=Plan("Tiny", 100, 11))
    run = Fleet(client_of(cloud), workers=workers).summaries()
    records = list(run)
    assert [r.system.system_id for r in records] == cloud.system_ids()[:10]
    assert all(record.summary for record in records)
    assert isinstance(run.stopped_by, (RateLimitError, QuotaExceededError))
    assert (run.done, run.total) == (10, 25)
    assert cloud.hits == 11


def test_a_page_that_does_not_come_ends_the_run_with_what_was_got(
    cloud: SimulatedEnlighten,
) -> None:
    cloud.fail(with_=faults.html(503), operation="Systems", after=1)
    run = Fleet(client_of(cloud)).summaries(limit=10)
    assert len(list(run)) == 10
    assert isinstance(run.stopped_by, ServerError)
    assert run.total is None


def test_a_first_page_that_does_not_come_leaves_nothing(cloud: SimulatedEnlighten) -> None:
    cloud.fail(with_=faults.status(401), operation="Systems")
    run = Fleet(client_of(cloud)).summaries()
    assert list(run) == []
    assert isinstance(run.stopped_by, AuthenticationError)


@pytest.mark.parametrize("fault", [faults.status(401), faults.refused()])
def test_what_fails_for_five_in_a_row_fails_for_all(
    cloud: SimulatedEnlighten, fault: faults.Fault
) -> None:
    cloud.fail(with_=fault, operation="Summary", after=7, times=99)
    run = Fleet(client_of(cloud), workers=1).summaries()
    records = list(run)
    assert sum(record.summary is not None for record in records) == 7
    assert sum(record.error is not None for record in records) == 5
    assert run.stopped_by is records[-1].error is not None
    assert len(cloud.requests) == 1 + 7 + 5


def test_four_in_a_row_do_not(cloud: SimulatedEnlighten) -> None:
    for after in (3, 8):
        cloud.fail(with_=faults.status(401), operation="Summary", after=after, times=4)
    run = Fleet(client_of(cloud), workers=1).summaries()
    assert sum(record.error is not None for record in run) == 8
    assert run.stopped_by is None


def test_a_system_that_moved_across_a_page_boundary_comes_once(
    cloud: SimulatedEnlighten, fleet: Fleet
) -> None:
    cloud.fail(with_=faults.duplicate_on_boundary(), operation="Systems", after=1)
    run = fleet.summaries(limit=10)
    ids = [record.system.system_id for record in run]
    assert ids == cloud.system_ids()
    assert run.total == 25


def test_boundaries_are_those_of_the_listing() -> None:
    pages = {
        None: page_body(3, 1, next="b"),
        "b": page_body(0, next="c"),
        "c": page_body(3, 3, next="d"),
        "d": page_body(2, 6),
    }
    for cursor in ("c", "d"):  # two systems that nothing tells apart
        pages[cursor]["systems"][1]["system_id"] = None

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/systems"):
            return httpx.Response(200, json=pages[request.url.params.get("next")])
        return httpx.Response(200, json=summary_body())

    with client_of(answer) as client:
        run = Fleet(client).summaries()
        assert [record.system.system_id for record in run] == [1, 2, 3, None, 5, 6, None]
        assert (run.total, run.stopped_by) == (7, None)


def test_no_more_calls_are_under_way_than_there_are_workers() -> None:
    lock, together = threading.Lock(), threading.Barrier(3, timeout=60)
    running, most = 0, 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal running, most
        if request.url.path.endswith("/systems"):
            return httpx.Response(200, json=page_body(9))
        with lock:
            running += 1
            most = max(most, running)
        together.wait()
        with lock:
            running -= 1
        return httpx.Response(200, json=summary_body())

    assert len(list(Fleet(client_of(answer), workers=3).summaries())) == 9
    assert most == 3


def test_one_slow_system_keeps_the_others_only_so_far_ahead() -> None:
    """Results that wait for those before them are bounded, so memory is."""
    asked: list[int] = []
    held = threading.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/systems"):
            return httpx.Response(200, json=page_body(200))
        number = int(request.url.path.split("/")[-2])
        asked.append(number)
        if number == 1:
            held.wait(60)
        elif number == 16:
            held.set()
        return httpx.Response(200, json=summary_body(system_id=number))

    run = Fleet(client_of(answer), workers=2).summaries()
    assert next(run).system.system_id == 1
    assert max(asked) == 16
    assert [record.system.system_id for record in run] == list(range(2, 201))


def test_leaving_a_run_in_the_middle_asks_for_no_more(cloud: SimulatedEnlighten) -> None:
    run = Fleet(client_of(cloud), workers=1).summaries()
    next(run)
    assert len(cloud.requests) <= 1 + 8


def test_a_defect_is_not_swallowed() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/systems"):
            return httpx.Response(200, json=page_body(2))
        raise RuntimeError("a defect")

    with pytest.raises(RuntimeError, match="a defect"):
        list(Fleet(client_of(answer)).summaries())


def test_arguments_that_make_no_sense_are_refused_at_once(cloud: SimulatedEnlighten) -> None:
    client = client_of(cloud)
    with pytest.raises(InvalidArgumentError, match="workers"):
        Fleet(client, workers=0)
    with pytest.raises(InvalidArgumentError, match="limit"):
        Fleet(client).summaries(limit=0)
    assert not cloud.requests


def test_it_shows_no_secret(fleet: Fleet) -> None:
    assert repr(fleet) == "Fleet(<Enlighten https://api.enphaseenergy.com/api/v2>)"
