"""The login to a gateway: none, Digest or a token, depending on the firmware."""

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

# The `reason` of an `APIConnectionError` where no server listens on the port.
NOBODY_LISTENS = "connection refused"


@frozen
class Given:
    """The login data that the caller has passed; its repr hides them, for tracebacks.

    Attributes:
        token: A token.
        username: The Enlighten account, or a local user.
        password: The password.
        allow_http: Whether plain HTTP is allowed, because the gateway has firmware below 7.
    """

    token: str | None = field(repr=False)
    username: str | None
    password: str | None = field(repr=False)
    allow_http: bool = False

    def parsed_token(self) -> Token | None:
        """The token, if one was given.

        Raises:
            ConfigError: the text is not a token.
        """
        return Token.parsed(self.token) if self.token else None

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets, to be hidden in texts."""
        return tuple(s for s in (self.token, self.password) if isinstance(s, str))

    @property
    def names_enlighten_account(self) -> bool:
        """Whether the user is an Enlighten account, which is an e-mail address."""
        return "@" in (self.username or "")

    @property
    def names_local_user(self) -> bool:
        """Whether the user is a local user of the gateway, such as ``envoy``."""
        return bool(self.username) and not self.names_enlighten_account

    @property
    def account(self) -> EnlightenLogin | None:
        """The Enlighten account, if user name and password are those of one."""
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
        is_given: Whether the caller gave the password; else it is the factory password.
        accepted: Whether the gateway has let this user in.
        refused: Whether it has refused a correct answer to its challenge.
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
        """The requests to send: the request itself, then one with the answer to the challenge."""
        flow = self._auth.auth_flow(request)
        try:
            response = yield next(flow)
            response = yield flow.send(response)
            # A success counts only after a challenge: an open endpoint ignores the login.
            self.accepted |= response.status_code < 400
            self.refused |= response.status_code == 401
            flow.send(response)
        except StopIteration:
            pass
        except (httpx.ProtocolError, LookupError, NotImplementedError, ValueError):
            # httpx raises this for a malformed challenge, or an unknown algorithm or protection.
            # It stored that challenge and would answer it next time, so start with a new object.
            self._auth = httpx.DigestAuth(self.username, self._password)

    def check(self) -> None:
        """Check that the gateway has accepted the caller's user and password at least once.

        Raises:
            AuthenticationError: it has only refused them.
        """
        if self.is_given and self.refused and not self.accepted:
            raise AuthenticationError(
                f"the gateway does not accept user {self.username!r} with the password given; "
                "check both, or leave them out to use the factory's login",
                status_code=401,
                body=None,
                operation="login",
            )


def check_plain_http(
    info: GatewayInfo, given: Given, *, wants_token: bool, has_spoken_tls: bool, https: str | None
) -> None:
    """Refuse a gateway in plain HTTP if an attacker may have interrupted TLS.

    Called before a login is sent and before any value is used. Firmware below 7 knows neither
    tokens nor Enlighten accounts: a caller who passes one expects a newer gateway.

    Args:
        info: The identity that the gateway claims.
        given: The login data that the caller has passed.
        wants_token: Whether a token, or a way to get one, was given.
        has_spoken_tls: Whether the gateway with that serial number has spoken TLS before.
        https: Why HTTPS did not answer.

    Raises:
        ConfigError: plain HTTP is refused; the message says how to allow it.
    """
    if has_spoken_tls:
        raise ConfigError(
            f"a server that claims to be gateway {info.serial_number} answers in plain HTTP, but "
            "that gateway has used HTTPS before: it may be an attacker, and no login was sent; "
            "check the address, and whether HTTPS (port 443) is blocked"
        )
    if given.allow_http or given.names_local_user:
        return
    # If no server listens for HTTPS, the gateway may have old firmware that will be updated.
    if given.names_enlighten_account or (wants_token and https != NOBODY_LISTENS):
        what = "an Enlighten account" if given.names_enlighten_account else "a token"
        raise ConfigError(
            f"only plain HTTP answered, as firmware {info.firmware} (HTTPS: {https}), and {what} "
            "is not used with that firmware: HTTPS may have been blocked. If the gateway has "
            "firmware below 7, pass username='envoy' or allow_http=True; if not, "
            "find out what keeps HTTPS (port 443) from being reached"
        )


def digest_for(info: GatewayInfo, given: Given) -> Digest:
    """The login of firmware below 7: as given, else the factory's user and password.

    An Enlighten account is not valid there, and is never sent to a gateway.

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
            "known factory password: pass password=, or username='envoy' or username='installer'"
        )
    return Digest(username, bool(given_password), password)


def no_token_error(info: GatewayInfo, given: Token | None) -> ConfigError:
    """The error if a token is required and there is no way to get one."""
    ended = f"; the one given ended on {given.end_text()}" if given else ""
    return ConfigError(
        f"the gateway has firmware {info.firmware} and needs a token{ended}: fetch one from "
        f"{BY_HAND} for serial number {info.serial_number} and pass token=, or pass username= and "
        "password= of the Enlighten account"
    )


def refused_token_error() -> AuthenticationError:
    """The error if the gateway accepts none of the available tokens."""
    return AuthenticationError(
        f"{_CHECK_JWT}: the gateway does not accept the token; is it for this gateway's serial "
        f"number? fetch one from {BY_HAND}",
        status_code=401,
        body=None,
        operation=_CHECK_JWT,
    )


def check_token() -> Flow[bool]:
    """Whether the gateway accepts the token that the connection sends.

    Raises:
        APIConnectionError: no answer.
    """
    reply = cast(Reply, (yield Send(Request("GET", _CHECK_JWT))))
    return reply.status not in (401, 403)
