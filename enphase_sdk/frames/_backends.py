"""Converts columns of plain values to columns of polars, pandas or pyarrow.

narwhals finds the library and checks its version. The columns themselves are built natively:
through narwhals' own constructors a day of intervals takes 2 to 10 times as long.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from enphase_sdk.errors import ConfigError, InvalidArgumentError

if TYPE_CHECKING:  # type checkers read the frames of a missing library as Any
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["AnyFrame", "Backend", "BackendName", "backend_named", "installed_backend"]

BackendName: TypeAlias = Literal["pandas", "polars", "pyarrow"]
AnyFrame: TypeAlias = "pd.DataFrame | pl.DataFrame | pa.Table"

MICROSECONDS = 1_000_000


class Backend(Protocol):
    """A library's columns and frame; None becomes its null."""

    def intervals(self, ends: list[Any], seconds: int, zone: str) -> tuple[Any, Any]:
        """Starts and ends of intervals, from their ends in epoch seconds."""
        ...

    def instants(self, values: list[Any], zone: str) -> Any:
        """Aware timestamps, from epoch seconds."""
        ...

    def dates(self, values: list[Any]) -> Any:
        """Days, from days since 1970-01-01."""
        ...

    def measures(self, values: list[Any]) -> Any:
        """64-bit floats."""
        ...

    def numbers(self, values: list[Any]) -> Any:
        """64-bit integers."""
        ...

    def flags(self, values: list[bool | None]) -> Any:
        """Booleans."""
        ...

    def texts(self, values: list[Any]) -> Any:
        """Texts."""
        ...

    def labels(self, runs: list[Any]) -> Any:
        """Repeated texts, from pairs of a text and its number of rows."""
        ...

    def ids(self, runs: list[Any]) -> Any:
        """Repeated numbers, from pairs of a number and its number of rows."""
        ...

    def text_lists(self, values: list[Any]) -> Any:
        """A list of texts in each row."""
        ...

    def frame(self, columns: dict[str, Any]) -> Any:
        """The frame."""
        ...


def _memory_of(values: list[Any], code: str) -> bytearray | None:
    """Eight bytes for each value, packed by `struct` with that code; None if a value is None."""
    memory = bytearray(8 * len(values))
    try:
        struct.pack_into(f"={len(values)}{code}", memory, 0, *values)
    except struct.error:
        return None
    return memory


def _memory_of_runs(runs: list[Any]) -> bytearray | None:
    """The memory of repeated 64-bit integers."""
    memory = bytearray()
    for number, count in runs:
        if number is None:
            return None
        memory += number.to_bytes(8, sys.byteorder, signed=True) * count
    return memory


class _Polars:
    def __init__(self, namespace: Any) -> None:
        self._pl = namespace

        # For speed: arithmetic with a series of length one takes a third of the time.
        def one(number: int) -> Any:
            return namespace.Series([number])

        def one_id(number: int | None) -> Any:
            return self.numbers([number])

        self._one = cache(one)
        self._one_id: Callable[..., Any] = lru_cache(one_id)

    def intervals(self, ends: list[Any], seconds: int, zone: str) -> tuple[Any, Any]:
        end = self.numbers(ends) * self._one(MICROSECONDS)
        start = end - self._one(seconds * MICROSECONDS)
        instant = self._pl.Datetime("us", zone)
        return start.cast(instant), end.cast(instant)

    def instants(self, values: list[Any], zone: str) -> Any:
        microseconds = self.numbers(values) * self._one(MICROSECONDS)
        return microseconds.cast(self._pl.Datetime("us", zone))

    def dates(self, values: list[Any]) -> Any:
        return self._pl.Series(values, dtype=self._pl.Int32).cast(self._pl.Date)

    def measures(self, values: list[Any]) -> Any:
        return self._pl.Series(values, dtype=self._pl.Float64)

    def numbers(self, values: list[Any]) -> Any:
        return self._pl.Series(values, dtype=self._pl.Int64)

    def flags(self, values: list[bool | None]) -> Any:
        return self._pl.Series(values, dtype=self._pl.Boolean)

    def texts(self, values: list[Any]) -> Any:
        return self._pl.Series(values, dtype=self._pl.String)

    def labels(self, runs: list[Any]) -> Any:
        parts = [self.texts([text]).new_from_index(0, count) for text, count in runs]
        return self._pl.concat(parts) if parts else self.texts([])

    def ids(self, runs: list[Any]) -> Any:
        parts = [self._one_id(number).new_from_index(0, count) for number, count in runs]
        if len(parts) == 1:
            return parts[0]
        return self._pl.concat(parts) if parts else self.numbers([])

    def text_lists(self, values: list[Any]) -> Any:
        return self._pl.Series(values, dtype=self._pl.List(self._pl.String))

    def frame(self, columns: dict[str, Any]) -> Any:
        first, *others = (series.alias(name) for name, series in columns.items())
        return first.to_frame().hstack(others)


