"""The connections to the cloud: the only place where a cloud request meets httpx."""

from __future__ import annotations

import threading
from collections import deque
from weakref import WeakKeyDictionary, WeakSet

import httpx

from enphase_sdk._async.network import AsyncLine
from enphase_sdk.cloud.api import Signing
from enphase_sdk.cloud.signing import Signer
from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.core.events import AsyncEvent, current_loop_async
from enphase_sdk.core.forks import renew_after_fork
from enphase_sdk.core.http import BodyTooLargeError, connection_error, proxy_for, tls_context
from enphase_sdk.core.redact import hide_in_library_logs
from enphase_sdk.core.timeouts import Timeouts
from enphase_sdk.errors import APIConnectionError, APIResponseValidationError, EnphaseError

__all__ = ["AsyncWire"]

# As many as httpx keeps by default.
MOST_CONNECTIONS = 100


class AsyncWire:
    """Signs requests and sends them straight to a transport.

    Args:
        signing: The address, and what to sign with.
        transport: The caller's own, instead of httpx's.

    Raises:
        ConfigError: the address, or the environment's proxy, cannot be used.
    """

    def __init__(self, signing: Signing, transport: httpx.AsyncBaseTransport | None) -> None:
        self._signer = Signer.of(signing, shows_all=isinstance(transport, httpx.MockTransport))
        self._redactor = signing.redactor
        self._given = transport
        self._proxy = proxy_for(signing.base_url) if transport is None else None
        self._pools: WeakKeyDictionary[object, _AsyncPool] = WeakKeyDictionary()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Leave the connections to the parent process, which goes on using them."""
        self._pools = WeakKeyDictionary()

    async def send(self, request: Request, timeouts: Timeouts, largest: int) -> Reply:
        """The answer to a request.

        Raises:
            APIConnectionError: no answer came.
            APIResponseValidationError: the body has more than `largest` bytes.
            ConfigError: the machine's certificates cannot be read.
        """
        with hide_in_library_logs(self._redactor()):
            try:
                return await self._sent(request, timeouts, largest)
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                problem: EnphaseError = connection_error(request, error)
            except BodyTooLargeError:
                problem = APIResponseValidationError(
                    f"{request.method} {request.url}: the body is larger than "
                    f"{largest / 2**20:.3g} MiB; raise max_body if that can be right",
                    operation=request.url,
                )
        # Raised outside the handler: as its context, httpx's error would bring the signed request.
        raise problem

    async def _sent(self, request: Request, timeouts: Timeouts, largest: int) -> Reply:
        signed = self._signer.signed(request, timeouts)
        if self._given is not None:
            shared = AsyncLine(self._given, alone=False)
            response, content = await shared.exchange(signed, timeouts, largest)
            return Reply(response.status_code, response.headers, content)
        pool = self._pool()
        line = await pool.take(timeouts.steps["pool"], request)
        whole = False
        try:
            response, content = await line.exchange(signed, timeouts, largest)
            whole = True
        finally:
            # Whatever ended it, a connection with half an answer in it is not used again.
            if whole:
                pool.give_back(line)
            else:
                await pool.discard(line)
        return Reply(response.status_code, response.headers, content)

    def _pool(self) -> _AsyncPool:
        """The connections of the event loop that runs; they cannot be used in another."""
        loop = current_loop_async()
        pool = self._pools.get(loop)
        if pool is None:
            pool = self._pools.setdefault(loop, _AsyncPool(self._proxy))
        return pool

    async def aclose(self) -> None:
        """Close the connections of this event loop, or the caller's transport."""
        if self._given is not None:
            await self._given.aclose()
        pool = self._pools.pop(current_loop_async(), None)
        if pool is not None:
            await pool.aclose()


class _AsyncPool:
    """Connections of one event loop, of which the one used last is taken first.

    A single transport with many connections would look at all of them for each request.
    """

    def __init__(self, proxy: httpx.Proxy | None) -> None:
        self._proxy = proxy
        self._idle: list[AsyncLine] = []
        self._waiting: deque[_Waiter] = deque()
        # Weak, so that one which an exception at the wrong moment has lost is not counted.
        self._opened: WeakSet[AsyncLine] = WeakSet()
        self._lock = threading.Lock()

    async def take(self, limit: float | None, request: Request) -> AsyncLine:
        """A connection to be given back or discarded; waits for one when all are in use.

        Raises:
            APIConnectionError: none has become free within `limit` seconds.
        """
        with self._lock:
            if self._idle:
                return self._idle.pop()
            if len(self._opened) < MOST_CONNECTIONS:
                return self._open()
            waiter = _Waiter()
            self._waiting.append(waiter)
        try:
            await waiter.event.wait(limit)
        finally:
            with self._lock:
                line = waiter.line
                if line is None:
                    self._waiting.remove(waiter)
        if line is None:
            raise APIConnectionError(
                f"{request.method} {request.url}: nothing was sent, because all "
                f"{MOST_CONNECTIONS} connections were in use",
                reason="no free connection",
            )
        return line

    def give_back(self, line: AsyncLine) -> None:
        """Let the first waiter have it, or keep it for the next call."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().give(line)
            else:
                self._idle.append(line)

    async def discard(self, line: AsyncLine) -> None:
        """Close one that must not be used again; the first waiter gets a new one."""
        with self._lock:
            self._opened.discard(line)
            if self._waiting:
                self._waiting.popleft().give(self._open())
        await line.aclose_for_good()

    def _open(self) -> AsyncLine:
        limits = httpx.Limits(max_connections=1)
        transport = httpx.AsyncHTTPTransport(verify=tls_context(), proxy=self._proxy, limits=limits)
        line = AsyncLine(transport, alone=True)
        self._opened.add(line)
        return line

    async def aclose(self) -> None:
        """Close them all."""
        with self._lock:
            lines = list(self._opened)
            self._idle.clear()
            self._opened.clear()
        for line in lines:
            await line.aclose()


class _Waiter:
    """A call that waits for a connection."""

    def __init__(self) -> None:
        self.event = AsyncEvent()
        self.line: AsyncLine | None = None

    def give(self, line: AsyncLine) -> None:
        self.line = line
        self.event.set()
