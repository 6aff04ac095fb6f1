"""The systems of a fleet as the rows of the page's table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from attrs import frozen

from enphase_sdk.report.condition import Condition
from enphase_sdk.report.findings import Assessment, Finding
from enphase_sdk.report.formats import instant, number, plain
from enphase_sdk.report.rows import FleetReport, ReportRow
from enphase_sdk.report.watched import zeros_after
from enphase_sdk.report.web.areas import Areas
from enphase_sdk.report.web.history import RECENT_DAYS, History, Recent

__all__ = ["COLUMNS", "WORDS", "Column", "Entry", "day_of", "entries", "moment", "shown"]

# What to do about a system, most urgent first; the shapes differ, not only the colours.
WORDS = {
    "visit": "visit",
    "call": "call first",
    "outage": "area outage",
    "watch": "watch",
    "unread": "not read",
    "fine": "fine",
}


@frozen
class Entry:
    """One system with its known values.

    Its `day_yield` is the mean kWh/kW of a day over its last 30 days; its last day may be one on
    which it only reported.
    """

    row: ReportRow
    todo: str
    findings: Sequence[Finding]
    reason: str
    recent: Recent | None
    area: int | None
    against_neighbours: float | None
    day_yield: float | None
    last_day: date | None
    last_day_wh: float | None

    @property
    def name(self) -> str:
        """Its name, or its ID if it has none."""
        return plain(self.row.system_name) if self.row.system_name else str(self.row.system_id)

    @property
    def since(self) -> date | datetime | None:
        """Since when the first of its findings holds."""
        return self.findings[0].since if self.findings else None

    @property
    def lost_wh(self) -> float | None:
        """The estimated loss of its first finding, Wh."""
        return self.findings[0].lost_wh if self.findings else None


def _day_yield(row: ReportRow, recent: Recent | None, least: int) -> float | None:
    """kWh/kW of a day, over the known ones of the last 30; None with too few, or no size."""
    if recent is None or recent.days < min(least, RECENT_DAYS) or not row.size_w:
        return None
    return recent.wh / row.size_w / recent.days


@frozen
class Column:
    """A column of the table and a fact of the dialog.

    Attributes:
        key: Its name for the script.
        label: Its heading; empty if the table does not have it.
        fact: Its name in the dialog; empty if the dialog does not have it.
        value: Its value: text, a number or None.
        decimals: Decimal places of a number; None for text.
        signed: Whether a number is a difference.
        falling: Whether sorting puts the largest value first.
        extra: Whether a narrow screen leaves the column out.
    """

    key: str
    label: str
    fact: str
    value: Callable[[Entry], str | float | None]
    decimals: int | None = None
    signed: bool = False
    falling: bool = False
    extra: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The properties that the script needs."""
        wire: dict[str, Any] = {"key": self.key, "label": self.label}
        if self.decimals is not None:
            wire["decimals"] = self.decimals
        told = {"fact": self.fact, "signed": self.signed, "falling": self.falling}
        return wire | {k: v for k, v in (told | {"extra": self.extra}).items() if v}


def _kilo(value: float | None, decimals: int = 1) -> float | None:
    return None if value is None else round(value / 1e3, decimals)


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio * 100)


def _round(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)


def moment(value: date | datetime | None) -> str | None:
    """A day or an instant, to the minute, in the time zone of its system."""
    if value is None:
        return None
    return instant(value) if isinstance(value, datetime) else value.isoformat()


def day_of(value: date | datetime | None) -> str | None:
    """The day of an instant, in the time zone of its system."""
    return None if value is None else value.isoformat()[:10]


def shown(column: Column, value: str | float | None) -> str:
    """A value in the same form as the script shows it."""
    if column.decimals is None or isinstance(value, str):
        return plain(str(value)) if value not in (None, "") else number(None)
    text = number(value, column.decimals)
    return f"+{text}" if column.signed and value is not None and value > 0 else text


