"""Tokens of firmware 7 and up: their content, where they are stored, and how to fetch one."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, cast
from urllib.parse import urlencode

import msgspec
from attrs import field, frozen

from enphase_sdk.core.effects import Flow, Reply, Request, Send
from enphase_sdk.core.json import is_object
from enphase_sdk.core.state import PrivateEntries, state_folder
from enphase_sdk.core.times import utc
from enphase_sdk.errors import (
    APIResponseValidationError,
    APIStatusError,
    AuthenticationError,
    ConfigError,
)
from enphase_sdk.gateway.answers import status_error

__all__ = ["MARGIN", "EnlightenLogin", "Token", "fetch_token", "load_token", "store_token"]

LOGIN_URL = "https://enlighten.enphaseenergy.com/login/login.json?"
TOKEN_URL = "https://entrez.enphaseenergy.com/tokens"  # noqa: S105 - a URL, not a password
BY_HAND = "https://entrez.enphaseenergy.com"

_JWT = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]+", re.ASCII)

# Seconds before its end when a token is renewed. An installer's is valid for 12 hours, an owner's
# for a year.
MARGIN = 600.0


@frozen
class Token:
    """A JSON Web Token for one gateway; it is not verified here, the gateway does that.

    Attributes:
        text: The token itself, a secret.
        expires_at: When it expires, epoch seconds UTC; None if it does not say.
        user: ``owner`` or ``installer``; None if it does not say.
    """

    text: str = field(repr=False)
    expires_at: float | None
    user: str | None

    @classmethod
    def parsed(cls, text: str) -> Token:
        """Read the content of a token.

        Raises:
            ConfigError: the text is not a token.
        """
        claims = _claims(text)
        if claims is None:
            # A traceback that shows local variables must not show it: it may be a part of a token.
            del text
            raise ConfigError(
                f"the token is not a JSON Web Token (header.payload.signature); copy it whole "
                f"from {BY_HAND}"
            )
        user = claims.get("enphaseUser")
        return cls(
            text.strip(), _instant(claims.get("exp")), user if isinstance(user, str) else None
        )

    def usable_at(self, now: float, *, margin: float = MARGIN) -> bool:
        """Whether it is still valid for `margin` seconds."""
        return self.expires_at is None or now < self.expires_at - margin

    def end_text(self) -> str:
        """When it ends, for messages."""
        if self.expires_at is None:
            return "never"
        return utc(self.expires_at).isoformat(timespec="minutes")


def _claims(text: object) -> dict[str, Any] | None:
    match = _JWT.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        return None
    payload = match[1]
    try:
        decoded = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        claims: Any = msgspec.json.decode(decoded)
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return claims if is_object(claims) else None


def _instant(value: Any) -> float | None:
    """Epoch seconds that are within the calendar; None for any other value."""
    try:
        utc(value)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return float(value)


def load_token(serial_number: str) -> Token | None:
    """The token fetched earlier for a gateway, by this process or another.

    Raises:
        ConfigError: the file of tokens cannot be read, or others may have read or written it.
    """
    text = _kept().get(serial_number)
    return Token.parsed(text) if _claims(text) is not None else None


def store_token(serial_number: str, token: Token) -> None:
    """Store a fetched token for later runs in a file that only its owner can read.

    Raises:
        ConfigError: it cannot be kept.
    """
    _kept().put(serial_number, token.text)


def _kept() -> PrivateEntries:
    return PrivateEntries(state_folder() / "gateway-tokens.json")


@frozen
class EnlightenLogin:
    """An Enlighten account, from which tokens can be fetched. It is never stored."""

    username: str = field(repr=False)
    password: str = field(repr=False)

    def login_request(self) -> Request:
        """The first step: log in to Enlighten."""
        form = urlencode({"user[email]": self.username, "user[password]": self.password})
        kind = (("content-type", "application/x-www-form-urlencoded"),)
        return Request("POST", LOGIN_URL, headers=kind, content=form.encode())

    def token_request(self, session_id: str, serial_number: str) -> Request:
        """The second step: ask for the gateway's token."""
        body = {
            "session_id": session_id,
            "serial_num": serial_number,
            "username": self.username,
        }
        kind = (("content-type", "application/json"),)
        return Request("POST", TOKEN_URL, headers=kind, content=msgspec.json.encode(body))


def fetch_token(login: EnlightenLogin, serial_number: str) -> Flow[Token]:
    """Fetch a gateway's token from Enlighten with an account's name and password.

    Raises:
        AuthenticationError: the account is refused, or a second factor is asked for.
        APIStatusError: the service failed.
        APIResponseValidationError: its answer cannot be read.
        APIConnectionError: it did not answer.
    """
    reply = cast(Reply, (yield Send(login.login_request())))
    reply = cast(Reply, (yield Send(login.token_request(_session_id(reply), serial_number))))
    if reply.status != 200:
        raise _refused(reply, "/tokens", "is this account's gateway the one at this address?")
    try:
        return Token.parsed(reply.content.decode("ascii", "replace"))
    except ConfigError:
        raise APIResponseValidationError(
            f"/tokens: the answer is not a token; fetch one by hand from {BY_HAND} and pass token=",
            operation="/tokens",
        ) from None


def _session_id(reply: Reply) -> str:
    operation = "/login/login.json"
    if reply.status != 200:
        raise _refused(reply, operation, "check username= and password= of the Enlighten account")
    try:
        body: Any = msgspec.json.decode(reply.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = None
    if not is_object(body):
        del body
        raise APIResponseValidationError(
            f"{operation}: the answer is not JSON; fetch a token by hand from {BY_HAND} and pass "
            "token=",
            operation=operation,
        )
    session_id = body.get("session_id")
    # A traceback must not show it or the other secrets in the body.
    del body
    if not isinstance(session_id, str) or not session_id:
        del session_id
        raise AuthenticationError(
            f"{operation}: Enlighten opened no session, most likely because it asks for a second "
            f"factor; fetch a token by hand from {BY_HAND} and pass token=",
            status_code=reply.status,
            body=None,
            operation=operation,
        )
    return session_id


def _refused(reply: Reply, operation: str, advice: str) -> APIStatusError:
    if reply.status >= 500:
        advice = f"try again later, or fetch a token by hand from {BY_HAND} and pass token="
    if reply.status != 400:
        return status_error(operation, reply.status, advice)
    # The body is left out: it may hold what was sent.
    return AuthenticationError(
        f"{operation}: status 400 ({advice})", status_code=400, body=None, operation=operation
    )
