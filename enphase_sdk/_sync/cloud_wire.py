# Made from enphase_sdk/_async/cloud_wire.py by `make generate`; edit that one.
"""The wire to the cloud: the only place where a cloud request meets httpx."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

import httpx
from attrs import define, field

from enphase_sdk.cloud.settings import Settings
from enphase_sdk.cloud.signing import Signer, connection_error, proxy_for, tls_context
from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.core.timeouts import Timeouts

__all__ = ["Wire"]

# As many as httpx keeps by default.
MOST_CONNECTIONS = 100


class Wire:
    """Signs requests and sends them straight to a transport.

    Args:
        settings: The address, and what to sign with.
        transport: The caller's own, instead of httpx's.

    Raises:
        ConfigError: the address, or the environment's proxy, cannot be used.
    """

    def __init__(self, settings: Settings, transport: httpx.BaseTransport | None) -> None:
        signer = Signer.of(settings)
        if transport is not None:
            self._signed = signer.signed
            self._pool = _Pool(lambda: transport, 1)
            self._pool.give_back(self._pool.take())  # to be closed even if it is never used
            return
        proxy = proxy_for(settings.base_url)
        # Through a proxy, httpcore would send the target, and the key in it, in its CONNECT.
        self._signed = signer.signed if proxy else signer.signed_in_target
        self._pool = _Pool(lambda: _single(proxy), MOST_CONNECTIONS)

    def send(self, request: Request, timeouts: Timeouts) -> Reply:
        """The answer to a request.

        Raises:
            APIConnectionError: no answer came.
            ConfigError: the machine's certificates cannot be read.
        """
        transport = self._pool.take()
        try:
            response = transport.handle_request(self._signed(request, timeouts))
            try:
                content = response.read()
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            problem = connection_error(request, error)
        else:
            return Reply(response.status_code, response.headers, content)
        finally:
            self._pool.give_back(transport)
        # Raised outside the handler: as its context, httpx's error would bring the signed request.
        raise problem

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


@define(eq=False)
class _Pool:
    """Transports of one connection each, of which the one used last is taken first.

    A single transport with many connections would look at all of them for each request.
    """

    _open: Callable[[], httpx.BaseTransport] = field(alias="open")
    _most: int = field(alias="most")
    _opened: deque[httpx.BaseTransport] = field(factory=deque["httpx.BaseTransport"], init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _idle: list[httpx.BaseTransport] = field(factory=list["httpx.BaseTransport"], init=False)

    def take(self) -> httpx.BaseTransport:
        """A transport, to be given back; when all are in use the next in turn, which queues."""
        try:
            return self._idle.pop()
        except IndexError:
            with self._lock:
                if len(self._opened) < self._most:
                    self._opened.append(self._open())
                else:
                    self._opened.rotate()
                return self._opened[-1]

    def give_back(self, transport: httpx.BaseTransport) -> None:
        """Let others take it."""
        if transport not in self._idle:
            self._idle.append(transport)

    def close(self) -> None:
        """Close them all."""
        for transport in self._opened:
            transport.close()


def _single(proxy: httpx.Proxy | None) -> httpx.HTTPTransport:
    limits = httpx.Limits(max_connections=1)
    return httpx.HTTPTransport(verify=tls_context(), proxy=proxy, limits=limits)
