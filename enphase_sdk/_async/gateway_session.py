"""The session with a gateway: its identity and the login, both renewed when they change.

The identity (``/info``) is requested again after an hour, and earlier if something does not fit:
HTTP redirects to HTTPS, the gateway does not answer, refuses the login, or returns nothing or
less than before. The reason: firmware updates itself while programs run for months. A call that
finds such a change is repeated once with the new identity.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, TypeVar

from attrs import define, field, frozen

from enphase_sdk._async.drivers import run
from enphase_sdk._async.gateway_connection import AsyncGatewayConnection, AsyncServiceConnection
from enphase_sdk._async.streams import AsyncStream
from enphase_sdk.clock import Clock
from enphase_sdk.core.effects import Flow, Reply, Request
from enphase_sdk.core.events import AsyncTurn
from enphase_sdk.core.log import logger
from enphase_sdk.errors import (
    APIConnectionError,
    AuthenticationError,
    ConfigError,
    EnphaseError,
    FingerprintMismatchError,
    NotAvailableError,
)
from enphase_sdk.gateway.identity import (
    GatewayInfo,
    MovedError,
    identify,
    needs_token,
    sends_to_https,
)
from enphase_sdk.gateway.login import (
    Bearer,
    Digest,
    Given,
    check_plain_http,
    check_token,
    digest_for,
    no_token_error,
    refused_token_error,
)
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.tokens import Token, fetch_token, load_token, store_token

__all__ = ["AsyncGatewaySession", "AsyncTokenProvider"]

T = TypeVar("T")

AsyncTokenProvider = Callable[[str], str | Awaitable[str]]

_IDENTITY_LASTS = 3600.0


@define(repr=False, eq=False)
class AsyncGatewaySession:
    """Runs flows against one gateway, one at a time and logged in.

    Attributes:
        connection: The connection to the gateway.
        services: The connection to the service that issues tokens.
        clock: The clock by which tokens expire.
        given: The credentials that the caller passed.
        provider: The caller's function that returns a token, or None.
        profile: What readings have learned about the gateway.
        token: The token that the caller passed, or None.
        stream_refused: The `standing` with which the meters' stream was refused last, or None.
    """

    connection: AsyncGatewayConnection
    services: AsyncServiceConnection
    clock: Clock
    given: Given
    provider: AsyncTokenProvider | None
    profile: GatewayProfile = field(factory=GatewayProfile)
    token: Token | None = field(init=False)
    stream_refused: object = None
    _refused: set[tuple[Token, str]] = field(factory=set[tuple[Token, str]])
    _info: GatewayInfo | None = None
    _identified_at: float = 0.0
    _doubted: bool = False
    _turn: AsyncTurn = field(factory=AsyncTurn)

    def __attrs_post_init__(self) -> None:
        self.token = self.given.parsed_token()

    async def identified(self, *, anew: bool = False) -> GatewayInfo:
        """The gateway's identity, at most an hour old; with `anew` it is requested now."""
        async with self._turn.mine():
            return self._took(await self._identity()) if anew else await self._identified()

    def doubt(self) -> None:
        """Request the identity again before the next call: the gateway may have restarted."""
        self._doubted = True

    async def run(self, made: Callable[[GatewayInfo], Flow[T]]) -> T:
        """Log in and run a flow; an expired token is renewed once."""
        async with self._turn.mine():
            info = await self._identified()
            try:
                return await self._run(info, made)
            except EnphaseError as error:
                if not await self._was_mistaken(info, error):
                    raise
            try:
                return await self._run(await self._identified(), made)
            except MovedError:
                self.connection.forget_plain_http()
                raise self._no_https() from None

    async def open_stream(self, request: Request) -> Reply | AsyncStream:
        """The event stream that answers a request; an expired token is renewed once.

        Raises like `run`.
        """
        async with self._turn.mine():
            info = await self._identified()
            await self._log_in(info)
            try:
                opened = await self.connection.open_stream(request)
                if isinstance(opened, Reply) and opened.status == 401 and await self._renewed(info):
                    opened = await self.connection.open_stream(request)
            except APIConnectionError:
                self.connection.forget_plain_http()
                self._doubted = True
                raise
            if isinstance(opened, Reply):
                # The error may mean that the firmware has changed.
                self._doubted = True
            return opened

    @property
    def standing(self) -> tuple[GatewayInfo | None, Token | None]:
        """The identity (with the firmware) and the token, which decide what may be read."""
        login = self.connection.login
        return self._info, login.token if isinstance(login, Bearer) else None

    async def _run(self, info: GatewayInfo, made: Callable[[GatewayInfo], Flow[T]]) -> T:
        await self._log_in(info)
        renewing = _Renewing(self.connection, lambda: self._renewed(info), self._refused)
        result = await run(made(info), renewing, self.clock)
        if isinstance(self.connection.login, Digest):
            self.connection.login.check()
        self._doubted |= self.profile.suspect
        return result

    async def _ask(self, flow: Flow[T]) -> T:
        return await run(flow, _NoticingMoves(self.connection), self.clock)

    # Identity

    async def _identified(self) -> GatewayInfo:
        age = self.clock.monotonic() - self._identified_at
        if self._info is None or self._doubted or not 0 <= age < _IDENTITY_LASTS:
            return self._took(await self._identity_or_last())
        return self._info

    async def _identity_or_last(self) -> GatewayInfo:
        """The current identity; the last known one if `/info` fails and nothing else changed."""
        doubted = self._doubted
        try:
            return await self._identity()
        except (ConfigError, FingerprintMismatchError):
            raise
        except EnphaseError as error:
            if self._info is None or (doubted and isinstance(error, APIConnectionError)):
                raise
            logger.warning(
                "%s: /info failed, identity taken as unchanged: %s", self.connection.address, error
            )
            return self._info

    async def _identity(self) -> GatewayInfo:
        """The gateway's identity, requested now."""
        was_plain = self.connection.scheme == "http"
        try:
            info = await self._told(known_to_be_plain=was_plain)
            if was_plain and (info is None or needs_token(info)):
                self.connection.forget_plain_http()
                info = await self._told()
            if info is None:
                raise self._no_https()
            if needs_token(info):
                self.connection.require_tls(info.firmware)
            self._check_scheme(info)
        except EnphaseError:
            self._doubted = True
            if self._info is None:
                # The host that answered is not a gateway; another one may answer on HTTPS.
                self.connection.scheme = None
            else:
                self.connection.forget_plain_http()
            raise
        return info

    async def _told(self, *, known_to_be_plain: bool = False) -> GatewayInfo | None:
        """The answer of `/info`; None if HTTP redirects to HTTPS or no longer serves it."""
        try:
            return await self._ask(identify())
        except MovedError:
            return None
        except APIConnectionError:
            raise
        except EnphaseError:
            if known_to_be_plain:
                return None
            raise

    def _check_scheme(self, info: GatewayInfo) -> None:
        """Refuse plain HTTP that may come from an attacker; remember gateways that use HTTPS."""
        trust = self.connection.trust
        if self.connection.scheme == "https":
            trust.note_serial(info.serial_number)
            return
        check_plain_http(
            info,
            self.given,
            wants_token=self.token is not None or self.provider is not None,
            has_spoken_tls=trust.has_spoken_tls(info.serial_number),
            https=self.connection.why_no_https,
        )

    def _no_https(self) -> APIConnectionError:
        return APIConnectionError(
            f"{self.connection.address}: HTTP only redirects to HTTPS, which does not answer; "
            "check whether port 443 is blocked"
        )

    def _took(self, info: GatewayInfo) -> GatewayInfo:
        if self._info not in (None, info):
            logger.warning(
                "%s: firmware is now %s; the gateway's profile is reset",
                self.connection.address,
                info.firmware,
            )
            self.connection.login = None
        self.profile.belongs_to(info)
        self._info, self._doubted, self.profile.suspect = info, False, False
        self._identified_at = self.clock.monotonic()
        return info

    async def _was_mistaken(self, info: GatewayInfo, error: EnphaseError) -> bool:
        """Whether a call failed because the gateway's identity has changed."""
        if isinstance(error, APIConnectionError):
            # A gateway that does not answer gets no further request immediately.
            self.connection.forget_plain_http()
            self._doubted = True
            return False
        moved, refused = isinstance(error, MovedError), isinstance(error, AuthenticationError)
        self._doubted |= moved or refused or self.profile.suspect
        if not self._doubted or (refused and needs_token(info)):
            return False
        if moved:
            self.connection.forget_plain_http()
        try:
            return await self._identified() != info or moved
        except EnphaseError:
            if moved:
                raise
            return False

    # Logging in

    async def usable_token(self, *, new: bool = False) -> Token:
        """The token that the gateway accepts; see `AsyncEnvoy.token`."""
        async with self._turn.mine():
            info = await self._identified()
            if not needs_token(info):
                raise NotAvailableError(
                    f"firmware {info.firmware} does not use tokens: it needs a local user"
                )
            if new and self.provider is None and self.given.account is None:
                raise ConfigError(
                    "a new token is fetched with the Enlighten account: pass username= and "
                    "password=, or token_provider="
                )
            if not new:
                await self._log_in(info)
            elif not await self._has_token(info, refused=None, only=(self._fetched,)):
                raise refused_token_error()
            login = self.connection.login
            if not isinstance(login, Bearer):
                raise refused_token_error()
            return login.token

    async def _log_in(self, info: GatewayInfo) -> None:
        """Set a login that stays valid during this call."""
        login = self.connection.login
        if not needs_token(info):
            if login is None:
                self.connection.login = digest_for(info, self.given)
        elif isinstance(login, Bearer) and login.token.usable_at(self.clock.time()):
            pass
        elif not await self._has_token(info, refused=None):
            raise refused_token_error()

    async def _renewed(self, info: GatewayInfo) -> bool:
        """Whether to repeat a request that got a 401: the token is valid, or a new one is in use.

        A gateway also answers 401 when its session for a token has ended, as it does each night;
        checking the token starts a new session.
        """
        login = self.connection.login
        if not isinstance(login, Bearer):
            return False
        if await self._ask(check_token()):
            return True
        try:
            return await self._has_token(info, refused=login.token)
        except (APIConnectionError, ConfigError) as error:
            logger.warning("%s: no new token: %s", self.connection.address, error)
            return False

    async def _has_token(
        self,
        info: GatewayInfo,
        *,
        refused: Token | None,
        only: tuple[Callable[[GatewayInfo], Awaitable[Token | None]], ...] = (),
    ) -> bool:
        """Log in with the first token that the gateway accepts; False if it refuses them all."""
        found = False
        for candidate in only or (self._usable_given, self._usable_stored, self._fetched):
            token = await candidate(info)
            found |= token is not None
            if token is None or token == refused:
                continue
            self.connection.login = Bearer(token)
            if await self._ask(check_token()):
                return True
            refused = token
        if not found or (refused is not None and refused == self.token and self._has_ended()):
            raise no_token_error(info, self.token)
        self.connection.login = None
        return False

    async def _usable_given(self, _: GatewayInfo) -> Token | None:
        # Without a way to get another token, the gateway says when the given one has ended: this
        # machine's clock may be wrong.
        if self.token and (self.given.account or self.provider):
            return self.token if self.token.usable_at(self.clock.time()) else None
        return self.token

    def _has_ended(self) -> bool:
        return self.token is not None and not self.token.usable_at(self.clock.time(), margin=0.0)

    async def _usable_stored(self, info: GatewayInfo) -> Token | None:
        """A token that another or an earlier process has stored, if it is still valid."""
        stored = load_token(info.serial_number) if self.given.account else None
        return stored if stored and stored.usable_at(self.clock.time()) else None

    async def _fetched(self, info: GatewayInfo) -> Token | None:
        if self.provider is not None:
            return Token.parsed(await _text(self.provider(info.serial_number)))
        if self.given.account is None:
            return None
        flow = fetch_token(self.given.account, info.serial_number)
        token = await run(flow, self.services, self.clock)
        store_token(info.serial_number, token)
        return token


