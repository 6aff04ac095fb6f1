"""The iteration over live samples, whatever they are read from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator
from typing import Self

from enphase_sdk.live import LiveSample

__all__ = ["AsyncSamples"]


class AsyncSamples(AsyncIterator[LiveSample], ABC):
    """Samples in the order in which they arrive; an error ends them and closes the connection."""

    def __init__(self) -> None:
        self._ready: deque[LiveSample] = deque()

    async def __anext__(self) -> LiveSample:
        while not self._ready:
            if self._has_ended():
                raise StopAsyncIteration
            try:
                await self._read_on()
            except BaseException:
                await self.aclose()
                raise
        return self._ready.popleft()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    @abstractmethod
    async def aclose(self) -> None:
        """End it and close its connection."""

    @abstractmethod
    def _has_ended(self) -> bool: ...

    @abstractmethod
    async def _read_on(self) -> None:
        """Read until there is something in `_ready`, or the end."""
