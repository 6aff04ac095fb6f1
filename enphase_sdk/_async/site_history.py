"""A site's history, fetched in parts during the iteration."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC
from typing import TYPE_CHECKING, Literal, overload

from enphase_sdk.core.measures import HistoryInterval, Measure

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from enphase_sdk.frames import AnyFrame, BackendName, Timezone

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
        self._read: list[HistoryInterval] = []  # of a frame whose history failed

    async def __anext__(self) -> HistoryInterval:
        while True:
            for interval in self._ready:
                return interval
            found = await self._fetch()
            if found is None:
                raise StopAsyncIteration
            self._ready = iter(found)

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
        """A data frame with one row for each interval that is left; reads the history to its end.

        Columns: `measure`, `interval_start`, `interval_end` (aware), `power_w`, `energy_wh`,
        `devices_reporting`, `total_devices`, `final`; null is what was not reported.

        Args:
            backend: `polars`, `pandas` or `pyarrow`; None for the first that is installed of
                `pandas`, `polars`, `pyarrow`.
            timezone: Time zone of the instants, an IANA name or a `tzinfo` with one.

        Returns:
            A `polars.DataFrame`, `pandas.DataFrame` or `pyarrow.Table`.

        Raises:
            InvalidArgumentError: an argument is unknown; nothing was asked.
            ConfigError: the library is not installed; nothing was asked.
            EnphaseError: the history failed; called again, it goes on where that happened and
                loses no row.
        """
        # Frames are an optional extra: programs without frames must not load it.
        from enphase_sdk.frames._history import HistoryFrame

        made = HistoryFrame(backend, timezone)
        async for interval in self:
            self._read.append(interval)
        found, self._read = self._read, []
        frame: AnyFrame = made.of(self.measure, found)
        return frame
