"""Makes a frame from an answer's bytes or from models."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, tzinfo
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeGuard, TypeVar, overload

import msgspec
from msgspec import UnsetType

from enphase_sdk.core.decode import Reader
from enphase_sdk.core.effects import Reply
from enphase_sdk.core.times import zone_named
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.frames._backends import AnyFrame, Backend, BackendName, backend_named
from enphase_sdk.frames._columns import NOTHING, Column, Kind, cleaned
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

__all__ = ["FrameBuilder", "Operation", "Timezone", "from_bytes", "to_frame", "zone_of"]

F = TypeVar("F")

# A system's time zone; for a system without one (None or UNSET) UTC is used.
Timezone: TypeAlias = str | tzinfo | UnsetType | None

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
        self._operation = operation_named(operation, totals=totals)
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
        found = operation_of(result)
        if found != self._operation:
            raise InvalidArgumentError(f"a result of {found} among those of {self._operation}")
        zone: tzinfo | None = None
        if isinstance(system_timezone, str):
            zone = zone_named(system_timezone)
        self._append([cleaned(column) for column in self._table(result, zone or self._zone)])

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
        frame: F = _framed(columns, self._backend, self._zone_name)
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


def frame_of(
    columns: Iterable[Column], backend: BackendName | None, timezone: Timezone
) -> AnyFrame:
    """A frame of columns that were made elsewhere; raises like `to_frame`."""
    made: AnyFrame = _framed(map(cleaned, columns), backend_named(backend), zone_of(timezone)[1])
    return made


def _framed(columns: Iterable[Column], backend: Backend, zone: str) -> Any:
    made: dict[str, Any] = {}
    for column in columns:
        if column.kind is Kind.INTERVAL:
            made["interval_start"], made["interval_end"] = backend.intervals(
                column.values, column.seconds, zone
            )
        else:
            made[column.name] = _series(backend, column, zone)
    return backend.frame(made)


def _series(backend: Backend, column: Column, zone: str) -> Any:
    values = column.values
    # The series come first, because one comparison takes as long as ten values.
    match column.kind:
        case Kind.MEASURE:
            return backend.measures(values)
        case Kind.NUMBER:
            return backend.numbers(values)
        case Kind.INSTANT:
            return backend.instants(values, zone)
        case Kind.FLAG:
            return backend.flags(values)
        case Kind.DATE:
            return backend.dates(values)
        case Kind.ID:
            return backend.ids(values)
        case Kind.LABEL:
            return backend.labels(values)
        case Kind.TEXTS:
            return backend.text_lists(values)
        case _:
            return backend.texts(values)


@cache
def _decoder(part: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(part)


def _are_several(results: Any) -> TypeGuard[Iterable[Any]]:
    return isinstance(results, Iterable)


def zone_of(timezone: Timezone) -> tuple[tzinfo, str]:
    """A zone and its name; UTC where a system has none.

    Raises:
        InvalidArgumentError: it is no zone.
    """
    if timezone is UTC or timezone is None or isinstance(timezone, UnsetType):
        return UTC, "UTC"
    name = timezone if isinstance(timezone, str) else getattr(timezone, "key", None)
    zone = zone_named(name)
    if zone is None:
        raise InvalidArgumentError(
            f"timezone: an IANA name like 'America/Denver' is wanted, not {timezone!r}; "
            "a system's is its `timezone`"
        )
    return zone, zone.key
