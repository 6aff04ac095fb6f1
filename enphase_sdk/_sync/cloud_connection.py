# Made from enphase_sdk/_async/cloud_connection.py by `make generate`; edit that one.
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

    from enphase_sdk._sync.cloud_wire import Wire
    from enphase_sdk._sync.streams import Stream

__all__ = ["CloudConnection", "open_connection"]

# Addresses that need no check before the first request.
OFFICIAL = "https://api.enphaseenergy.com"


@define(repr=False, eq=False, weakref_slot=True)
class _LazyWire:
    """Opens the transport lazily, with the first request, because loading httpx is slow."""

    _signing: Signing = field(alias="signing")
    _transport: httpx.BaseTransport | None = field(alias="transport")
    _wire: Wire | None = field(default=None, init=False)
    _turn: Turn = field(factory=Turn, init=False)
    closed: bool = field(default=False, init=False)

    def wire(self) -> Wire:
        """The open transport; opens it at the first call.

        Raises:
            ConfigError: the address, the transport or the environment's proxy cannot be used.
        """
        with self._turn.mine():
            if self._wire is None:
                from enphase_sdk._sync.cloud_wire import Wire

                self._wire = Wire(self._signing, self._transport)
            return self._wire

    def close(self) -> None:
        """Close the connections permanently, including a transport that the caller passed."""
        self.closed = True
        if self._transport is not None or self._wire is not None:
            self.wire().close()


@define(repr=False, eq=False)
class CloudConnection:
    """Sends requests to the API; copies with other timeouts share the connections."""

    timeouts: Timeouts
    largest: int
    _line: _LazyWire = field(alias="line")

    def send(self, request: Request) -> Reply:
        """The answer to a request.

        Raises:
            APIConnectionError: no answer came, or the client is closed.
        """
        self.ensure_open()
        return self._line.wire().send(request, self.timeouts, self.largest)

    def open_stream(self, request: Request) -> Reply | Stream:
        """The event stream that answers a request, or an ordinary answer; raises like `send`."""
        self.ensure_open()
        return self._line.wire().open_stream(request, self.timeouts, self.largest)

    def ensure_open(self) -> None:
        """Check that the client is open; a retry would not help if it is not.

        Raises:
            APIConnectionError: the client is closed.
        """
        if self._line.closed:
            raise APIConnectionError("this client is closed; make a new one")

    def limited(self, timeouts: Timeouts, largest: int) -> CloudConnection:
        """A copy on the same connections with other limits: time (seconds), body size (bytes)."""
        return evolve(self, timeouts=timeouts, largest=largest)

    def close(self) -> None:
        """Close the connections permanently."""
        self._line.close()


def open_connection(
    signing: Signing,
    timeouts: Timeouts,
    largest: int,
    transport: httpx.BaseTransport | None,
) -> CloudConnection:
    """A connection to an address, signed with its credentials.

    Raises:
        ConfigError: the address, the transport, or the environment's proxy, cannot be used.
    """
    if transport is not None and not hasattr(transport, "handle_request"):
        raise ConfigError(
            f"transport: this client cannot send through {type(transport).__name__}, which has "
            "no handle_request"
        )
    line = _LazyWire(signing, transport)
    if not signing.base_url.startswith(OFFICIAL) or _names_a_proxy(os.environ):
        line.wire()  # opened now, because a bad transport or address must fail in the constructor
    return CloudConnection(timeouts, largest, line)


def _names_a_proxy(names: Iterable[str]) -> bool:
    return any(name.lower() in ("https_proxy", "all_proxy") for name in names)
