"""CSV that is safe to open in spreadsheets: raw units, no cell is read as a formula."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from enphase_sdk.core.json import is_array
from enphase_sdk.report.findings import Finding, iso
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


# What a system needs, after its row.
_NEEDS = ("todo", "finding", "since", "lost_kwh")


def report_csv(report: FleetReport) -> str:
    """The report's rows as CSV, worst first, each with the worst finding on its system.

    `todo` is what to do (visit, call, watch; outage: it stopped with its area), `finding` the kind
    of the problem, `since` its first day or instant in the system's zone, `lost_kwh` the estimated
    loss. They are empty for a system without a finding, and where they are not known.
    """
    needs = _worst_findings(report)
    rows = (row.to_dict() | needs.get(row.system_id, {}) for row in report.rows)
    return "".join(csv_lines((*ROW_FIELDS, *_NEEDS), rows))


def _worst_findings(report: FleetReport) -> dict[int, dict[str, Any]]:
    assessment = report.assessment
    if assessment is None:
        return {}
    outages = [
        (system_id, ("outage", outage.kind.value, iso(outage.since), None))
        for outage in assessment.outages
        for system_id in outage.system_ids
    ]
    urgent = [*assessment.visits, *assessment.calls]
    told = [
        *((one.system_id, _needs(one)) for one in urgent),
        *outages,
        *((one.system_id, _needs(one)) for one in assessment.watched),
    ]
    return {
        system_id: dict(zip(_NEEDS, values, strict=True)) for system_id, values in reversed(told)
    }


def _needs(finding: Finding) -> tuple[Any, ...]:
    lost = None if finding.lost_wh is None else round(finding.lost_wh / 1e3, 3)
    since = None if finding.since is None else iso(finding.since)
    return finding.todo.value, finding.kind.value, since, lost


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
