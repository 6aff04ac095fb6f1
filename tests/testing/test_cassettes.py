"""Cassettes recorded by vcrpy itself play back, and hold no secret."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
import httpx
import msgspec
import pytest
import vcr  # type: ignore[import-untyped]  # as it comes
from vcr.request import Request  # type: ignore[import-untyped]  # as it comes

from enphase_sdk import AsyncEnlighten, Enlighten, Envoy, errors
from enphase_sdk.testing import (
    FakeClock,
    SimulatedEnlighten,
    SimulatedGateway,
    SimulatedTokenService,
    faults,
)
from enphase_sdk.testing.cassettes import vcr_config
from tests.support import KEY

USER_ID = "4d6a51330a"
EMAIL, PASSWORD = "somebody@example.com", "correct horse & co"


def spellings(secret: str) -> set[str]:
    return {
        secret,
        quote(secret, safe=""),
        quote(secret),
        msgspec.json.encode(secret).decode()[1:-1],
    }


def assert_hidden(cassette: Path, *secrets: str) -> None:
    text = cassette.read_text(encoding="utf-8")
    for secret in secrets:
        for spelling in spellings(secret):
            assert spelling not in text


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return tmp_path / "cassette.yaml"


@pytest.fixture
def play(cassette: Path) -> Callable[..., Any]:
    def use(mode: str, **changes: Any) -> Any:
        recorder = vcr.VCR(**vcr_config(record_mode=mode, **changes))
        return recorder.use_cassette(str(cassette))

    return use


def fleet(cloud: Enlighten) -> list[Any]:
    systems = list(cloud.systems(status=["normal", "comm"], limit=3))
    return [*systems, cloud.summary(67), cloud.stats(67), cloud.consumption_lifetime(67)]


def test_the_cloud_plays_back_without_the_credentials(
    play: Callable[..., Any], cassette: Path, clock: FakeClock
) -> None:
    simulated = SimulatedEnlighten(9, clock=clock, api_key=KEY)
    with simulated.serve() as url, play("once"), Enlighten(KEY, USER_ID, base_url=url) as cloud:
        recorded = fleet(cloud)
    asked = simulated.hits
    assert_hidden(cassette, KEY, USER_ID)
    with play("none") as played, Enlighten("another key", "another user", base_url=url) as cloud:
        assert fleet(cloud) == recorded
    assert played.all_played
    assert simulated.hits == asked == len(played)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_async_client_records_and_plays_too(
    play: Callable[..., Any], cassette: Path, clock: FakeClock, backend: str
) -> None:
    async def ask(url: str, key: str) -> Any:
        async with AsyncEnlighten(key, USER_ID, base_url=url) as cloud:
            return await cloud.summary(67)

    with SimulatedEnlighten(9, clock=clock, api_key=KEY).serve() as url, play("once"):
        recorded = anyio.run(ask, url, KEY, backend=backend)
    assert_hidden(cassette, KEY, USER_ID)
    with play("none"):
        assert anyio.run(ask, url, "another key", backend=backend) == recorded


def test_what_the_server_repeats_is_hidden_too(
    play: Callable[..., Any], cassette: Path, clock: FakeClock
) -> None:
    simulated = SimulatedEnlighten(9, clock=clock)
    page = f"<p>{KEY} may not. /systems?user_id={USER_ID}&key={quote(KEY)} {USER_ID}"
    simulated.fail(with_=faults.html(503, page=page))
    echo = faults.status(500, json={"asked": {"key": KEY, "user_id": 4657}})
    simulated.fail(after=1, with_=echo)
    headers = {"Location": f"/login?key={quote(KEY)}"}
    simulated.fail(after=2, with_=faults.status(401, text="no", headers=headers))
    refused = pytest.raises(errors.AuthenticationError)
    with (
        simulated.serve() as url,
        play("once"),
        Enlighten(KEY, USER_ID, base_url=url) as cloud,
        refused,
    ):
        cloud.summary(67)
    assert_hidden(cassette, KEY, USER_ID, "4657")
    with play("none") as played, Enlighten(KEY, USER_ID, base_url=url) as cloud, refused:
        cloud.summary(67)
    assert [response["status"]["code"] for response in played.responses] == [503, 500, 401]
    for response in played.responses:
        (length,) = httpx.Headers(
            [(name, value) for name, values in response["headers"].items() for value in values]
        ).get_list("content-length")
        assert int(length) == len(response["body"]["string"])


def test_a_gateways_login_and_readings_play_back_without_any_secret(
    play: Callable[..., Any],
    cassette: Path,
    clock: FakeClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    gateway = SimulatedGateway("8.3-three-phase", clock=clock, sessions=True)
    service = SimulatedTokenService(gateway, email=EMAIL, password=PASSWORD)
    tokens: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host.endswith("enphaseenergy.com"):
            response = service(request)
            tokens.extend([response.text] if request.url.path == "/tokens" else [])
            return response
        return gateway(request)

    def read(mode: str, username: str) -> Any:
        monkeypatch.setenv("ENPHASE_STATE", str(tmp_path / mode))
        with (
            play(mode),
            Envoy(
                "envoy.test",
                username=username,
                password=PASSWORD,
                transport=httpx.MockTransport(answer if mode == "once" else _unreachable),
            ) as envoy,
        ):
            return envoy.read()

    recorded = read("once", EMAIL)
    assert len(tokens) == 1
    _, payload, signature = tokens[0].split(".")
    assert_hidden(cassette, PASSWORD, EMAIL, tokens[0], payload, signature, "session0")
    replayed = read("none", "another@example.com")
    assert replayed.to_dict() == recorded.to_dict()
    assert replayed.problems == recorded.problems == []
    logged = [record for record in caplog.records if record.name.startswith("vcr")]
    assert any("Appending request" in record.getMessage() for record in logged)
    for secret in (PASSWORD, EMAIL, payload, signature, "session0", "sessionId="):
        for spelling in spellings(secret):
            assert not [record for record in logged if spelling in f"{record.__dict__}"]


def _unreachable(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"{request.url.path} is not in the cassette")


def record(
    play: Callable[..., Any], answer: httpx.Response, method: str = "GET", **request: Any
) -> None:
    """Record one exchange that a program of its own has."""
    url = request.pop("url", "https://cloud.test/")
    with play("once"), httpx.Client(transport=httpx.MockTransport(lambda _: answer)) as client:
        client.request(method, url, **request)


@pytest.mark.parametrize(
    ("request_", "secrets"),
    [
        ({"headers": {"Authorization": "Bearer opaque-token"}}, ["opaque-token"]),
        ({"headers": {"Authorization": "Digest username=u, response=0123abcd"}}, ["0123abcd"]),
        ({"headers": {"Cookie": "sessionId=cookie-secret"}}, ["cookie-secret"]),
        ({"auth": ("name", "pass-word")}, ["bmFtZTpwYXNzLXdvcmQ="]),
        ({"url": "https://name:pass-word@cloud.test/"}, ["pass-word", "bmFtZTpwYXNzLXdvcmQ="]),
        ({"url": "https://cloud.test/?user%5Fid=secret-user&b=2"}, ["secret-user"]),
        ({"url": "https://cloud.test/?KEY=secret-key"}, ["secret-key"]),
        ({"data": {"key": "secret key", "user_id": "secret&user"}}, ["secret key", "secret+key",
         "secret&user"]),
        ({"data": {"user[password]": "pass-word", "user[email]": "e@x.org"}}, ["pass-word",
         "e@x.org"]),
        ({"json": {"session_id": 'se"ssion\\one', "username": "e@x.org"}}, ['se"ssion', "e@x.org"]),
        ({"json": {"a": [{"token": "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln"}]}}, ["c2ln"]),
        ({"content": b"\xff\xfekey=secret-key"}, ["secret-key"]),
        ({"content": iter([b"key=secret", b"-key"])}, ["secret-key", "secret"]),
    ],
)  # fmt: skip
def test_a_secret_of_a_request_is_hidden_wherever_it_stands(
    play: Callable[..., Any], cassette: Path, request_: dict[str, Any], secrets: list[str]
) -> None:
    method = "POST" if {"data", "json", "content"} & set(request_) else "GET"
    record(play, httpx.Response(200, text="plain"), method, **request_)
    assert_hidden(cassette, *secrets)
    assert "plain" in cassette.read_text()


@pytest.mark.parametrize(
    ("answer", "secrets", "kept"),
    [
        ({"headers": {"Set-Cookie": "sessionId=cookie-secret; Path=/"}}, ["cookie-secret"],
         ["sessionId=", "Path=/"]),
        ({"json": {"session_id": "abc", "manager_token": "m-secret", "n": 1.50}}, ["abc",
         "m-secret"], ["1.5"]),
        ({"text": "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln"}, ["c2ln"], ["eyJ"]),
        ({"text": "opaque-token is expired"}, ["opaque-token"], ["is expired"]),
        ({"headers": {"Location": "/?key=secret-key"}}, ["secret-key"], ["location", "/?key="]),
        ({"content": b"\xff user_id=secret-user"}, ["secret-user"], []),
        ({"content": b""}, [], []),
        ({"json": {"monkey": "banana", "keys": ["apple"], "key_id": 7}}, [],
         ["banana", "apple", "7"]),
    ],
)  # fmt: skip
def test_a_secret_of_an_answer_is_hidden_and_the_rest_kept(
    play: Callable[..., Any],
    cassette: Path,
    answer: dict[str, Any],
    secrets: list[str],
    kept: list[str],
) -> None:
    headers = {"Authorization": "Bearer opaque-token"}
    record(play, httpx.Response(200, **answer), headers=headers)
    assert_hidden(cassette, *secrets)
    for text in kept:
        assert text in cassette.read_text()


def test_a_compressed_answer_is_read_first(play: Callable[..., Any], cassette: Path) -> None:
    content = gzip.compress(b'{"session_id": "gzip-secret", "ok": true}')
    answer = httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=content)
    record(play, answer)
    assert_hidden(cassette, "gzip-secret")
    assert '"ok": true' in cassette.read_text()


def test_an_answer_in_other_libraries_form_is_taken_too() -> None:
    respond = vcr_config()["before_record_response"]
    answer = {"headers": {"X-Why": "key=secret-key"}, "body": {"string": "user_id=secret-user"}}
    hidden = respond(answer)
    assert "secret" not in str(hidden)
    assert hidden["body"]["string"].startswith("user_id=")


def test_a_body_that_is_a_file_is_read_and_hidden() -> None:
    prepare = vcr_config()["before_record_request"]
    body = BytesIO(b"user_id=secret-user&a=1")
    sent = Request("POST", "https://cloud.test/", body, {"Authorization": ["Bearer opaque-token"]})
    recorded = prepare(sent)
    assert recorded.body.read() == b"user_id=[hidden]&a=1"
    assert dict(recorded.headers) == {}


def test_a_cassette_recorded_without_the_filters_plays_back_all_the_same(
    cassette: Path, play: Callable[..., Any]
) -> None:
    url = "https://cloud.test/?key=secret-key&a=1"
    answer = httpx.Response(200, text="fine")
    plain = vcr.VCR(record_mode="once")
    with (
        plain.use_cassette(str(cassette)),
        httpx.Client(transport=httpx.MockTransport(lambda _: answer)) as client,
    ):
        client.get(url)
    assert "secret-key" in cassette.read_text()
    with play("none"), httpx.Client(transport=httpx.MockTransport(_unreachable)) as client:
        assert client.get("https://cloud.test/?key=another&a=1").text == "fine"


def test_arguments_can_be_changed_and_added() -> None:
    config = vcr_config(match_on=["uri"], cassette_library_dir="cassettes")
    assert (config["match_on"], config["cassette_library_dir"]) == (["uri"], "cassettes")
    assert vcr.VCR(**config).match_on == ["uri"]


def test_what_vcrpy_logs_has_no_secret_either(
    play: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = "https://cloud.test/?key=secret-key&user_id=secret-user&page=1"
    record(play, httpx.Response(200), url=url)
    vcr_lines = [record for record in caplog.records if record.name.startswith("vcr")]
    assert any("page=1" in record.getMessage() for record in vcr_lines)
    assert not any("secret" in record.getMessage() for record in vcr_lines)


def test_a_long_answer_is_recorded_whole(play: Callable[..., Any], cassette: Path) -> None:
    text = "a long answer " * 20_000
    record(play, httpx.Response(200, text=f"{text} k3y-k3y-k3y"), params={"key": "k3y-k3y-k3y"})
    assert_hidden(cassette, "k3y-k3y-k3y")
    with (
        play("none") as played,
        httpx.Client(transport=httpx.MockTransport(_unreachable)) as client,
    ):
        assert client.get("https://cloud.test/").text.startswith(text)
    assert played.all_played
