"""Columns of plain values as columns of polars, pandas or pyarrow.

narwhals finds the library and checks its version. The columns themselves are built natively:
through narwhals' own constructors a day of intervals takes 2 to 10 times as long.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from enphase_sdk.errors import ConfigError, InvalidArgumentError

__all__ = ["Backend", "backend_named"]

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

    def texts(self, values: list[Any]) -> Any:
        """Texts."""
        ...

    def labels(self, runs: list[Any]) -> Any:
        """Texts that repeat, from pairs of the text and how often."""
        ...

    def text_lists(self, values: list[Any]) -> Any:
        """A list of texts in each row."""
        ...

    def frame(self, columns: dict[str, Any]) -> Any:
        """The frame."""
        ...


class _Polars:
    def __init__(self, namespace: Any) -> None:
        self._pl = namespace

        # Arithmetic with a series of one takes a third of that with a number.
        def one(number: int) -> Any:
            return namespace.Series([number])

        self._one = cache(one)

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
        return self._pl.Series(values, dtype=self._pl.Float64, strict=False)

    def numbers(self, values: list[Any]) -> Any:
        # Without the check of each value it takes half as long; they are checked already.
        return self._pl.Series(values, dtype=self._pl.Int64, strict=False)

    def texts(self, values: list[Any]) -> Any:
        return self._pl.Series(values, dtype=self._pl.String)

    def labels(self, runs: list[Any]) -> Any:
        parts = [self.texts([text]).new_from_index(0, count) for text, count in runs]
        return self._pl.concat(parts) if parts else self.texts([])

    def text_lists(self, values: list[Any]) -> Any:
        return self._pl.Series(values, dtype=self._pl.List(self._pl.String))

    def frame(self, columns: dict[str, Any]) -> Any:
        return self._pl.DataFrame([series.alias(name) for name, series in columns.items()])


class _PyArrow:
    def __init__(self, namespace: Any) -> None:
        self._pa = namespace
        self._compute = import_module("pyarrow.compute")
        self._scalar: Callable[[int], Any] = cache(namespace.scalar)

    def intervals(self, ends: list[Any], seconds: int, zone: str) -> tuple[Any, Any]:
        end = self.numbers(ends)
        start = self._compute.subtract(end, self._scalar(seconds))
        instant = self._pa.timestamp("s", zone)
        return start.view(instant), end.view(instant)

    def instants(self, values: list[Any], zone: str) -> Any:
        return self.numbers(values).view(self._pa.timestamp("s", zone))

    def dates(self, values: list[Any]) -> Any:
        return self._pa.array(values, self._pa.date32())

    def measures(self, values: list[Any]) -> Any:
        return self._packed(values, "d", self._pa.float64())

    def numbers(self, values: list[Any]) -> Any:
        return self._packed(values, "q", self._pa.int64())

    def _packed(self, values: list[Any], code: str, kind: Any) -> Any:
        """What `pyarrow.array` makes of them, in half the time where none is null."""
        try:
            packed = struct.pack(f"={len(values)}{code}", *values)
        except struct.error:  # some are None
            return self._pa.array(values, kind)
        return self._pa.Array.from_buffers(kind, len(values), [None, self._pa.py_buffer(packed)])

    def texts(self, values: list[Any]) -> Any:
        return self._pa.array(values, self._pa.string())

    def labels(self, runs: list[Any]) -> Any:
        ends: list[int] = []
        for _, count in runs:
            ends.append(count + (ends[-1] if ends else 0))
        encoded = self._pa.RunEndEncodedArray.from_arrays(
            self._pa.array(ends, self._pa.int32()), self.texts([text for text, _ in runs])
        )
        return self._compute.run_end_decode(encoded)

    def text_lists(self, values: list[Any]) -> Any:
        return self._pa.array(values, self._pa.list_(self._pa.string()))

    def frame(self, columns: dict[str, Any]) -> Any:
        return self._pa.table(columns)


class _Pandas:
    def __init__(self, namespace: Any) -> None:
        self._pd = namespace
        self._np: Any = import_module("numpy")
        self._names: Callable[..., Any] = cache(lambda *names: namespace.Index(names))

    def intervals(self, ends: list[Any], seconds: int, zone: str) -> tuple[Any, Any]:
        end = self.instants(ends, zone)
        return end - timedelta(seconds=seconds), end

    def instants(self, values: list[Any], zone: str) -> Any:
        try:
            microseconds = self._np.fromiter(values, "i8", len(values)) * MICROSECONDS
        except TypeError:  # some are None
            microseconds = self._np.array(values, "M8[s]").astype("M8[us]").view("i8")
        # Integers with an aware type are instants, taken as they are; datetimes would be wall time.
        aware = self._pd.DatetimeTZDtype("us", zone)
        return self._pd.array(microseconds, dtype=aware, copy=False)

    def dates(self, values: list[Any]) -> Any:
        return self._np.array(values, "M8[D]").astype("M8[us]")

    def measures(self, values: list[Any]) -> Any:
        return self._np.fromiter(values, "f8", len(values))  # None becomes NaN

    def numbers(self, values: list[Any]) -> Any:
        try:
            integers = self._np.fromiter(values, "i8", len(values))
        except TypeError:  # some are None
            return self._pd.array(values, dtype="Int64")
        return self._pd.arrays.IntegerArray(integers, self._np.zeros(len(values), bool))

    def texts(self, values: list[Any]) -> Any:
        return self._pd.array(values, dtype="string")

    def labels(self, runs: list[Any]) -> Any:
        known = list(dict.fromkeys(text for text, _ in runs if text is not None))
        codes = [-1 if text is None else known.index(text) for text, _ in runs]
        repeated = self._np.repeat(self._np.array(codes, "i8"), [count for _, count in runs])
        return self._pd.Categorical.from_codes(repeated, categories=known, validate=False)

    def text_lists(self, values: list[Any]) -> Any:
        return self._pd.Series(values, dtype=object)

    def frame(self, columns: dict[str, Any]) -> Any:
        rows = self._pd.RangeIndex(len(next(iter(columns.values()))))
        # Numbered at first: to make an index of the names takes longer than all the rest.
        frame = self._pd.DataFrame(dict(enumerate(columns.values())), index=rows, copy=False)
        frame.columns = self._names(*columns).view()
        return frame


_BACKENDS: dict[str, Callable[[Any], Backend]] = {
    "pandas": _Pandas,
    "polars": _Polars,
    "pyarrow": _PyArrow,
}


@cache
def backend_named(name: str) -> Backend:
    """The library of that name, imported now.

    Raises:
        InvalidArgumentError: there is none of that name here.
        ConfigError: it, or narwhals, is not installed or too old.
    """
    if name not in _BACKENDS:
        known = ", ".join(map(repr, _BACKENDS))
        raise InvalidArgumentError(f"backend: one of {known} is wanted, not {name!r}")
    try:
        from narwhals import Implementation

        return _BACKENDS[name](Implementation.from_string(name).to_native_namespace())
    except ImportError as error:
        missing = error.name or name
        raise ConfigError(
            f"frames of {name} need {missing}, which cannot be imported; "
            f"install it: pip install 'enphase-sdk[frames]' {name}"
        ) from error
