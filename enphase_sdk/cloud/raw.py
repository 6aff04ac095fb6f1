"""A complete answer together with the model read from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Generic, Literal, TypeVar, cast, overload

from attrs import field, frozen

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from enphase_sdk.frames import AnyFrame, BackendName, Operation, Timezone

__all__ = ["RawResponse"]

T = TypeVar("T")


@frozen
class RawResponse(Generic[T]):
    """A successful answer.

    Attributes:
        operation: The method that was called, as on the client: `stats`, `systems`, …
        status_code: 200, or 204 for an answer without a body.
        headers: The headers; names are case-insensitive.
        content: The body's bytes.
        parsed: The model read from it.
    """

    operation: str
    status_code: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    parsed: T

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
        self, *, backend: BackendName | None = None, timezone: Timezone = UTC, totals: bool = False
    ) -> AnyFrame:
        """The answer as a data frame; see `enphase_sdk.frames`.

        The same as that of `parsed`: of v4, one result may be put together of several answers.

        Args:
            backend: `polars`, `pandas` or `pyarrow`; None for the first that is installed of
                `pandas`, `polars`, `pyarrow`.
            timezone: The system's time zone, an IANA name or a `tzinfo` with one. Instants are
                given in it, and it decides which days of a lifetime series are complete. None,
                as for a system without a time zone: UTC.
            totals: For `rgm_stats`: the sums over all meters instead of each meter.

        Returns:
            A `polars.DataFrame`, `pandas.DataFrame` or `pyarrow.Table`; energies in Wh, powers
            in W; values that were not reported are null.

        Raises:
            InvalidArgumentError: an argument is unknown, or the operation has no frame; the
                message says why.
            ConfigError: the library is not installed.
        """
        # Frames are an optional extra: programs without frames must not load it.
        from enphase_sdk import frames

        return frames.to_frame(
            self.parsed,
            operation=cast("Operation", self.operation),
            backend=backend,
            timezone=timezone,
            totals=totals,
        )
