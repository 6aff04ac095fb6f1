"""The columns of a frame as plain values, independent of the library."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from attrs import define, evolve

from enphase_sdk.core.json import is_array

__all__ = ["LATEST", "NOTHING", "Column", "Kind", "cleaned", "is_instant"]

# Epoch seconds (year 5138). A larger value is not a valid instant.
LATEST = 100_000_000_000


class Kind(Enum):
    """The meaning of a column's values, which decides its type in every library."""

    INTERVAL = auto()  # ends in epoch seconds; becomes `interval_start` and `interval_end`
    INSTANT = auto()  # epoch seconds
    DATE = auto()  # days since 1970-01-01
    MEASURE = auto()  # a quantity with a unit
    NUMBER = auto()  # a count, an id
    FLAG = auto()  # yes or no
    TEXT = auto()
    LABEL = auto()  # text that repeats, as pairs of the text and how many rows it fills
    ID = auto()  # a number that repeats, as such pairs
    TEXTS = auto()  # a list of texts in each row


@define
class Column:
    """One column; None is null.

    Attributes:
        name: Its name, with the unit.
        kind: What the values mean.
        values: One for each row; for a LABEL or an ID one pair for each run of equal rows.
        seconds: Length of the intervals, for an INTERVAL.
    """

    name: str
    kind: Kind
    values: list[Any]
    seconds: int = 0


class Nothing:
    """An answer, or a part of one, of which nothing is known: each of its fields is None."""

    def __getattr__(self, name: str) -> None:
        return None


NOTHING = Nothing()


def cleaned(column: Column) -> Column:
    """The same column with None for values that its kind cannot hold (after lenient reading)."""
    make = _MAKERS[column.kind]
    values: list[Any] = column.values
    if column.kind in (Kind.LABEL, Kind.ID):
        made: list[Any] = [(make(value), count) for value, count in values]
    else:
        made = [make(value) for value in values]
    return evolve(column, values=made)


def is_instant(value: object) -> bool:
    """Whether this can be epoch seconds."""
    return isinstance(value, int) and 0 <= value < LATEST


def _instant(value: object) -> object:
    return value if is_instant(value) else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and -(2**63) <= value < 2**63 else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _measure(value: object) -> float | None:
    if isinstance(value, float):
        return value
    try:
        return float(value) if isinstance(value, int) else None
    except OverflowError:
        return None


def _text(value: object) -> object:
    # A member of an open enumeration becomes plain text.
    return str(value) if isinstance(value, str) else None


def _texts(value: object) -> object:
    return [str(v) for v in value if isinstance(v, str)] if is_array(value) else None


_MAKERS: dict[Kind, Callable[[object], object]] = {
    Kind.INTERVAL: _instant,
    Kind.INSTANT: _instant,
    Kind.DATE: _number,
    Kind.MEASURE: _measure,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.TEXT: _text,
    Kind.LABEL: _text,
    Kind.ID: _number,
    Kind.TEXTS: _texts,
}
