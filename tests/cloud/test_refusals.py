"""Refusals, and answers that are none: what is waited for, what is told, and what never ends."""

from __future__ import annotations

import copy
import pickle
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from enphase_sdk import Enlighten, errors, models
from enphase_sdk.cloud.boundary import REMEMBERED, Boundary
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


@pytest.mark.parametrize("name", ["minutes", "per minute", "60 seconds", "MIN", ""])
def test_a_period_of_another_name_is_as_long_as_its_start_and_end_say(
    surface: Surface, clock: FakeClock, name: str
) -> None:
    assert call(surface, conflict(now=clock.time(), ends_in=30, period=name), GOOD).system_id == 67
    assert 0 < sum(clock.sleeps) <= 62


@pytest.mark.parametrize("header", ["inf", "1e400", "1e5"])
def test_a_retry_after_that_is_no_number_of_http_closes_for_a_minute_only(
    surface: Surface, clock: FakeClock, header: str
) -> None:
    refused = httpx.Response(429, text="<html>slow down</html>", headers={"retry-after": header})
    assert call(surface, refused, GOOD).system_id == 67
    assert 0 < sum(clock.sleeps) <= 62


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


def page(ids: list[int], cursor: Any) -> httpx.Response:
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


def test_a_month_is_open_again_once_the_try_of_a_day_is_answered(
    surface: Surface, clock: FakeClock
) -> None:
    month = conflict(now=clock.time(), ends_in=15 * 86_400, period="month", length=30 * 86_400)
    script = Script(month, month, GOOD, GOOD)

    async def tried(client: Any) -> str:
        try:
            result = client.summary(67)
            if surface.is_async:
                await result
        except errors.EnphaseError as error:
            return type(error).__name__
        return "answered"

    async def act_async(client: Any) -> list[str]:
        outcomes = []
        for days in (0.0, 0.5, 0.6, 0.5, 0.5, 0.01):
            clock.advance(days * 86_400)
            outcomes.append(await tried(client))
        return outcomes

    def act(client: Any) -> Any:
        if surface.is_async:
            return act_async(client)
        return finished(act_async(client))

    assert surface.call(script, act) == [
        "RateLimitError",
        "QuotaExceededError",
        "RateLimitError",  # the try of the first day
        "QuotaExceededError",
        "answered",  # the try of the second
        "answered",
    ]
    assert len(script.requests) == 4
    assert clock.sleeps == []


def finished(coroutine: Any) -> Any:
    """What a coroutine that waits for nothing returns."""
    with pytest.raises(StopIteration) as stop:
        coroutine.send(None)
    return stop.value.value


def test_a_raised_plan_opens_what_a_month_has_shut(clock: FakeClock) -> None:
    month = conflict(now=clock.time(), ends_in=15 * 86_400, period="month", length=30 * 86_400)
    with Surface("sync").client(Script(month, GOOD)) as client:
        with pytest.raises(errors.RateLimitError):
            client.summary(67)
        with pytest.raises(errors.QuotaExceededError, match="with_options"):
            client.summary(67)
        assert client.with_options(quota="megawatt").summary(67).system_id == 67


@pytest.mark.parametrize("off", [-7_200.0, -70.0, -61.0, 61.0, 70.0, 7_200.0])
def test_a_date_that_the_window_contradicts_is_not_believed(
    surface: Surface, clock: FakeClock, off: float
) -> None:
    clock.advance(20.0)
    refused = minute(clock)
    refused.headers["date"] = _date(clock.time() + off)
    assert call(surface, refused, GOOD).system_id == 67
    assert 40.0 <= sum(clock.sleeps) <= 60.5


@pytest.mark.parametrize("ends_in", [2 * 86_400, 20 * 86_400, 400 * 86_400])
def test_a_minute_with_an_end_far_away_lasts_a_minute(
    surface: Surface, clock: FakeClock, ends_in: int
) -> None:
    odd = conflict(now=clock.time(), ends_in=ends_in)
    assert call(surface, odd, GOOD).system_id == 67
    assert 0 < sum(clock.sleeps) <= 60.5


def test_a_month_without_a_name_is_known_by_its_ends(surface: Surface, clock: FakeClock) -> None:
    body = {"message": ["Usage limit exceeded"], "period_start": int(clock.time()) - 86_400,
            "period_end": int(clock.time()) + 20 * 86_400}  # fmt: skip
    with pytest.raises(errors.RateLimitError):
        call(surface, httpx.Response(409, json=body), GOOD)
    assert clock.sleeps == []


@pytest.mark.parametrize(("header", "least"), [("20", 20), ("70", 70)])
def test_a_refusal_without_a_period_waits_as_long_as_it_asks(
    surface: Surface, clock: FakeClock, header: str, least: float
) -> None:
    busy = httpx.Response(429, json={}, headers={"retry-after": header})
    assert call(surface, busy, GOOD).system_id == 67
    assert least <= sum(clock.sleeps) <= least + 1


def test_a_date_to_retry_after_needs_no_date_of_the_answer(
    surface: Surface, clock: FakeClock
) -> None:
    busy = httpx.Response(503, headers={"retry-after": _date(clock.time() + 20)})
    assert call(surface, busy, GOOD).system_id == 67
    assert 19 <= sum(clock.sleeps) <= 21


