"""The settings of API v4 and where they come from, and the file that stores its tokens."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from attrs import field, frozen

from enphase_sdk.cloud.settings import Lookup, checked_base_url, secret
from enphase_sdk.cloud.v4.authorization import TokenStore
from enphase_sdk.cloud.v4.oauth import Account, Application, Tokens, checked_secret
from enphase_sdk.core.state import PrivateEntries, ProcessLock, real_path, state_folder
from enphase_sdk.errors import ConfigError

__all__ = ["BASE_URL", "FileTokens", "Given", "Settings", "load_settings", "token_store"]

BASE_URL = "https://api.enphaseenergy.com"


@frozen
class Given:
    """The settings that the caller passed, or None; the repr hides secrets, for tracebacks."""

    api_key: str | None = field(default=None, repr=False)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    base_url: str | None = field(default=None, repr=False)


@frozen
class Settings:
    """The settings of a client of API v4, complete and checked."""

    api_key: str = field(repr=False)
    application: Application
    tokens: Tokens | None
    account: Account | None = field(repr=False)
    base_url: str
    plan: str | None
    cache: str | None
    ledger: str | None = field(default=None, repr=False)


def load_settings(given: Given, profile: str | None) -> Settings:
    """Complete the given settings from the environment and the config file.

    Raises:
        ConfigError: a setting is missing or not valid; the message says where to set it.
    """
    lookup = Lookup(profile or os.environ.get("ENPHASE_PROFILE"))
    client_id = lookup("client_id", given.client_id)
    if not isinstance(client_id, str) or not client_id.strip():
        raise ConfigError(
            "no client id: pass client_id=, set ENPHASE_CLIENT_ID, or put client_id into the "
            "config file; Enphase's developer portal shows it beside the API key"
        )
    return Settings(
        # It is sent in a header, unlike v2's, which is part of the URL.
        api_key=checked_secret(
            secret(lookup("api_key", given.api_key), "API key", "api_key"), "api_key"
        ),
        application=Application(
            client_id.strip(),
            secret(lookup("client_secret", given.client_secret), "client secret", "client_secret"),
        ),
        tokens=_tokens(lookup, given),
        account=_account(given),
        base_url=checked_base_url(lookup("base_url", given.base_url) or BASE_URL),
        plan=lookup("plan", None),
        cache=lookup("cache", None),
        ledger=lookup("ledger", None),
    )


def _tokens(lookup: Lookup, given: Given) -> Tokens | None:
    # Not in local variables, which a traceback may show if a token is refused.
    return Tokens.given(
        checked_secret(lookup("access_token", given.access_token) or "", "access_token"),
        checked_secret(lookup("refresh_token", given.refresh_token) or "", "refresh_token"),
    )


def _account(given: Given) -> Account | None:
    if not given.username and not given.password:
        return None
    if not given.username or not given.password:
        raise ConfigError("pass both username= and password=, or neither")
    return Account(given.username, given.password)


class FileTokens:
    """Tokens in a private file (mode 0600) with one entry for each client id.

    Args:
        client_id: The application's client id.
        path: The file. Default: `tokens/v4.json` in the user's state folder.

    Raises:
        ConfigError: the path is not valid.
    """

    def __init__(self, client_id: str, path: str | os.PathLike[str] | None = None) -> None:
        file = real_path(path, "tokens") if path is not None else _default_path()
        self._client_id = client_id
        self._entries = PrivateEntries(file)
        self._lock = ProcessLock(file.with_name(file.name + ".renewing"))

    def load(self) -> Tokens | None:
        """The newest pair, or None."""
        return Tokens.from_entry(self._entries.get(self._client_id))

    def save(self, tokens: Tokens) -> None:
        """Store a pair; it is on disk on return."""
        self._entries.put(self._client_id, tokens.to_entry())

    def remove(self) -> None:
        """Delete the pair."""
        self._entries.remove(self._client_id)

    def lock(self) -> bool:
        """Take the lock for a renewal; False if another thread or process has it."""
        return self._lock.take()

    def unlock(self) -> None:
        """Release the lock."""
        self._lock.give_back()


def _default_path() -> Path:
    return state_folder() / "tokens" / "v4.json"


def token_store(client_id: str, tokens: Any) -> TokenStore:
    """The token store: the caller's object, a file, or by default the user's own file.

    Raises:
        ConfigError: `tokens` is not a token store.
    """
    if tokens is None or isinstance(tokens, str | os.PathLike):
        return FileTokens(client_id, None if tokens is None else os.fspath(tokens))
    if callable(getattr(tokens, "load", None)) and callable(getattr(tokens, "save", None)):
        store: TokenStore = tokens
        return store
    raise ConfigError("tokens must be a path, or an object with load() and save(tokens)")
