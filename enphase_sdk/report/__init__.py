"""The installer's fleet report: from fleet records to rows, totals, and files.

run = Fleet(enlighten).summaries()
rows = [report_row(record) for record in run]
report = FleetReport.of(rows, generated_at=datetime.now(UTC))
write_report(report, Path("report.html"))

From a store that `enphase sync` keeps: `FleetReport.of(stored_rows(store), from_store=True, …)`.
"""

from __future__ import annotations

from enphase_sdk.report.condition import Condition
from enphase_sdk.report.page import report_page
from enphase_sdk.report.rows import FleetReport, ReportRow, Totals, report_row
from enphase_sdk.report.spreadsheet import report_csv
from enphase_sdk.report.stored import stored_rows
from enphase_sdk.report.words import in_words
from enphase_sdk.report.writing import check_target, report_json, write_report

__all__ = [
    "Condition",
    "FleetReport",
    "ReportRow",
    "Totals",
    "check_target",
    "in_words",
    "report_csv",
    "report_json",
    "report_page",
    "report_row",
    "stored_rows",
    "write_report",
]
