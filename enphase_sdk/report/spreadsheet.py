"""CSV that is safe to open in spreadsheets: raw units, no cell is read as a formula."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from enphase_sdk.core.json import is_array
from enphase_sdk.report.rows import ROW_FIELDS, FleetReport

__all__ = ["csv_lines", "report_csv"]

# Some spreadsheet reads a text that begins with one of these as a formula.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - spreadsheets accept these full-width forms too


def csv_lines(columns: Sequence[str], records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A header and a line for each record, quoted as in RFC 4180, with this platform's line ends.

    What is not known is an empty cell. A text that a spreadsheet would take for a formula gets
    an apostrophe in front, which spreadsheets take as "text follows".
    """
    yield _line(columns)
    for record in records:
        yield _line([_cell(record.get(column)) for column in columns])


def report_csv(report: FleetReport) -> str:
    """The report's rows as CSV, worst first."""
    return "".join(csv_lines(ROW_FIELDS, (row.to_dict() for row in report.rows)))


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    # The tools of Linux and macOS would take a carriage return for a part of the last cell.
    return buffer.getvalue().removesuffix("\r\n") + os.linesep


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if is_array(value):
        value = "; ".join(map(str, value))
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    return str(value)
