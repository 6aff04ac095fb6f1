"""Where settings come from, in which order, and what is said when they cannot be used."""

from __future__ import annotations

import os
import stat
import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest

from enphase_sdk.cloud.settings import (
    BASE_URL,
    Given,
    Settings,
    checked_base_url,
    config_path,
    load_settings,
)
from enphase_sdk.core.hosts import is_loopback
from enphase_sdk.errors import ConfigError
from tests.support import Script, Surface, summary_body


def settings(
    api_key: Any = None, user_id: Any = None, base_url: Any = None, profile: str | None = None
) -> Settings:
    return load_settings(Given(api_key, user_id, base_url), profile)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("ENPHASE_CONFIG", str(path))
    path.write_text(
        """
        stray = "no profile"
        [default]
        api_key = "file-key"
        user_id = "file-user"
        base_url = "https://file.example/api/"
        plan = "watt"
        [work]
        api_key = "work-key"
        user_id = "work-user"
        """
    )
    return path


def shown(found: Settings) -> tuple[str, str, str, str | None]:
    return (*found.credentials.secrets, found.base_url, found.plan)


@pytest.mark.usefixtures("config")
def test_arguments_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "USER_ID", "BASE_URL"):
        monkeypatch.setenv(f"ENPHASE_{name}", "https://environment.example")
    found = settings("given-key", "given-user", "https://given.example")
    assert shown(found) == ("given-key", "given-user", "https://given.example", "watt")


@pytest.mark.usefixtures("config")
def test_the_environment_comes_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENPHASE_API_KEY", "env-key")
    monkeypatch.setenv("ENPHASE_USER_ID", " env-user\n")
    monkeypatch.setenv("ENPHASE_BASE_URL", "https://env.example/")
    monkeypatch.setenv("ENPHASE_PLAN", "partner")
    assert shown(settings()) == ("env-key", "env-user", "https://env.example", "partner")


@pytest.mark.usefixtures("config")
def test_the_file_comes_third() -> None:
    assert shown(settings()) == ("file-key", "file-user", "https://file.example/api", "watt")


@pytest.mark.usefixtures("config")
def test_each_setting_is_looked_up_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENPHASE_USER_ID", "env-user")
    assert shown(settings("given-key"))[:2] == ("given-key", "env-user")


@pytest.mark.usefixtures("config")
def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENPHASE_API_KEY", "")
    assert settings().credentials.api_key == "file-key"


@pytest.mark.usefixtures("config")
def test_a_profile_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(settings(profile="work")) == ("work-key", "work-user", BASE_URL, None)
    monkeypatch.setenv("ENPHASE_PROFILE", "work")
    assert settings().credentials.api_key == "work-key"
    assert settings(profile="default").credentials.api_key == "file-key"


@pytest.mark.usefixtures("config")
def test_a_profile_that_is_not_there_is_an_error_even_if_nothing_is_missing() -> None:
    with pytest.raises(ConfigError, match=r"no profile 'home' in .*; known are: default, work"):
        settings("key", "user", profile="home")
    with pytest.raises(ConfigError, match="no profile 'stray'"):
        settings("key", "user", profile="stray")


def test_a_profile_without_a_file_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"no profile 'home' in .*; known are: none"):
        settings("key", "user", profile="home")


def test_without_a_file_the_public_address_is_taken() -> None:
    assert shown(settings("key1", "user")) == ("key1", "user", BASE_URL, None)


@pytest.mark.parametrize("missing", ["api_key", "user_id"])
@pytest.mark.parametrize("value", [None, "", "  ", 12345678, "stray\udc80byte", "two\nlines"])
def test_a_missing_or_useless_secret_says_where_to_put_it(missing: str, value: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(**{"api_key": "key1", "user_id": "user", missing: value})
    text = str(caught.value)
    assert f"{missing}=" in text
    assert f"ENPHASE_{missing.upper()}" in text
    assert str(config_path()) in text
    assert value is None or not str(value).strip() or repr(value) not in text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[default\napi_key = 'k'", "not TOML"),
        (b"[default]\napi_key = '\xff'", "not TOML"),
        (b"default = 3", "no usable API key"),
        (b"[default]\napi_key = 12345678", "api_key in .* must be text in quotes"),
        (b"[default]\napi_key = ''", "no usable API key"),
    ],
)
def test_a_malformed_file_is_told(config: Path, content: bytes, reason: str) -> None:
    config.write_bytes(content)
    with pytest.raises(ConfigError, match=reason) as caught:
        settings(None, "user")
    assert "12345678" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        "[default]\nplan = {secret}\n",
        "[default]\nuser_id = '{secret}'\nport = " + "1" * 5000,
        "[default]\nuser_id = '{secret}'\nlist = " + "[" * 20_000,
        "[default]\nuser_id = '{secret}'\ntable = " + "{a=" * 20_000,
        "[default]\nuser_id = '{secret}'\n" + ".".join("a" * 20_000) + " = 1",
        "[default]\nuser_id = '{secret}'\nday = 9999-99-99",
        "[default]\nuser_id = '{secret}'\n# " + "x" * 2**20,
        "[default]\nuser_id = '{secret}'\nuser_id = '{secret}'",
    ],
    ids=lambda content: content[:60],
)
def test_whatever_is_in_the_file_shows_nowhere(config: Path, content: str) -> None:
    config.write_text(content.replace("{secret}", "zzSECRETzz"))
    with pytest.raises(ConfigError, match=r"cannot read|no usable") as caught:
        settings()
    for error in (caught.value, caught.value.__context__, caught.value.__cause__):
        if error is not None:
            told = traceback.TracebackException.from_exception(error, capture_locals=True)
            own = [f.locals for f in told.stack if "test_settings" not in f.filename]
            assert "SECRET" not in f"{error} {own}"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_as_editors_of_windows_write_it(config: Path, encoding: str, newline: str) -> None:
    text = '[default]\napi_key = "k\u00e9y-1"\nuser_id = "user"\n'
    config.write_bytes(text.replace("\n", newline).encode(encoding))
    assert settings().credentials.api_key == "k\u00e9y-1"
    config.write_bytes(text.encode("utf-16"))
    with pytest.raises(ConfigError, match="UTF-8"):
        settings()


