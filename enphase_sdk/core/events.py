"""Waiting for another call of the same client: in a thread, or in a task of an event loop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final, TypeVar

import anyio
import anyio.to_thread

if TYPE_CHECKING:
    import asyncio

__all__ = [
    "AsyncEvent",
    "Event",
    "current_loop",
    "current_loop_async",
    "run_aside",
    "run_aside_async",
    "uninterrupted",
    "uninterrupted_async",
    "whole",
    "whole_async",
]

T = TypeVar("T")


class Event:
    """Something that another thread tells."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Tell it."""
        self._event.set()

    def wait(self, seconds: float | None) -> None:
        """Wait for it, at most so many seconds."""
        self._event.wait(seconds)


class AsyncEvent:
    """Something that another task of the same event loop tells."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """Tell it."""
        self._event.set()

    async def wait(self, seconds: float | None) -> None:
        """Wait for it, at most so many seconds."""
        with anyio.move_on_after(seconds):
            await self._event.wait()


class _Threads:
    """Stands for "no event loop"."""


_THREADS: Final = _Threads()


def current_loop() -> object:
    """What connections belong to where there is no event loop."""
    return _THREADS


def current_loop_async() -> object:
    """The event loop that runs; connections cannot be used in another."""
    import asyncio  # which brings ssl along; making a client is quicker without

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        import trio

        return trio.lowlevel.current_trio_token()


def uninterrupted(seconds: float) -> AbstractContextManager[object]:  # noqa: ARG001 - of the twin
    """In a thread nothing can be held off."""
    return nullcontext()


def uninterrupted_async(seconds: float) -> AbstractContextManager[object]:
    """Hold off cancellation for a short clean-up of at most so many seconds."""
    return anyio.move_on_after(seconds, shield=True)


def run_aside(action: Callable[[], T]) -> T:
    """Carry out a short blocking action."""
    return action()


async def run_aside_async(action: Callable[[], T]) -> T:
    """Carry out a short blocking action without holding up the event loop."""
    return await anyio.to_thread.run_sync(action)


def whole(result: T) -> T:
    """In a thread, what was begun has ended."""
    return result


# Tasks that nobody waits for any more are kept here until they end.
_unattended: set[asyncio.Task[Any]] = set()


async def whole_async(work: Coroutine[Any, Any, T]) -> T:
    """Carry out work to its end, even if whoever waits for it is cancelled meanwhile."""
    import asyncio

    if not isinstance(current_loop_async(), asyncio.AbstractEventLoop):
        with anyio.CancelScope(shield=True):
            return await work
    task = asyncio.create_task(work)
    _unattended.add(task)
    task.add_done_callback(_unattended.discard)
    return await asyncio.shield(task)
