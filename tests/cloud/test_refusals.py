"""Refusals, and answers that are none: what is waited for, what is told, and what never ends."""

from __future__ import annotations

import copy
import pickle
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from enphase_sdk import Enlighten, errors
from enphase_sdk.testing import FakeClock
from tests.support import KEY, USER_ID, Script, Surface, conflict, summary_body

GOOD = httpx.Response(200, json=summary_body())


def call(surface: Surface, *answers: Any, **options: Any) -> Any:
    return surface.call(Script(*answers), lambda client: client.summary(67), **options)


def minute(clock: FakeClock) -> httpx.Response:
    return conflict(now=clock.time(), ends_in=60.0 - clock.time() % 60)


@pytest.mark.parametrize("step", [-3_600.0, 3_600.0, -86_400.0])
def test_a_wall_clock_that_steps_after_a_refusal_shuts_nobody_out(
    clock: FakeClock, step: float
) -> None:
    script = Script(minute(clock), GOOD, GOOD)
    with Enlighten(KEY, USER_ID, transport=httpx.MockTransport(script)) as client:
        client._options.policy.pacer.refuse(
            client._options.policy.time(), period="minute", period_start=None,
            period_end=None, limit=None,
        )  # fmt: skip
        clock.set(clock.time() + step)
        client.summary(67)
        assert sum(clock.sleeps) <= 2 * 61


def test_a_clock_that_stands_still_ends_no_wait_never(
    surface: Surface, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    refused = minute(clock)
    monkeypatch.setattr(clock, "_move", lambda _: None)
    assert call(surface, refused, GOOD).system_id == 67
    assert 1 <= len(clock.sleeps) <= 3


def test_a_409_about_something_else_is_tried_again_and_is_no_quota(
    surface: Surface, clock: FakeClock
) -> None:
    busy = httpx.Response(409, json={"reason": "409", "message": ["System is being modified"]})
    assert call(surface, busy, GOOD).system_id == 67
    assert sum(clock.sleeps) < 10
    with pytest.raises(errors.APIStatusError, match="being modified") as caught:
        call(surface, busy, max_retries=0)
    assert not isinstance(caught.value, errors.RateLimitError)


def test_an_error_with_status_200_keeps_the_server_s_words(surface: Surface) -> None:
    said = httpx.Response(200, json={"message": ["Site is being migrated"]})
    with pytest.raises(errors.APIResponseValidationError, match="being migrated"):
        call(surface, said, max_retries=0)


def test_a_refusal_with_status_200_is_a_refusal(surface: Surface, clock: FakeClock) -> None:
    refused = minute(clock)
    hidden = httpx.Response(200, content=refused.content, headers={"date": _date(clock.time())})
    assert call(surface, hidden, GOOD).system_id == 67
    assert 0 < sum(clock.sleeps) <= 62


def _date(epoch: float) -> str:
    return formatdate(epoch, usegmt=True)


@pytest.mark.parametrize("form", ["seconds", "date"])
@pytest.mark.parametrize("status", [503, 429])
def test_retry_after_is_read_in_both_its_forms(
    surface: Surface, clock: FakeClock, form: str, status: int
) -> None:
    now = clock.time() - 500  # the server's clock is another one
    asked = "20" if form == "seconds" else _date(now + 20)
    busy = httpx.Response(status, json={}, headers={"retry-after": asked, "date": _date(now)})
    assert call(surface, busy, GOOD).system_id == 67
    assert 20 <= sum(clock.sleeps) <= 21


def test_a_month_s_refusal_is_no_minute_however_it_ends(surface: Surface, clock: FakeClock) -> None:
    body = {"reason": "409", "message": ["Usage limit exceeded"], "period": "month",
            "period_end": int(clock.time()) + 400 * 86_400, "limit": 1000}  # fmt: skip
    with pytest.raises(errors.RateLimitError):
        call(surface, httpx.Response(409, json=body), GOOD)
    assert clock.sleeps == []


def test_what_an_error_keeps_of_a_body_is_bounded(surface: Surface) -> None:
    deep: Any = "end"
    for _ in range(3_000):
        deep = [deep]
    body = {"message": ["x" * 10_000_000], "more": [1] * 100_000}
    for answer in (body, {"message": "no", "deep": deep}):
        with pytest.raises(errors.APIStatusError) as caught:
            call(surface, httpx.Response(404, content=_json(answer)), max_retries=0)
        error = caught.value
        assert len(str(error)) < 2_000
        assert len(repr(error.body)) < 50_000
        assert pickle.loads(pickle.dumps(error)).body == error.body
        assert copy.deepcopy(error).body == error.body


def _json(value: Any) -> bytes:
    """Without recursion, which the encoder would refuse."""
    if isinstance(value, dict) and "deep" in value:
        return b'{"message": "no", "deep": ' + b"[" * 3_000 + b"]" * 3_000 + b"}"
    return httpx.Response(200, json=value).content


def page(ids: list[int], cursor: str | None) -> httpx.Response:
    system = {"system_id": 0, "system_name": "a", "system_public_name": "a", "status": "normal",
              "timezone": "UTC", "meta": {"status": "normal", "last_report_at": 1,
              "last_energy_at": 1, "operational_at": 1}}  # fmt: skip
    body: dict[str, Any] = {"systems": [{**system, "system_id": number} for number in ids]}
    return httpx.Response(200, json=body if cursor is None else {**body, "next": cursor})


def listed(surface: Surface, *pages: httpx.Response) -> list[int]:
    def act(client: Any) -> Any:
        return [system.system_id for system in client.systems()]

    async def act_async(client: Any) -> Any:
        return [system.system_id async for system in client.systems()]

    found: list[int] = surface.call(Script(*pages), act_async if surface.is_async else act)
    return found


def test_each_system_is_given_once_within_a_page_and_pages_apart(surface: Surface) -> None:
    pages = [page([1, 2, 2], "a"), page([3], "b"), page([1, 4, 2], "c"), page([4, 5], None)]
    assert listed(surface, *pages) == [1, 2, 3, 4, 5]


def test_empty_pages_without_end_end(surface: Surface) -> None:
    endless = [page([], f"cursor-{number}") for number in range(50)]
    with pytest.raises(errors.APIResponseValidationError, match="never end"):
        listed(surface, page([1], "first"), *endless)
    few = [page([], f"cursor-{number}") for number in range(5)]
    assert listed(surface, page([1], "first"), *few, page([2], None)) == [1, 2]
