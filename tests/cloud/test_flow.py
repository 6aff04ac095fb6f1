"""What happens around one call: the quota's waits, and the two drivers that carry them out."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

import anyio
import httpx
import pytest

from enphase_sdk import Plan, errors
from enphase_sdk._async import drivers as async_drivers
from enphase_sdk._sync import drivers as sync_drivers
from enphase_sdk.core.effects import Flow, Reply, Request, Send, Sleep
from enphase_sdk.testing import FakeClock
from tests.support import Script, Surface, conflict, summary_body

GOOD = httpx.Response(200, json=summary_body())


def dated(clock: FakeClock, skew: float = 0.0) -> Any:
    """A good answer with a Date header."""
    return lambda _: httpx.Response(
        200,
        json=summary_body(),
        headers={"date": formatdate(clock.time() + skew, usegmt=True)},
    )


def refusing(clock: FakeClock, ends_in: float, skew: float = 0.0, **fields: Any) -> Any:
    """A 409 whose window ends so many seconds after the first time it is sent."""
    ends_at = clock.time() + skew + ends_in

    def answer(_: httpx.Request) -> httpx.Response:
        now = clock.time() + skew
        return conflict(now=now, ends_in=ends_at - now, **fields)

    return answer


def call(surface: Surface, script: Script, **options: Any) -> Any:
    return surface.call(script, lambda client: client.summary(67), **options)


@pytest.mark.parametrize("skew", [-3600.0, -3.0, 0.0, 3.0, 3600.0])
def test_a_refusal_is_waited_out_by_the_server_s_clock(
    surface: Surface, clock: FakeClock, skew: float
) -> None:
    script = Script(refusing(clock, 40.0, skew), GOOD)
    assert call(surface, script).system_id == 67
    (slept,) = clock.sleeps
    # Up to a second for what the Date header leaves open, and the jitter.
    assert 40.0 <= slept <= 41.5
    assert len(script.requests) == 2


def test_waits_are_told_before_they_begin(surface: Surface, clock: FakeClock) -> None:
    told: list[tuple[Sleep, int]] = []
    call(
        surface,
        Script(refusing(clock, 40.0), GOOD),
        on_wait=lambda sleep: told.append((sleep, len(clock.sleeps))),
    )
    ((sleep, slept_before),) = told
    assert slept_before == 0
    assert sleep.seconds == clock.sleeps[0]
    assert "the quota of 10 hits a minute is used up" in sleep.reason
    assert "it opens at 2024-06-15T12:00:40+00:00" in sleep.reason


def test_a_month_s_quota_is_not_waited_for(surface: Surface, clock: FakeClock) -> None:
    script = Script(
        refusing(clock, 15.5 * 86_400, period="month", length=30 * 86_400, limit=1000), GOOD
    )

    def twice(client: Any) -> Any:
        if not surface.is_async:
            with pytest.raises(errors.RateLimitError) as first:
                client.summary(67)
            with pytest.raises(errors.QuotaExceededError) as second:
                client.stats(67)
            return first.value, second.value

        async def act() -> Any:
            with pytest.raises(errors.RateLimitError) as first:
                await client.summary(67)
            with pytest.raises(errors.QuotaExceededError) as second:
                await client.stats(67)
            return first.value, second.value

        return act()

    refused, held_back = surface.call(script, twice)
    assert clock.sleeps == []
    assert (refused.period, refused.limit, refused.status_code) == ("month", 1000, 409)
    assert refused.period_end == clock.time() + 15.5 * 86_400
    assert "opens at 2024-07-01T00:00:00+00:00" in str(refused)
    assert held_back.opens_at == datetime(2024, 7, 1, tzinfo=UTC)
    assert "Stats: nothing was sent" in str(held_back)
    assert "with_options(quota=…)" in str(held_back)
    assert len(script.requests) == 1


def test_max_wait_bounds_the_wait(surface: Surface, clock: FakeClock) -> None:
    script = Script(refusing(clock, 40.0), GOOD)
    with pytest.raises(errors.RateLimitError, match="opens at"):
        call(surface, script, max_wait=39.0)
    assert (len(script.requests), clock.sleeps) == (1, [])


def test_max_wait_0_raises_at_once(surface: Surface, clock: FakeClock) -> None:
    script = Script(refusing(clock, 40.0), GOOD)
    with pytest.raises(errors.RateLimitError):
        call(surface, script, max_wait=0)
    with pytest.raises(errors.RateLimitError):
        call(surface, Script(httpx.Response(409)), max_wait=0)
    assert clock.sleeps == []


def test_max_wait_0_sends_what_the_plan_allows_and_no_more(clock: FakeClock) -> None:
    script = Script(dated(clock))
    client = Surface("sync").client(script, max_wait=0, quota=Plan("mine", 2))
    client.summary(67)
    client.summary(67)
    with pytest.raises(errors.QuotaExceededError) as caught:
        client.summary(67)
    assert caught.value.opens_at == datetime(2024, 6, 15, 12, 1, tzinfo=UTC)
    assert len(script.requests) == 2
    assert clock.sleeps == []


def test_max_retries_0_never_sends_twice(surface: Surface, clock: FakeClock) -> None:
    script = Script(refusing(clock, 5.0), GOOD)
    with pytest.raises(errors.RateLimitError):
        call(surface, script, max_retries=0)
    assert (len(script.requests), clock.sleeps) == (1, [])


def test_max_retries_0_still_waits_before_it_sends(clock: FakeClock) -> None:
    script = Script(dated(clock))
    client = Surface("sync").client(script, max_retries=0, quota=Plan("mine", 1))
    client.summary(67)
    client.summary(67)
    assert len(clock.sleeps) == 1
    assert len(script.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(409),
        httpx.Response(409, text="<html>slow down</html>"),
        httpx.Response(409, json=[]),
        httpx.Response(409, json={"reason": "409"}),
        httpx.Response(409, json={"period": None, "period_end": "soon", "limit": []}),
        httpx.Response(429, json={"message": "Too Many Requests"}),
    ],
    ids=repr,
)
def test_a_refusal_without_fields_is_waited_out_to_the_minute(
    surface: Surface, clock: FakeClock, answer: httpx.Response
) -> None:
    clock.advance(25.0)
    script = Script(answer, GOOD)
    assert call(surface, script).system_id == 67
    (slept,) = clock.sleeps
    assert 35.0 <= slept <= 35.5


def test_refusals_without_fields_come_to_an_end(surface: Surface, clock: FakeClock) -> None:
    script = Script(httpx.Response(409, text="<html>"))
    with pytest.raises(errors.RateLimitError):
        call(surface, script, max_retries=3)
    assert len(script.requests) == 4
    assert sum(clock.sleeps) < 3 * 61


@pytest.mark.parametrize("ends_in", [0.0, -1.0, -300.0, -3e8])
def test_a_window_that_is_over_is_retried_soon_and_not_for_ever(
    surface: Surface, clock: FakeClock, ends_in: float
) -> None:
    script = Script(refusing(clock, ends_in), GOOD)
    call(surface, script)
    assert sum(clock.sleeps) <= 2.5
    script = Script(refusing(clock, ends_in))
    with pytest.raises(errors.RateLimitError):
        call(surface, script, max_retries=2)
    assert 3 <= len(script.requests) <= 4


@pytest.mark.parametrize("ends_in", [86_400.0 * 33, 1e10, 1e17])
def test_a_far_future_end_is_no_reason_to_close_for_ever(
    surface: Surface, clock: FakeClock, ends_in: float
) -> None:
    script = Script(refusing(clock, ends_in), GOOD)
    assert call(surface, script).system_id == 67
    assert sum(clock.sleeps) <= 61.5


def test_one_window_after_the_other_may_be_full_of_others_hits(
    surface: Surface, clock: FakeClock
) -> None:
    def others(_: httpx.Request) -> httpx.Response:
        return conflict(now=clock.time(), ends_in=60.0 - clock.time() % 60)

    script = Script(others, others, others, others, others, others, others, GOOD)
    assert call(surface, script, max_retries=2).system_id == 67
    assert len(clock.sleeps) == 7
    assert all(59.0 <= slept <= 62.0 for slept in clock.sleeps[1:])


def test_a_key_that_others_use_up_for_ever_is_given_up_at_last(clock: FakeClock) -> None:
    def others(_: httpx.Request) -> httpx.Response:
        return conflict(now=clock.time(), ends_in=60.0 - clock.time() % 60)

    script = Script(others)
    with pytest.raises(errors.RateLimitError):
        call(Surface("sync"), script)
    assert 40 <= len(script.requests) <= 60


def test_failures_and_refusals_mix(surface: Surface, clock: FakeClock) -> None:
    script = Script(
        httpx.Response(503),
        refusing(clock, 30.0),
        httpx.ConnectError("gone"),
        httpx.Response(200, text="<html>"),
        GOOD,
    )
    assert call(surface, script).system_id == 67
    assert len(clock.sleeps) == 4


def test_threads_stop_together_and_pace_themselves(clock: FakeClock) -> None:
    """16 threads meet a quota of 10 that nobody told them of."""
    lock = threading.Lock()
    used: dict[int, int] = {}
    refused: dict[int, int] = {}
    started = threading.Barrier(16)

    def quota(_: httpx.Request) -> httpx.Response:
        with lock:
            now = clock.time()
            window = int(now // 60)
            if used.get(window, 0) >= 10:
                thread = threading.get_ident()
                refused[thread] = refused.get(thread, 0) + 1
                return conflict(now=now, ends_in=60.0 - now % 60)
            used[window] = used.get(window, 0) + 1
        return httpx.Response(
            200, json=summary_body(), headers={"date": formatdate(now, usegmt=True)}
        )

    client = Surface("sync").client(quota, max_wait=1e6)

    def work(_: int) -> list[Any]:
        started.wait()
        return [client.summary(67) for _ in range(5)]

    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(work, range(16)))
    assert sum(map(len, done)) == 80
    assert max(used.values()) == 10
    # Sleeps of a shared fake clock add up, so a window can pass while another thread sleeps.
    assert max(refused.values(), default=0) <= 2


def test_tasks_stop_together_and_pace_themselves(async_surface: Surface, clock: FakeClock) -> None:
    used: dict[int, int] = {}
    refusals = 0

    async def quota(_: httpx.Request) -> httpx.Response:
        nonlocal refusals
        await anyio.lowlevel.checkpoint()
        now = clock.time()
        window = int(now // 60)
        if used.get(window, 0) >= 10:
            refusals += 1
            return conflict(now=now, ends_in=60.0 - now % 60)
        used[window] = used.get(window, 0) + 1
        await anyio.lowlevel.checkpoint()
        return httpx.Response(
            200, json=summary_body(), headers={"date": formatdate(now, usegmt=True)}
        )

    client = async_surface.client(transport=httpx.MockTransport(quota), max_wait=1e6)
    done: list[Any] = []

    async def everything(client: Any) -> None:
        async def work() -> None:
            for _ in range(5):
                done.append(await client.summary(67))

        async with anyio.create_task_group() as group:
            for _ in range(16):
                group.start_soon(work)

    async_surface.use(client, everything)
    assert len(done) == 80
    assert max(used.values()) == 10
    assert refusals <= 16


def test_one_month_s_refusal_stops_every_thread(clock: FakeClock) -> None:
    script = Script(refusing(clock, 86_400.0, period="month", limit=1000))
    client = Surface("sync").client(script)

    def work(_: int) -> str:
        try:
            client.summary(67)
        except errors.EnphaseError as error:
            return type(error).__name__
        return "answered"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(work, range(64)))
    assert set(outcomes) <= {"RateLimitError", "QuotaExceededError"}
    assert outcomes.count("RateLimitError") == len(script.requests) <= 8


class Recorder:
    """A connection that keeps what is sent; the first answers fail."""

    def __init__(self, failures: int = 0) -> None:
        self.sent: list[Request] = []
        self.failures = failures

    def send(self, request: Request) -> Reply:
        self.sent.append(request)
        if len(self.sent) <= self.failures:
            raise errors.APIConnectionError("no answer")
        return Reply(200 + len(self.sent))


class AsyncRecorder(Recorder):
    async def send(self, request: Request) -> Reply:  # type: ignore[override]  # awaited
        return super().send(request)


def drive(
    surface: Surface, flow: Flow[Any], recorder: Any, clock: FakeClock, **options: Any
) -> Any:
    if surface.backend is None:
        return sync_drivers.run(flow, recorder, clock, **options)

    async def act() -> Any:
        return await async_drivers.run(flow, recorder, clock, **options)

    return anyio.run(act, backend=surface.backend)


def recorder_for(surface: Surface, failures: int = 0) -> Recorder:
    return AsyncRecorder(failures) if surface.is_async else Recorder(failures)


def test_a_driver_carries_out_what_a_flow_asks_for(surface: Surface, clock: FakeClock) -> None:
    one, two = Request("GET", "/one"), Request("GET", "/two")

    def flow() -> Flow[list[object]]:
        got: list[object] = [(yield Send(one))]
        got.append((yield Sleep(3.0, "because")))
        got.append((yield Send(two)))
        got.append((yield Sleep(0.25, "again")))
        return got

    recorder = recorder_for(surface)
    told: list[Sleep] = []
    got = drive(surface, flow(), recorder, clock, on_wait=told.append)
    assert got == [Reply(201), None, Reply(202), None]
    assert recorder.sent == [one, two]
    assert clock.sleeps == [3.0, 0.25]
    assert told == [Sleep(3.0, "because"), Sleep(0.25, "again")]


def test_a_driver_raises_our_errors_where_the_request_was_asked_for(
    surface: Surface, clock: FakeClock
) -> None:
    def flow() -> Flow[str]:
        try:
            yield Send(Request("GET", "/"))
        except errors.APIConnectionError as error:
            yield Send(Request("GET", "/again"))
            return str(error)
        return "no error"

    assert drive(surface, flow(), recorder_for(surface, failures=1), clock) == "no answer"


def test_a_driver_lets_other_errors_through_and_closes_the_flow(
    surface: Surface, clock: FakeClock
) -> None:
    closed: list[bool] = []

    def flow() -> Flow[None]:
        try:
            yield Sleep(1.0, "x")
        finally:
            closed.append(True)

    def failing(_: Sleep) -> None:
        raise LookupError("the listener's own")

    with pytest.raises(LookupError):
        drive(surface, flow(), recorder_for(surface), clock, on_wait=failing)
    assert closed == [True]
    assert clock.sleeps == []


def test_a_flow_that_raises_is_raised(surface: Surface, clock: FakeClock) -> None:
    def flow() -> Flow[None]:
        yield Send(Request("GET", "/"))
        raise errors.NotAvailableError("not here")

    with pytest.raises(errors.NotAvailableError):
        drive(surface, flow(), recorder_for(surface), clock)


def test_a_cancelled_call_gives_its_place_free(async_surface: Surface, clock: FakeClock) -> None:
    """What was sent counts; nothing stays open that would close the quota for ever."""

    async def stalled(_: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    client = async_surface.client(transport=httpx.MockTransport(stalled), quota=Plan("mine", 1))

    async def act(client: Any) -> None:
        with anyio.move_on_after(0.01) as scope:
            await client.summary(67)
        assert scope.cancelled_caught

    async_surface.use(client, act)
    pacer = client._options.policy.pacer
    (ticket,) = pacer._tickets
    assert ticket.done_at == clock.time()
    clock.advance(60.0)
    assert type(pacer.reserve(clock.time())).__name__ == "Ticket"
