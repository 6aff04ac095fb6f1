"""Where a gateway is, as people write it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from enphase_sdk import AsyncEnvoy, Envoy
from enphase_sdk.errors import ConfigError
from enphase_sdk.gateway.address import Address


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("192.168.1.50", "https://192.168.1.50"),
        (" 192.168.1.50\n", "https://192.168.1.50"),
        ("192.168.1.50:8443", "https://192.168.1.50:8443"),
        ("envoy.local", "https://envoy.local"),
        ("ENVOY.Local:443", "https://envoy.local:443"),
        ("envoy", "https://envoy"),
        ("envoy.local.", "https://envoy.local."),
        ("my_envoy-2.lan", "https://my_envoy-2.lan"),
        ("2envoys", "https://2envoys"),
        ("localhost:1", "https://localhost:1"),
        ("localhost:65535", "https://localhost:65535"),
        ("::1", "https://[::1]"),
        ("[::1]", "https://[::1]"),
        ("[::1]:8443", "https://[::1]:8443"),
        ("2001:DB8::0:1", "https://[2001:db8::1]"),
        ("fe80::1%eth0", "https://[fe80::1%eth0]"),
        ("[fe80::1%eth0]:443", "https://[fe80::1%eth0]:443"),
    ],
)
def test_a_host_with_a_port_or_without(text: str, url: str) -> None:
    address = Address.parsed(text)
    assert address.url("https") == url
    assert f"https://{address}" == url
    parsed = httpx.URL(url)
    assert (parsed.host, parsed.port) == (
        address.host,
        address.port if address.port != 443 else None,
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        "..",
        "a..b",
        ".local",
        ":",
        ":443",
        "envoy:",
        "envoy:http",
        "envoy:0",
        "envoy:65536",
        "envoy:-1",
        "envoy:+443",
        "envoy:4 43",
        "envoy:443:443",
        "http://192.168.1.50",
        "https://192.168.1.50:443",
        "https://envoy.local/home",
        "//envoy.local",
        "envoy.local/",
        "envoy.local/home",
        "envoy.local?x",
        "envoy.local?",
        "envoy.local#",
        "envoy.local\\home",
        "envoy local",
        "envoy\nlocal",
        "envoy\r\nHost: other",
        "envoy%2elocal",
        "@envoy.local",
        "user@envoy.local",
        "\u00e9nvoy.local",
        "envoy\u3002local",
        "\u0661.2.3.4",
        "192.168.1",
        "192.168.1.256",
        "192.168.1.1.1",
        "192.168.001.050",
        "1234",
        "[192.168.1.50]",
        "[::1",
        "::1]",
        "[::1]x",
        "[]",
        "1:2:3",
        ":::",
        "fe80::1%",
        "x" * 64,
        ".".join(["x" * 60] * 5),
        "*",
        "$(reboot)",
        "\x00",
        None,
        7,
        b"envoy.local",
        ("envoy.local", 443),
    ],
    ids=repr,
)
@pytest.mark.parametrize("kind", [Envoy, AsyncEnvoy])
def test_what_is_no_host_is_refused(kind: Any, text: Any) -> None:
    with pytest.raises(ConfigError, match=r"192\.168\.1\.50 or envoy\.local"):
        kind(text)


def test_a_password_in_a_host_is_not_repeated() -> None:
    with pytest.raises(ConfigError) as caught:
        Address.parsed("https://envoy:s3cret@192.168.1.50")
    assert "s3cret" not in str(caught.value)


@given(st.text())
@example("\udc80")
@example("a" * 64 + ".b")
def test_whatever_is_accepted_can_be_looked_up(text: str) -> None:
    try:
        address = Address.parsed(text)
    except ConfigError:
        return
    # What a resolver and httpx do with it first, where others raise UnicodeError or InvalidURL.
    address.host.encode("idna")
    assert httpx.URL(address.url("https")).host.strip("[]") == address.host
    assert Address.parsed(str(address)) == address
