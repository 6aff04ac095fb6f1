"""The page of a fleet: what to do first, charts, all systems, and how it was judged."""

from __future__ import annotations

from collections import Counter
from typing import Any

from enphase_sdk.report.findings import Assessment, Todo
from enphase_sdk.report.formats import (
    UNKNOWN,
    count_of_systems,
    energy_in_words,
    instant,
    kilo,
    number,
)
from enphase_sdk.report.rows import FleetReport
from enphase_sdk.report.source import source_as_html
from enphase_sdk.report.web import charts
from enphase_sdk.report.web.areas import Areas
from enphase_sdk.report.web.columns import COLUMNS, WORDS, Column, Entry, entries, moment
from enphase_sdk.report.web.history import History
from enphase_sdk.report.web.modules import Module
from enphase_sdk.report.web.parts import (
    figures,
    need_list,
    static_row,
    table_columns,
    thresholds,
)
from enphase_sdk.report.web.shell import as_json, asset, filled, scripts, text
from enphase_sdk.report.web.status_chart import statuses

__all__ = ["fleet_page"]

STATIC_ROWS = 200
NO_DAYS = "There are no known days for charts."
NO_STORE = (
    "Charts compare whole days, which are in a store: "
    "<code>enphase sync --store fleet.duckdb</code>, then "
    "<code>enphase report --store fleet.duckdb --out report.html</code>."
)


def fleet_page(report: FleetReport, assessment: Assessment, history: History | None) -> str:
    """The whole page; every text from outside is escaped.

    Raises:
        ConfigError: the extra `report` is not installed.
    """
    systems, areas = entries(report, assessment, history)
    by_id = {entry.row.system_id: entry for entry in systems}
    columns = table_columns(systems)
    new = frozenset((f.system_id, f.kind) for f in report.changes.new) if report.changes else ()
    wire = [column for column in COLUMNS if column in columns or column.fact or not column.label]
    return filled(
        "fleet.html",
        style=asset("page.css"),
        script=scripts("table.js", "days.js", "draw.js", "detail.js"),
        data_to=f"data to {assessment.newest_day}" if assessment.newest_day else "no data",
        headline=text(assessment.headline),
        generated_at=f"{report.generated_at:%Y-%m-%d %H:%M %Z}",
        notices=_notices(report),
        counts=_counts(systems),
        visits=need_list(
            Todo.VISIT,
            "Needs a visit",
            "Hardware: the system or a part of it does not produce, or has not reported for long.",
            assessment,
            by_id,
            new,
        ),
        calls=need_list(
            Todo.CALL,
            "Call first",
            "Offline (often the router), or never in operation. No proof of a loss: "
            "energy may be reported later.",
            assessment,
            by_id,
            new,
        ),
        totals=_totals(report),
        figures=figures(_pictures(systems, history))
        or f"<p>{NO_DAYS if history else NO_STORE}</p>",
        filters=_options([("all", "All"), *WORDS.items()]),
        orders=_options([(str(wire.index(column)), column.label) for column in columns]),
        shown=f"The first {min(STATIC_ROWS, len(systems)):,} of {count_of_systems(len(systems))}",
        row_count=str(len(systems) + 1),
        headings="".join(_heading(column, wire) for column in columns),
        rows="\n".join(static_row(entry, columns) for entry in systems[:STATIC_ROWS]),
        method=_method(report, assessment),
        source=source_as_html(),
        data=as_json(_data(systems, areas, columns, wire, assessment, history)),
        days=history.packed.text if history else "",
    )


def _heading(column: Column, wire: list[Column]) -> str:
    kind = ' class="number"' if column.decimals is not None else ""
    return f'<th scope="col"{kind} data-by="{wire.index(column)}">{text(column.label)}</th>'


def _notices(report: FleetReport) -> str:
    said = ""
    if (changes := report.changes) is not None:
        since = f"Since {instant(changes.since)}" if changes.since else "First report"
        said = f"<p><b>{text(since)}:</b> {text(changes.headline)}.</p>"
    if report.stopped_by:
        older = "The store is not up to date"
        what = older if report.from_store else "Systems are missing"
        said += f'<p class="notice">{text(f"{what}: {report.stopped_by}.")}</p>'
    return said


_MARKED = ' class="sign"'


def _counts(systems: list[Entry]) -> str:
    counted = Counter(entry.todo for entry in systems)
    shown = {"all": f"{len(systems):,}"} | {
        todo: f"{counted[todo]:,}" for todo in WORDS if counted[todo] or todo in ("visit", "call")
    }
    return "\n".join(
        f'<li><button type="button" data-show="jump" value="{todo}" class="{todo}" '
        f'aria-pressed="false"><b>{count}</b> <span{_MARKED if todo in WORDS else ""}>'
        f"{text(WORDS.get(todo, 'all systems'))}</span></button></li>"
        for todo, count in shown.items()
    )


