"""The user's files and tokens: what is in them is secret, whatever is wrong with it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk.cloud.settings import Given, load_settings
from enphase_sdk.core.effects import Reply
from enphase_sdk.core.redact import Redactor
from enphase_sdk.core.state import PrivateEntries
from enphase_sdk.errors import ConfigError
from enphase_sdk.gateway.address import Address
from enphase_sdk.gateway.tls import Pin
from enphase_sdk.gateway.tokens import EnlightenLogin, Token, fetch_token
from tests.fuzz.hostile import SECRET, broken, fuzz, only_ours

pytestmark = pytest.mark.proof


def text_of(*lines: str) -> bytes:
    return "\n".join(lines).encode()


# Another one: what is put in between may become a profile's name, and those are told.
OWN = "ppPRIVATEppq"

CONFIGS = [
    text_of("[default]", f"api_key = '{OWN}'", f'user_id = """{OWN}"""', "plan = 'watt'"),
    text_of("# a comment", "[default]", f"api_key = '{OWN}'", "", "[other]", "a = [1, {b=2}]"),
    text_of("[default]", f"api_key = ['{OWN}']", "at = 2024-01-01T00:00:00Z", "f = 1e5"),
    text_of("[default]", f"a.b.c = '{OWN}'", "[[default.list]]", "x = 0x10"),
    # What was once found.
    text_of("[default]", f"api_key = '{OWN}'", "n = " + "1" * 5000),
    text_of("[default]", f"api_key = '{OWN}'", "n = " + "[" * 3000),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o600)
    return path


@fuzz(600)
@given(broken(CONFIGS), st.sampled_from([None, "default", "nowhere"]))
def test_any_config_file(folder: Path, content: bytes, profile: str | None) -> None:
    path = written(folder, "config.toml", content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENPHASE_CONFIG", str(path))
        found = only_ours(lambda: load_settings(Given(None, None), profile), trace=OWN)
    assert found is None or OWN not in f"{found!r} {found}"


TOKENS = [
    b".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=") for part in parts)
    for parts in (
        ('{"alg":"ES256"}', f'{{"aud":"1","exp":4102444800,"name":"{SECRET}"}}', SECRET),
        ("{}", f'{{"exp":1e400,"enphaseUser":["{SECRET}"]}}', SECRET),
        ("{}", json.dumps([[SECRET]]), SECRET),
    )
]


@fuzz(400)
@given(
    broken(TOKENS)
    | broken([b'{"exp":1700000000,"enphaseUser":"owner"}']).map(
        lambda payload: b"eyJ9." + base64.urlsafe_b64encode(payload).rstrip(b"=") + b"." + TOKENS[0]
    )
)
def test_any_token(text: bytes) -> None:
    written_out = text.decode("utf-8", "surrogateescape")
    secret = TOKENS[0].split(b".")[2].decode()
    token = only_ours(lambda: Token.parsed(written_out), trace=secret)
    if token is not None:
        assert secret not in repr(token)
        token.end_text()
        token.usable_at(1.7e9)


LOGINS = [
    json.dumps({"session_id": SECRET, "is_consumer": True, "manager_token": SECRET}).encode(),
    json.dumps({"message": SECRET}).encode(),
]


@fuzz(400)
@given(
    broken(LOGINS),
    broken([TOKENS[0], LOGINS[1]]),
    st.sampled_from([200, 200, 200, 201, 301, 400, 401, 404, 429, 500, 0, 999]),
    st.sampled_from([200, 200, 400, 403, 503]),
)
def test_any_answer_of_the_login_services(
    login: bytes, tokens: bytes, first: int, second: int
) -> None:
    def fetched() -> Any:
        flow = fetch_token(EnlightenLogin("a@b.example", SECRET), "1")
        try:
            next(flow)
            flow.send(Reply(first, {}, login))
            flow.send(Reply(second, {}, tokens))
        except StopIteration as stop:
            return stop.value

    only_ours(fetched)


ENTRIES = [
    json.dumps({"1": SECRET, "2": {"access_token": SECRET, "expires_at": 1.5}}).encode(),
    json.dumps({SECRET: [SECRET]}).encode(),
]


@fuzz(300)
@given(broken(ENTRIES), st.sampled_from(["1", "2", "\ud800", ""]))
def test_any_file_of_entries(folder: Path, content: bytes, key: str) -> None:
    entries = PrivateEntries(written(folder, "tokens.json", content))
    only_ours(lambda: entries.get(key))
    if key.isprintable():
        only_ours(lambda: entries.put(key, SECRET))


@fuzz(300)
@given(broken([b"ab" * 32, b"SHA256 Fingerprint=" + b":".join([b"AB"] * 32)]))
def test_any_file_of_a_fingerprint(folder: Path, content: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENPHASE_STATE", str(folder))
        pin = Pin(Address("envoy.local"))
        written(folder, f"fingerprints/{pin.path.name}", content)
        found = only_ours(pin.known)
    assert found is None or len(bytes.fromhex(found)) == 32


@fuzz(200)
@given(broken([b"192.168.1.50:443", b"[fe80::1]:80", b"envoy.local"]))
def test_any_address(content: bytes) -> None:
    only_ours(lambda: Address.parsed(content.decode("utf-8", "surrogateescape")), trace=None)


@fuzz(400)
@given(broken([f"key={SECRET}&b={SECRET}".encode(), json.dumps({"a": SECRET}).encode()]))
def test_any_text_loses_its_secret(content: bytes) -> None:
    text = content.decode("utf-8", "surrogateescape")
    assert SECRET not in Redactor([SECRET]).text(text)


# That it can fail


def foreign() -> None:
    raise ValueError


def shown_in_the_text() -> None:
    raise ConfigError(f"cannot use {SECRET}")


def shown_beneath() -> None:
    try:
        raise KeyError(SECRET)
    except KeyError:
        raise ConfigError("cannot use it") from None


@pytest.mark.parametrize("fault", [foreign, shown_in_the_text, shown_beneath])
def test_a_fault_would_be_noticed(fault: Callable[[], None]) -> None:
    with pytest.raises((AssertionError, ValueError)):
        only_ours(fault)


def test_a_local_variable_would_be_noticed() -> None:
    code = "def held(secret, error):\n    raise error\n"
    room: dict[str, Any] = {}
    exec(compile(code, "enphase_sdk/held.py", "exec"), room)  # noqa: S102 - a frame of the package
    only_ours(lambda: room["held"]("nothing", ConfigError("cannot use it")))
    with pytest.raises(AssertionError):
        only_ours(lambda: room["held"](SECRET, ConfigError("cannot use it")))