@define
class _Renewing:
    """The connection of one call; after a 401 it checks the token once and, if needed, renews it.

    Attributes:
        refused: Endpoints that a valid token may not read; the token is not checked for these.
    """

    connection: AsyncGatewayConnection
    renewed: Callable[[], Awaitable[bool]]
    refused: set[tuple[Token, str]]
    _tried: bool = False

    async def send(self, request: Request) -> Reply:
        reply = await _sent(self.connection, request)
        if reply.status != 401 or self._tried or self._key(request) in self.refused:
            return reply
        self._tried = True
        if await self.renewed():
            reply = await _sent(self.connection, request)
            key = self._key(request)
            if reply.status == 401 and key is not None:
                self.refused.add(key)
        return reply

    def _key(self, request: Request) -> tuple[Token, str] | None:
        login = self.connection.login
        return (login.token, request.url) if isinstance(login, Bearer) else None


@frozen
class _NoticingMoves:
    """The connection of one request that needs no login; notices the redirect to HTTPS."""

    connection: AsyncGatewayConnection

    async def send(self, request: Request) -> Reply:
        return await _sent(self.connection, request)


async def _sent(connection: AsyncGatewayConnection, request: Request) -> Reply:
    """The gateway's answer; raises `MovedError` if plain HTTP only redirects to HTTPS."""
    reply = await connection.send(request)
    if connection.scheme == "http" and sends_to_https(reply):
        raise MovedError
    return reply


async def _text(provided: Any) -> Any:
    if isawaitable(provided):
        provided = await provided
    return provided