@pytest.mark.parametrize(
    "busy",
    [
        httpx.Response(409, text="System is being modified"),
        httpx.Response(409, json={"reason": "System is being modified"}),
        httpx.Response(409, json={"errorMessages": ["The site is being moved"], "limit": None}),
    ],
    ids=repr,
)
def test_a_409_of_another_kind_in_any_form(
    surface: Surface, clock: FakeClock, busy: httpx.Response
) -> None:
    with pytest.raises(errors.APIStatusError, match="being mo") as caught:
        call(surface, busy, max_retries=2)
    assert type(caught.value) is errors.APIStatusError
    assert caught.value.status_code == 409
    assert len(clock.sleeps) == 2
    assert sum(clock.sleeps) < 3


@pytest.mark.parametrize(
    "told",
    [
        {"reason": "409", "message": ["Usage limit exceeded for plan Watt"]},
        {"message": "Usage limit exceeded for plan Watt"},
        {"errorMessages": ["The quota is used up"]},
        {"reason": 429, "message": "slow down"},
    ],
    ids=repr,
)
def test_a_refusal_with_status_200_is_known_by_its_words(
    surface: Surface, clock: FakeClock, told: Any
) -> None:
    with pytest.raises(errors.RateLimitError):
        call(surface, httpx.Response(200, json=told), GOOD, max_wait=0)
    assert clock.sleeps == []


def test_an_error_with_status_200_that_will_not_pass_is_not_tried_again(
    surface: Surface, clock: FakeClock
) -> None:
    said = httpx.Response(200, json={"reason": "404", "message": ["Couldn't find Site"]})
    with pytest.raises(errors.APIResponseValidationError, match="Couldn't find Site"):
        call(surface, said, GOOD)
    assert clock.sleeps == []


@pytest.mark.parametrize("before", range(1_960, 2_001, 4))
@pytest.mark.parametrize("is_json", [True, False])
def test_a_body_is_not_cut_within_a_secret(before: int, *, is_json: bool) -> None:
    text = "x" * (before if is_json else before - 1_500) + KEY + " end"
    answer = httpx.Response(404, json={"details": text}) if is_json else (
        httpx.Response(404, text=text)
    )  # fmt: skip
    with pytest.raises(errors.NotFoundError) as caught:
        call(Surface("sync"), answer)
    assert KEY[:6] not in repr(caught.value.body)
    assert "x" * 100 in repr(caught.value.body)


def test_a_body_of_many_small_values_is_bounded() -> None:
    body = {str(a): [[b] * 90 for b in range(90)] for a in range(90)}
    with pytest.raises(errors.NotFoundError) as caught:
        call(Surface("sync"), httpx.Response(404, json=body))
    assert len(repr(caught.value.body)) < 10_000
    long = {"errorMessages": ["y" * 50_000] * 300}
    with pytest.raises(errors.NotFoundError) as caught:
        call(Surface("sync"), httpx.Response(404, json=long))
    assert len(repr(caught.value.body)) < 120_000
    assert len(str(caught.value)) < 1_000


@pytest.mark.parametrize("cursor", [True, False, [], ["a"], {}, {"page": 2}], ids=repr)
def test_a_cursor_that_is_no_text_is_an_error_and_not_the_end(
    surface: Surface, cursor: Any
) -> None:
    with pytest.raises(errors.APIResponseValidationError) as caught:
        listed(surface, page([1, 2], cursor), page([3], None))
    assert caught.value.path == "$.next"


@pytest.mark.parametrize("cursor", [r'"abc\ud83c"', "NaN", "1e999"])
def test_a_cursor_that_json_cannot_hold_is_not_the_end(surface: Surface, cursor: str) -> None:
    content = page([1, 2], "here").content.replace(b'"here"', cursor.encode())
    with pytest.raises(errors.APIResponseValidationError) as caught:
        listed(surface, httpx.Response(200, content=content), page([3], None))
    assert caught.value.path == "$.next"


def test_the_same_systems_under_fresh_cursors_end(surface: Surface) -> None:
    endless = [page([1, 2], f"cursor-{number}") for number in range(50)]
    with pytest.raises(errors.APIResponseValidationError, match="never end"):
        listed(surface, *endless)
    script = Script(*endless)
    with pytest.raises(errors.APIResponseValidationError, match="never end"):
        surface.call(script, lambda client: surface.collected(client.systems().pages()))
    assert len(script.requests) == 12


def test_a_system_that_comes_again_many_pages_later_is_given_once() -> None:
    pages = [page([number, number + 1], f"cursor-{number}") for number in range(1, 60)]
    found = listed(Surface("sync"), *pages, page([1, 30, 61], None))
    assert found == list(range(1, 62))


def test_the_ids_of_a_listing_are_bounded_in_number() -> None:
    boundary = Boundary()

    def is_new(number: int) -> bool:
        system = models.System.__new__(models.System)
        system.system_id = number
        return bool(boundary.crossed(models.SystemsPage([system])))

    assert all(is_new(number) for number in range(1, REMEMBERED + 1))
    assert not is_new(1)
    assert all(is_new(number) for number in range(REMEMBERED + 1, 3 * REMEMBERED))
    assert not is_new(3 * REMEMBERED - 1)
    assert not is_new(2 * REMEMBERED)
    assert is_new(1)
    assert len(boundary._latest) + len(boundary._earlier) <= 2 * REMEMBERED
