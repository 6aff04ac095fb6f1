"""Results on stdout: a table for people, JSON or CSV for programs."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any, TypeAlias

from attrs import evolve, frozen

from enphase_sdk.cli.formats import Form
from enphase_sdk.errors import InvalidArgumentError

__all__ = [
    "Choice",
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
        total: Writes the column's sum below a table of several rows; None if there is no sum.
    """

    name: str
    heading: Heading | None
    text: Callable[[Row], str]
    total: Callable[[float], str] | None = None


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

    def with_ids(self) -> View:
        """The same for answers about several systems: a table shows each row's system, too."""
        return evolve(
            self,
            fields=tuple(
                evolve(field, heading=Heading("ID", numeric=True, stays=True))
                if field.name == "system_id" and field.heading is None
                else field
                for field in self.fields
            ),
        )

    def in_zones(self, zones: Mapping[Any, tzinfo]) -> View:
        """The same, where a table shows instants in the time zones of these systems, by id."""

        def rows(wire: Any) -> Iterator[Row]:
            for row in self.rows(wire):
                zone = zones.get(row.get("system_id"))
                yield row if zone is None else {**row, "timezone": str(zone)}

        return evolve(self, rows=rows)


@frozen
class Choice:
    """Which columns of the rows are shown, and in which order the rows are.

    Attributes:
        fields: Names of CSV columns, separated by commas; None for all.
        sort: A CSV column to sort by, with `-` in front from the largest; None as they come.
            Values that are not known are last.
    """

    fields: str | None = None
    sort: str | None = None

    def __bool__(self) -> bool:
        return self.fields is not None or self.sort is not None

    def of(self, view: View) -> View:
        """The view with the chosen columns only.

        Raises:
            InvalidArgumentError: the view has no such column.
        """
        if self.sort is not None:
            _named(view, self.sort.removeprefix("-"), "sort")
        if self.fields is None:
            return view
        names = [name.strip() for name in self.fields.split(",") if name.strip()]
        chosen = [_named(view, name, "fields") for name in names]
        return evolve(view, fields=tuple(_with_heading(field) for field in chosen))

    def sorted(self, rows: Iterable[Row]) -> Iterable[Row]:
        """The rows in the chosen order."""
        if self.sort is None:
            return rows
        name, falling = self.sort.removeprefix("-"), self.sort.startswith("-")
        every = list(rows)
        known = [row for row in every if row.get(name) is not None]
        known.sort(key=lambda row: _rank(row[name]), reverse=falling)
        return [*known, *(row for row in every if row.get(name) is None)]


def _named(view: View, name: str, option: str) -> Field:
    for field in view.fields:
        if field.name == name:
            return field
    names = ", ".join(field.name for field in view.fields)
    raise InvalidArgumentError(f"--{option}: there is no column {name!r}; use {names}")


def _with_heading(field: Field) -> Field:
    return evolve(field, heading=field.heading or Heading(field.name))


def _rank(value: Any) -> tuple[bool, Any]:
    """Numbers before texts, each in its own order."""
    is_number = isinstance(value, (int, float))
    return not is_number, value if is_number else str(value).casefold()


EVERYTHING = Choice()


def show_one(form: Form, view: View, wire: Any, choice: Choice = EVERYTHING) -> None:
    """Print one answer; None stands for an answer without a body."""
    view, rows = choice.of(view), () if wire is None else view.rows(wire)
    if form is Form.JSON:
        if choice:
            print_document(_json_list(_chosen(view, choice.sorted(rows))))
        else:
            print_document([_json(wire) + "\n"])
    elif form is Form.TABLE and wire is None:
        from enphase_sdk.cli.failures import tell

        tell(view.nothing)
    else:
        _show_rows(form, view, choice.sorted(rows))


def show_all(form: Form, view: View, records: Iterable[Row], choice: Choice = EVERYTHING) -> None:
    """Print a list of records, each as it arrives; after an error the JSON stays incomplete."""
    shown, rows = choice.of(view), (row for record in records for row in view.rows(record))
    if form is not Form.JSON:
        _show_rows(form, shown, choice.sorted(rows))
    elif choice:
        print_document(_json_list(_chosen(shown, choice.sorted(rows))))
    else:
        print_document(_json_list(records))


def _chosen(view: View, rows: Iterable[Row]) -> Iterator[Row]:
    names = [field.name for field in view.fields]
    return ({name: row.get(name) for name in names} for row in rows)


def _show_rows(form: Form, view: View, rows: Iterable[Row]) -> None:
    if form is Form.CSV:
        from enphase_sdk.report.spreadsheet import csv_lines

        print_document(csv_lines([field.name for field in view.fields], rows))
        return
    from enphase_sdk.cli.tables import print_table
    from enphase_sdk.report.formats import UNKNOWN

    shown = [(field, field.heading) for field in view.fields if field.heading is not None]
    every = list(rows)
    cells = [[field.text(row) for field, _ in shown] for row in every]
    told = [n for n in range(len(shown)) if not cells or any(row[n] != UNKNOWN for row in cells)]
    footer = _totals([shown[n][0] for n in told], every) if len(every) > 1 else None
    print_table(
        [shown[n][1] for n in told], [[row[n] for n in told] for row in cells], footer=footer
    )


def _totals(fields: Sequence[Field], rows: Sequence[Row]) -> list[str] | None:
    """The sums of the columns that have one; None if there is none.

    Values that are not known are left out, and the number of values in the sum is shown.
    """
    cells = ["" if field.total is None else _total(field, field.total, rows) for field in fields]
    if not any(cells):
        return None
    name = next((n for n, field in enumerate(fields) if field.total is None), None)
    if name is not None:
        cells[name] = "Total"
    return cells


def _total(field: Field, text: Callable[[float], str], rows: Sequence[Row]) -> str:
    known = [row[field.name] for row in rows if isinstance(row.get(field.name), (int, float))]
    if not known:
        return ""
    of = "" if len(known) == len(rows) else f" ({len(known)} of {len(rows)})"
    return text(sum(known)) + of


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
