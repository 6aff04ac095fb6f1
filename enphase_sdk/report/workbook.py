"""The report as an Excel workbook: texts as texts, numbers as numbers, units in the headings."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from importlib import import_module
from typing import Any

from attrs import frozen

from enphase_sdk.errors import ConfigError
from enphase_sdk.report.findings import Assessment, Finding
from enphase_sdk.report.rows import FleetReport, ReportRow
from enphase_sdk.report.source import POWERED_BY, POWERED_BY_URL, SOURCE

__all__ = ["check_workbook", "report_xlsx"]

# Limits of Excel: characters in a cell, and the first year of its calendar.
_LONGEST = 32_767
_FIRST_YEAR = 1900


@frozen
class _Field:
    """A column: its heading, and the value of a record."""

    heading: str
    value: Callable[[Any], Any]
    width: int = 12


def _kilo(value: float | None) -> float | None:
    return None if value is None else value / 1000


_SYSTEMS: Sequence[_Field] = (
    _Field("System ID", lambda row: row.system_id),
    _Field("System", lambda row: row.system_name, 28),
    _Field("Condition", lambda row: row.condition.words, 14),
    _Field("Why", lambda row: ": ".join(filter(None, (row.reason, row.problem))), 40),
    _Field("City", lambda row: row.city, 16),
    _Field("State", lambda row: row.state, 8),
    _Field("Postal code", lambda row: row.postal_code),
    _Field("Country", lambda row: row.country, 8),
    _Field("Time zone", lambda row: row.timezone, 20),
    _Field("Connection", lambda row: row.connection_type),
    _Field("Status", lambda row: row.status),
    _Field("Last report (local time)", lambda row: row.last_report_at, 20),
    _Field("Newest energy (local time)", lambda row: row.last_energy_at, 20),
    _Field("Size (kW)", lambda row: _kilo(row.size_w)),
    _Field("Energy today (kWh)", lambda row: _kilo(row.energy_today_wh)),
    _Field("Energy lifetime (kWh)", lambda row: _kilo(row.energy_lifetime_wh)),
    _Field("Last day", lambda row: row.last_day),
    _Field("Energy of the last day (kWh)", lambda row: _kilo(row.last_day_wh)),
    _Field("Yield (kWh/kWp)", lambda row: row.specific_yield_kwh_per_kwp),
)

_FINDINGS: Sequence[_Field] = (
    _Field("To do", lambda pair: pair[0].todo.value),
    _Field("System ID", lambda pair: pair[0].system_id),
    _Field("System", lambda pair: pair[1] and pair[1].system_name, 28),
    _Field("Place", lambda pair: pair[1] and pair[1].place, 24),
    _Field("Finding", lambda pair: pair[0].kind.words, 24),
    _Field("Why", lambda pair: pair[0].reason, 60),
    _Field("Since (local time)", lambda pair: pair[0].since, 20),
    _Field("Days", lambda pair: pair[0].days),
    _Field("Estimated loss (kWh)", lambda pair: _kilo(pair[0].lost_wh), 18),
    _Field("Estimated from", lambda pair: pair[0].basis, 36),
)

_OUTAGES: Sequence[_Field] = (
    _Field("Place", lambda outage: outage.place, 24),
    _Field("What happened", lambda outage: outage.reason, 44),
    _Field("Since (local time)", lambda outage: outage.since, 20),
    _Field("Systems", lambda outage: len(outage.system_ids)),
    _Field("Of", lambda outage: outage.of),
    _Field("System IDs", lambda outage: ", ".join(map(str, outage.system_ids)), 40),
)

_LIMITS: Sequence[_Field] = (
    _Field("Limit", lambda limit: limit.name, 24),
    _Field("Value", lambda limit: limit.value),
    _Field("Unit", lambda limit: limit.unit, 14),
    _Field("Decides", lambda limit: limit.words, 70),
)


def check_workbook() -> None:
    """Check that workbooks can be written here, before quota is spent on one.

    Raises:
        ConfigError: the extra `report` is not installed.
    """
    _xlsxwriter()


def report_xlsx(report: FleetReport) -> bytes:
    """The report as a workbook: systems, findings and limits of a judged fleet, and the source.

    A text from outside is never a formula or a link. Instants are in the system's time zone,
    which has its own column. A value that is not known is an empty cell.

    Raises:
        ConfigError: the extra `report` is not installed.
    """
    memory = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "remove_timezone": True,
        "default_date_format": "yyyy-mm-dd hh:mm",
    }
    with _xlsxwriter().Workbook(memory, options) as book:
        sheets = _Sheets(book)
        sheets.add("Systems", _SYSTEMS, report.rows)
        if report.assessment is not None:
            sheets.add("Findings", _FINDINGS, _named(report.assessment, report.rows))
            if report.assessment.outages:
                sheets.add("Outages", _OUTAGES, report.assessment.outages)
            sheets.add("Limits", _LIMITS, report.assessment.thresholds.listed())
        sheets.add_source(report)
    return memory.getvalue()


def _named(
    assessment: Assessment, rows: Iterable[ReportRow]
) -> list[tuple[Finding, ReportRow | None]]:
    by_id = {row.system_id: row for row in rows}
    return [(finding, by_id.get(finding.system_id)) for finding in assessment.findings]


class _Sheets:
    def __init__(self, book: Any) -> None:
        self._book = book
        self._bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})

    def add(self, name: str, columns: Sequence[_Field], records: Iterable[Any]) -> None:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.heading, self._bold)
        last = 0
        for last, record in enumerate(records, 1):
            for place, column in enumerate(columns):
                self._write(sheet, last, place, column.value(record))
        sheet.autofilter(0, 0, last, len(columns) - 1)

    def add_source(self, report: FleetReport) -> None:
        """The sheet that says where the data come from, and when the report was made."""
        sheet = self._book.add_worksheet("Source")
        sheet.set_column(0, 0, 100)
        sheet.write_url(0, 0, POWERED_BY_URL, string=POWERED_BY)
        sheet.write_string(1, 0, SOURCE)
        sheet.write_string(2, 0, f"Made {report.generated_at:%Y-%m-%d %H:%M %Z}.")

    def _write(self, sheet: Any, row: int, place: int, value: Any) -> None:
        if isinstance(value, (int, float)):
            sheet.write_number(row, place, value)
        elif isinstance(value, datetime) and value.year >= _FIRST_YEAR:
            sheet.write_datetime(row, place, value)
        elif isinstance(value, date) and value.year >= _FIRST_YEAR:
            sheet.write_datetime(row, place, value, self._day)
        elif value is not None and value != "":
            text = str(value).encode(errors="replace").decode()
            sheet.write_string(row, place, text[:_LONGEST])


def _xlsxwriter() -> Any:
    try:
        return import_module("xlsxwriter")
    except ImportError:
        raise ConfigError(
            "a workbook needs the extra report: pip install 'enphase-sdk[report]'"
        ) from None
