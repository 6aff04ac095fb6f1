"""A listing of systems, fetched page by page as it is read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC
from typing import TYPE_CHECKING, Literal, overload

from attrs import evolve

from enphase_sdk import models
from enphase_sdk.cloud.api import Call, Walk

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from enphase_sdk.frames import AnyFrame, BackendName, Timezone

__all__ = ["AsyncSystemPages"]

Fetch = Callable[["Call[models.SystemsPage]"], Awaitable["models.SystemsPage"]]


class AsyncSystemPages:
    """Every system of a listing; iterate over it for systems, over `pages()` for whole pages.

    One page is held in memory at a time; the next one is fetched when it is needed. If the fleet
    changes during the listing, systems can move between pages. The iteration gives each system
    once, unless more than 100,000 others lie in between, because only that many ids are
    remembered. `pages()` gives the pages unchanged. A listing that would never end is an
    `APIResponseValidationError`: a cursor that repeats, or more than 10 pages in a row without a
    new system.

    Attributes:
        cursor: The cursor of the page requested last, for `systems(next=cursor)`; None for the
            first page. After an error the listing can continue from there.
    """

    def __init__(
        self,
        first: Call[models.SystemsPage],
        walk: Callable[[Call[models.SystemsPage]], Walk],
        fetch: Fetch,
    ) -> None:
        self._first = first
        self._walk = walk
        self._fetch = fetch
        self.cursor = walk(first).cursor

    async def fetch_page(self, walk: Walk) -> models.SystemsPage:
        """The next page of a listing.

        Raises:
            StopAsyncIteration: the listing has no further page.
        """
        call = walk.next_call()
        if call is None:
            raise StopAsyncIteration
        self.cursor = walk.cursor
        page = await self._fetch(call)
        walk.arrived(page)
        return page

    def pages(self) -> AsyncIterator[models.SystemsPage]:
        """Whole pages: `page.systems`, and `page.next`, the cursor of the next page."""
        return _Pages(self, self._walk(self._first))

    @overload
    async def to_frame(
        self, *, backend: Literal["polars"], timezone: Timezone = ...
    ) -> pl.DataFrame: ...
    @overload
    async def to_frame(
        self, *, backend: Literal["pandas"], timezone: Timezone = ...
    ) -> pd.DataFrame: ...
    @overload
    async def to_frame(
        self, *, backend: Literal["pyarrow"], timezone: Timezone = ...
    ) -> pa.Table: ...
    @overload
    async def to_frame(
        self, *, backend: BackendName | None = ..., timezone: Timezone = ...
    ) -> AnyFrame: ...
    async def to_frame(
        self, *, backend: BackendName | None = None, timezone: Timezone = UTC
    ) -> AnyFrame:
        """A data frame with one row for each system; reads the listing to its end.

        See `enphase_sdk.frames` for the columns.

        Args:
            backend: `polars`, `pandas` or `pyarrow`; None for the first that is installed of
                `pandas`, `polars`, `pyarrow`.
            timezone: Time zone of all instants in the frame, an IANA name or a `tzinfo` with
                one. The time zone of each system is in the column `timezone`.

        Returns:
            A `polars.DataFrame`, `pandas.DataFrame` or `pyarrow.Table`.

        Raises:
            InvalidArgumentError: an argument is unknown; no request was sent.
            ConfigError: the library is not installed; no request was sent.
            EnphaseError: the listing failed; the rows so far are lost. To keep them, add the
                pages one by one to an `enphase_sdk.frames.FrameBuilder`.
        """
        # Frames are an optional extra: programs without frames must not load it.
        from enphase_sdk.frames import FrameBuilder

        builder = FrameBuilder("systems", backend=backend, timezone=timezone)
        walk = self._walk(self._first)
        async for page in _Pages(self, walk):
            builder.add(evolve(page, systems=walk.new_systems()))
        return builder.frame()

    def __aiter__(self) -> AsyncIterator[models.System]:
        return _Systems(self, self._walk(self._first))


# Iterators, not generators: an async generator that is left early would need closing.
class _Pages(AsyncIterator["models.SystemsPage"]):
    def __init__(self, listing: AsyncSystemPages, walk: Walk) -> None:
        self._listing = listing
        self._walk = walk

    async def __anext__(self) -> models.SystemsPage:
        return await self._listing.fetch_page(self._walk)


class _Systems(AsyncIterator["models.System"]):
    def __init__(self, listing: AsyncSystemPages, walk: Walk) -> None:
        self._listing = listing
        self._walk = walk
        self._ready: Iterator[models.System] = iter(())

    async def __anext__(self) -> models.System:
        while True:
            for system in self._ready:
                return system
            await self._listing.fetch_page(self._walk)
            self._ready = iter(self._walk.new_systems())
