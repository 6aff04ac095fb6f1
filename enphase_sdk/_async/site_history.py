"""A site's history, fetched in parts during the iteration."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from enphase_sdk.core.measures import HistoryInterval, Measure

__all__ = ["AsyncHistoryIntervals"]


# An iterator, not a generator, so that leaving it early needs no clean-up.
class AsyncHistoryIntervals(AsyncIterator[HistoryInterval]):
    """The intervals of a span, oldest first, fetched during the iteration.

    After an error, the next step repeats the call that failed; no interval is missing or given
    twice. Another program continues with a history that starts at the last interval's end.

    Attributes:
        measure: The measure.
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
