"""`key` and `user_id` are sent to the cloud, and are seen nowhere else.

Both hold characters that URLs, JSON and HTML write in forms of their own, so that a text is
searched for every form of them, and for the plain letters that all forms have in common.
"""

from __future__ import annotations

import html
import io
import json
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, quote_plus, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk import AsyncEnvoy, Enlighten, Envoy, errors
from enphase_sdk.cloud.settings import Given, Settings, load_settings
from enphase_sdk.cloud.signing import Signer
from enphase_sdk.cloud.v2.api import signing
from enphase_sdk.core.redact import HIDDEN, Redactor
from tests.support import (
    KEY,
    OPERATION_CALLS,
    USER_ID,
    Script,
    Seen,
    Surface,
    body_of,
    loopback,
    summary_body,
    wire,
)

# What is left of either secret in whatever form it is written; no address or random name has it.
TRACES = ("ABCDEF", "k3yOPENS", "u5erOPENS")

FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "url": lambda s: quote(s, safe=""),
    "url, lower case": lambda s: quote(s, safe="").replace("%2F", "%2f").replace("%26", "%26"),
    "url, path characters kept": quote,
    "form": quote_plus,
    "url in a url": lambda s: quote(quote(s, safe=""), safe=""),
    "json": lambda s: json.dumps(s)[1:-1],
    "json, unicode kept": lambda s: json.dumps(s, ensure_ascii=False)[1:-1],
    "json, slashes escaped": lambda s: json.dumps(s)[1:-1].replace("/", "\\/"),
    "json of rails": lambda s: json.dumps(s)[1:-1].replace("&", "\\u0026").replace("<", "\\u003c"),
    "html": html.escape,
    "html of rails": lambda s: html.escape(s).replace("&#x27;", "&#39;"),
    "repr": lambda s: repr(s)[1:-1],
    "repr of bytes": lambda s: repr(s.encode())[2:-1],
}


def assert_clean(text: str) -> None:
    found = [trace for trace in TRACES if trace in text]
    assert not found, f"{found} in {text}"


def chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        current = waiting.pop()
        if current is not None and current not in seen:
            seen.append(current)
            yield current
            waiting += [current.__cause__, current.__context__]


def assert_clean_error(error: BaseException) -> None:
    """Whatever can be had from an error, at any depth, holds no secret."""
    for link in chain(error):
        assert_clean(f"{link} {link!r} {link.args!r} {vars(link)!r}")
    for link in chain(pickle.loads(pickle.dumps(error))):
        assert_clean(f"{link} {link!r} {link.args!r} {vars(link)!r}")
    assert_clean(repr(pickle.dumps(error)))
    for link in chain(error):
        told = traceback.TracebackException.from_exception(link, capture_locals=True)
        # The test's own frames know the secrets by right.
        own = {Path(__file__).name, "support.py"}
        for frame in told.stack:
            if Path(frame.filename).name not in own:
                assert_clean(f"{frame.filename}:{frame.lineno} {frame.locals!r}")


