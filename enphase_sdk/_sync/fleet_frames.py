# Made from enphase_sdk/_async/fleet_frames.py by `make generate`; edit that one.
"""One frame of an operation over many systems."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import UTC
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from enphase_sdk import models
from enphase_sdk.cloud.collecting import SystemFilters, SystemOperation

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from enphase_sdk._sync.fleet import Collection, Progress
    from enphase_sdk.errors import EnphaseError
    from enphase_sdk.frames import AnyFrame, BackendName, FleetFrame, Operation, Timezone

__all__ = ["FleetFrames"]


class FleetFrames(ABC):
    """Frames of many systems. Part of `Fleet`."""

    @abstractmethod
    def collect(
        self,
        operation: SystemOperation,
        systems: Iterable[models.System | int] | None = None,
        *,
        filters: SystemFilters | None = None,
        progress: Progress | None = None,
        ordered: bool = False,
        position: str | None = None,
        **arguments: Any,
    ) -> Collection[Any]:
        """See `Fleet`."""

    @overload
    def frame(
        self,
        operation: Operation,
        systems: Iterable[models.System | int] | None = ...,
        *,
        backend: Literal["polars"],
        timezone: Timezone = ...,
        totals: bool = ...,
        filters: SystemFilters | None = ...,
        progress: Progress | None = ...,
        position: str | None = ...,
        **arguments: Any,
    ) -> FleetFrame[pl.DataFrame]: ...
    @overload
    def frame(
        self,
        operation: Operation,
        systems: Iterable[models.System | int] | None = ...,
        *,
        backend: Literal["pandas"],
        timezone: Timezone = ...,
        totals: bool = ...,
        filters: SystemFilters | None = ...,
        progress: Progress | None = ...,
        position: str | None = ...,
        **arguments: Any,
    ) -> FleetFrame[pd.DataFrame]: ...
    @overload
    def frame(
        self,
        operation: Operation,
        systems: Iterable[models.System | int] | None = ...,
        *,
        backend: Literal["pyarrow"],
        timezone: Timezone = ...,
        totals: bool = ...,
        filters: SystemFilters | None = ...,
        progress: Progress | None = ...,
        position: str | None = ...,
        **arguments: Any,
    ) -> FleetFrame[pa.Table]: ...
    @overload
    def frame(
        self,
        operation: Operation,
        systems: Iterable[models.System | int] | None = ...,
        *,
        backend: BackendName | None = ...,
        timezone: Timezone = ...,
        totals: bool = ...,
        filters: SystemFilters | None = ...,
        progress: Progress | None = ...,
        position: str | None = ...,
        **arguments: Any,
    ) -> FleetFrame[AnyFrame]: ...
    def frame(
        self,
        operation: Operation,
        systems: Iterable[models.System | int] | None = None,
        *,
        backend: BackendName | None = None,
        timezone: Timezone = UTC,
        totals: bool = False,
        filters: SystemFilters | None = None,
        progress: Progress | None = None,
        position: str | None = None,
        **arguments: Any,
    ) -> FleetFrame[Any]:
        """Call one operation for many systems and make one frame of all the answers.

        A system that cannot be read does not end it: its error is in `errors` of the result.
        Columns and their types are the same whether there are rows or not. All rows are in
        memory until the frame is made.

        Args:
            operation: The name of an operation that has a frame and is asked by system, such as
                `"energy_lifetime"`, `"stats"` or `"summary"`.
            systems: Systems or their ids; None for the whole listing, fetched page by page.
            backend: `polars`, `pandas` or `pyarrow`; None for the first that is installed of
                `pandas`, `polars`, `pyarrow`.
            timezone: The zone of all instants in the frame, an IANA name or a `tzinfo` with one.
                Which days of a lifetime series are complete is decided in each system's own
                zone; in this one for a system without a zone, or given by its id only.
            totals: For `rgm_stats`: the sums over all meters instead of each meter.
            filters: See `collect`.
            progress: See `collect`.
            position: The `position` of an earlier frame, to read the rest; see `collect`.
            arguments: Keyword arguments of the operation, the same for every system.

        Returns:
            The frame, the errors by system, and what ended the run early, if anything did.

        Raises:
            InvalidArgumentError: the operation has no frame or is not asked by system, or an
                argument is not valid; no request was sent.
            ConfigError: the library is not installed; no request was sent.
            NotAvailableError: only API v4 has the operation.

        Source: the operation, and operation Systems for the listing.
        """
        # Frames are an optional extra: programs without frames must not load it.
        from enphase_sdk.frames import FleetFrame, FrameBuilder

        builder = FrameBuilder(operation, backend=backend, timezone=timezone, totals=totals)
        run = self.collect(
            cast("SystemOperation", operation),
            systems,
            filters=filters,
            progress=progress,
            ordered=True,
            position=position,
            **arguments,
        )
        errors: dict[int, EnphaseError] = {}
        for result in run:
            if result.error is not None:
                errors[result.system_id] = result.error
            elif result.value is not None:
                zone = result.system.timezone if result.system is not None else None
                builder.add(result.value, system_timezone=zone)
        return FleetFrame(builder.frame(), errors, run.stopped_by, run.position)
