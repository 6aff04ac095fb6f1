"""The edge to httpx: the signed request, proxies, TLS, and its errors made ours."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from enphase_sdk import errors
from enphase_sdk.cloud.settings import Given, load_settings
from enphase_sdk.cloud.signing import Signer
from enphase_sdk.cloud.v2.api import signing
from enphase_sdk.core.effects import Request
from enphase_sdk.core.http import connection_error, proxy_for, tls_context
from enphase_sdk.core.timeouts import timeouts
from tests.support import BASE_URL, KEY, USER_ID, Script, Surface, summary_body

HTTPS = "https://api.example/api"


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def signed(request: Request, base_url: str = BASE_URL) -> httpx.Request:
    signer = Signer.of(signing(load_settings(Given(KEY, USER_ID, base_url), None)))
    return signer.signed(request, timeouts(7.0))


def sent(request: httpx.Request) -> list[tuple[str, str]]:
    """The query as it goes over the wire."""
    return parse_qsl(request.url.raw_path.decode("ascii").partition("?")[2])


def test_a_request_is_signed_in_its_query() -> None:
    request = signed(Request("GET", "/systems", (("next", "a b&c"), ("x[]", "1"), ("x[]", "2"))))
    assert request.method == "GET"
    assert str(request.url).startswith(f"{BASE_URL}/systems?next=a%20b%26c&")
    shown = [("next", "a b&c"), ("x[]", "1"), ("x[]", "2")]
    assert request.url.params.multi_items() == shown
    assert sent(request) == [*shown, ("key", KEY), ("user_id", USER_ID)]
    assert request.extensions["timeout"]["read"] == 7.0
    assert request.headers["host"] == "api.enphaseenergy.com"
    assert request.headers["user-agent"] == "enphase-sdk"
    assert request.headers["accept"] == "application/json"


def test_a_request_without_parameters_is_signed_too() -> None:
    request = signed(Request("GET", "/systems/67/envoys"))
    assert str(request.url) == f"{BASE_URL}/systems/67/envoys"
    assert sent(request) == [("key", KEY), ("user_id", USER_ID)]


def test_the_headers_hold_no_secret(surface: Surface) -> None:
    script = Script(httpx.Response(200, json=summary_body()))
    surface.call(script, lambda client: client.summary(67))
    assert all("ABCDEF" not in value for value in script.requests[0].headers.values())


@pytest.mark.parametrize(
    ("variable", "value", "proxy"),
    [
        ("HTTPS_PROXY", "http://proxy.example:3128", "http://proxy.example:3128"),
        ("https_proxy", "http://proxy.example:3128/", "http://proxy.example:3128"),
        ("HTTPS_PROXY", "proxy.example:3128", "http://proxy.example:3128"),
        ("HTTPS_PROXY", "https://proxy.example", "https://proxy.example"),
        ("ALL_PROXY", "http://all.example:1", "http://all.example:1"),
    ],
)
def test_the_environment_s_proxy_is_used_for_https(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, proxy: str
) -> None:
    monkeypatch.setenv(variable, value)
    found = proxy_for(HTTPS)
    assert found is not None
    assert str(found.url).rstrip("/") == proxy


def test_no_proxy_is_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert proxy_for(HTTPS) is None
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    assert proxy_for(HTTPS) is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "api.example")
    assert proxy_for(HTTPS) is None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9", "http://localhost", "https://localhost", "https://127.0.0.1"]
)
def test_no_proxy_stands_before_loopback(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    assert proxy_for(url) is None


@pytest.mark.parametrize(
    "value",
    ["ftp://proxy.example", "http://[::1", "http://proxy.example:port", "socks5://proxy:1080"],
)
def test_a_proxy_that_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, surface: Surface, value: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(errors.ConfigError, match="HTTPS_PROXY or ALL_PROXY cannot be used"):
        surface.client()


@pytest.fixture
def tunnel() -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that keeps what it is asked and refuses."""
    asked: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            asked.append(connection.recv(65536))
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
    thread.join(60)
    server.close()


def test_a_proxy_sees_the_host_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tunnel: tuple[str, list[bytes]], surface: Surface
) -> None:
    address, asked = tunnel
    monkeypatch.setenv("HTTPS_PROXY", address)
    client = surface.client(max_retries=0)
    with pytest.raises(errors.APIConnectionError):
        surface.use(client, lambda client: client.summary(67))
    assert asked[0].startswith(b"CONNECT api.enphaseenergy.com:443 HTTP/1.1")
    assert b"systems" not in asked[0]
    assert b"key" not in asked[0]


def test_certificates_are_checked_and_the_settings_shared() -> None:
    context = tls_context()
    assert context is tls_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (httpx.ConnectTimeout("x"), errors.APITimeoutError, "connect timed out"),
        (httpx.ReadTimeout("x"), errors.APITimeoutError, "read timed out"),
        (httpx.WriteTimeout("x"), errors.APITimeoutError, "write timed out"),
        (httpx.PoolTimeout("x"), errors.APITimeoutError, "pool timed out"),
        (httpx.ConnectError("x"), errors.APIConnectionError, "no connection"),
        (httpx.ReadError("x"), errors.APIConnectionError, "connection lost"),
        (OSError("x"), errors.APIConnectionError, "no connection"),
    ],
)
def test_httpx_s_errors_become_ours(error: Any, kind: Any, said: str) -> None:
    ours = connection_error(Request("GET", "/systems/67/summary"), error)
    assert type(ours) is kind
    assert str(ours).startswith("GET /systems/67/summary: no answer")
    assert said in str(ours)
