"""When a failed call is tried again, and after how long."""

from __future__ import annotations

import statistics
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk import errors
from enphase_sdk.cloud.retry import FIRST_DELAY, LONGEST_DELAY, LONGEST_TOTAL, Backoff
from enphase_sdk.testing import FakeClock
from tests.support import Script, Surface, body_of, summary_body

GOOD = httpx.Response(200, json=summary_body())


@given(st.integers(1, 60), st.integers(0, 60))
def test_the_delay_is_fully_jittered_below_a_growing_ceiling(failures: int, retries: int) -> None:
    delay = Backoff(retries, total=float("inf")).delay(failures, 0.0)
    if failures > retries:
        assert delay is None
    else:
        assert delay is not None
        assert 0.0 <= delay <= min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** (failures - 1))


def test_the_jitter_fills_its_whole_range() -> None:
    delays = [delay for _ in range(2000) if (delay := Backoff(9).delay(4, 0.0)) is not None]
    ceiling = FIRST_DELAY * 8
    assert len(delays) == 2000
    assert min(delays) < 0.05 * ceiling
    assert max(delays) > 0.95 * ceiling
    assert abs(statistics.mean(delays) - ceiling / 2) < 0.05 * ceiling


def test_what_the_server_asks_for_is_waited_at_least() -> None:
    assert Backoff(4).delay(1, 0.0, at_least=20.0) == 20.0
    delay = Backoff(4).delay(1, 0.0, at_least=0.0001)
    assert delay is not None
    assert delay <= FIRST_DELAY


def test_no_try_starts_after_the_total() -> None:
    backoff = Backoff(100)
    assert backoff.delay(1, LONGEST_TOTAL + 0.01) is None
    assert backoff.delay(1, LONGEST_TOTAL - 10, at_least=10.5) is None
    assert backoff.delay(1, LONGEST_TOTAL - 10, at_least=9.5) == 9.5
    assert backoff.delay(1, 0.0, at_least=float("inf")) is None


def call(surface: Surface, script: Script, **options: Any) -> Any:
    return surface.call(script, lambda client: client.summary(67), **options)


@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(500),
        httpx.Response(500, json={"errorCode": 7, "errorMessages": ["unavailable"]}),
        httpx.Response(502, text="<html>bad gateway</html>"),
        httpx.Response(503),
        httpx.Response(504),
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("late"),
        httpx.ReadTimeout("late"),
        httpx.RemoteProtocolError("hung up"),
        httpx.ReadError("reset"),
        OSError("broken pipe"),
        httpx.Response(200, text="<html>maintenance</html>"),
        httpx.Response(200, content=body_of("/systems/67/summary")[:-20]),
        httpx.Response(200),
        httpx.Response(204),
        lambda _: httpx.Response(200, headers={"content-encoding": "gzip"}, content=b"nogz"),
    ],
    ids=lambda failure: getattr(failure, "__name__", repr(failure)),
)
def test_what_may_pass_is_tried_again(surface: Surface, clock: FakeClock, failure: Any) -> None:
    script = Script(failure, failure, GOOD)
    assert call(surface, script).system_id == 67
    assert len(script.requests) == 3
    first, second = clock.sleeps
    assert 0 <= first <= FIRST_DELAY
    assert 0 <= second <= 2 * FIRST_DELAY


@pytest.mark.parametrize(
    "failure", [httpx.Response(503), httpx.ConnectError("refused"), httpx.Response(200)], ids=repr
)
@pytest.mark.parametrize("max_retries", [0, 1, 4])
def test_the_number_of_tries_is_bounded(
    surface: Surface, clock: FakeClock, failure: Any, max_retries: int
) -> None:
    script = Script(failure)
    with pytest.raises(errors.EnphaseError):
        call(surface, script, max_retries=max_retries)
    assert len(script.requests) == max_retries + 1
    assert len(clock.sleeps) == max_retries


def test_the_time_of_all_tries_is_bounded(surface: Surface, clock: FakeClock) -> None:
    script = Script(httpx.Response(503, headers={"retry-after": "25"}))
    with pytest.raises(errors.ServerError):
        call(surface, script, max_retries=1000)
    assert sum(clock.sleeps) <= LONGEST_TOTAL
    assert 3 <= len(script.requests) <= 6


