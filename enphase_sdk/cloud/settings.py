"""Where settings come from: arguments, then the environment, then the config file's profile.

The config file is TOML in the user's config folder; its tables are the profiles:

    [default]
    api_key = "…"
    user_id = "…"
    plan = "watt"
    cache = "/home/me/enphase-cache.sqlite"

    [default.report]
    offline_h = 8
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import field, frozen

from enphase_sdk.core.hosts import is_loopback
from enphase_sdk.core.json import is_object
from enphase_sdk.core.reasons import reason_of
from enphase_sdk.core.state import real_path
from enphase_sdk.errors import ConfigError

__all__ = [
    "BASE_URL",
    "Credentials",
    "Given",
    "Lookup",
    "Settings",
    "application_hash",
    "checked_base_url",
    "config_path",
    "load_settings",
    "secret",
]

BASE_URL = "https://api.enphaseenergy.com/api/v2"

_LARGEST = 1024 * 1024


@frozen
class Credentials:
    """The two secrets of every call of API v2."""

    api_key: str = field(repr=False)
    user_id: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, str]:
        """Both secrets, to be redacted from texts."""
        return self.api_key, self.user_id


@frozen
class Given:
    """The settings that the caller passed, or None; the repr hides secrets, for tracebacks."""

    api_key: str | None = field(repr=False)
    user_id: str | None = field(repr=False)
    base_url: str | None = field(default=None, repr=False)


@frozen
class Settings:
    """The settings of a client, complete and checked."""

    credentials: Credentials
    base_url: str
    plan: str | None
    cache: str | None
    ledger: str | None = field(default=None, repr=False)


def config_path() -> Path:
    """The config file: ``ENPHASE_CONFIG``, else ``config.toml`` in the user's config folder.

    Raises:
        ConfigError: ``ENPHASE_CONFIG`` is not a valid path.
    """
    named = os.environ.get("ENPHASE_CONFIG")
    if named:
        real_path(named, "ENPHASE_CONFIG")
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("enphase-sdk", appauthor=False) / "config.toml"


def load_settings(given: Given, profile: str | None) -> Settings:
    """Complete the given settings from the environment and the config file.

    Raises:
        ConfigError: a setting is missing or not valid; the message says where to set it.
    """
    lookup = Lookup(profile or os.environ.get("ENPHASE_PROFILE"))
    return Settings(
        credentials=Credentials(
            api_key=secret(lookup("api_key", given.api_key), "API key", "api_key"),
            user_id=secret(lookup("user_id", given.user_id), "user id", "user_id"),
        ),
        base_url=checked_base_url(lookup("base_url", given.base_url) or BASE_URL),
        plan=lookup("plan", None),
        cache=lookup("cache", None),
        ledger=lookup("ledger", None),
    )


class Lookup:
    """Finds settings; reads the config file only when it is needed."""

    def __init__(self, profile: str | None) -> None:
        self._profile = profile
        # A profile asked for by name must exist, even if nothing is missing.
        self._table: Mapping[str, Any] | None = None if profile is None else _read(profile)

    def __call__(self, name: str, given: str | None) -> str | None:
        """The setting from the argument, the environment or the file, in this order; or None."""
        if given is not None:
            return given
        from_environment = os.environ.get(f"ENPHASE_{name.upper()}")
        if from_environment:
            return from_environment
        if self._table is None:
            self._table = _read(None)
        if isinstance(self._table.get(name, ""), str):
            return self._table.get(name)
        raise ConfigError(f"{name} in {config_path()} must be text in quotes")

    def table(self, name: str) -> Mapping[str, Any]:
        """A table inside the profile's, such as `[default.report]`; an empty one if there is none.

        Raises:
            ConfigError: it is no table, or the config file cannot be read.
        """
        if self._table is None:
            self._table = _read(None)
        found: Any = self._table.get(name, {})
        if is_object(found):
            return found
        raise ConfigError(f"{name} in {config_path()} must be a table, such as [default.{name}]")


def _read(profile: str | None) -> Mapping[str, Any]:
    """The profile's table. Errors must not hold the file's content in frames or context."""
    file = _File(config_path())
    if file.problem:
        raise ConfigError(f"cannot read {file.path}: {file.problem}")
    names = [name for name, table in file.tables.items() if is_object(table)]
    if (profile or "default") in names:
        table: Mapping[str, Any] = file.tables[profile or "default"]
        return table
    if profile is None:
        return {}
    known = ", ".join(sorted(names)) or "none"
    raise ConfigError(f"no profile {profile!r} in {file.path}; known are: {known}")


class _File:
    """The config file's tables, or why they cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tables: Mapping[str, Any] = {}
        self.problem: str | None = None
        try:
            with path.open("rb") as file:
                content = file.read(_LARGEST + 1)
        except FileNotFoundError:
            return
        except OSError as error:
            self.problem = reason_of(error)
            return
        if len(content) > _LARGEST:
            self.problem = "it is too large to be a config file"
            return
        try:
            # Editors on Windows write a byte order mark at the start of a file.
            self.tables = tomllib.loads(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            self.problem = "it is not TOML: it must be saved as UTF-8"
        except (ValueError, RecursionError):
            # Not only TOMLDecodeError: numbers with too many digits and deep nesting raise others.
            self.problem = "it is not TOML"


def secret(value: str | None, what: str, name: str) -> str:
    """A secret that can be sent.

    Raises:
        ConfigError: it is missing or cannot be sent. The message does not contain it.
    """
    # Text that cannot be printed, such as undecodable bytes of an environment variable, cannot be
    # sent either.
    if isinstance(value, str) and value.strip() and value.strip().isprintable():
        return value.strip()
    del value
    raise ConfigError(
        f"no usable {what}: pass {name}=, set ENPHASE_{name.upper()}, or put {name} under "
        f"[default] in {config_path()}"
    )


def application_hash(api_key: str, address: str = "") -> str:
    """A hash that identifies an application, and an address if given, without revealing its key."""
    text = f"enphase-sdk application\0{api_key}{address and chr(0)}{address}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def checked_base_url(url: str) -> str:
    """The base URL without a trailing slash.

    Raises:
        ConfigError: it is not an absolute http(s) URL, carries a query or credentials, or
            would send the key in the clear to another machine.
    """
    problem = _problem_of(url)
    if problem is None:
        return url.strip().rstrip("/")
    # A traceback that shows local variables must not show it: it may hold a password.
    del url
    raise ConfigError(problem)


def _problem_of(url: str) -> str | None:
    """Why a base URL cannot be used; not raised, because the error's frames would hold it."""
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except (AttributeError, TypeError, ValueError):
        return "base_url is not a URL; write it like " + BASE_URL
    if parts.scheme not in ("https", "http") or not host:
        return "base_url must begin with https://, like " + BASE_URL
    if "?" in url or "#" in url or parts.username is not None:
        return "base_url must hold no query, fragment or credentials"
    if parts.scheme == "http" and not is_loopback(host):
        return (
            f"base_url http://{host} would send the API key unencrypted; use https:// "
            "(plain http is for loopback addresses only)"
        )
    return None
