"""The connection pool of one client."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable
from weakref import WeakSet

import httpx

from enphase_sdk._async.network import AsyncLine
from enphase_sdk.core.events import AsyncEvent, call_in_loop_async, current_loop_async
from enphase_sdk.core.forks import leave_to_parent, renew_after_fork
from enphase_sdk.core.timeouts import Deadline, Timeouts
from enphase_sdk.errors import APIConnectionError

__all__ = ["AsyncConnections"]

# Seconds after which a waiting call checks by itself for a free connection: the thread that should
# have woken it may have been interrupted (KeyboardInterrupt) just before it did.
LOOK_AGAIN = 1.0


class AsyncConnections:
    """The connections of one process. Each belongs to the event loop that opened it.

    A connection is used again only after its last answer was read completely. Connections are
    closed with the client, or with their event loop.

    Args:
        open: Opens a connection.
        most: Largest number of connections per event loop (per process without an event loop).
    """

    def __init__(self, open: Callable[[], AsyncLine], most: int) -> None:  # noqa: A002 - shadows a builtin that is not used here
        self._open = open
        self._most = most
        self._closed = False
        self._pools: dict[object, _AsyncPool] = {}
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Leave the connections to the parent process, which continues to use them."""
        leave_to_parent(self._pools)
        self._pools = {}

    async def exchange(
        self,
        request: httpx.Request,
        timeouts: Timeouts,
        largest: int,
        *,
        plain: bool = False,
        again: bool = False,
    ) -> tuple[httpx.Response, bytes]:
        """The answer to a request, and its body; see `AsyncLine.exchange`.

        Args:
            request: The request.
            timeouts: Time limits of the exchange, and of the wait for a connection (`pool`).
            largest: Largest size of the body, bytes.
            plain: Whether the body must not be compressed.
            again: Whether to send the request once more if a reused connection was closed before
                the first byte of the answer. Only for requests that change nothing.

        Raises:
            httpx.TransportError: no answer came, or not in time.
            BodyTooLargeError: the body has more than `largest` bytes.
            APIConnectionError: no connection became free in time, or the client is closed.
        """
        pool = await self._pool()
        line = await pool.take(timeouts.steps["pool"])
        deadline = Deadline(timeouts.total)
        again = again and line.used
        try:
            return await self._on(pool, line, request, deadline, largest, plain)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if not again or line.answered:
                raise
        line = await pool.take(timeouts.steps["pool"])
        return await self._on(pool, line, request, deadline, largest, plain)

    @staticmethod
    async def _on(
        pool: _AsyncPool,
        line: AsyncLine,
        request: httpx.Request,
        deadline: Deadline,
        largest: int,
        plain: bool,
    ) -> tuple[httpx.Response, bytes]:
        whole = False
        try:
            answer = await line.exchange(request, deadline, largest, plain=plain)
            whole = True
            return answer
        finally:
            # A connection that still holds a part of an answer must not be used again.
            if whole:
                await pool.give_back(line)
            else:
                await pool.discard(line)

    async def _pool(self) -> _AsyncPool:
        """The pool of the running event loop."""
        loop = current_loop_async()
        pool = self._pools.get(loop)
        if pool is None:
            new = _AsyncPool(self._open, self._most, closed=self._closed)
            pool = self._pools.setdefault(loop, new)
            if pool is new:
                pool.ending = self._until_the_end(loop, pool)
                await anext(pool.ending)
        return pool

    async def _until_the_end(self, loop: object, pool: _AsyncPool) -> AsyncGenerator[None]:
        """A generator that closes the pool when the event loop ends, which closes generators."""
        try:
            yield
        finally:
            if self._pools.get(loop) is pool:
                del self._pools[loop]
            await pool.aclose()

    async def aclose(self) -> None:
        """Close all connections permanently; those in use when their exchange has ended."""
        self._closed = True
        if not self._pools:  # as in a forked process, in which no event loop may run
            return
        own = self._pools.pop(current_loop_async(), None)
        others, self._pools = self._pools, {}
        for loop, pool in others.items():
            if pool.ending is not None:
                call_in_loop_async(loop, pool.ending.aclose)
        if own is not None and own.ending is not None:
            await own.ending.aclose()


class _AsyncPool:
    """Connections of one event loop; the one used last is taken first.

    A single transport with many connections would check all of them for each request.
    """

    def __init__(self, open: Callable[[], AsyncLine], most: int, *, closed: bool) -> None:  # noqa: A002 - as above
        self.ending: AsyncGenerator[None] | None = None
        self._open = open
        self._most = most
        self._closed = closed
        self._idle: list[AsyncLine] = []
        self._waiting: deque[_Waiter] = deque()
        # Weak references: a connection that was lost by an exception between two steps is then
        # not counted for ever.
        self._opened: WeakSet[AsyncLine] = WeakSet()
        self._lock = threading.Lock()

    async def take(self, limit: float | None) -> AsyncLine:
        """Take a connection, which the caller must give back or discard; waits if all are in use.

        Raises:
            APIConnectionError: none became free within `limit` seconds, or the client is closed.
        """
        with self._lock:
            line = self._free()
            if line is not None:
                return line
            waiter = _Waiter()
            self._waiting.append(waiter)
        deadline = Deadline(limit)
        try:
            while True:
                await waiter.event.wait(deadline.left(LOOK_AGAIN))
                with self._lock:
                    line, waiter.line = waiter.line or self._free(), None
                    if line is not None:
                        return line
                    if (
                        waiter not in self._waiting
                    ):  # woken, but another call took the connection first
                        waiter = _Waiter()
                        self._waiting.appendleft(waiter)
        except TimeoutError:
            problem = f"nothing was sent, because all {self._most} connections were in use"
        finally:
            await self._leave(waiter)
        raise APIConnectionError(problem, reason="no free connection")

    async def _leave(self, waiter: _Waiter) -> None:
        """End the wait; a connection that was just assigned goes to the next waiter."""
        with self._lock:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            line = waiter.line
        if line is not None:
            await self.give_back(line)

    def _free(self) -> AsyncLine | None:
        if self._closed:
            raise APIConnectionError("this client is closed; make a new one")
        if self._idle:
            return self._idle.pop()
        return self._new() if len(self._opened) < self._most else None

    def _new(self) -> AsyncLine:
        line = self._open()
        self._opened.add(line)
        return line

    async def give_back(self, line: AsyncLine) -> None:
        """Give the connection to the first waiter, or keep it for the next call."""
        with self._lock:
            if not self._closed:
                if self._waiting:
                    self._waiting.popleft().give(line)
                else:
                    self._idle.append(line)
                return
        await line.aclose()

    async def discard(self, line: AsyncLine) -> None:
        """Close a connection that must not be used again; the first waiter may open another."""
        with self._lock:
            self._opened.discard(line)
            if self._waiting:
                self._waiting.popleft().event.set()
        await line.aclose()

    async def aclose(self) -> None:
        """Close the idle connections now, and the others when they are given back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for waiter in self._waiting:
                waiter.event.set()
        for line in idle:
            await line.aclose()


class _Waiter:
    """A call that waits for a connection."""

    def __init__(self) -> None:
        self.event = AsyncEvent()
        self.line: AsyncLine | None = None

    def give(self, line: AsyncLine) -> None:
        self.line = line
        self.event.set()
