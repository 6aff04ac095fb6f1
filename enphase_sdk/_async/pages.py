"""A listing of systems, fetched page by page as it is read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from enphase_sdk import models
from enphase_sdk._operations import Call
from enphase_sdk._paging import Walk

__all__ = ["AsyncSystemPages"]

Fetch = Callable[["Call[models.SystemsPage]"], Awaitable["models.SystemsPage"]]


class AsyncSystemPages:
    """Every system of a listing; iterate over it for systems, over `pages()` for whole pages.

    One page is held at a time, and fetched only when the one before is used up.

    Attributes:
        cursor: Brings back the page last asked for, as `systems(next=cursor)`; None for the
            first. After an error the listing can go on from there.
    """

    def __init__(self, first: Call[models.SystemsPage], fetch: Fetch) -> None:
        self._first = first
        self._fetch = fetch
        self.cursor = Walk(first).cursor

    async def fetch(self, walk: Walk) -> models.SystemsPage:
        """The next page of a walk.

        Raises:
            StopAsyncIteration: there is none.
        """
        call = walk.next_call()
        if call is None:
            raise StopAsyncIteration
        self.cursor = walk.cursor
        page = await self._fetch(call)
        walk.arrived(page)
        return page

    def pages(self) -> AsyncIterator[models.SystemsPage]:
        """Whole pages: `page.systems`, and `page.next`, the cursor of the one after it."""
        return _Pages(self, Walk(self._first))

    def __aiter__(self) -> AsyncIterator[models.System]:
        return _Systems(self, Walk(self._first))


# Iterators, not generators: one that is left before its end needs no clean-up.
class _Pages(AsyncIterator["models.SystemsPage"]):
    def __init__(self, listing: AsyncSystemPages, walk: Walk) -> None:
        self._listing = listing
        self._walk = walk

    async def __anext__(self) -> models.SystemsPage:
        return await self._listing.fetch(self._walk)


class _Systems(AsyncIterator["models.System"]):
    def __init__(self, listing: AsyncSystemPages, walk: Walk) -> None:
        self._listing = listing
        self._walk = walk
        self._ready: Iterator[models.System] = iter(())

    async def __anext__(self) -> models.System:
        while True:
            for system in self._ready:
                return system
            page = await self._listing.fetch(self._walk)
            self._ready = iter(self._walk.new_systems(page))
