"""Waiting for another call of the same client: in a thread, or in a task of an event loop."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Final

import anyio

__all__ = [
    "AsyncEvent",
    "Event",
    "current_loop",
    "current_loop_async",
    "uninterrupted",
    "uninterrupted_async",
]


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