class _PyArrow:
    def __init__(self, namespace: Any) -> None:
        self._pa = namespace
        self._subtract = import_module("pyarrow.compute").get_function("subtract")

        def duration(seconds: int) -> Any:
            return namespace.scalar(seconds, namespace.duration("s"))

        self._duration = cache(duration)

    def intervals(self, ends: list[Any], seconds: int, zone: str) -> tuple[Any, Any]:
        end = self.instants(ends, zone)
        return self._subtract.call([end, self._duration(seconds)]), end

    def instants(self, values: list[Any], zone: str) -> Any:
        return self._packed(values, "q", self._pa.timestamp("s", zone))

    def dates(self, values: list[Any]) -> Any:
        return self._pa.array(values, self._pa.date32())

    def measures(self, values: list[Any]) -> Any:
        return self._packed(values, "d", self._pa.float64())

    def numbers(self, values: list[Any]) -> Any:
        return self._packed(values, "q", self._pa.int64())

    def _packed(self, values: list[Any], code: str, kind: Any) -> Any:
        """The same as `pyarrow.array`, in half the time if no value is null."""
        memory = _memory_of(values, code)
        if memory is None:
            return self._pa.array(values, kind)
        return self._pa.Array.from_buffers(kind, len(values), [None, self._pa.py_buffer(memory)])

    def flags(self, values: list[bool | None]) -> Any:
        return self._pa.array(values, self._pa.bool_())

    def texts(self, values: list[Any]) -> Any:
        return self._pa.array(values, self._pa.string())

    def labels(self, runs: list[Any]) -> Any:
        text = self._pa.string()
        parts = [self._pa.repeat(self._pa.scalar(value, text), count) for value, count in runs]
        return self._pa.concat_arrays(parts) if parts else self.texts([])

    def ids(self, runs: list[Any]) -> Any:
        memory = _memory_of_runs(runs)
        if memory is None:
            return self.numbers([number for number, count in runs for _ in range(count)])
        kind, buffer = self._pa.int64(), self._pa.py_buffer(memory)
        return self._pa.Array.from_buffers(kind, len(memory) // 8, [None, buffer])

    def text_lists(self, values: list[Any]) -> Any:
        return self._pa.array(values, self._pa.list_(self._pa.string()))

    def frame(self, columns: dict[str, Any]) -> Any:
        return self._pa.Table.from_arrays(list(columns.values()), list(columns))


class _Pandas:
    def __init__(self, namespace: Any) -> None:
        if namespace.__version__.startswith(
            ("0.", "1.")
        ):  # older versions have timestamps in another unit
            raise ConfigError(
                f"frames of pandas need pandas 2 or newer, not {namespace.__version__}; "
                "install it: pip install --upgrade pandas"
            )
        self._pd = namespace
        self._np: Any = import_module("numpy")
        self._names: Callable[..., Any] = cache(lambda *names: namespace.Index(names))

        # Cached, because making one takes half as long as making the frame.
        def categories(*texts: str) -> Any:
            return namespace.CategoricalDtype(texts)

        def one_instant(zone: str) -> Any:
            utc = namespace.Series(self._np.zeros(1, "M8[us]")).dt.tz_localize("UTC")
            return utc.dt.tz_convert(zone).array

        self._categories: Callable[..., Any] = lru_cache(categories)
        self._one_instant: Callable[..., Any] = cache(one_instant)
        self._of_blocks: Callable[..., Any] | None = None
        if find_spec(
            "pandas.api.internals"
        ):  # exists from pandas 3 on, and takes a third of the time
            internals = import_module("pandas.api.internals")
            self._of_blocks = internals.create_dataframe_from_blocks

    def intervals(self, ends: list[Any], seconds: int, zone: str) -> tuple[Any, Any]:
        end = self._epochs(ends)
        start = end - self._np.timedelta64(seconds, "s")
        both = self._aware(self._np.concatenate((start, end)), zone).reshape(2, -1)
        return both[0], both[1]

    def instants(self, values: list[Any], zone: str) -> Any:
        return self._aware(self._epochs(values), zone)

    def _epochs(self, values: list[Any]) -> Any:
        memory = _memory_of(values, "q")
        if memory is None:
            return self._np.array(values, "M8[s]").astype("M8[us]")
        return self._np.frombuffer(memory, "M8[s]").astype("M8[us]")

    def _aware(self, epochs: Any, zone: str) -> Any:
        # One array repeated and written over takes a tenth of the time of one made of `epochs`.
        aware = self._one_instant(zone).repeat(len(epochs))
        aware.asi8[:] = epochs.view("i8")
        return aware

    def dates(self, values: list[Any]) -> Any:
        return self._np.array(values, "M8[D]").astype("M8[us]")

    def measures(self, values: list[Any]) -> Any:
        memory = _memory_of(values, "d")
        if memory is None:
            return self._np.fromiter(values, "f8", len(values))  # None becomes NaN
        return self._np.frombuffer(memory, "f8")

    def numbers(self, values: list[Any]) -> Any:
        memory = _memory_of(values, "q")
        if memory is None:
            return self._pd.array(values, dtype="Int64")
        return self._integers(memory)

    def _integers(self, memory: bytearray) -> Any:
        integers = self._np.frombuffer(memory, "i8")
        return self._pd.arrays.IntegerArray(integers, self._np.zeros(len(integers), bool))

    def flags(self, values: list[bool | None]) -> Any:
        return self._pd.array(values, dtype="boolean")

    def texts(self, values: list[Any]) -> Any:
        return self._pd.array(values, dtype="string")

    def labels(self, runs: list[Any]) -> Any:
        known = list(dict.fromkeys(text for text, _ in runs if text is not None))
        codes = [-1 if text is None else known.index(text) for text, _ in runs]
        repeated = self._np.repeat(self._np.array(codes, "i8"), [count for _, count in runs])
        return self._pd.Categorical.from_codes(repeated, dtype=self._categories(*known))

    def ids(self, runs: list[Any]) -> Any:
        memory = _memory_of_runs(runs)
        if memory is None:
            return self.numbers([number for number, count in runs for _ in range(count)])
        return self._integers(memory)

    def text_lists(self, values: list[Any]) -> Any:
        return self._pd.Series(values, dtype=object).to_numpy()

    def frame(self, columns: dict[str, Any]) -> Any:
        arrays = list(columns.values())
        rows = self._pd.RangeIndex.from_range(range(len(arrays[0])))
        # Made once: an index of names takes longer to make than the rest of the frame.
        names = self._names(*columns).view()
        if self._of_blocks is None:
            frame = self._pd.DataFrame(dict(enumerate(arrays)), index=rows, copy=False)
            frame.columns = names
            return frame
        places = self._np.arange(len(arrays)).reshape(-1, 1)
        plain = self._np.ndarray
        blocks = [a.reshape(1, -1) if isinstance(a, plain) else a for a in arrays]
        return self._of_blocks(list(zip(blocks, places, strict=True)), rows, names)


_BACKENDS: dict[str, Callable[[Any], Backend]] = {
    "pandas": _Pandas,
    "polars": _Polars,
    "pyarrow": _PyArrow,
}


def installed_backend() -> BackendName:
    """The first of pandas, polars and pyarrow that is installed.

    Raises:
        ConfigError: none of them is.
    """
    names: tuple[BackendName, ...] = ("pandas", "polars", "pyarrow")
    for name in names:
        if find_spec(name) is not None:
            return name
    raise ConfigError(
        "frames need pandas, polars or pyarrow, and none of them is installed; "
        "install one: pip install 'enphase-sdk[frames]' pandas"
    )


@cache
def backend_named(name: str | None) -> Backend:
    """The library of that name, imported now; None for the first that is installed.

    Raises:
        InvalidArgumentError: no backend has that name.
        ConfigError: the library or narwhals is not installed, or too old.
    """
    if name is None:
        return backend_named(installed_backend())
    if name not in _BACKENDS:
        known = ", ".join(map(repr, _BACKENDS))
        raise InvalidArgumentError(f"backend must be one of {known}, not {name!r}")
    try:
        from narwhals import Implementation

        return _BACKENDS[name](Implementation.from_string(name).to_native_namespace())
    except ImportError as error:
        missing = error.name or name
        raise ConfigError(
            f"frames of {name} need {missing}, which cannot be imported; "
            f"install it: pip install 'enphase-sdk[frames]' {name}"
        ) from error
