"""Tokens: what is in one, where they are kept, how one is fetched."""

from __future__ import annotations

import base64
import json
import os
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk.core.effects import Reply, Request, Send
from enphase_sdk.core.state import PrivateEntries
from enphase_sdk.errors import (
    APIResponseValidationError,
    APIStatusError,
    AuthenticationError,
    ConfigError,
    EnphaseError,
    NotFoundError,
    ServerError,
)
from enphase_sdk.gateway.tokens import (
    MARGIN,
    EnlightenLogin,
    Token,
    fetch_token,
    load_token,
    store_token,
)
from enphase_sdk.testing import FakeClock, SimulatedGateway, SimulatedTokenService
from tests.gateway.envoys import EMAIL, PASSWORD

SERIAL = "122300000001"


def encoded(document: Any) -> str:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def jwt(**claims: Any) -> str:
    return f"{encoded({'alg': 'ES256'})}.{encoded(claims)}.c2lnbmF0dXJl"


# What is in one


def test_what_a_real_one_says(clock: FakeClock) -> None:
    gateway = SimulatedGateway("7.6", clock=clock)
    owner = Token.parsed(gateway.issue_token())
    installer = Token.parsed(f"\n {gateway.issue_token(owner=False)} \n")
    assert (owner.user, owner.expires_at) == ("owner", clock.time() + 365 * 86400)
    assert (installer.user, installer.expires_at) == ("installer", clock.time() + 12 * 3600)
    assert installer.text == installer.text.strip()


def test_a_token_is_renewed_before_it_ends() -> None:
    token = Token.parsed(jwt(exp=1_700_000_000))
    assert token.usable_at(1_700_000_000 - MARGIN - 1)
    assert not token.usable_at(1_700_000_000 - MARGIN)
    assert token.usable_at(1_700_000_000 - 1, margin=0)
    assert not token.usable_at(1_700_000_000, margin=0)
    assert token.end_text() == "2023-11-14T22:13+00:00"


def test_a_token_that_says_no_end_is_used_until_it_is_refused() -> None:
    token = Token.parsed(jwt(enphaseUser="owner"))
    assert token.usable_at(4e9)
    assert token.end_text() == "never"


@pytest.mark.parametrize("end", ["soon", None, [], {}, 1e300, -1e300, 10**400, -(10**400), 1e17])
def test_an_end_that_is_no_instant_is_not_known(end: Any) -> None:
    token = Token.parsed(jwt(exp=end, enphaseUser=7))
    assert (token.expires_at, token.user) == (None, None)
    assert token.end_text() == "never"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abcdef",
        "a.b",
        "a.b.c.d",
        "..",
        f"{encoded({})}.{encoded({})}.",
        f"{encoded({})}.{encoded([])}.x",
        f"{encoded({})}.{encoded('text')}.x",
        f"{encoded({})}.{encoded(b'not json')}.x",
        f"{encoded({})}.{encoded(bytes([0xFF, 0xFE]))}.x",
        f"{encoded({})}.{encoded(b'[' * 100_000)}.x",
        f"{encoded({})}.a.x",
        f"Bearer {jwt()}",
        f"{jwt()}\r\nX-Other: 1",
        f"{jwt()} {jwt()}",
        f'"{jwt()}"',
        jwt() + "\u00e9",
        jwt() + "\x00",
        "<html>log in</html>",
        None,
        7,
        jwt().encode(),
    ],
    ids=lambda text: repr(text)[:30],
)
def test_what_is_no_token_is_refused(text: Any) -> None:
    with pytest.raises(ConfigError, match="JSON Web Token") as caught:
        Token.parsed(text)
    assert text in (None, 7, "") or str(text) not in str(caught.value)


@given(st.text() | st.binary().map(lambda content: f"eyJ9.{encoded(content)}.x"))
def test_any_text_is_a_token_or_refused(text: str) -> None:
    try:
        token = Token.parsed(text)
    except ConfigError:
        return
    httpx.Headers({"authorization": f"Bearer {token.text}"}).raw[0][1].decode("ascii")
    assert token.text.isprintable()


def test_a_token_is_not_shown() -> None:
    token = Token.parsed(jwt(exp=1))
    assert token.text not in repr(token)


# Where they are kept


def test_a_token_is_kept_for_its_owner_only(state: Path) -> None:
    token = Token.parsed(jwt(exp=1_700_000_000))
    assert load_token(SERIAL) is None
    store_token(SERIAL, token)
    assert load_token(SERIAL) == token
    (path,) = state.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    newer = Token.parsed(jwt(exp=1_800_000_000))
    store_token(SERIAL, newer)
    assert load_token(SERIAL) == newer
    assert load_token("122300000002") is None


@pytest.mark.parametrize("entry", ["", "nonsense", "a.b.c", None, 7, ["x"], {}])
def test_an_entry_without_a_token_counts_as_none(entry: Any, state: Path) -> None:
    store_token("122300000002", Token.parsed(jwt()))
    (path,) = state.iterdir()
    PrivateEntries(path).put(SERIAL, entry)
    assert load_token(SERIAL) is None
    store_token(SERIAL, Token.parsed(jwt(exp=5)))
    assert load_token(SERIAL) == Token.parsed(jwt(exp=5))
    assert load_token("122300000002") == Token.parsed(jwt())


