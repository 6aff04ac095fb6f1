"""Waiting for another call of the same client: in a thread, or in a task of an event loop.

Everything here exists twice, both written by hand: for threads, and for tasks (`Async…`,
`…_async`).
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import anyio
import anyio.lowlevel
import anyio.to_thread

from enphase_sdk.core.forks import Turn, renew_after_fork

if TYPE_CHECKING:
    import asyncio

    import httpcore

__all__ = [
    "AsyncEvent",
    "AsyncTurn",
    "Event",
    "Turn",
    "abandon",
    "abandon_async",
    "call_in_loop",
    "call_in_loop_async",
    "current_loop",
    "current_loop_async",
    "in_background",
    "in_background_async",
    "run_aside",
    "run_aside_async",
    "uninterrupted",
    "uninterrupted_async",
    "whole",
    "whole_async",
]

T = TypeVar("T")


class Event:
    """An event that another thread sets."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Set it."""
        self._event.set()

    def wait(self, seconds: float | None) -> None:
        """Wait until it is set, at most `seconds`."""
        self._event.wait(seconds)


class AsyncEvent:
    """An event that another task of the same event loop sets."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """Set it."""
        self._event.set()

    async def wait(self, seconds: float | None) -> None:
        """Wait until it is set, at most `seconds`."""
        with anyio.move_on_after(seconds):
            await self._event.wait()


class AsyncTurn:
    """A lock for tasks of any event loop and thread, granted in the order of the requests."""

    def __init__(self) -> None:
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Forget the parent's tasks, which do not exist in this process."""
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[_Task] = deque()

    @asynccontextmanager
    async def mine(self) -> AsyncGenerator[None]:
        """A context that one task enters at a time."""
        await anyio.lowlevel.checkpoint_if_cancelled()
        await self._take()
        try:
            yield
        finally:
            self._leave()

    async def _take(self) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            task = _Task()
            self._waiting.append(task)
        try:
            await task.event.wait()
        except BaseException:
            with self._lock:
                if task in self._waiting:
                    self._waiting.remove(task)
            if task.is_woken:
                self._leave()
            raise

    def _leave(self) -> None:
        with self._lock:
            while self._waiting:
                if self._waiting.popleft().wake():
                    return
            self._taken = False


class _Task:
    """A task that waits for its turn."""

    def __init__(self) -> None:
        self.event = anyio.Event()
        self.is_woken = False
        self._loop = current_loop_async()

    def wake(self) -> bool:
        """Wake it from any thread; False if its event loop has ended."""
        self.is_woken = _call_soon(self._loop, self.event.set)
        return self.is_woken


class _Threads:
    """The owner of connections where there is no event loop."""


_THREADS: Final = _Threads()


def current_loop() -> object:
    """The owner of connections in a sync client, which has no event loop."""
    return _THREADS


def current_loop_async() -> object:
    """The running event loop, which owns the connections that are opened in it."""
    if "trio" in sys.modules:
        import sniffio  # trio's own; where trio runs as a guest, asyncio has a running loop too

        if sniffio.current_async_library() == "trio":
            import trio

            return trio.lowlevel.current_trio_token()
    import asyncio  # imported here because it loads ssl; creating a client is faster without it

    return asyncio.get_running_loop()


def call_in_loop(loop: object, function: Callable[[], object]) -> None:  # noqa: ARG001 - same signature as the async form
    """Call a function; a sync client has no event loop to call it in."""
    function()


def call_in_loop_async(loop: object, function: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Schedule an async function in another event loop, unless that has ended."""
    if "trio" in sys.modules:
        import trio

        if isinstance(loop, trio.lowlevel.TrioToken):
            _call_soon(loop, lambda: trio.lowlevel.spawn_system_task(function))
            return
    _call_soon(loop, lambda: _kept(cast("asyncio.AbstractEventLoop", loop).create_task(function())))


def _call_soon(loop: Any, function: Callable[[], object]) -> bool:
    """Schedule a function in an event loop of asyncio or trio; False if that has ended."""
    call_soon = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon
    try:
        call_soon(function)
    except RuntimeError:  # trio's RunFinishedError is a RuntimeError too
        return False
    return True


def in_background(function: Callable[[], object]) -> None:
    """Run a function in a daemon thread: the program can exit before it ends."""

    def run() -> None:
        with suppress(SystemExit):  # ends this thread; not an error
            function()

    threading.Thread(target=run, daemon=True).start()


def in_background_async(function: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Run a coroutine function in a task of the running event loop."""
    call_in_loop_async(current_loop_async(), function)


def uninterrupted(seconds: float) -> AbstractContextManager[object]:  # noqa: ARG001 - as the async form
    """Does nothing: threads are not cancelled."""
    return nullcontext()


def uninterrupted_async(seconds: float) -> AbstractContextManager[object]:
    """Delay cancellation for a short clean-up, at most `seconds`."""
    return anyio.move_on_after(seconds, shield=True)


def run_aside(action: Callable[[], T]) -> T:
    """Run a short blocking action."""
    return action()


async def run_aside_async(action: Callable[[], T]) -> T:
    """Run a short blocking action without blocking the event loop."""
    return await anyio.to_thread.run_sync(action)


def whole(result: T) -> T:
    """The result of the work; a thread is not cancelled, so the work runs to its end."""
    return result


# Tasks that no caller awaits any more are kept here until they end.
_unattended: set[asyncio.Task[Any]] = set()


async def whole_async(work: Coroutine[Any, Any, T]) -> T:
    """Run work to its end, even if the caller is cancelled meanwhile."""
    import asyncio

    if not isinstance(current_loop_async(), asyncio.AbstractEventLoop):
        with anyio.CancelScope(shield=True):
            return await work
    return await asyncio.shield(_kept(asyncio.create_task(work)))


def _kept(task: asyncio.Task[T]) -> asyncio.Task[T]:
    """Keep a reference to the task: an event loop holds only a weak one."""
    _unattended.add(task)
    task.add_done_callback(_unattended.discard)
    return task


def abandon(streams: Iterable[httpcore.NetworkStream]) -> None:
    """Close a stream that an exception between two steps left open."""
    for stream in streams:
        with suppress(Exception):
            stream.close()


def abandon_async(streams: Iterable[httpcore.AsyncNetworkStream]) -> None:
    """Does nothing: only its event loop can close a stream, and does so when it ends."""
