"""What models and operations share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from attrs import fields, frozen
from msgspec import UNSET, UnsetType

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from enphase_sdk.frames import AnyFrame, BackendName, Timezone

Unset = UnsetType

T = TypeVar("T")


@frozen
class Response(Generic[T]):
    """An answer with its status, and its body as a model where one is declared for it."""

    status_code: int
    content: bytes
    headers: Mapping[str, str]
    parsed: T | None


class Framed:
    """A result that can become a data frame."""

    __slots__ = ()

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
        """This result as a data frame; needs the extra `frames` of enphase-sdk.

        See `enphase_sdk.frames` for the columns: their names contain the units, values that were
        not reported are null.

        Args:
            backend: `polars`, `pandas` or `pyarrow`; None for the first that is installed of
                `pandas`, `polars`, `pyarrow`.
            timezone: The system's time zone, an IANA name or a `tzinfo` with one. Instants are
                given in it, and it decides which days of a lifetime series are complete. None:
                that of a `System`; UTC for the other results, which do not tell it.
            totals: For `RgmStats`: the sums over all meters instead of each meter.

        Returns:
            A `polars.DataFrame`, `pandas.DataFrame` or `pyarrow.Table`.

        Raises:
            enphase_sdk.errors.InvalidArgumentError: an argument is unknown.
            enphase_sdk.errors.ConfigError: the library is not installed.
        """
        # The only import of enphase_sdk here, and only when a frame is wanted.
        from enphase_sdk.frames._convert import frame_of_result

        return frame_of_result(self, backend=backend, timezone=timezone, totals=totals)


def present(model: Any) -> str:
    """The `repr` of a model without the fields that are absent."""
    names = [
        name for each in fields(model.__class__) if getattr(model, name := each.name) is not UNSET
    ]
    return f"{model.__class__.__name__}({', '.join(f'{n}={getattr(model, n)!r}' for n in names)})"


__all__ = ["UNSET", "Framed", "Response", "Unset", "present"]
