"""Results on stdout: a table for people, JSON or CSV for programs."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from attrs import frozen

from enphase_sdk.cli.formats import Form

__all__ = [
    "Field",
    "Heading",
    "View",
    "print_document",
    "show_all",
    "show_one",
]

Row: TypeAlias = Mapping[str, Any]


@frozen
class Heading:
    """The head of a table's column.

    Attributes:
        text: Its name, with the unit.
        numeric: Whether to align the column to the right.
        spare: The order in which columns are left out if the table is too wide: the highest
            number first, among equal numbers the rightmost.
        stays: Whether the column names the row and is never left out. If no column does, the
            first one is kept.
    """

    text: str
    numeric: bool = False
    spare: int = 0
    stays: bool = False


@frozen
class Field:
    """One value of a row.

    Attributes:
        name: Its column in CSV: the wire's name, prefixed with the names of its parents.
        heading: Its column in a table; None if the table does not show it.
        text: Makes the table's cell from the whole row.
    """

    name: str
    heading: Heading | None
    text: Callable[[Row], str]


@frozen
class View:
    """How the answers of one operation become rows.

    Attributes:
        fields: The values of a row.
        rows: Makes the rows of an answer in wire form.
        nothing: The text to print for an answer without a body.
    """

    fields: tuple[Field, ...]
    rows: Callable[[Any], Iterable[Row]]
    nothing: str = "no data"


def show_one(form: Form, view: View, wire: Any) -> None:
    """Print one answer; None stands for an answer without a body."""
    if form is Form.JSON:
        print_document([_json(wire) + "\n"])
    elif form is Form.TABLE and wire is None:
        from enphase_sdk.cli.failures import tell

        tell(view.nothing)
    else:
        _show_rows(form, view, () if wire is None else view.rows(wire))


def show_all(form: Form, view: View, records: Iterable[Row]) -> None:
    """Print a list of records, each as it arrives; after an error the JSON stays incomplete."""
    if form is Form.JSON:
        print_document(_json_list(records))
    else:
        _show_rows(form, view, (row for record in records for row in view.rows(record)))


def _show_rows(form: Form, view: View, rows: Iterable[Row]) -> None:
    if form is Form.CSV:
        from enphase_sdk.report.spreadsheet import csv_lines

        print_document(csv_lines([field.name for field in view.fields], rows))
        return
    from enphase_sdk.cli.tables import print_table
    from enphase_sdk.report.formats import UNKNOWN

    shown = [(field.heading, field.text) for field in view.fields if field.heading is not None]
    cells = [[text(row) for _, text in shown] for row in rows]
    told = [n for n in range(len(shown)) if not cells or any(row[n] != UNKNOWN for row in cells)]
    print_table([shown[n][0] for n in told], [[row[n] for n in told] for row in cells])


def _json(wire: Any) -> str:
    import msgspec

    return msgspec.json.encode(wire).decode()


def _json_list(records: Iterable[Row]) -> Iterator[str]:
    before = "[\n"
    for record in records:
        yield before + _json(record)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def print_document(parts: Iterable[str], *, at_once: bool = False) -> None:
    """Print text for programs, part by part: always UTF-8, with line ends unchanged.

    Args:
        parts: The parts of the text.
        at_once: Whether to flush after each part, for programs that read it immediately.
    """
    stream: object = sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", newline="")
    for part in parts:
        sys.stdout.write(part)
        if at_once:
            sys.stdout.flush()
