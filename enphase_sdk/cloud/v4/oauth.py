"""OAuth 2 of API v4: the requests for tokens and what their answers hold.

This module does no I/O; `enphase_sdk.cloud.v4.authorization` sends and stores.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, TypeGuard
from urllib.parse import quote, urlencode

from attrs import field, frozen

from enphase_sdk.cloud.bodies import decoded_json
from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.core.json import is_object
from enphase_sdk.core.times import utc
from enphase_sdk.errors import APIResponseValidationError, ConfigError

__all__ = [
    "OPERATION",
    "REDIRECT_PAGE",
    "Account",
    "Application",
    "Tokens",
    "authorize_url",
    "checked_secret",
    "code_request",
    "password_request",
    "read_tokens",
    "refresh_request",
    "refusal",
]

# Enphase's page that shows the code to copy, for programs that cannot receive a redirect.
REDIRECT_PAGE = "https://api.enphaseenergy.com/oauth/redirect_uri"

OPERATION = "OAuthToken"

_AUTHORIZE = "/oauth/authorize"
_TOKEN = "/oauth/token"  # noqa: S105 - a path

_JWT = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]*", re.ASCII)

# Seconds (ten years). A longer lifetime in a token is ignored.
_LONGEST_LIFE = 10 * 366 * 86_400


@frozen
class Application:
    """An application registered with Enphase.

    Attributes:
        client_id: Its public name.
        client_secret: Its secret.
    """

    client_id: str
    client_secret: str = field(repr=False)

    @property
    def basic(self) -> str:
        """Both as the value of an Authorization header (HTTP Basic)."""
        pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
        return "Basic " + base64.b64encode(pair.encode()).decode("ascii")


@frozen
class Account:
    """An installer's account in Enlighten, for the partner grant. It is never stored."""

    username: str = field(repr=False)
    password: str = field(repr=False)


@frozen
class Tokens:
    """A pair of tokens. Times are epoch seconds in the server's clock, None if unknown.

    Attributes:
        access_token: Sent with every call; valid for about a day.
        refresh_token: Gets the next pair; each one may be used once only.
        expires_at: When the access token expires.
        refresh_expires_at: When the refresh token expires.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: float | None = None
    refresh_expires_at: float | None = None

    @classmethod
    def given(cls, access_token: str | None, refresh_token: str | None) -> Tokens | None:
        """A pair from the caller's tokens; the expiry times are read from the tokens."""
        if not access_token and not refresh_token:
            return None
        access = access_token or ""
        # Without an access token the pair counts as expired, so that the refresh token is used.
        end = _end_of(access) if access else 0.0
        return cls(access, refresh_token or None, end, _end_of(refresh_token or ""))

    def to_entry(self) -> dict[str, Any]:
        """The pair as plain JSON, for a private file."""
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "expires_at": self.expires_at,
            "refresh_expires_at": self.refresh_expires_at,
        }

    @classmethod
    def from_entry(cls, entry: Any) -> Tokens | None:
        """Tokens from such JSON; None if it holds none."""
        access = entry.get("access_token") if is_object(entry) else None
        if not _is_sendable(access):
            return None
        refresh = entry.get("refresh_token")
        return cls(
            access,
            refresh if _is_sendable(refresh) else None,
            _instant(entry.get("expires_at")),
            _instant(entry.get("refresh_expires_at")),
        )


def authorize_url(base_url: str, client_id: str, redirect_uri: str, state: str | None) -> str:
    """The page where an owner gives the application access to the systems.

    Source: GET /oauth/authorize.
    """
    query = {"response_type": "code", "client_id": client_id, "redirect_uri": redirect_uri}
    if state is not None:
        query["state"] = state
    return f"{base_url}{_AUTHORIZE}?{urlencode(query, quote_via=quote)}"


def code_request(application: Application, code: str, redirect_uri: str) -> Request:
    """The request for tokens with the code that an owner received; a code works once."""
    return _request(
        application, grant_type="authorization_code", redirect_uri=redirect_uri, code=code
    )


def password_request(application: Application, account: Account) -> Request:
    """The request for tokens with an installer's account; for partner applications only."""
    return _request(
        application,
        grant_type="password",
        username=account.username,
        password=account.password,
    )


def refresh_request(application: Application, tokens: Tokens) -> Request:
    """The request for the pair after `tokens`, of which only the refresh token is needed."""
    refresh_token = tokens.refresh_token or ""
    return _request(application, grant_type="refresh_token", refresh_token=refresh_token)


def _request(application: Application, **form: str) -> Request:
    headers = (
        ("authorization", application.basic),
        ("content-type", "application/x-www-form-urlencoded"),
    )
    return Request("POST", _TOKEN, headers=headers, content=urlencode(form).encode())


def read_tokens(reply: Reply, server_now: float) -> Tokens:
    """The pair in a successful answer.

    Raises:
        APIResponseValidationError: the answer has none. No frame of the error holds the answer.
    """
    tokens = _tokens_in(reply, server_now)
    if tokens is None:
        # The answer may hold parts of secrets, and tracebacks can show local variables.
        del reply
        raise APIResponseValidationError(
            f"{OPERATION}: the answer holds no tokens; try again later",
            operation=OPERATION,
        )
    return tokens


def _tokens_in(reply: Reply, server_now: float) -> Tokens | None:
    found = _json(reply.content)
    access, refresh = found.get("access_token"), found.get("refresh_token")
    if not _is_sendable(access):
        return None
    if not _is_sendable(refresh):
        refresh = None
    life = _instant(found.get("expires_in"))
    end = server_now + life if life is not None and 0 <= life <= _LONGEST_LIFE else None
    # The earlier of the two: renewing too early costs only one request a day.
    ends = [e for e in (end, _end_of(access)) if e is not None]
    return Tokens(access, refresh, min(ends, default=None), _end_of(refresh or ""))


def refusal(content: bytes) -> str:
    """The `error` of an answer that refuses tokens, such as `invalid_grant`.

    The description beside it is not used, because it repeats the code that was sent.
    """
    error = _json(content).get("error")
    known = isinstance(error, str) and re.fullmatch(r"[a-z_]{1,40}", error)
    return str(error) if known else ""


def _json(content: bytes) -> dict[str, Any]:
    value = decoded_json(content)
    return value if is_object(value) else {}


def _end_of(token: str) -> float | None:
    """The `exp` claim of a JSON Web Token, which is not verified: the server does that."""
    match = _JWT.fullmatch(token.strip())
    if match is None:
        return None
    payload = match[1]
    try:
        claims = _json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except binascii.Error:
        return None
    return _instant(claims.get("exp"))


def _instant(value: Any) -> float | None:
    """Epoch seconds within the calendar; None for any other value."""
    try:
        seconds = float(value)
        utc(seconds)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return seconds


def _is_sendable(value: object) -> TypeGuard[str]:
    """Whether the value is text that a header can hold."""
    return isinstance(value, str) and value.isascii() and value.isprintable() and value != ""


def checked_secret(value: str, name: str) -> str:
    """A credential that can be sent in a header; an empty text stays empty.

    Raises:
        ConfigError: it cannot be sent. The message does not contain it.
    """
    if not value:
        return ""
    if _is_sendable(value) and value.strip():
        return value.strip()
    del value
    raise ConfigError(f"{name} holds characters that a credential cannot have; copy it again")