@contextmanager
def all_logs() -> Iterator[io.StringIO]:
    """All that reaches the root logger from any library at DEBUG, formatted."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    names = ("httpx", "httpcore", "enphase_sdk", "asyncio", "h11", "trio")
    levels = {name: logging.getLogger(name).level for name in names}
    root_level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.removeHandler(handler)
        root.setLevel(root_level)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def echo_everywhere(request: Seen, status: str) -> bytes:
    """A server that repeats what it was sent, in every form, wherever it can."""
    secrets = [KEY, USER_ID]
    forms = [form(secret) for form in FORMS.values() for secret in secrets]
    headers = {
        f"X-Echo-{number}": form
        for number, form in enumerate(forms)
        if form.isascii() and form.isprintable()
    }
    return wire(
        status,
        f"<html>you asked for {request.target}, {forms}".encode(),
        Location=f"http://127.0.0.1:9{request.target}",
        Set_Cookie=f"last={quote(KEY, safe='')}",
        **headers,
    )


def test_the_server_gets_both_secrets_as_they_are(surface: Surface) -> None:
    body = wire("200 OK", body_of("/systems/67/summary"))
    with loopback(lambda _: body) as (url, seen):
        surface.use(surface.client(base_url=url), lambda client: client.summary(67))
    (request,) = seen
    query = parse_qs(urlsplit(request.target).query)
    assert query["key"] == [KEY]
    assert query["user_id"] == [USER_ID]
    assert "datetime_format" not in query


def test_nothing_is_logged_when_all_goes_well(surface: Surface) -> None:
    body = wire("200 OK", body_of("/systems/67/summary"))
    with all_logs() as logs, loopback(lambda _: body) as (url, _):
        surface.use(surface.client(base_url=url), lambda client: client.summary(67))
    assert "httpcore" in logs.getvalue(), "the logs were not captured"
    assert_clean(logs.getvalue())


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    "status",
    [
        "200 OK",
        "204 No",
        "301 Moved",
        "307 Moved",
        "400 Bad",
        "401 No",
        "404 No",
        "409 Full",
        "422 Odd",
        "500 Down",
        "520 What",
        "503 Down",
    ],
)
def test_a_server_that_echoes_makes_nothing_known(surface: Surface, status: str) -> None:
    with all_logs() as logs, loopback(lambda seen: echo_everywhere(seen, status)) as (url, _):
        client = surface.client(base_url=url, max_retries=1)
        with pytest.raises(errors.EnphaseError) as caught:
            surface.use(client, lambda client: client.summary(67))
    assert "receive_response_headers" in logs.getvalue(), "the logs were not captured"
    assert_clean(logs.getvalue())
    assert_clean_error(caught.value)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("status", [200, 400, 409, 500])
def test_an_echo_is_hidden_in_whatever_form(form: str, status: int) -> None:
    key, user = FORMS[form](KEY), FORMS[form](USER_ID)
    bodies = [
        f"invalid key {key} of {user}",
        f"{'x' * 495}{key}",
        f"{'x' * 190}{key} {user}",
        f'{{"message": ["invalid key {key}',
        json.dumps({"message": [f"invalid key {key}"], f"{user}": [{"deep": key}]}),
        json.dumps([f"key={key}&user_id={user}"]),
        json.dumps({"reason": f"{key}", "period": user, "system_id": key}),
    ]
    for body in bodies:
        script = Script(httpx.Response(status, text=body))
        with pytest.raises(errors.EnphaseError) as caught:
            Surface("sync").call(
                script, lambda client: client.summary(67), max_retries=0, strict=True
            )
        assert_clean_error(caught.value)


def test_half_a_secret_at_the_cut_of_a_long_body_is_hidden() -> None:
    secret = "SECRETSECRETSECRET"
    for before in range(480, 501):
        script = Script(httpx.Response(400, text="." * before + secret))
        with pytest.raises(errors.APIStatusError) as caught:
            Enlighten(secret, "user", transport=httpx.MockTransport(script)).summary(67)
        assert "SECR" not in f"{caught.value} {caught.value.body}"


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("to key=k3yOPENS"),
        httpx.ReadTimeout("late"),
        httpx.RemoteProtocolError("hung up"),
        httpx.DecodingError("bad gzip"),
        httpx.InvalidURL("bad"),
        OSError("broken pipe"),
        lambda request: (_ for _ in ()).throw(
            httpx.ConnectError(f"cannot reach {request.url}", request=request)
        ),
    ],
    ids=lambda failure: getattr(failure, "__name__", repr(failure)),
)
def test_an_answer_that_never_came_makes_nothing_known(surface: Surface, failure: Any) -> None:
    with pytest.raises(errors.APIConnectionError) as caught:
        surface.call(Script(failure), lambda client: client.summary(67), max_retries=1)
    assert_clean_error(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.usefixtures("clock")
def test_a_refused_port_makes_nothing_known(surface: Surface) -> None:
    with loopback(lambda _: None) as (url, _):
        pass
    with all_logs() as logs, pytest.raises(errors.APIConnectionError) as caught:
        surface.use(surface.client(base_url=url, max_retries=1), lambda client: client.summary(67))
    assert_clean(logs.getvalue())
    assert_clean_error(caught.value)


def listed(surface: Surface, client: Any) -> Any:
    return surface.collected(client.systems())


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("strict", [False, True])
def test_a_listing_that_goes_wrong_makes_nothing_known(surface: Surface, strict: bool) -> None:
    for body in ({"systems": None, "echo": KEY}, {"error": KEY}, [KEY], KEY, {"systems": KEY}):
        script = Script(httpx.Response(200, json=body))
        with pytest.raises(errors.APIResponseValidationError) as caught:
            surface.call(script, lambda client: listed(surface, client), strict=strict)
        assert_clean_error(caught.value)


def test_an_oddity_is_told_without_its_value(surface: Surface) -> None:
    with all_logs() as logs:
        surface.call(
            Script(httpx.Response(200, json=summary_body(current_power=KEY, status=7))),
            lambda client: client.summary(67),
        )
    assert "$.current_power" in logs.getvalue()
    assert_clean(logs.getvalue())


@pytest.mark.usefixtures("clock")
def test_a_retry_is_told_without_secrets(surface: Surface) -> None:
    script = Script(
        httpx.Response(503, text=f"key={KEY}"), httpx.Response(200, json=summary_body())
    )
    told: list[str] = []
    with all_logs() as logs:
        surface.call(
            script,
            lambda client: client.summary(67),
            on_wait=lambda sleep: told.append(sleep.reason),
        )
    assert "waiting" in logs.getvalue()
    assert_clean(logs.getvalue())
    assert_clean(repr(told))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_leads_nowhere(surface: Surface, status: int) -> None:
    asked: list[Seen] = []

    def elsewhere(request: Seen) -> bytes:
        asked.append(request)
        return wire("200 OK", body_of("/systems/67/summary"))

    with loopback(elsewhere) as (other, _):
        location = other.replace("127.0.0.1", "localhost") + "/systems/67/summary"

        def redirect(request: Seen) -> bytes:
            query = urlsplit(request.target).query
            return wire(f"{status} Moved", Location=f"{location}?{query}")

        with loopback(redirect) as (url, seen):
            client = surface.client(base_url=url)
            with pytest.raises(errors.APIStatusError, match="redirects are not followed") as caught:
                surface.use(client, lambda client: client.summary(67))
    assert len(seen) == 1
    assert asked == []
    assert_clean_error(caught.value)


@pytest.mark.filterwarnings("ignore:monthly_production:DeprecationWarning")
@pytest.mark.parametrize(("name", "arguments"), OPERATION_CALLS.items())
def test_the_key_goes_to_the_base_url_s_host_only(
    surface: Surface, name: str, arguments: tuple[Any, ...]
) -> None:
    script = Script(httpx.Response(404, json={}))
    with pytest.raises(errors.NotFoundError):
        surface.call(script, lambda client: getattr(client, name)(*arguments))
    (request,) = script.requests
    assert (request.url.scheme, request.url.host) == ("https", "api.enphaseenergy.com")
    assert request.url.path.startswith("/api/v2/systems")


def objects(client: Any) -> Iterator[Any]:
    yield client
    yield client.with_options(timeout=1.0)
    yield client.with_raw_response
    yield client.site(67)
    yield client.systems()
    yield client._options
    yield client._options.policy
    yield client._options.policy.redactor
    yield client._options.policy.pacer
    yield client._connection
    yield vars(client)


def test_no_object_shows_a_secret(surface: Surface) -> None:
    client = surface.client(Script(httpx.Response(200, json=summary_body())))
    for shown in objects(client):
        assert_clean(f"{shown!r} {shown}")
    surface.use(client, lambda client: client.summary(67))
    for shown in objects(client):
        assert_clean(f"{shown!r} {shown}")


def test_no_setting_shows_a_secret() -> None:
    found = load_settings(Given(KEY, USER_ID), None)
    for shown in (found, found.credentials, Given(KEY, USER_ID), Signer.of(signing(found))):
        assert_clean(f"{shown!r} {shown}")
    assert isinstance(found, Settings)


def test_a_client_is_not_pickled(surface: Surface) -> None:
    with pytest.raises(TypeError, match="credentials") as caught:
        pickle.dumps(surface.client(Script(httpx.Response(200))))
    assert_clean(str(caught.value))


BAD_OPTIONS: list[dict[str, Any]] = [
    {"base_url": "http://far.example"},
    {"base_url": "https://a:b@far.example"},
    {"base_url": "https://a:k3yOPENS@far.example"},
    {"base_url": "http://far.example/k3yOPENS"},
    {"base_url": "https://k3yOPENS:99999999"},
    {"base_url": "https://\x01"},
    {"ledger": "redis://:k3yOPENS@host:99999999"},
    {"base_url": 7},
    {"timeout": -1},
    {"max_retries": -1},
    {"max_wait": -1},
    {"quota": "gigawatt"},
    {"profile": "nowhere"},
    {"api_key": ""},
    {"user_id": ""},
    {"user_id": f"{USER_ID}\udc80"},
    {"api_key": f"{KEY}\n{KEY}"},
]


@pytest.mark.parametrize("options", BAD_OPTIONS, ids=repr)
def test_an_error_about_settings_shows_no_secret(surface: Surface, options: Any) -> None:
    with pytest.raises(errors.ConfigError) as caught:
        surface.client(Script(httpx.Response(200)), **options)
    assert_clean_error(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        f"[default]\napi_key = '''{KEY}'''\nuser_id = {{{USER_ID}",
        f"[other]\napi_key = '''{KEY}'''",
        f"[default]\napi_key = ['''{KEY}''']",
        f"[default]\napi_key = '''{KEY}'''\nuser_id = ''",
        f"[default]\napi_key = '''{KEY}'''\nuser_id = '{USER_ID}'\nbase_url = 'http://far.example'",
        f"[default]\napi_key = '''{KEY}'''\nuser_id = '{USER_ID}'\nplan = 'gigawatt'",
        f"[default]\napi_key = '''{KEY}'''\nuser_id = '{USER_ID}'\nplan = 7",
    ],
)
@pytest.mark.parametrize("profile", [None, "nowhere"])
def test_an_error_about_the_config_file_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str, profile: str | None
) -> None:
    (tmp_path / "config.toml").write_text(content)
    monkeypatch.setenv("ENPHASE_CONFIG", str(tmp_path / "config.toml"))
    with pytest.raises(errors.ConfigError) as caught:
        Enlighten(profile=profile)
    assert_clean_error(caught.value)


BAD_OPTIONS_V4: list[dict[str, Any]] = [
    {"base_url": "https://a:k3yOPENS@far.example"},
    {"ledger": "redis://:k3yOPENS@host:99999999"},
    {"access_token": "k3yOPENS é"},
    {"refresh_token": "k3yOPENS é"},
    {"client_secret": b"k3yOPENS"},
]


@pytest.mark.parametrize("options", BAD_OPTIONS_V4, ids=repr)
def test_an_error_about_settings_of_v4_shows_no_secret(surface: Surface, options: Any) -> None:
    with pytest.raises(errors.ConfigError) as caught:
        surface.client_v4(Script(httpx.Response(200)), **options)
    assert_clean_error(caught.value)


@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 503])
def test_a_renewal_that_fails_shows_no_secret(surface: Surface, status: int) -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=request.content)

    tokens = {
        "access_token": None,
        "refresh_token": "k3yOPENSnewest",
        "client_secret": "k3yOPENSlong",
    }
    client = surface.client_v4(echo, max_retries=0, max_wait=0, **tokens)
    with pytest.raises(errors.EnphaseError) as caught:
        surface.use(client, lambda client: client.summary(67))
    assert_clean_error(caught.value)


@pytest.mark.parametrize("host", ["http://a:k3yOPENS@10.0.0.5", "a:k3yOPENS@10.0.0.5"])
@pytest.mark.parametrize("kind", [Envoy, AsyncEnvoy])
def test_an_address_with_a_password_is_not_shown(kind: Any, host: str) -> None:
    with pytest.raises(errors.ConfigError) as caught:
        kind(host)
    assert_clean_error(caught.value)


def test_an_argument_that_is_refused_shows_no_secret(surface: Surface) -> None:
    client = surface.client(Script(httpx.Response(200)))
    with pytest.raises(errors.InvalidArgumentError) as caught:
        surface.use(client, lambda client: client.summary("no number"))
    assert_clean_error(caught.value)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", [KEY, USER_ID, "plainletters123"])
def test_the_redactor_knows_every_form(form: str, secret: str) -> None:
    redactor = Redactor([secret])
    text = redactor.text(f"before {FORMS[form](secret)} after")
    assert text == f"before {HIDDEN} after"


def test_the_redactor_takes_the_longest_of_two_secrets() -> None:
    assert Redactor(["abcd", "abcdef"]).text("abcdef abcd") == f"{HIDDEN} {HIDDEN}"


def test_the_redactor_hides_parameters_it_does_not_know() -> None:
    text = Redactor([]).text("GET /x?user_id=other&KEY=another&limit=5 'key=third'")
    assert text == f"GET /x?user_id={HIDDEN}&KEY={HIDDEN}&limit=5 'key={HIDDEN}'"


def test_the_redactor_leaves_other_texts_alone() -> None:
    text = "monkey=5 turkeys, keyboard, user_ids, [] {}"
    assert Redactor(["", "abc"]).text(text) == text
    assert Redactor([]).value([1, None, {"a": [True, text]}]) == [1, None, {"a": [True, text]}]


# No letter of the mark that stands in a secret's place.
letters = st.text(st.characters(exclude_characters=HIDDEN, exclude_categories=["Cs"]), max_size=20)


@given(letters.filter(lambda text: len(text) >= 4), letters, letters)
def test_the_redactor_hides_any_secret_anywhere(secret: str, before: str, after: str) -> None:
    redactor = Redactor([secret])
    assert secret not in redactor.text(before + secret + after)
    (found,) = redactor.value([{before + secret: secret + after}])
    assert all(secret not in text for pair in found.items() for text in pair)
