"""The connection to the cloud: opened by the first request, shared by a client's copies."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from enphase_sdk.cloud.api import Signing
from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.core.forks import Turn
from enphase_sdk.core.timeouts import Timeouts
from enphase_sdk.errors import APIConnectionError, ConfigError

if TYPE_CHECKING:
    import httpx

    from enphase_sdk._async.cloud_wire import AsyncWire
    from enphase_sdk._async.streams import AsyncStream

__all__ = ["AsyncCloudConnection", "open_connection"]

# Addresses that need no check before the first request.
OFFICIAL = "https://api.enphaseenergy.com"


@define(repr=False, eq=False, weakref_slot=True)
class _LazyWire:
    """Opens the transport lazily, with the first request, because loading httpx is slow."""

    _signing: Signing = field(alias="signing")
    _transport: httpx.AsyncBaseTransport | None = field(alias="transport")
    _wire: AsyncWire | None = field(default=None, init=False)
    _turn: Turn = field(factory=Turn, init=False)
    closed: bool = field(default=False, init=False)

    def wire(self) -> AsyncWire:
        """The open transport; opens it at the first call.

        Raises:
            ConfigError: the address, the transport or the environment's proxy cannot be used.
        """
        with self._turn.mine():
            if self._wire is None:
                from enphase_sdk._async.cloud_wire import AsyncWire

                self._wire = AsyncWire(self._signing, self._transport)
            return self._wire

    async def aclose(self) -> None:
        """Close the connections permanently, including a transport that the caller passed."""
        self.closed = True
        if self._transport is not None or self._wire is not None:
            await self.wire().aclose()


@define(repr=False, eq=False)
class AsyncCloudConnection:
    """Sends requests to the API; copies with other timeouts share the connections."""

    timeouts: Timeouts
    largest: int
    _line: _LazyWire = field(alias="line")

    async def send(self, request: Request) -> Reply:
        """The answer to a request.

        Raises:
            APIConnectionError: no answer came, or the client is closed.
        """
        self.ensure_open()
        return await self._line.wire().send(request, self.timeouts, self.largest)

    async def open_stream(self, request: Request) -> Reply | AsyncStream:
        """The event stream that answers a request, or an ordinary answer; raises like `send`."""
        self.ensure_open()
        return await self._line.wire().open_stream(request, self.timeouts, self.largest)

    def ensure_open(self) -> None:
        """Check that the client is open; a retry would not help if it is not.

        Raises:
            APIConnectionError: the client is closed.
        """
        if self._line.closed:
            raise APIConnectionError("this client is closed; make a new one")

    def limited(self, timeouts: Timeouts, largest: int) -> AsyncCloudConnection:
        """A copy on the same connections with other limits: time (seconds), body size (bytes)."""
        return evolve(self, timeouts=timeouts, largest=largest)

    async def aclose(self) -> None:
        """Close the connections permanently."""
        await self._line.aclose()


def open_connection(
    signing: Signing,
    timeouts: Timeouts,
    largest: int,
    transport: httpx.AsyncBaseTransport | None,
) -> AsyncCloudConnection:
    """A connection to an address, signed with its credentials.

    Raises:
        ConfigError: the address, the transport, or the environment's proxy, cannot be used.
    """
    if transport is not None and not hasattr(transport, "handle_async_request"):
        raise ConfigError(
            f"transport: this client cannot send through {type(transport).__name__}, which has "
            "no handle_async_request"
        )
    line = _LazyWire(signing, transport)
    if not signing.base_url.startswith(OFFICIAL) or _names_a_proxy(os.environ):
        line.wire()  # opened now, because a bad transport or address must fail in the constructor
    return AsyncCloudConnection(timeouts, largest, line)


def _names_a_proxy(names: Iterable[str]) -> bool:
    return any(name.lower() in ("https_proxy", "all_proxy") for name in names)