def test_slow_failures_count_into_the_total(surface: Surface, clock: FakeClock) -> None:
    def slow(request: httpx.Request) -> httpx.Response:
        clock.advance(50.0)
        raise httpx.ReadTimeout("late", request=request)

    script = Script(slow)
    with pytest.raises(errors.APITimeoutError):
        call(surface, script, max_retries=1000)
    assert 2 <= len(script.requests) <= 4


@pytest.mark.parametrize(("header", "least"), [("7", 7.0), ("0.5", 0.5), ("0", 0.0)])
def test_retry_after_is_honoured(
    surface: Surface, clock: FakeClock, header: str, least: float
) -> None:
    call(surface, Script(httpx.Response(503, headers={"retry-after": header}), GOOD))
    (slept,) = clock.sleeps
    assert least <= slept <= max(least, FIRST_DELAY)


@pytest.mark.parametrize(
    "header",
    ["soon", "", "nan", "inf", "1e400", "1e3", "1_0", "-5", "Wed, 21 Oct 2015 07:28:00 GMT", "1,2"],
)
def test_a_retry_after_that_is_none_is_ignored(
    surface: Surface, clock: FakeClock, header: str
) -> None:
    answer = httpx.Response(503, headers=[(b"retry-after", header.encode())])
    call(surface, Script(answer, GOOD))
    (slept,) = clock.sleeps
    assert 0 <= slept <= FIRST_DELAY


@pytest.mark.parametrize("header", ["100000", "9" * 20])
def test_a_retry_after_beyond_the_total_ends_the_call_at_once(
    surface: Surface, clock: FakeClock, header: str
) -> None:
    script = Script(httpx.Response(503, headers={"retry-after": header}), GOOD)
    with pytest.raises(errors.ServerError):
        call(surface, script)
    assert (len(script.requests), clock.sleeps) == (1, [])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 418, 422, 501, 505, 520])
def test_what_will_not_pass_is_not_tried_again(
    surface: Surface, clock: FakeClock, status: int
) -> None:
    script = Script(httpx.Response(status, headers={"retry-after": "1"}), GOOD)
    with pytest.raises(errors.APIStatusError):
        call(surface, script)
    assert (len(script.requests), clock.sleeps) == (1, [])


def test_json_of_a_wrong_kind_is_not_tried_again(surface: Surface, clock: FakeClock) -> None:
    script = Script(httpx.Response(200, json=[]), GOOD)
    with pytest.raises(errors.APIResponseValidationError):
        call(surface, script)
    assert (len(script.requests), clock.sleeps) == (1, [])


@pytest.mark.usefixtures("clock")
def test_the_last_failure_is_the_one_that_is_raised(surface: Surface) -> None:
    script = Script(httpx.ConnectError("refused"), httpx.Response(503), httpx.Response(502))
    with pytest.raises(errors.ServerError) as caught:
        call(surface, script, max_retries=2)
    assert caught.value.status_code == 502


@pytest.mark.usefixtures("clock")
def test_a_time_out_is_a_time_out(surface: Surface) -> None:
    for failure, kind in (
        (httpx.ReadTimeout("x"), "read"),
        (httpx.ConnectTimeout("x"), "connect"),
        (httpx.PoolTimeout("x"), "pool"),
    ):
        with pytest.raises(errors.APITimeoutError, match=f"{kind} timed out"):
            call(surface, Script(failure), max_retries=0)
    with pytest.raises(errors.APIConnectionError) as caught:
        call(surface, Script(httpx.ConnectError("x")), max_retries=0)
    assert not isinstance(caught.value, errors.APITimeoutError)


def test_a_call_that_waited_says_why(surface: Surface, clock: FakeClock) -> None:
    told: list[Any] = []
    call(surface, Script(httpx.Response(503), GOOD), on_wait=told.append)
    (sleep,) = told
    assert sleep.seconds == clock.sleeps[0]
    assert "Summary: status 503" in sleep.reason
    assert "try 2" in sleep.reason