def test_a_token_that_others_could_read_is_not_used(state: Path) -> None:
    store_token(SERIAL, Token.parsed(jwt()))
    (path,) = state.iterdir()
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_token(SERIAL)
    with pytest.raises(ConfigError, match="chmod 600"):
        store_token(SERIAL, Token.parsed(jwt()))


@pytest.mark.parametrize("serial", ["../../etc/passwd", "/etc/passwd", "", "..", "a\x00b", "x/y"])
def test_a_serial_number_names_no_other_file(serial: str, state: Path) -> None:
    store_token(serial, Token.parsed(jwt()))
    assert load_token(serial) is not None
    assert len(list(state.rglob("*"))) == 1


def test_a_token_that_cannot_be_kept(state: Path) -> None:
    state.write_text("a file where a folder belongs")
    with pytest.raises(ConfigError, match="ENPHASE_STATE") as caught:
        store_token(SERIAL, Token.parsed(jwt()))
    assert os.fspath(state) in str(caught.value)
    assert caught.value.__context__ is None


# How one is fetched


def fetched(*replies: Reply) -> tuple[Token, list[Request]]:
    """What the flow gives when it is answered with these."""
    flow = fetch_token(EnlightenLogin(EMAIL, PASSWORD), SERIAL)
    sent: list[Request] = []
    waiting = list(replies)
    try:
        effect = next(flow)
        while True:
            assert isinstance(effect, Send)
            sent.append(effect.request)
            effect = flow.send(waiting.pop(0))
    except StopIteration as stop:
        return stop.value, sent


def reply(content: Any, status: int = 200) -> Reply:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Reply(status, {}, body)


SESSION = reply({"session_id": "s3ss10n", "is_consumer": True, "manager_token": "m4n4g3r"})


def test_a_token_is_fetched_in_two_steps() -> None:
    token, (login, tokens) = fetched(SESSION, reply(jwt(exp=5).encode()))
    assert token == Token.parsed(jwt(exp=5))
    assert (login.method, login.url) == (
        "POST",
        "https://enlighten.enphaseenergy.com/login/login.json?",
    )
    assert login.content == b"user%5Bemail%5D=owner%40example.com&user%5Bpassword%5D=correct+horse"
    assert (tokens.method, tokens.url) == ("POST", "https://entrez.enphaseenergy.com/tokens")
    assert json.loads(tokens.content or b"") == {
        "session_id": "s3ss10n",
        "serial_num": SERIAL,
        "username": EMAIL,
    }
    assert dict(tokens.headers)["content-type"] == "application/json"


def test_the_simulated_service_understands_it(clock: FakeClock) -> None:
    gateway = SimulatedGateway("7.6", clock=clock)
    service = SimulatedTokenService(gateway, email="a+b&c=@example.com", password="p&q=%+\u00e9 ?")
    flow = fetch_token(EnlightenLogin("a+b&c=@example.com", "p&q=%+\u00e9 ?"), gateway.serial)
    answer = None
    try:
        effect = next(flow)
        while True:
            assert isinstance(effect, Send)
            asked = effect.request
            response = service(
                httpx.Request(
                    asked.method, asked.url, headers=list(asked.headers), content=asked.content
                )
            )
            effect = flow.send(Reply(response.status_code, {}, response.content))
    except StopIteration as stop:
        answer = stop.value
    assert answer is not None
    assert answer.usable_at(clock.time())


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, APIStatusError),
        (400, AuthenticationError),
        (401, AuthenticationError),
        (403, AuthenticationError),
        (404, NotFoundError),
        (429, APIStatusError),
        (500, ServerError),
        (503, ServerError),
    ],
)
def test_a_service_that_refuses(status: int, kind: type[APIStatusError]) -> None:
    body = reply({"message": f"no {PASSWORD}"}, status)
    for replies, step in ((body,), "/login/login.json"), ((SESSION, body), "/tokens"):
        with pytest.raises(kind, match=step) as caught:
            fetched(*replies)
        assert type(caught.value) is kind
        assert (caught.value.status_code, caught.value.operation) == (status, step)
        assert caught.value.body is None
        assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        {"message": "success", "requires_mfa": True},
        {"session_id": None},
        {"session_id": ""},
        {"session_id": 7},
        {"session_id": ["s"]},
        {},
    ],
)
def test_a_second_factor_means_fetching_by_hand(body: Any) -> None:
    with pytest.raises(AuthenticationError, match=r"second factor.*by hand.*token="):
        fetched(reply(body))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_a_login_that_answers_nonsense(body: bytes) -> None:
    with pytest.raises(APIResponseValidationError, match=r"not JSON.*by hand"):
        fetched(reply(body))


@pytest.mark.parametrize("body", [b"", b"<html>", b"null", b"\xff\xfe", b'{"token": 1}', b"a.b.c"])
def test_a_service_that_gives_no_token(body: bytes) -> None:
    with pytest.raises(APIResponseValidationError, match=r"not a token.*by hand"):
        fetched(SESSION, reply(body))


@given(st.integers(100, 599), st.binary(max_size=50), st.integers(100, 599), st.binary(max_size=50))
def test_no_answer_of_the_services_brings_a_foreign_exception(
    first: int, login: bytes, second: int, token: bytes
) -> None:
    for replies in ((Reply(first, {}, login), SESSION), (SESSION, Reply(second, {}, token))):
        with pytest.raises(EnphaseError):
            fetched(*replies)
