"""Being known to a gateway: who it is, logged in, and logged in anew when a token ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, TypeVar

import anyio
from attrs import define, field

from enphase_sdk._async.drivers import run
from enphase_sdk._async.gateway_connection import AsyncGatewayConnection, AsyncServiceConnection
from enphase_sdk.clock import Clock
from enphase_sdk.core.effects import Flow, Reply, Request
from enphase_sdk.core.log import logger
from enphase_sdk.errors import APIConnectionError, ConfigError, EnphaseError
from enphase_sdk.gateway.identity import GatewayInfo, identify, needs_token
from enphase_sdk.gateway.login import (
    Bearer,
    Digest,
    Given,
    check_token,
    digest_for,
    no_token_error,
    refused_token_error,
)
from enphase_sdk.gateway.tokens import MARGIN, Token, fetch_token, load_token, store_token

__all__ = ["AsyncGatewaySession", "AsyncTokenProvider"]

T = TypeVar("T")

AsyncTokenProvider = Callable[[str], str | Awaitable[str]]


@define(repr=False, eq=False)
class AsyncGatewaySession:
    """Runs flows against one gateway, one at a time and logged in.

    Attributes:
        connection: To the gateway.
        services: To where tokens come from.
        clock: What tokens end by.
        given: What the caller said of the login.
        provider: The caller's own way to a token.
        token: The token given, if it is one.
    """

    connection: AsyncGatewayConnection
    services: AsyncServiceConnection
    clock: Clock
    given: Given
    provider: AsyncTokenProvider | None
    token: Token | None = field(init=False)
    _info: GatewayInfo | None = None
    _lock: anyio.Lock = field(factory=anyio.Lock)

    def __attrs_post_init__(self) -> None:
        self.token = self.given.parsed_token()

    async def identified(self) -> GatewayInfo:
        """Who the gateway is; asked once, without login."""
        async with self._lock:
            return await self._identified()

    async def run(self, made: Callable[[GatewayInfo], Flow[T]]) -> T:
        """Run a flow logged in; a token that has ended is renewed once."""
        async with self._lock:
            info = await self._identified()
            await self._log_in(info)
            renewing = _Renewing(self.connection, lambda: self._renewed(info))
            result = await run(made(info), renewing, self.clock)
            if isinstance(self.connection.login, Digest):
                self.connection.login.check()
            return result

    async def _ask(self, flow: Flow[T]) -> T:
        return await run(flow, self.connection, self.clock)

    async def _identified(self) -> GatewayInfo:
        if self._info is None:
            try:
                info = await self._ask(identify())
            except EnphaseError:
                # What answered was no gateway; the next one to answer may speak HTTPS.
                self.connection.scheme = None
                raise
            if needs_token(info):
                self.connection.require_tls(info.firmware)
            self._info = info
        return self._info

    async def _log_in(self, info: GatewayInfo) -> None:
        """Have a login that will last for this reading."""
        login = self.connection.login
        if not needs_token(info):
            if login is None:
                self.connection.login = digest_for(info, self.given)
        elif isinstance(login, Bearer) and login.token.usable_at(self.clock.time()):
            pass
        elif not await self._has_token(info, refused=None):
            raise refused_token_error()

    async def _renewed(self, info: GatewayInfo) -> bool:
        """Whether a 401 came of a token that has ended, and there is another one now."""
        login = self.connection.login
        if not isinstance(login, Bearer) or await self._ask(check_token()):
            return False
        try:
            return await self._has_token(info, refused=login.token)
        except (APIConnectionError, ConfigError) as error:
            logger.warning("%s: no new token: %s", self.connection.address, error)
            return False

    async def _has_token(self, info: GatewayInfo, *, refused: Token | None) -> bool:
        """Log in with the first token that the gateway accepts; False if it refuses them all."""
        found = False
        for candidate in (self._usable_given, self._usable_stored, self._fetched):
            token = await candidate(info)
            found |= token is not None
            if token is None or token == refused:
                continue
            self.connection.login = Bearer(token)
            if await self._ask(check_token()):
                return True
            refused = token
        if not found:
            raise no_token_error(info, self.token)
        self.connection.login = None
        return False

    async def _usable_given(self, _: GatewayInfo) -> Token | None:
        # Where there is no other, it is used to its end.
        margin = MARGIN if self.given.account or self.provider else 0.0
        usable = self.token and self.token.usable_at(self.clock.time(), margin=margin)
        return self.token if usable else None

    async def _usable_stored(self, info: GatewayInfo) -> Token | None:
        """What another process, or an earlier one, has fetched."""
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
    """The connection of one call; at the first 401 the token is renewed, if that is the reason."""

    connection: AsyncGatewayConnection
    renewed: Callable[[], Awaitable[bool]]
    _tried: bool = False

    async def send(self, request: Request) -> Reply:
        reply = await self.connection.send(request)
        if reply.status == 401 and not self._tried:
            self._tried = True
            if await self.renewed():
                return await self.connection.send(request)
        return reply


async def _text(provided: Any) -> Any:
    if isawaitable(provided):
        provided = await provided
    return provided
