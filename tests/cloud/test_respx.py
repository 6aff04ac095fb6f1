"""respx, which people test their own scripts with, works as they expect."""

from __future__ import annotations

from typing import Any

import anyio
import httpx
import pytest
import respx

from enphase_sdk import AsyncEnlighten, Enlighten, Plan, errors
from enphase_sdk.clock import set_clock
from enphase_sdk.testing import FakeClock, SimulatedEnlighten
from tests.support import BASE_URL, page_body, summary_body


@respx.mock
def test_a_route_answers() -> None:
    route = respx.get(f"{BASE_URL}/systems/67/summary").mock(
        return_value=httpx.Response(200, json=summary_body())
    )
    with Enlighten("key1", "user") as enlighten:
        assert enlighten.summary(67).system_id == 67
    assert route.call_count == 1
    assert dict(route.calls.last.request.url.params) == {"key": "key1", "user_id": "user"}


@respx.mock
def test_routes_can_ask_for_parameters() -> None:
    first = respx.get(f"{BASE_URL}/systems", params={"next": "b"}).respond(json=page_body(1, 2))
    second = respx.get(f"{BASE_URL}/systems").respond(json=page_body(1, 1, next="b"))
    with Enlighten("key1", "user") as enlighten:
        assert [system.system_id for system in enlighten.systems()] == [1, 2]
    assert (first.call_count, second.call_count) == (1, 1)


@respx.mock
def test_failures_are_retried(clock: FakeClock) -> None:
    route = respx.get(f"{BASE_URL}/systems/67/summary")
    route.side_effect = [
        httpx.Response(503),
        httpx.ConnectError,
        httpx.Response(200, json=summary_body()),
    ]
    with Enlighten("key1", "user") as enlighten:
        assert enlighten.summary(67).system_id == 67
    assert route.call_count == 3
    assert len(clock.sleeps) == 2


@respx.mock
def test_the_spec_s_own_refusal_costs_no_minute(clock: FakeClock) -> None:
    """Its window ended in 2014, and respx sends no Date header."""
    body = {
        "reason": "409",
        "message": ["Usage limit exceeded for plan Watt"],
        "period": "minute",
        "period_start": 1401742440,
        "period_end": 1401742500,
        "limit": 10,
    }
    route = respx.get(f"{BASE_URL}/systems/67/summary")
    route.side_effect = [httpx.Response(409, json=body), httpx.Response(200, json=summary_body())]
    with Enlighten("key1", "user") as enlighten:
        assert enlighten.summary(67).system_id == 67
    assert sum(clock.sleeps) <= 0.5
    route.side_effect = [httpx.Response(409, json=body)]
    with Enlighten("key1", "user", max_wait=0) as enlighten:
        enlighten = enlighten.with_options(max_retries=0)
        with pytest.raises(errors.RateLimitError) as caught:
            enlighten.summary(67)
    assert (caught.value.period, caught.value.limit) == ("minute", 10)


@respx.mock
def test_what_one_test_s_client_learned_does_not_delay_the_next_test(clock: FakeClock) -> None:
    """Clients of one key share what they know of its quota, but not across clocks."""
    route = respx.get(f"{BASE_URL}/systems/67/summary")
    with Enlighten("clocks", "user", quota=Plan("mine", 2)) as enlighten:
        route.side_effect = [httpx.Response(200, json=summary_body())] * 4
        enlighten.summary(67)
        enlighten.summary(67)
        next_test = FakeClock()
        set_clock(next_test)
        Enlighten("clocks", "user", quota=Plan("mine", 2)).summary(67)
        assert next_test.sleeps == []
        set_clock(clock)
        Enlighten("clocks", "user", quota=Plan("mine", 2)).summary(67)
        assert sum(clock.sleeps) > 0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_route_answers_the_async_client(backend: str) -> None:
    async def act() -> Any:
        async with (
            respx.mock(base_url=BASE_URL) as router,
            AsyncEnlighten("key1", "user") as client,
        ):
            router.get("/systems/67/summary").respond(json=summary_body())
            return await client.summary(67)

    assert anyio.run(act, backend=backend).system_id == 67


def test_the_simulated_cloud_stands_behind_a_route() -> None:
    simulated = SimulatedEnlighten(5)
    with respx.mock:
        respx.route(host="api.enphaseenergy.com").mock(side_effect=simulated)
        with Enlighten("key1", "user") as enlighten:
            found = [system.system_id for system in enlighten.systems(limit=2)]
    assert found == simulated.system_ids()


@respx.mock
def test_a_path_without_a_route_is_respx_s_error() -> None:
    with Enlighten("key1", "user") as enlighten, pytest.raises(AssertionError, match="not mocked"):
        enlighten.summary(67)
