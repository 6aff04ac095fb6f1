"""What a run over many systems gives for one of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Generic, Literal, TypeVar, overload

from attrs import frozen

from enphase_sdk import models
from enphase_sdk.errors import EnphaseError, InvalidArgumentError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from enphase_sdk.frames import AnyFrame, BackendName, Timezone

__all__ = ["Collected", "FleetRecord"]

T = TypeVar("T")


@frozen
class Collected(Generic[T]):
    """The result for one system.

    Attributes:
        system_id: The system.
        system: The system as listed; None if only its id was given.
        value: The operation's result; None if it failed, or for status 204.
        error: Why there is no value, or None.
        read_at: When the result arrived (aware, UTC).
    """

    system_id: int
    system: models.System | None
    value: T | None
    error: EnphaseError | None
    read_at: datetime

    @overload
    def to_frame(
        self, *, backend: Literal["polars"], timezone: Timezone = ..., totals: bool = ...
    ) -> pl.DataFrame: ...
    @overload
    def to_frame(
        self, *, backend: Literal["pandas"], timezone: Timezone = ..., totals: bool = ...
    ) -> pd.DataFrame: ...
    @overload
    def to_frame(
        self, *, backend: Literal["pyarrow"], timezone: Timezone = ..., totals: bool = ...
    ) -> pa.Table: ...
    @overload
    def to_frame(
        self, *, backend: BackendName | None = ..., timezone: Timezone = ..., totals: bool = ...
    ) -> AnyFrame: ...
    def to_frame(
        self, *, backend: BackendName | None = None, timezone: Timezone = None, totals: bool = False
    ) -> AnyFrame:
        """The value as a data frame, in the system's time zone; see `enphase_sdk.frames`.

        One frame of many systems: `Fleet.frame()`. One row for each system, errors included:
        `frames.to_frame(results)`, if the values are summaries.

        Args:
            backend: `polars`, `pandas` or `pyarrow`; None for the first that is installed of
                `pandas`, `polars`, `pyarrow`.
            timezone: An IANA name or a `tzinfo` with one. None: the system's own; UTC if only
                its id was given, or if its zone is not known.
            totals: For `rgm_stats`: the sums over all meters instead of each meter.

        Raises:
            EnphaseError: `error`, if the system could not be read.
            InvalidArgumentError: an argument is unknown, there is no frame of the value, or there
                is no value (status 204: the system has no such series).
            ConfigError: the library is not installed.
        """
        if self.error is not None:
            raise self.error
        if self.value is None:
            raise InvalidArgumentError(
                f"system {self.system_id} has no value (status 204), so it is not known which "
                "columns to make; frames.to_frame(result.value, operation=...) makes no rows"
            )
        # Frames are an optional extra: programs without frames must not load it.
        from enphase_sdk.frames._convert import frame_of_result

        own = self.system.timezone if self.system is not None else None
        return frame_of_result(
            self.value, backend=backend, timezone=timezone, totals=totals, own=own
        )


@frozen
class FleetRecord:
    """The result for one system: its summary or an error.

    `frames.to_frame(records)` makes one frame of many, a row for each.

    Attributes:
        system: The system as listed.
        summary: The summary of the system's current day; None if it could not be read.
        error: Why there is no summary, or None.
        read_at: When the result arrived (aware, UTC).
    """

    system: models.System
    summary: models.Summary | None
    error: EnphaseError | None
    read_at: datetime
