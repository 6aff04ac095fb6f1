"""The report as one HTML page that loads nothing: with charts, or plain without the extra."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

from enphase_sdk.report.columns import Column, columns_of
from enphase_sdk.report.condition import Condition
from enphase_sdk.report.formats import kilo, mega, number
from enphase_sdk.report.rows import FleetReport, ReportRow, Totals
from enphase_sdk.report.source import source_as_html

__all__ = ["plain_page", "report_page"]

_PAGE = Path(__file__).with_name("page.html")


NO_PICTURES = (
    "This is the plain page. For a page with charts, search and sorting install the extra: "
    "pip install 'enphase-sdk[report]'."
)


def report_page(report: FleetReport) -> str:
    """The complete page; every text from outside is escaped.

    With the extra `report` it has charts, a table to search and sort, and the known days of each
    system (`report.history`); without the extra it is `plain_page`.
    """
    from enphase_sdk.report.web.svg import has_charts

    if not has_charts():
        return plain_page(report, NO_PICTURES)
    from enphase_sdk.report.assessment import assess
    from enphase_sdk.report.web.fleet import fleet_page

    assessment = report.assessment or assess(report.rows, as_of=report.generated_at)
    return fleet_page(report, assessment, report.history)


def plain_page(report: FleetReport, note: str = "") -> str:
    """A page of one plain table, without scripts; every text from outside is escaped."""
    columns = columns_of(report)
    template = Template(_PAGE.read_text(encoding="utf-8"))
    return template.substitute(
        generated_at=f"{report.generated_at:%Y-%m-%d %H:%M %Z}",
        notice=_notice(report),
        tiles="\n".join(_tiles(report.totals)),
        headings="".join(
            f'<th scope="col"{_kind(column.numeric)}>{escape(column.heading)}</th>'
            for column in columns
        ),
        note=f"<p>{escape(note)}</p>" if note else "",
        source=source_as_html(),
        rows="\n".join(_row(row, columns) for row in report.rows),
        totals="".join(
            f"<td{_kind(column.numeric)}>{escape(column.total(report.totals))}</td>"
            if column.total
            else "<td></td>"
            for column in columns
        ),
    )


def _notice(report: FleetReport) -> str:
    said: list[str] = []
    if report.stopped_by:
        said.append(f"Systems are missing: {report.stopped_by}.")
    if report.totals.unread:
        said.append(f"{report.totals.unread} of {report.totals.systems} could not be read.")
    return f'<p class="notice">{escape(" ".join(said))}</p>' if said else ""


def _tiles(totals: Totals) -> list[str]:
    day = totals.last_day
    conditions = [
        _tile(condition.words, str(count), condition)
        for condition, count in totals.conditions.items()
        if count or condition is not Condition.UNKNOWN
    ]
    return [
        *conditions,
        _tile("kWh today", kilo(totals.energy_today_wh))
        if day is None
        else _tile(f"kWh on {day}, {totals.last_day_systems:,} systems", kilo(totals.last_day_wh)),
        _tile("MWh in all", mega(totals.energy_lifetime_wh)),
        _tile("kW rated", kilo(totals.size_w)),
        _tile(
            f"kWh/kWp {'today' if day is None else f'on {day}'}",
            number(totals.specific_yield_kwh_per_kwp, 2),
        ),
    ]


def _tile(name: str, value: str, kind: str = "figure") -> str:
    return f'<li class="{kind}"><b>{escape(value)}</b> {escape(name)}</li>'


def _row(row: ReportRow, columns: list[Column]) -> str:
    cells = "".join(
        f"<td{_kind(column.numeric)}>{escape(column.text(row))}</td>" for column in columns
    )
    return f'<tr class="{row.condition.value}">{cells}</tr>'


def _kind(numeric: bool) -> str:
    return ' class="number"' if numeric else ""
