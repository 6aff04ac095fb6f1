# Made from enphase_sdk/_async/cloud_connection.py by `make generate`; edit that one.
"""The connection to the cloud: opened by the first request, shared by a client's copies."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from enphase_sdk.cloud.settings import BASE_URL, Settings
from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.core.redact import Redactor, guard_library_logs
from enphase_sdk.core.timeouts import Timeouts
from enphase_sdk.errors import APIConnectionError

if TYPE_CHECKING:
    import httpx

    from enphase_sdk._sync.cloud_wire import Wire

__all__ = ["CloudConnection", "open_connection"]


@define(repr=False, eq=False)
class _Line:
    """The wire, put up when it is first needed: loading httpx takes longer than all the rest."""

    _settings: Settings = field(alias="settings")
    _transport: httpx.BaseTransport | None = field(alias="transport")
    _wire: Wire | None = field(default=None, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    closed: bool = field(default=False, init=False)

    def wire(self) -> Wire:
        """The wire.

        Raises:
            ConfigError: the settings cannot be used for one.
        """
        with self._lock:
            if self._wire is None:
                from enphase_sdk._sync.cloud_wire import Wire

                self._wire = Wire(self._settings, self._transport)
            return self._wire

    def close(self) -> None:
        """Close the wire for good, the caller's own transport too."""
        self.closed = True
        if self._transport is not None or self._wire is not None:
            self.wire().close()


@define(repr=False, eq=False)
class CloudConnection:
    """Sends requests to the API; copies with other timeouts share the line."""

    timeouts: Timeouts
    _line: _Line = field(alias="line")

    def send(self, request: Request) -> Reply:
        """The answer to a request.

        Raises:
            APIConnectionError: no answer came, or the client is closed.
        """
        self.ensure_open()
        return self._line.wire().send(request, self.timeouts)

    def ensure_open(self) -> None:
        """Fail at once where trying again is of no use.

        Raises:
            APIConnectionError: the client is closed.
        """
        if self._line.closed:
            raise APIConnectionError("this client has been closed; make a new one")

    def with_timeouts(self, timeouts: Timeouts) -> CloudConnection:
        """The same line with other timeouts."""
        return evolve(self, timeouts=timeouts)

    def close(self) -> None:
        """Close the line."""
        self._line.close()


def open_connection(
    settings: Settings, timeouts: Timeouts, transport: httpx.BaseTransport | None
) -> CloudConnection:
    """A connection to `settings.base_url`, signed with its credentials.

    Raises:
        ConfigError: the address, or the environment's proxy, cannot be used.
    """
    guard_library_logs(Redactor(settings.credentials.secrets).pattern)
    line = _Line(settings, transport)
    if settings.base_url != BASE_URL or _names_a_proxy(os.environ):
        line.wire()  # now, because these are what can be wrong
    return CloudConnection(timeouts, line)


def _names_a_proxy(names: Iterable[str]) -> bool:
    return any(name.lower() in ("https_proxy", "all_proxy") for name in names)