def entries(
    report: FleetReport, assessment: Assessment, history: History | None
) -> tuple[list[Entry], Areas]:
    """Each system, those that need something first, and the areas in which they are compared."""
    by_system: dict[int, list[Finding]] = {}
    for finding in assessment.findings:
        by_system.setdefault(finding.system_id, []).append(finding)
    order = list(WORDS)
    ranks = {system_id: place for place, system_id in enumerate(by_system)}
    outages = {
        system_id: outage.reason for outage in assessment.outages for system_id in outage.system_ids
    }
    recent: Mapping[int, Recent] = history.recent if history else {}

    def todo(row: ReportRow) -> str:
        asked = {finding.todo.value for finding in by_system.get(row.system_id, ())}
        if row.system_id in outages:
            asked.add("outage")
        if row.condition is Condition.UNKNOWN:
            asked = asked - {"watch"} | {"unread"}
        return min(asked, key=order.index, default="fine")

    rows = sorted(
        report.rows,
        key=lambda row: (order.index(todo(row)), ranks.get(row.system_id, len(ranks))),
    )
    limits = assessment.thresholds
    yields = [_day_yield(r, recent.get(r.system_id), limits.min_days_ranked) for r in rows]
    newest = max((row.last_day for row in rows if row.last_day), default=date.min)
    areas = Areas.of(rows, yields, limits.min_neighbours)
    return [
        Entry(
            row=row,
            todo=todo(row),
            findings=(found := _worst_first(by_system.get(row.system_id, []), order)),
            reason=_reason(row, found, outages.get(row.system_id)),
            recent=recent.get(row.system_id),
            area=areas.places[number],
            against_neighbours=areas.differences[number],
            day_yield=yields[number],
            last_day=zeros.last if zeros else row.last_day,
            last_day_wh=0 if zeros else row.last_day_wh,
        )
        for number, row in enumerate(rows)
        for zeros in (zeros_after(row, newest, limits),)
    ], areas


def _worst_first(found: Sequence[Finding], order: Sequence[str]) -> list[Finding]:
    return sorted(found, key=lambda finding: order.index(finding.todo))


def _reason(row: ReportRow, found: Sequence[Finding], outage: str | None) -> str:
    said = [finding.reason for finding in found]
    if outage:
        said.append(outage)
    if row.problem:
        said.append(row.problem)
    if not said and row.condition is not Condition.NORMAL:
        said.append(row.reason)
    return plain("; ".join(said)) if said else ""


def _day(entry: Entry) -> float | None:
    return _kilo(entry.last_day_wh)


def _today(entry: Entry) -> float | None:
    return _kilo(entry.row.energy_today_wh)


def _change(entry: Entry) -> float | None:
    return _percent(entry.recent.change if entry.recent else None)


def _lifetime(entry: Entry) -> float | None:
    wh = entry.row.energy_lifetime_wh
    return None if wh is None else round(wh / 1e6, 1)


def _text(value: str | None) -> str | None:
    return plain(value) if value else None


COLUMNS = (
    Column("todo", "To do", "", lambda entry: entry.todo),
    Column("name", "System and reason", "", lambda entry: entry.name),
    Column("since", "Since", "", lambda entry: day_of(entry.since)),
    Column("lost", "Lost kWh", "", lambda entry: _kilo(entry.lost_wh, 0), 0, falling=True),
    Column("day", "Last day kWh", "Energy of its last whole day, kWh", _day, 1, extra=True),
    Column("today", "Today kWh", "Energy today so far, kWh", _today, 1, extra=True),
    Column(
        "yield",
        "kWh/kW a day",
        "kWh/kW a day, last 30 days",
        lambda entry: _round(entry.day_yield, 2),
        2,
    ),
    Column(
        "peers",
        "Neighbours %",
        "Against its neighbours, %",
        lambda entry: _percent(entry.against_neighbours),
        0,
        signed=True,
        extra=True,
    ),
    Column(
        "change",
        "Year before %",
        "Last 30 days against the year before, %",
        _change,
        0,
        signed=True,
        extra=True,
    ),
    Column(
        "size",
        "Size kW",
        "Rated power, kW",
        lambda entry: _kilo(entry.row.size_w),
        1,
        falling=True,
        extra=True,
    ),
    Column("place", "Place", "Place", lambda entry: _text(entry.row.place)),
    Column(
        "heard", "Last report", "Last report", lambda e: moment(e.row.last_report_at), extra=True
    ),
    Column("id", "ID", "ID", lambda entry: entry.row.system_id, extra=True),
    Column("reason", "", "", lambda entry: entry.reason),
    Column("last", "", "Its last whole day", lambda entry: moment(entry.last_day)),
    Column("lifetime", "", "Lifetime energy, MWh", _lifetime, 1),
    Column("status", "", "Status at Enlighten", lambda entry: _text(entry.row.status)),
    Column("connection", "", "Connection", lambda entry: _text(entry.row.connection_type)),
    Column("area", "", "", lambda entry: entry.area),
)
