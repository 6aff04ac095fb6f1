"""A site's history, fetched part by part as it is read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from enphase_sdk.core.measures import HistoryInterval, Measure

__all__ = ["AsyncHistoryIntervals"]


# An iterator, not a generator: one that is left before its end needs no clean-up.
class AsyncHistoryIntervals(AsyncIterator[HistoryInterval]):
    """The intervals of a span, oldest first, fetched as they are read.

    After an error, reading on asks again for what failed, and nothing is missing or there twice.
    Another program goes on with a history that begins where the last interval ended.

    Attributes:
        measure: What is measured.
    """

    def __init__(
        self,
        measure: Measure,
        fetch: Callable[[], Awaitable[list[HistoryInterval] | None]],
    ) -> None:
        self.measure = measure
        self._fetch = fetch
        self._ready: Iterator[HistoryInterval] = iter(())

    async def __anext__(self) -> HistoryInterval:
        while True:
            for interval in self._ready:
                return interval
            found = await self._fetch()
            if found is None:
                raise StopAsyncIteration
            self._ready = iter(found)