def test_a_config_path_that_can_be_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENPHASE_CONFIG", "x" * 300)
    with pytest.raises(ConfigError, match="ENPHASE_CONFIG is not a usable path"):
        settings()


def test_a_folder_in_the_file_s_place_is_told(config: Path) -> None:
    config.unlink()
    config.mkdir()
    with pytest.raises(ConfigError, match=r"cannot read .*config\.toml"):
        settings()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_of_somebody_else_is_told(config: Path) -> None:
    config.chmod(stat.S_IWUSR)
    with pytest.raises(ConfigError, match=r"cannot read .*config\.toml: Permission denied"):
        settings()


def test_the_file_is_looked_for_in_the_user_s_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENPHASE_CONFIG")
    path = config_path()
    assert (path.parent.name, path.name) == ("enphase-sdk", "config.toml")


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://api.example/v2", "https://api.example/v2"),
        ("https://api.example/v2///", "https://api.example/v2"),
        (" https://api.example/v2\n", "https://api.example/v2"),
        ("HTTPS://API.example", "HTTPS://API.example"),
        ("http://localhost:8080/api", "http://localhost:8080/api"),
        ("http://LOCALHOST", "http://LOCALHOST"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9"),
        ("http://127.8.9.1", "http://127.8.9.1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_usable_base_url(given: str, used: str) -> None:
    assert checked_base_url(given) == used


@pytest.mark.parametrize(
    "url",
    [
        "http://api.enphaseenergy.com/api/v2",
        "http://192.168.1.2",
        "http://0.0.0.0",
        "http://localhost.evil.example",
        "http://localhost.",
        "http://127.0.0.1.evil.example",
        "http://[::2]",
        "http://2130706434",
        "http://local\thost.evil.example",
    ],
)
def test_plain_http_to_another_machine_is_refused(url: str, surface: Surface) -> None:
    with pytest.raises(ConfigError, match=r"unencrypted; use https://|not a URL"):
        surface.client(Script(httpx.Response(200)), base_url=url)


@pytest.mark.parametrize(
    "url",
    [
        "api.example/v2",
        "//api.example/v2",
        "ftp://api.example",
        "https://",
        "https:///v2",
        "https://api.example:port",
        "https://api.example:99999",
        "https://[::1",
        "https://\u2603\x01.example",
        "https://xn--\u00e9.example",
        "https://user:pass@api.example",
        "https://api.example@evil.example",
        "http://127.0.0.1\\@evil.example",
        "https://api.example/v2?",
        "https://api.example/v2?key=1",
        "https://api.example/v2#part",
        "https://api.example/" + "x" * 70_000,
        7,
        b"https://api.example",
    ],
)
def test_another_base_url_is_refused(url: Any, surface: Surface) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        surface.client(Script(httpx.Response(200)), base_url=url)


def test_the_host_that_is_checked_is_the_host_that_is_asked(surface: Surface) -> None:
    script = Script(httpx.Response(200, json=summary_body()))
    for url in ("http://127.0.0.1:9/x", "http://[::1]:8080", "http://LOCALHOST"):
        surface.call(script, lambda client: client.summary(67), base_url=url)
    assert all(is_loopback(request.url.host) for request in script.requests)
    assert len(script.requests) == 3


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", True),
        ("timeout", "30"),
        ("timeout", float("nan")),
        ("timeout", float("inf")),
        ("timeout", 1e300),
        ("max_retries", -1),
        ("max_retries", 1.5),
        ("max_retries", True),
        ("max_retries", None),
        ("max_wait", -1),
        ("max_wait", "60"),
        ("max_wait", float("nan")),
        ("max_wait", None),
        ("quota", "gigawatt"),
        ("quota", 10),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(
    surface: Surface, option: str, value: Any
) -> None:
    with pytest.raises(ConfigError, match="gigawatt" if value == "gigawatt" else option):
        surface.client(Script(httpx.Response(200)), **{option: value})
    client = surface.client(Script(httpx.Response(200)))
    with pytest.raises(ConfigError, match="gigawatt" if value == "gigawatt" else option):
        client.with_options(**{option: value})


def test_an_unknown_plan_lists_those_there_are() -> None:
    with pytest.raises(ConfigError, match="watt, kilowatt, megawatt, partner"):
        Surface("sync").client(quota="gigawatt")


@pytest.mark.usefixtures("config")
def test_the_plan_of_the_file_is_used() -> None:
    client = Surface("sync").client(Script(httpx.Response(200)))
    assert client._options.policy.pacer.limit == 10
