"""The columns of the report in the terminal and on the plain page."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from enphase_sdk.report.formats import instant, kilo, mega, number, plain
from enphase_sdk.report.rows import FleetReport, ReportRow, Totals

__all__ = ["Column", "columns_of"]


@frozen
class Column:
    """One column.

    Attributes:
        heading: Its name, with the unit.
        text: Makes the cell of a row.
        total: Makes the cell of the totals; None for an empty one.
        numeric: Whether to align it to the right.
        spare: The order in which columns are left out of a narrow table, highest number first.
        stays: Whether the column names the row and is never left out.
        of_store: Whether only a report from a store has the column.
    """

    heading: str
    text: Callable[[ReportRow], str]
    total: Callable[[Totals], str] | None = None
    numeric: bool = False
    spare: int = 0
    stays: bool = False
    of_store: bool = False


_ALL = (
    Column("Condition", lambda row: row.condition.words),
    Column(
        "ID",
        lambda row: str(row.system_id),
        lambda totals: str(totals.systems),
        numeric=True,
        stays=True,
    ),
    Column("System", lambda row: plain(row.system_name), lambda _: "systems", stays=True),
    Column("Place", lambda row: plain(row.place), spare=8),
    Column("Status", lambda row: plain(row.status), spare=5),
    Column("Last report, local", lambda row: instant(row.last_report_at), spare=4),
    Column(
        "Today kWh",
        lambda row: kilo(row.energy_today_wh),
        lambda totals: kilo(totals.energy_today_wh),
        numeric=True,
        spare=2,
    ),
    Column(
        "Last day kWh",
        lambda row: kilo(row.last_day_wh),
        lambda totals: kilo(totals.last_day_wh),
        numeric=True,
        spare=2,
        of_store=True,
    ),
    Column(
        "Last day",
        lambda row: plain(str(row.last_day or "")),
        lambda totals: f"{totals.last_day}: {totals.last_day_systems:,}" if totals.last_day else "",
        spare=4,
        of_store=True,
    ),
    Column("Read", lambda row: instant(row.read_at), spare=5, of_store=True),
    Column(
        "Lifetime MWh",
        lambda row: mega(row.energy_lifetime_wh),
        lambda totals: mega(totals.energy_lifetime_wh),
        numeric=True,
        spare=7,
    ),
    Column(
        "Size kW",
        lambda row: kilo(row.size_w),
        lambda totals: kilo(totals.size_w),
        numeric=True,
        spare=6,
    ),
    Column(
        "kWh/kWp",
        lambda row: number(row.specific_yield_kwh_per_kwp, 2),
        lambda totals: number(totals.specific_yield_kwh_per_kwp, 2),
        numeric=True,
        spare=3,
    ),
    Column("Why", lambda row: _why(row), spare=1),
)


def columns_of(report: FleetReport) -> list[Column]:
    """The columns of a report; one from a store also shows when its values were read."""
    return [column for column in _ALL if report.from_store or not column.of_store]


def _why(row: ReportRow) -> str:
    said = ": ".join(filter(None, (row.reason, row.problem)))
    return plain(said) if said else ""
