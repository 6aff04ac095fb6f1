# Made from enphase_sdk/_async/gateway_session.py by `make generate`; edit that one.
"""Being known to a gateway: who it is, logged in, and logged in anew when a token ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from inspect import isawaitable
from typing import Any, TypeVar

from attrs import define, field

from enphase_sdk._sync.drivers import run
from enphase_sdk._sync.gateway_connection import GatewayConnection, ServiceConnection
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

__all__ = ["GatewaySession", "TokenProvider"]

T = TypeVar("T")

TokenProvider = Callable[[str], str | str]


@define(repr=False, eq=False)
class GatewaySession:
    """Runs flows against one gateway, one at a time and logged in.

    Attributes:
        connection: To the gateway.
        services: To where tokens come from.
        clock: What tokens end by.
        given: What the caller said of the login.
        provider: The caller's own way to a token.
        token: The token given, if it is one.
    """

    connection: GatewayConnection
    services: ServiceConnection
    clock: Clock
    given: Given
    provider: TokenProvider | None
    token: Token | None = field(init=False)
    _info: GatewayInfo | None = None
    _lock: threading.Lock = field(factory=threading.Lock)

    def __attrs_post_init__(self) -> None:
        self.token = self.given.parsed_token()

    def identified(self) -> GatewayInfo:
        """Who the gateway is; asked once, without login."""
        with self._lock:
            return self._identified()

    def run(self, made: Callable[[GatewayInfo], Flow[T]]) -> T:
        """Run a flow logged in; a token that has ended is renewed once."""
        with self._lock:
            info = self._identified()
            self._log_in(info)
            renewing = _Renewing(self.connection, lambda: self._renewed(info))
            result = run(made(info), renewing, self.clock)
            if isinstance(self.connection.login, Digest):
                self.connection.login.check()
            return result

    def _ask(self, flow: Flow[T]) -> T:
        return run(flow, self.connection, self.clock)

    def _identified(self) -> GatewayInfo:
        if self._info is None:
            try:
                info = self._ask(identify())
            except EnphaseError:
                # What answered was no gateway; the next one to answer may speak HTTPS.
                self.connection.scheme = None
                raise
            if needs_token(info):
                self.connection.require_tls(info.firmware)
            self._info = info
        return self._info

    def _log_in(self, info: GatewayInfo) -> None:
        """Have a login that will last for this reading."""
        login = self.connection.login
        if not needs_token(info):
            if login is None:
                self.connection.login = digest_for(info, self.given)
        elif isinstance(login, Bearer) and login.token.usable_at(self.clock.time()):
            pass
        elif not self._has_token(info, refused=None):
            raise refused_token_error()

    def _renewed(self, info: GatewayInfo) -> bool:
        """Whether a 401 came of a token that has ended, and there is another one now."""
        login = self.connection.login
        if not isinstance(login, Bearer) or self._ask(check_token()):
            return False
        try:
            return self._has_token(info, refused=login.token)
        except (APIConnectionError, ConfigError) as error:
            logger.warning("%s: no new token: %s", self.connection.address, error)
            return False

    def _has_token(self, info: GatewayInfo, *, refused: Token | None) -> bool:
        """Log in with the first token that the gateway accepts; False if it refuses them all."""
        found = False
        for candidate in (self._usable_given, self._usable_stored, self._fetched):
            token = candidate(info)
            found |= token is not None
            if token is None or token == refused:
                continue
            self.connection.login = Bearer(token)
            if self._ask(check_token()):
                return True
            refused = token
        if not found:
            raise no_token_error(info, self.token)
        self.connection.login = None
        return False

    def _usable_given(self, _: GatewayInfo) -> Token | None:
        # Where there is no other, it is used to its end.
        margin = MARGIN if self.given.account or self.provider else 0.0
        usable = self.token and self.token.usable_at(self.clock.time(), margin=margin)
        return self.token if usable else None

    def _usable_stored(self, info: GatewayInfo) -> Token | None:
        """What another process, or an earlier one, has fetched."""
        stored = load_token(info.serial_number) if self.given.account else None
        return stored if stored and stored.usable_at(self.clock.time()) else None

    def _fetched(self, info: GatewayInfo) -> Token | None:
        if self.provider is not None:
            return Token.parsed(_text(self.provider(info.serial_number)))
        if self.given.account is None:
            return None
        flow = fetch_token(self.given.account, info.serial_number)
        token = run(flow, self.services, self.clock)
        store_token(info.serial_number, token)
        return token


@define
class _Renewing:
    """The connection of one call; at the first 401 the token is renewed, if that is the reason."""

    connection: GatewayConnection
    renewed: Callable[[], bool]
    _tried: bool = False

    def send(self, request: Request) -> Reply:
        reply = self.connection.send(request)
        if reply.status == 401 and not self._tried:
            self._tried = True
            if self.renewed():
                return self.connection.send(request)
        return reply


def _text(provided: Any) -> Any:
    if isawaitable(provided):
        provided = provided
    return provided