def _totals(report: FleetReport) -> str:
    totals = report.totals
    told = [
        (count_of_systems(totals.systems), ""),
        ("Rated", f"{kilo(totals.size_w)} kW"),
        ("Lifetime", energy_in_words(totals.energy_lifetime_wh)),
    ]
    if totals.last_day:
        known = f"{totals.last_day}, {count_of_systems(totals.last_day_systems)}"
        told.append((f"Last whole day ({known})", energy_in_words(totals.last_day_wh)))
    else:
        told.append(
            (
                f"Today so far ({count_of_systems(totals.reported_today)})",
                energy_in_words(totals.energy_today_wh),
            )
        )
    told.append(("Its yield", f"{number(totals.specific_yield_kwh_per_kwp, 2)} kWh/kW"))
    items = "".join(
        f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>"
        for name, value in (
            (name, UNKNOWN if value.startswith(UNKNOWN) else value) for name, value in told
        )
    )
    return f'<dl class="totals">{items}</dl>'


def _pictures(systems: list[Entry], history: History | None) -> list[charts.Figure]:
    if history is None:  # today is half over in one time zone and has not begun in another
        return []
    what = "a day, last 30 days"
    known = [(e.name, y) for e in systems if (y := e.day_yield) is not None]
    made = [
        charts.weeks(history.weeks),
        statuses(history.statuses) or charts.reporting(history.days),
        charts.calendar_map([(day.day, day.kwh_per_kw) for day in history.days], "kWh/kW"),
        charts.yields([y for _, y in known], what),
        charts.best_and_worst(known, what),
    ]
    return [figure for figure in made if figure is not None]


def _options(told: list[tuple[str, str]]) -> str:
    return "".join(f'<option value="{value}">{text(words)}</option>' for value, words in told)


def _method(report: FleetReport, assessment: Assessment) -> str:
    late, least = assessment.provisional_from, assessment.thresholds.min_neighbours
    provisional = f" From {late} on, energies may still increase." if late else ""
    source = (
        "Energies come from a store; only the listing was requested."
        if report.from_store
        else "Energies come from the API, read when the page was made."
    )
    return (
        '<section aria-labelledby="method-title"><h2 id="method-title">How this was judged</h2>'
        '<div class="method">'
        f"<p>{source} Whole days are compared, each in its system's own time zone; a day that is "
        "not known is not counted. A dash means that a value is not known."
        f"{provisional}</p>"
        "<p>kWh/kW is energy for each kW of rated power, as reported by Enlighten (DC or AC is not "
        f"known). Neighbours are at least {least} other system{'' if least == 1 else 's'} of the "
        "same postal code, else city, else state; a system is "
        "compared with the median of the others over the last 30 days. "
        "Losses are estimates. An offline gateway does not prove a loss.</p>"
        f"<h3>Limits</h3>{thresholds(assessment)}</div></section>"
    )


def _data(
    systems: list[Entry],
    areas: Areas,
    columns: list[Column],
    wire: list[Column],
    assessment: Assessment,
    history: History | None,
) -> dict[str, Any]:
    """What the script needs; see table.js, days.js and detail.js."""
    return {
        "columns": [column.to_dict() for column in wire],
        "shown": [wire.index(column) for column in columns],
        "rows": [[column.value(entry) for column in wire] for entry in systems],
        "words": WORDS,
        "findings": {
            str(entry.row.system_id): [
                (
                    finding.todo.value,
                    finding.reason,
                    moment(finding.since),
                    None if finding.lost_wh is None else round(finding.lost_wh / 1e3),
                    finding.basis,
                )
                for finding in entry.findings
            ]
            for entry in systems
            if entry.findings
        },
        "areas": areas.named,
        "neighbours": assessment.thresholds.min_neighbours,
        "weak": round(100 * assessment.thresholds.weak_ratio),
    } | _days(systems, history)


def _days(systems: list[Entry], history: History | None) -> dict[str, Any]:
    if history is None:
        return {"days": None, "curves": {}, "modules": {}, "spans": {}}
    packed = history.packed
    return {
        "days": {
            "first": packed.first_day.isoformat(),
            "count": packed.days,
            "places": [packed.places[entry.row.system_id] for entry in systems],
            "steps": packed.steps_wh,
        },
        "curves": {
            str(system_id): (curve.day, curve.start, curve.minutes, curve.watts)
            for system_id, curve in history.curves.items()
        },
        "modules": {
            str(system_id): [
                _module(module, system_id in history.module_spans) for module in modules
            ]
            for system_id, modules in history.modules.items()
        },
        "spans": {
            str(system_id): (span.days, span.last_day.isoformat())
            for system_id, span in history.module_spans.items()
        },
    }


def _module(module: Module, has_span: bool) -> tuple[Any, ...]:
    """Serial number, kWh, 1 if it is silent; with a span % of the like ones, and 1 if it is low."""
    wh = module.span_wh if has_span else module.energy_wh
    kwh = None if wh is None else round(wh / 1e3, 1)
    told = (module.serial_number, kwh, int(module.is_silent))
    if not has_span:
        return told
    share = None if module.share is None else round(100 * module.share)
    return (*told, share, 1) if module.is_low else (*told, share)
