"""Public reports about API v4 clients: for each that concerns one, what is right.

The numbers are those of the collection of reports; what they say is told in the tests' ids. What
answers hold is in `test_v4_reports_data`. Reports that other tests prove wholly (of the contract,
of paging, of the fleet) are not repeated.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from enphase_sdk import AsyncEnlightenV4, EnlightenV4, Site, errors, models, models_v4, open_cloud
from enphase_sdk.cloud.v4.authorization import TokensInMemory
from enphase_sdk.testing import FakeClock
from tests.cloud.reported import (
    NOW,
    SUMMARY,
    TOO_MANY,
    answers,
    ask,
    error,
    jwt,
    micro,
    refused,
)
from tests.support import Script, Surface

pytestmark = pytest.mark.usefixtures("clock")


# 1 and 9: v2's credentials


def test_1_a_key_of_v2_given_to_v4_is_refused_with_words(surface: Surface) -> None:
    cloud = Script(error(401, "Not Authorized", "Invalid API key"))
    told = refused(surface, cloud, "summary", 67)
    assert isinstance(told, errors.AuthenticationError)
    assert "a key of API v2 does not work with v4" in str(told)
    assert len(cloud.requests) == 1


def test_1_and_9_credentials_of_both_versions_are_not_mixed_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(errors.ConfigError, match="client id"):
        EnlightenV4("a key of v2")
    monkeypatch.setenv("ENPHASE_API_KEY", "a key")
    monkeypatch.setenv("ENPHASE_USER_ID", "a user of v2")
    monkeypatch.setenv("ENPHASE_CLIENT_ID", "a client of v4")
    with pytest.raises(errors.ConfigError, match="ENPHASE_API=v4"):
        open_cloud()


SHAPES = {
    "A": ({"message": "Not Found", "details": "System not found for {:id=>1}", "code": 404},
          ["Not Found", "System not found for {:id=>1}"]),
    "B": ({"reason": "405", "message": ["Method not allowed"]}, ["Method not allowed"]),
    "B-text": ({"reason": "Not Implemented"}, ["Not Implemented"]),
    "C": ({"errorCode": 7, "errorMessages": ["Data is temporarily unavailable"]},
          ["Data is temporarily unavailable"]),
    "D-text": ({"message": "Bad request", "code": "400", "details": "serial_no is wrong"},
               ["Bad request", "serial_no is wrong"]),
    "D-list": ({"message": "Bad request", "code": "400", "details": ["one thing", "another"]},
               ["Bad request", "one thing", "another"]),
    "E": ({"error": {"code": 466, "details": [{"message": "a detail"}], "message": "too old",
                     "status": "X"}, "timestamp_epoch": 1, "type": "error"},
          ["too old", "a detail"]),
    "F": ({"error": "invalid_token", "error_description": "It cannot be used here"},
          ["invalid_token", "It cannot be used here"]),
    "G": ({"errorMessages": ["first_name is missing", "so is email"], "errorCode": 3},
          ["first_name is missing", "so is email"]),
}  # fmt: skip


@pytest.mark.parametrize("status", [400, 404, 422, 200])
@pytest.mark.parametrize("shape", SHAPES)
def test_9_every_shape_of_an_error_is_told_in_the_server_s_words(shape: str, status: int) -> None:
    body, words = SHAPES[shape]
    told = refused(
        Surface("sync"), answers(body, status=status), "summary", 67, options={"max_retries": 0}
    )
    if (shape, status) != ("B-text", 200):
        assert all(each in str(told) for each in words), told
    assert "object" not in str(told).casefold().replace("an object", "")
    if status == 422:
        assert list(told.messages) == ([] if shape == "B-text" else words)


@pytest.mark.parametrize("kind", ["text/event-stream", "application/json"])
def test_9_an_error_in_a_frame_of_an_event_stream_is_read_like_others(
    surface: Surface, kind: str
) -> None:
    frame = {"error": {"code": 401, "message": "API Key is invalid", "details": [{}]}}
    body = b"data:" + json.dumps(frame).encode() + b"\n\n"
    cloud = Script(httpx.Response(401, content=body, headers={"content-type": kind}))
    told = refused(surface, cloud, "summary", 67)
    assert "API Key is invalid" in str(told)
    assert len(cloud.requests) == 1


# 2, 3, 13, 15, 16: who may, and for how long


@pytest.mark.parametrize(
    ("name", "arguments", "access"),
    [
        ("micro_telemetry", (67, "1"), "Device Level Monitoring"),
        ("micros_telemetry", (67,), "Device Level Monitoring"),
        ("grid_status", (67,), "System Configurations"),
        ("storm_guard", (67,), "System Configurations"),
        ("stats", (67,), "Site Level Production Monitoring"),
    ],
)
def test_2_a_right_that_the_plan_lacks_is_named_and_nobody_is_asked_again(
    surface: Surface, name: str, arguments: Any, access: str
) -> None:
    cloud = Script(error(401, "Not Authorized", "Not authorized to access this resource"))
    told = refused(surface, cloud, name, *arguments)
    assert isinstance(told, errors.NotAvailableError)
    assert access in str(told)
    assert [request.url.path for request in cloud.requests if "oauth" in request.url.path] == []
    assert len(cloud.requests) == 1


def test_3_and_15_a_token_is_renewed_before_the_end_that_it_tells(surface: Surface) -> None:
    pair = {"access_token": jwt(NOW + 86_400), "refresh_token": "the-next", "expires_in": 86_399}
    cloud = answers(pair, SUMMARY)
    given = {"access_token": jwt(NOW - 5), "refresh_token": "the-first"}
    assert ask(surface, cloud, "summary", 67, options=given).system_id == 67
    renewal, call = cloud.requests
    assert renewal.url.path == "/oauth/token"
    assert call.headers["authorization"] == f"Bearer {pair['access_token']}"


def test_3_after_the_end_of_a_consent_the_owner_s_page_is_named(surface: Surface) -> None:
    cloud = Script(httpx.Response(401, json={"error": "invalid_grant"}))
    given = {"access_token": jwt(NOW - 5), "refresh_token": jwt(NOW - 5)}
    told = refused(surface, cloud, "summary", 67, options=given)
    assert isinstance(told, errors.AuthenticationError)
    assert told.authorize_url
    assert told.authorize_url in str(told)
    assert len(cloud.requests) == 1


@pytest.mark.parametrize("life", [1, 4])
def test_3_the_end_of_a_consent_is_announced_some_days_before(
    caplog: pytest.LogCaptureFixture, life: int
) -> None:
    given = {"access_token": jwt(NOW + 9_999), "refresh_token": jwt(NOW + life * 86_400)}
    with caplog.at_level(logging.WARNING):
        ask(Surface("sync"), answers(SUMMARY), "summary", 67, options=given)
    assert "consent ends" in caplog.text
    assert "enphase login" in caplog.text


HIDDEN = {
    "expired": (error(401, "Not Authorized", "Expired access token"), 1),
    "nested": (httpx.Response(200, json={"error": {"code": 401, "message": "token expired"}}), 1),
    "with-200": (
        httpx.Response(
            200, json={"message": "Not Authorized", "details": "Expired token", "code": 401}
        ),
        1,
    ),
    "key": (
        httpx.Response(
            200, json={"message": "Not Authorized", "details": "Invalid key", "code": 401}
        ),
        0,
    ),
}


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "always"])
@pytest.mark.parametrize("kind", HIDDEN)
def test_15_a_token_that_has_ended_is_renewed_once_whatever_the_status_says(
    surface: Surface, clock: FakeClock, kind: str, *, lasting: bool
) -> None:
    refusal, renewals = HIDDEN[kind]
    pair = {"access_token": "the-next", "refresh_token": "the-next-refresh", "expires_in": 86_399}
    renewed = 0

    def cloud(request: httpx.Request) -> httpx.Response:
        nonlocal renewed
        if request.url.path == "/oauth/token":
            renewed += 1
            return httpx.Response(200, json=pair)
        if lasting or request.headers["authorization"] == "Bearer a-token":
            return httpx.Response(refusal.status_code, content=refusal.content)
        return httpx.Response(200, json=SUMMARY)

    given = {"refresh_token": "the-first"}
    if lasting or not renewals:
        refused(surface, cloud, "summary", 67, options=given)
    else:
        assert ask(surface, cloud, "summary", 67, options=given).system_id == 67
    assert renewed == renewals
    assert clock.sleeps == []


def test_15_the_new_pair_is_kept_before_it_is_used(surface: Surface) -> None:
    pair = {"access_token": "the-next", "refresh_token": "the-next-refresh", "expires_in": 86_399}
    kept = TokensInMemory()
    seen: list[Any] = []

    def cloud(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json=pair)
        seen.append(kept.load())
        return httpx.Response(200, json=SUMMARY)

    given = {"access_token": jwt(NOW - 5), "refresh_token": "the-first"}
    client = surface.client_v4(cloud, tokens=kept, **given)
    surface.use(client, lambda it: it.summary(67))
    (tokens,) = seen
    assert (tokens.access_token, tokens.refresh_token) == ("the-next", "the-next-refresh")


OUTAGES = {
    "html-503": httpx.Response(503, text="<html>down</html>"),
    "503-in-500": httpx.Response(
        500, json={"message": "503 Service Unavailable", "details": "503", "code": 500}
    ),
    "bare-500": httpx.Response(500),
    "unauthorized-in-502": httpx.Response(502, json={"message": "Not Authorized", "code": 401}),
}


@pytest.mark.parametrize("outage", OUTAGES)
def test_13_an_outage_is_tried_again_and_never_a_fault_of_the_login(
    surface: Surface, clock: FakeClock, outage: str
) -> None:
    cloud = Script(OUTAGES[outage])
    told = refused(surface, cloud, "summary", 67, options={"max_retries": 3, "refresh_token": "r"})
    assert isinstance(told, errors.ServerError)
    assert "login" not in str(told)
    assert {request.url.path for request in cloud.requests} == {"/api/v4/systems/67/summary"}
    assert (len(cloud.requests), len(clock.sleeps)) == (4, 3)


def test_16_a_client_s_own_credentials_are_no_tokens_and_the_error_says_how_to_get_some(
    surface: Surface,
) -> None:
    cloud = answers(SUMMARY)
    told = refused(surface, cloud, "summary", 67, options={"access_token": None})
    assert isinstance(told, errors.ConfigError)
    assert "client id and secret alone" in str(told)
    assert "enphase login" in str(told)
    assert "/oauth/authorize?" in str(told)
    assert not cloud.requests


# 5, 6, 17, 26, 27: what goes over the wire to get in


@pytest.mark.parametrize("ends", ["", "/", "//"])
def test_5_and_6_paths_are_joined_byte_for_byte_and_tokens_are_posted(
    surface: Surface, ends: str
) -> None:
    pair = {"access_token": "the-next", "refresh_token": "r2", "expires_in": 86_399}
    cloud = answers(pair, SUMMARY)
    address = f"https://cloud.example/prefix{ends}"
    given = {"access_token": jwt(NOW - 5), "refresh_token": "r1", "base_url": address}
    ask(surface, cloud, "summary", 67, options=given)
    assert [(each.method, each.url.raw_path) for each in cloud.requests] == [
        ("POST", b"/prefix/oauth/token"),
        ("GET", b"/prefix/api/v4/systems/67/summary"),
    ]
    form = parse_qs(cloud.requests[0].content.decode())
    assert form == {"grant_type": ["refresh_token"], "refresh_token": ["r1"]}


@pytest.mark.parametrize(
    "answer",
    [httpx.ReadError("gone"), httpx.Response(503), httpx.Response(200, text="<html>")],
    ids=["lost", "503", "html"],
)
def test_6_a_code_is_sent_once(surface: Surface, clock: FakeClock, answer: Any) -> None:
    cloud = Script(answer)
    refused(surface, cloud, "authorize", "abc123")
    assert len(cloud.requests) == 1
    assert clock.sleeps == []


def test_6_and_10_and_25_how_fresh_an_answer_is_stands_beside_it(surface: Surface) -> None:
    told = ask(surface, answers(SUMMARY), "summary", 67)
    assert (told.current_power, told.last_interval_end_at) == (840, NOW - 7_200)
    assert told.last_report_at == NOW
    series = ask(surface, answers(micro()), "stats", 67)
    assert series.meta.last_energy_at == NOW - 3_600


def test_17_the_owner_is_sent_to_enphase_s_own_page_with_a_state_if_one_is_given() -> None:
    with Surface("sync").client_v4() as client:
        plain, full = (
            httpx.URL(client.authorize_url(**given))
            for given in ({}, {"state": "a b&c", "redirect_uri": "http://localhost:8400/"})
        )
    assert str(plain).startswith("https://api.enphaseenergy.com/oauth/authorize?")
    assert dict(plain.params) == {
        "response_type": "code",
        "client_id": "a client",
        "redirect_uri": "https://api.enphaseenergy.com/oauth/redirect_uri",
    }
    assert full.params["state"] == "a b&c"
    assert full.params["redirect_uri"] == "http://localhost:8400/"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("summary", (67,)), ("set_battery_settings", (67,)), ("live_data", (67,))],
)
def test_26_the_key_stands_in_a_header_and_nowhere_else(name: str, arguments: Any) -> None:
    cloud = Script(error(404, "Not Found"))

    def act(client: Any) -> Any:
        changes = {"reserve_soc": 5} if name.startswith("set_") else {}
        made = getattr(client, name)(*arguments, **changes)
        return list(made) if name == "live_data" else made

    with pytest.raises(errors.NotFoundError):
        Surface("sync").use(Surface("sync").client_v4(cloud, api_key="the-secret-key"), act)
    (request,) = cloud.requests
    assert request.headers["key"] == "the-secret-key"
    assert request.headers["authorization"] == "Bearer a-token"
    assert "secret" not in str(request.url)
    assert b"secret" not in request.read()


@pytest.mark.parametrize("status", [400, 401, 403, 500, 200])
def test_27_what_a_refusal_repeats_is_in_no_error_and_no_log(
    surface: Surface, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    echo = {"error": "invalid_grant", "error_description": "Invalid authorization code: zyx321"}
    with caplog.at_level(logging.DEBUG):
        told = refused(surface, answers(echo, status=status), "authorize", "zyx321")
    assert "zyx321" not in f"{told!r} {told.__dict__} {caplog.text}"


def test_27_an_access_token_that_was_replaced_meanwhile_is_kept_out_as_well(
    surface: Surface,
) -> None:
    pair = {"access_token": "the-next-token", "refresh_token": "r2", "expires_in": 86_399}
    late = {"error": "invalid_token", "error_description": "Expired: old-token-of-before"}
    cloud = Script(
        error(401, "Not Authorized", "Expired token"),
        httpx.Response(200, json=pair),
        httpx.Response(400, json=late),
    )
    given = {"access_token": "old-token-of-before", "refresh_token": "r1"}
    told = refused(surface, cloud, "summary", 67, options=given)
    assert "invalid_token" in str(told)
    assert "old-token-of-before" not in f"{told!r} {told.__dict__}"


# 8, 11, 12, 14, 34: what a call costs


def test_11_and_34_a_full_month_is_not_slept_through_and_nothing_more_is_sent(
    surface: Surface, clock: FakeClock
) -> None:
    full = {**TOO_MANY, "period": "month", "period_start": NOW - 86_400,
            "period_end": NOW + 9 * 86_400, "limit": 1_000}  # fmt: skip
    cloud = answers(full, status=429)
    client = surface.client_v4(cloud)

    def act(it: Any) -> Any:
        if not surface.is_async:
            return [_kind_of(lambda: it.summary(67)) for _ in range(3)]

        async def three() -> list[Any]:
            found: list[Any] = []
            for _ in range(3):
                try:
                    await it.summary(67)
                except errors.EnphaseError as problem:
                    found.append(type(problem))
            return found

        return three()

    kinds = surface.use(client, act)
    assert kinds == [errors.RateLimitError, errors.QuotaExceededError, errors.QuotaExceededError]
    assert len(cloud.requests) == 1
    assert clock.sleeps == []


def _kind_of(call: Callable[[], object]) -> type[Exception] | None:
    try:
        call()
    except errors.EnphaseError as problem:
        return type(problem)
    return None


@pytest.mark.parametrize("bare", [True, False])
def test_34_a_full_minute_is_waited_out_until_its_end_or_the_next_whole_minute(
    surface: Surface, clock: FakeClock, *, bare: bool
) -> None:
    clock.advance(20)
    now = NOW + 20
    period = {"period": "minute", "period_start": NOW, "period_end": NOW + 60, "limit": 10}
    cloud = Script(
        httpx.Response(429, json=TOO_MANY if bare else TOO_MANY | period),
        httpx.Response(200, json=SUMMARY),
    )
    assert ask(surface, cloud, "summary", 67).system_id == 67
    assert 40 <= sum(clock.sleeps) <= 41
    assert clock.time() >= now + 40


def test_12_gateways_and_inventory_cost_one_call(surface: Surface) -> None:
    body = {"system_id": 67, "total_devices": 0, "items": "devices", "devices": {}}
    cloud = answers(body)
    client = surface.client_v4(cloud)

    def act(it: Any) -> Any:
        if not surface.is_async:
            return it.envoys(67), it.inventory(67)

        async def both() -> Any:
            return await it.envoys(67), await it.inventory(67)

        return both()

    surface.use(client, act)
    assert len(cloud.requests) == 1


# 18: what is v4's own


def test_18_chargers_are_read_by_v4_alone_and_not_controlled() -> None:
    for client in (EnlightenV4, AsyncEnlightenV4):
        assert hasattr(client, "ev_charger_sessions")
        assert not [name for name in dir(client) if "charging" in name]
    assert not [name for name in dir(Site) if "charger" in name or "evse" in name]
    assert not hasattr(models, "EvChargers")
    assert hasattr(models_v4, "EvChargers")
