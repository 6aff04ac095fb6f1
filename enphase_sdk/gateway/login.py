"""How to log in to a gateway: nothing, Digest or a token, as its firmware wants."""

from __future__ import annotations

from collections.abc import Generator
from typing import cast

import httpx
from attrs import define, field, frozen

from enphase_sdk.core.effects import Flow, Reply, Request, Send
from enphase_sdk.errors import AuthenticationError, ConfigError
from enphase_sdk.gateway.identity import GatewayInfo
from enphase_sdk.gateway.passwords import factory_password
from enphase_sdk.gateway.tokens import BY_HAND, EnlightenLogin, Token

__all__ = [
    "Bearer",
    "Digest",
    "Given",
    "check_plain_http",
    "check_token",
    "digest_for",
    "no_token_error",
    "refused_token_error",
]

_CHECK_JWT = "/auth/check_jwt"

# The reason of such an `APIConnectionError`.
NOBODY_LISTENS = "connection refused"


@frozen
class Given:
    """What a caller said of a login; never shown with a frame's locals.

    Attributes:
        token: A token.
        username: The Enlighten account, or a local user.
        password: Its password.
        allow_http: Whether plain HTTP is fine, since the gateway is known to be an old one.
    """

    token: str | None = field(repr=False)
    username: str | None
    password: str | None = field(repr=False)
    allow_http: bool = False

    def parsed_token(self) -> Token | None:
        """The token, if one was given.

        Raises:
            ConfigError: it is none.
        """
        return Token.parsed(self.token) if self.token else None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be seen."""
        return tuple(s for s in (self.token, self.password) if isinstance(s, str))

    @property
    def names_enlighten_account(self) -> bool:
        """Whether the user is one of Enlighten's, who are known by their e-mail addresses."""
        return "@" in (self.username or "")

    @property
    def names_local_user(self) -> bool:
        """Whether the user is one of the gateway's own, such as ``envoy``."""
        return bool(self.username) and not self.names_enlighten_account

    @property
    def account(self) -> EnlightenLogin | None:
        """The Enlighten account, if it is one by its parts."""
        if self.username and self.password:
            return EnlightenLogin(self.username, self.password)
        return None


@frozen
class Bearer:
    """A token, sent with every request over HTTPS."""

    token: Token

    def header(self) -> str:
        """The Authorization header's value."""
        return f"Bearer {self.token.text}"


@define(eq=False)
class Digest:
    """A local user of firmware below 7; the password itself is never sent.

    Attributes:
        username: The user.
        is_given: Whether the password is the caller's, not the factory's.
        accepted: Whether the gateway has let this user in.
        refused: Whether it has refused a right answer to its challenge.
    """

    username: str
    is_given: bool
    _password: str = field(repr=False)
    accepted: bool = False
    refused: bool = False
    _auth: httpx.DigestAuth = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._auth = httpx.DigestAuth(self.username, self._password)

    def rounds(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """What to send for one request: itself, then with an answer to the challenge."""
        flow = self._auth.auth_flow(request)
        try:
            response = yield next(flow)
            response = yield flow.send(response)
            # What is open to all says nothing of the login that was sent along unasked.
            self.accepted |= response.status_code < 400
            self.refused |= response.status_code == 401
            flow.send(response)
        except StopIteration:
            pass
        except (httpx.ProtocolError, LookupError, NotImplementedError, ValueError):
            # So httpx takes a challenge that lacks a field, names an algorithm or a protection
            # it does not know, or is no list of pairs. Kept, it would be answered next time.
            self._auth = httpx.DigestAuth(self.username, self._password)

    def check(self) -> None:
        """Raise if the caller's user and password have opened nothing.

        Raises:
            AuthenticationError: they have not.
        """
        if self.is_given and self.refused and not self.accepted:
            raise AuthenticationError(
                f"the gateway does not accept user {self.username!r} with the password given; "
                "check both, or leave them out to read what needs no more than the factory's",
                status_code=401,
                body=None,
                operation="login",
            )


def check_plain_http(
    info: GatewayInfo, given: Given, *, wants_token: bool, has_spoken_tls: bool, https: str | None
) -> None:
    """Refuse a gateway in plain HTTP where it may be somebody else who breaks TLS off.

    Asked before anything is sent with a login, and before anything is believed. Firmware below 7
    knows neither tokens nor Enlighten accounts: who passes one expects a newer gateway.

    Args:
        info: Who it claims to be.
        given: What the caller said of the login.
        wants_token: Whether a token was given, or a way to one.
        has_spoken_tls: Whether the gateway with that serial number has spoken TLS before.
        https: Why HTTPS did not answer.

    Raises:
        ConfigError: it must not be believed; says how to allow it.
    """
    if has_spoken_tls:
        raise ConfigError(
            f"what claims to be gateway {info.serial_number} answers in plain HTTP; that gateway "
            "has spoken HTTPS before and goes on doing so: nothing was sent to it but the "
            "question who it is"
        )
    if given.allow_http or given.names_local_user:
        return
    # Where nobody listens for HTTPS at all, a gateway may be one that waits for its update.
    if given.names_enlighten_account or (wants_token and https != NOBODY_LISTENS):
        what = "an Enlighten account" if given.names_enlighten_account else "a token"
        raise ConfigError(
            f"only plain HTTP answered, as firmware {info.firmware} (HTTPS: {https}), and {what} "
            "does not go with that: somebody may have broken HTTPS off. If the gateway has "
            "firmware below 7, pass username='envoy' or allow_http=True (--allow-http); if not, "
            "find out what keeps HTTPS (port 443) from being reached"
        )


def digest_for(info: GatewayInfo, given: Given) -> Digest:
    """The login of firmware below 7: as given, else the factory's user and password.

    An Enlighten account is of no use there, and never goes to a gateway.

    Raises:
        ConfigError: a user without a password.
    """
    own = None if given.names_enlighten_account else given
    username = (own and own.username) or "envoy"
    given_password = own and own.password
    password = given_password or factory_password(username, info.serial_number)
    if password is None:
        raise ConfigError(
            f"the gateway has firmware {info.firmware}, whose local user {username!r} has no "
            "password known from the factory: pass password=, or username='envoy' or 'installer'"
        )
    return Digest(username, bool(given_password), password)


def no_token_error(info: GatewayInfo, given: Token | None) -> ConfigError:
    """What to say when a token is wanted and there is no way to one."""
    ended = f"; the one given ended on {given.end_text()}" if given else ""
    return ConfigError(
        f"the gateway has firmware {info.firmware} and wants a token{ended}: fetch one from "
        f"{BY_HAND} for serial number {info.serial_number} and pass token=, or pass username= and "
        "password= of the Enlighten account"
    )


def refused_token_error() -> AuthenticationError:
    """What to say when the gateway accepts none of the tokens there are."""
    return AuthenticationError(
        f"{_CHECK_JWT}: the gateway does not accept the token; is it for this gateway's serial "
        f"number? fetch one from {BY_HAND}",
        status_code=401,
        body=None,
        operation=_CHECK_JWT,
    )


def check_token() -> Flow[bool]:
    """Ask the gateway whether it accepts the token that is sent along.

    Raises:
        APIConnectionError: no answer.
    """
    reply = cast(Reply, (yield Send(Request("GET", _CHECK_JWT))))
    return reply.status not in (401, 403)
