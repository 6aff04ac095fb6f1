"""Pieces of a page as HTML: figures, lists of findings, notes. All text from outside is escaped."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from enphase_sdk.report.findings import AreaOutage, Assessment, Finding, Kind, Todo
from enphase_sdk.report.formats import number, plain
from enphase_sdk.report.thresholds import Threshold
from enphase_sdk.report.web.charts import Figure
from enphase_sdk.report.web.columns import COLUMNS, WORDS, Column, Entry, day_of, moment, shown
from enphase_sdk.report.web.shell import text

__all__ = ["figures", "need_list", "static_row", "thresholds", "values_table"]

MOST_LISTED = 10


def figures(told: Sequence[Figure]) -> str:
    """Charts, each with its title, a sentence and its values."""
    return "\n".join(_figure(one, place) for place, one in enumerate(told))


def _figure(one: Figure, place: int) -> str:
    name = f"figure-{place}"
    return (
        f'<figure role="group" aria-labelledby="{name} {name}-says">'
        f'<h3 id="{name}">{text(one.title)}</h3>'
        f'<p class="says" id="{name}-says">{text(one.says)}</p>'
        f'<div class="wide">{one.drawing.wide}</div><div class="narrow">{one.drawing.narrow}</div>'
        f"{values_table(one)}</figure>"
    )


def values_table(one: Figure) -> str:
    """The values of a chart, in a part that can be opened."""
    heads = "".join(f'<th scope="col">{text(head)}</th>' for head in one.headings)
    rows = "".join(
        f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>" for row in one.rows
    )
    label = f"Values: {text(one.title)}"
    return (
        f'<details><summary>{label}</summary><div class="scroll" role="region" tabindex="0" '
        f'aria-label="{label}"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        "</div></details>"
    )


def need_list(
    kind: Todo,
    title: str,
    why: str,
    assessment: Assessment,
    by_id: Mapping[int, Entry],
    new: Container[tuple[int, Kind]] = (),
) -> str:
    """The list of visits or calls; an area that stopped together is one line."""
    outages = assessment.outages if kind is Todo.CALL else ()
    # One line for each system: the worst of its findings of this kind.
    found: dict[int, Finding] = {}
    for finding in assessment.visits if kind is Todo.VISIT else assessment.calls:
        found.setdefault(finding.system_id, finding)
    own = [f for f in found.values() if by_id[f.system_id].todo == kind.value]
    lines = [_outage_line(outage) for outage in outages]
    lines += [
        _line(finding, by_id[finding.system_id], (finding.system_id, finding.kind) in new)
        for finding in own[:MOST_LISTED]
    ]
    name = f"{kind.value}-title"
    count = f"{len(own):,}" if own else "none"
    body = (
        f'<table><thead><tr><th scope="col">System and reason</th><th scope="col">Since</th>'
        f'<th scope="col" class="number">Lost</th></tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>"
        if lines
        else "<p>Nothing today.</p>"
    )
    more = (
        f"<p><span>{len(own) - MOST_LISTED:,} more are in the table below.</span></p>"
        '<p class="needs-script"><button type="button" data-show="jump" '
        f'value="{kind.value}">Show all {len(own):,} in the table</button></p>'
        if len(own) > MOST_LISTED
        else ""
    )
    return (
        f'<section class="{kind.value}" aria-labelledby="{name}">'
        f'<h2 id="{name}">{text(title)} <span>{count}</span></h2>'
        f'<p class="says">{text(why)}</p>{body}{more}</section>'
    )


def _line(finding: Finding, entry: Entry, new: bool) -> str:
    tag = "<b>new</b> · " if new else ""
    where = f" · {text(plain(entry.row.city))}" if entry.row.city else ""
    return (
        f'<tr><td class="name"><a href="#s{entry.row.system_id}" dir="auto">{text(entry.name)}</a>'
        f'<span class="faint">{where}</span>'
        f'<span class="reason">{tag}{text(plain(finding.reason))}</span></td>'
        f'<td>{_since(finding)}</td><td class="number">{_lost(finding)}</td></tr>'
    )


def _since(finding: Finding) -> str:
    day = day_of(finding.since)
    lasted = "" if not finding.days else f"{finding.days:,} d"
    if day is None:
        return lasted or "not known"
    return f'<span class="when">{day}</span>' + (
        f' <span class="faint when">({lasted})</span>' if lasted else ""
    )


def _lost(finding: Finding) -> str:
    if finding.lost_wh is None:
        return '<span class="faint">not known</span>'
    return f"≈ {number(finding.lost_wh, divided_by=1e3)} kWh"


def _outage_line(outage: AreaOutage) -> str:
    return (
        f'<tr class="outage"><td class="name"><span class="mark">{WORDS["outage"]}</span> '
        f"<b>{text(plain(outage.place))}</b>"
        f'<span class="reason">{text(outage.reason)}</span></td>'
        f'<td><span class="when">{text(moment(outage.since) or "")}</span></td>'
        '<td class="number"><span class="faint">not known</span></td></tr>'
    )


def static_row(entry: Entry, columns: Sequence[Column]) -> str:
    """A row for pages whose script does not run: in a mail, or in print."""
    return f"<tr>{''.join(_cell(entry, column) for column in columns)}</tr>"


def _cell(entry: Entry, column: Column) -> str:
    value = column.value(entry)
    if column.key == "todo":
        return f'<td class="mark {entry.todo}">{WORDS[entry.todo]}</td>'
    if column.key == "name":
        reason = f'<span class="reason">{text(entry.reason)}</span>' if entry.reason else ""
        link = f'<a href="#s{entry.row.system_id}" dir="auto">{text(entry.name)}</a>'
        return f'<td class="name">{link}{reason}</td>'
    kinds = [
        kind
        for kind, wanted in (
            ("number", column.decimals is not None),
            ("when", column.key in ("since", "heard", "id")),
            ("place", column.key == "place"),
            ("extra", column.extra),
            ("none", value is None),
        )
        if wanted
    ]
    kind = f' class="{" ".join(kinds)}"' if kinds else ""
    return f'<td{kind} data-label="{text(column.label)}">{text(shown(column, value))}</td>'


def thresholds(assessment: Assessment) -> str:
    """The limits of the judgements; those that were changed are marked."""
    items = "".join(
        f"<li>{text(_limit(limit, limit.value))} {text(limit.words)}"
        f"{'' if limit.value == limit.default else f' (default {_amount(limit, limit.default)})'}"
        "</li>"
        for limit in assessment.thresholds.listed()
    )
    return f"<ul>{items}</ul>"


def _limit(limit: Threshold, value: float) -> str:
    if limit.unit == "share":
        return _amount(limit, value)
    one = value == 1 and limit.unit.endswith(("days", "systems"))
    unit = limit.unit.removesuffix("s") if one else limit.unit
    return f"{_amount(limit, value)} {unit}".rstrip()


def _amount(limit: Threshold, value: float) -> str:
    """A value as people say it: 70%, not 0.7 share."""
    if limit.unit == "share":
        return f"{100 * value:g}%"
    return str(int(value) if value == int(value) else value)


def table_columns(entries: Sequence[Entry]) -> list[Column]:
    """The columns in which some system has a value."""
    always = ("todo", "name", "id")
    whole_days = any(entry.row.last_day for entry in entries)
    return [
        column
        for column in COLUMNS
        if column.label
        and not (column.key == "today" and whole_days)
        and (column.key in always or any(column.value(entry) is not None for entry in entries))
    ]
