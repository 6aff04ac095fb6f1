"""Makes a frame from an answer's bytes or from models."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, tzinfo
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeGuard, TypeVar, overload

import msgspec
from msgspec import UnsetType

from enphase_sdk.core.decode import Reader
from enphase_sdk.core.effects import Reply
from enphase_sdk.core.json import is_array
from enphase_sdk.core.times import zone_named
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.frames._backends import AnyFrame, BackendName, backend_named
from enphase_sdk.frames._columns import NOTHING, Column, cleaned
from enphase_sdk.frames._making import Timezone, framed, zone_of
from enphase_sdk.frames._operations import (
    Operation,
    columns_of,
    operation_named,
    operation_of,
    shape_of,
)
from enphase_sdk.frames._wire import PARTS

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["FrameBuilder", "frame_of_result", "from_bytes", "to_frame"]

F = TypeVar("F")

# Shared, so that each deviation from the contract is logged once.
_reader = Reader()


@overload
def from_bytes(
    operation: Operation,
    content: bytes,
    *,
    backend: Literal["polars"],
    timezone: Timezone = ...,
    totals: bool = ...,
    charset: str | None = ...,
) -> pl.DataFrame: ...
@overload
def from_bytes(
    operation: Operation,
    content: bytes,
    *,
    backend: Literal["pandas"],
    timezone: Timezone = ...,
    totals: bool = ...,
    charset: str | None = ...,
) -> pd.DataFrame: ...
@overload
def from_bytes(
    operation: Operation,
    content: bytes,
    *,
    backend: Literal["pyarrow"],
    timezone: Timezone = ...,
    totals: bool = ...,
    charset: str | None = ...,
) -> pa.Table: ...
@overload
def from_bytes(
    operation: Operation,
    content: bytes,
    *,
    backend: BackendName | None = ...,
    timezone: Timezone = ...,
    totals: bool = ...,
    charset: str | None = ...,
) -> AnyFrame: ...
def from_bytes(
    operation: Operation,
    content: bytes,
    *,
    backend: BackendName | None = None,
    timezone: Timezone = UTC,
    totals: bool = False,
    charset: str | None = None,
) -> AnyFrame:
    """A frame directly from the bytes of an answer, without making its models.

    Deviations from the contract are read as in the models: a value that cannot be read is null,
    an entry of a list of records that is not an object is left out.

    Args:
        operation: The client's method that returned the answer: `stats`, `systems`, …
        content: The body (`enlighten.with_raw_response.stats(67).content`); an empty one, as
            of a 204, gives a frame without rows for the lifetime series.
        backend: `polars`, `pandas` or `pyarrow`; None for the first that is installed of
            `pandas`, `polars`, `pyarrow`.
        timezone: The system's time zone, an IANA name or a `tzinfo` with one: the zone of all
            instants; it also decides which days of a lifetime series are complete. None, as for a
            system without a time zone: UTC.
        totals: For `rgm_stats`: the sums over all meters instead of each meter.
        charset: The encoding that the answer declares, if it is not UTF-8.

    Returns:
        A `polars.DataFrame`, `pandas.DataFrame` or `pyarrow.Table`.

    Raises:
        APIResponseValidationError: the bytes are not JSON, or cannot be read.
        InvalidArgumentError: an argument is unknown.
        ConfigError: the library is not installed, or this machine has no time zone database.
    """
    builder = FrameBuilder(operation, backend=backend, timezone=timezone, totals=totals)
    builder.add_bytes(content, charset)
    return builder.frame()


@overload
def to_frame(
    results: object,
    *,
    backend: Literal["polars"],
    timezone: Timezone = ...,
    totals: bool = ...,
    operation: Operation | None = ...,
) -> pl.DataFrame: ...
@overload
def to_frame(
    results: object,
    *,
    backend: Literal["pandas"],
    timezone: Timezone = ...,
    totals: bool = ...,
    operation: Operation | None = ...,
) -> pd.DataFrame: ...
@overload
def to_frame(
    results: object,
    *,
    backend: Literal["pyarrow"],
    timezone: Timezone = ...,
    totals: bool = ...,
    operation: Operation | None = ...,
) -> pa.Table: ...
@overload
def to_frame(
    results: object,
    *,
    backend: BackendName | None = ...,
    timezone: Timezone = ...,
    totals: bool = ...,
    operation: Operation | None = ...,
) -> AnyFrame: ...
def to_frame(
    results: object,
    *,
    backend: BackendName | None = None,
    timezone: Timezone = UTC,
    totals: bool = False,
    operation: Operation | None = None,
) -> AnyFrame:
    """A frame from what an operation returned.

    Args:
        results: One result, or several of one kind, whose rows follow one another:
            `enlighten.stats(67)`, `enlighten.systems()`, `enlighten.systems().pages()`, a list
            of summaries. None, the result if a system has no series, adds no rows.
        backend: See `from_bytes`.
        timezone: See `from_bytes`.
        totals: See `from_bytes`.
        operation: The method that returned them; needed only if there may be no results.

    Raises:
        InvalidArgumentError: not results, results of several kinds, or an unknown argument.
        ConfigError: the library is not installed.
    """
    builder: FrameBuilder[AnyFrame] | None = None
    if operation is not None:
        builder = FrameBuilder(operation, backend=backend, timezone=timezone, totals=totals)
    for result in results if _are_several(results) else [results]:
        if result is None:
            continue
        if builder is None:
            found = operation_of(result)
            builder = FrameBuilder(found, backend=backend, timezone=timezone, totals=totals)
        builder.add(result)
    if builder is None:
        raise InvalidArgumentError(
            "there are no results, so it is not known which columns to make; pass operation= "
            "with the name of the method that was called"
        )
    return builder.frame()


def frame_of_result(
    result: object,
    *,
    backend: BackendName | None,
    timezone: Timezone,
    totals: bool,
    own: object = None,
) -> AnyFrame:
    """The frame of one result, in the time zone of its system if no other is given.

    Args:
        result: The result.
        backend: See `from_bytes`.
        timezone: See `from_bytes`.
        totals: See `from_bytes`.
        own: The zone of its system; None if the result may tell it. One that this machine does
            not know is UTC, because nobody has chosen it.
    """
    zone: Timezone | tzinfo = timezone
    if timezone is None:
        known = own or getattr(result, "timezone", None)
        zone = zone_named(known) if isinstance(known, str) else None
    return to_frame(result, backend=backend, timezone=zone, totals=totals)


class FrameBuilder(Generic[F]):
    """Collects the rows of many answers of one operation into one frame.

    Args:
        operation: See `from_bytes`.
        backend: See `from_bytes`.
        timezone: See `from_bytes`.
        totals: See `from_bytes`.

    Raises:
        InvalidArgumentError: an argument is unknown.
        ConfigError: the library is not installed.
    """

    @overload
    def __init__(
        self: FrameBuilder[pl.DataFrame],
        operation: Operation,
        *,
        backend: Literal["polars"],
        timezone: Timezone = ...,
        totals: bool = ...,
    ) -> None: ...
    @overload
    def __init__(
        self: FrameBuilder[pd.DataFrame],
        operation: Operation,
        *,
        backend: Literal["pandas"],
        timezone: Timezone = ...,
        totals: bool = ...,
    ) -> None: ...
    @overload
    def __init__(
        self: FrameBuilder[pa.Table],
        operation: Operation,
        *,
        backend: Literal["pyarrow"],
        timezone: Timezone = ...,
        totals: bool = ...,
    ) -> None: ...
    @overload
    def __init__(
        self: FrameBuilder[AnyFrame],
        operation: Operation,
        *,
        backend: BackendName | None = ...,
        timezone: Timezone = ...,
        totals: bool = ...,
    ) -> None: ...
    def __init__(
        self,
        operation: Operation,
        *,
        backend: BackendName | None = None,
        timezone: Timezone = UTC,
        totals: bool = False,
    ) -> None:
        self._operation: Operation = operation_named(operation, totals=totals)
        self._part = PARTS.get((self._operation, totals))
        self._table = columns_of(self._operation, totals=totals)
        self._zone, self._zone_name = zone_of(timezone)
        self._backend = backend_named(backend)
        self._columns: list[Column] = []

    def add(self, result: object, *, system_timezone: str | UnsetType | None = None) -> None:
        """Add the rows of one result, which is decoded already.

        Args:
            result: The result.
            system_timezone: The zone of its system (an IANA name), which decides which days of a
                lifetime series are complete. Default, and for an unknown one: the frame's.

        Raises:
            InvalidArgumentError: it is not a result of this operation.
        """
        zone: tzinfo | None = None
        if isinstance(system_timezone, str):
            zone = zone_named(system_timezone)
        # Of inverters one answer is a list of results.
        for one in result if is_array(result) else [result]:
            found = operation_of(one)
            if found != self._operation:
                raise InvalidArgumentError(f"a result of {found} among those of {self._operation}")
            self._append([cleaned(column) for column in self._table(one, zone or self._zone)])

    def add_bytes(self, content: bytes, charset: str | None = None) -> None:
        """Add the rows of one answer from its body.

        Args:
            content: The body.
            charset: See `from_bytes`.

        Raises:
            APIResponseValidationError: it is not JSON, or cannot be read.
        """
        if not content and self._operation.endswith("_lifetime"):
            return
        if self._part is not None:
            try:
                part = _decoder(self._part).decode(content)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                pass  # read again below, leniently, which also reports the problem
            else:
                self._append(self._table(part, self._zone))
                return
        headers = {"content-type": f"application/json; charset={charset}"} if charset else {}
        reply = Reply(200, headers, content)
        model = _reader.read(self._operation, shape_of(self._operation), reply)
        self._append([cleaned(column) for column in self._table(model, self._zone)])

    def frame(self) -> F:
        """The frame of all rows so far."""
        columns = self._columns or self._without_rows()
        frame: F = framed(columns, self._backend, self._zone_name)
        return frame

    def _append(self, columns: list[Column]) -> None:
        if not self._columns:
            self._columns = columns
            return
        for known, more in zip(self._columns, columns, strict=True):
            known.values += more.values

    def _without_rows(self) -> list[Column]:
        nothing = self._table(NOTHING, self._zone)
        return [Column(c.name, c.kind, [], c.seconds) for c in nothing]


@cache
def _decoder(part: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(part)


def _are_several(results: Any) -> TypeGuard[Iterable[Any]]:
    return isinstance(results, Iterable)
