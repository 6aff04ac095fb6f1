"""Turns an answer in wire form into flat rows; only the nesting is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from enphase_sdk.core.json import is_array, is_object

__all__ = ["daily_rows", "rows_of"]


def rows_of(wire: Any, around: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """A row for each innermost record, with the values of the records around it.

    An object within a record gives columns with its name in front (`meta.status`:
    `meta_status`). `list` names the list of a row.
    """
    if is_array(wire):
        for item in wire:
            yield from rows_of(item, around)
        return
    row = dict(around or {})
    lists: dict[str, list[Any]] = {}
    for name, value in _flat(wire):
        if is_array(value) and all(is_object(item) for item in value):
            lists[name] = value
        else:
            row[name] = value
    if not lists:
        yield row
    for name, items in lists.items():
        yield from rows_of(items, {**row, "list": name})


def daily_rows(wire: Any) -> Iterator[dict[str, Any]]:
    """A row for each day of a lifetime series; the wire's lists of Wh become its columns.

    Zeros at a list's end are days not reported yet: their cells are empty.
    """
    series = {name: _reported(value) for name, value in wire.items() if is_array(value)}
    first = date.fromisoformat(wire["start_date"]) if wire.get("start_date") else None
    for offset in range(max(map(len, series.values()), default=0)):
        row: dict[str, Any] = {"system_id": wire.get("system_id")}
        row["date"] = _day(first, offset)
        for name, values in series.items():
            row[name] = values[offset] if offset < len(values) else None
        yield row


def _day(first: date | None, offset: int) -> str | None:
    """The date `offset` days after the first; None if it is out of the calendar's range."""
    try:
        return None if first is None else str(first + timedelta(days=offset))
    except OverflowError:
        return None


def _flat(wire: Any) -> Iterator[tuple[str, Any]]:
    for name, value in wire.items():
        if is_object(value):
            for inner, deep in _flat(value):
                yield f"{name}_{inner}", deep
        else:
            yield name, value


def _reported(values: list[Any]) -> list[Any]:
    end = len(values)
    while end and not values[end - 1]:
        end -= 1
    return [*values[:end], *[None] * (len(values) - end)]
