"""The judgement of a fleet on the command line: limits, estimates, changes, exit code."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from enphase_sdk.cli.failures import PartlyDoneError
from enphase_sdk.cli.shared_options import completed_by
from enphase_sdk.errors import ConfigError, InvalidArgumentError

if TYPE_CHECKING:
    from enphase_sdk.report import (
        Assessment,
        Estimate,
        FleetReport,
        InverterEnergy,
        Kind,
        OpenFinding,
        ReportRow,
        Thresholds,
    )
    from enphase_sdk.store import Store

__all__ = [
    "Estimated",
    "FailOn",
    "FoundError",
    "Limits",
    "Rules",
    "asked_estimates",
    "asked_kinds",
    "asked_thresholds",
    "compared",
    "judged",
    "print_changes",
    "print_findings",
    "refuse_wanted",
    "remember",
]


def _limits() -> Iterator[str]:
    from enphase_sdk.report.thresholds import Thresholds

    return (f"{limit.name}=" for limit in Thresholds().listed())


def _kinds() -> Iterator[str]:
    from enphase_sdk.report.findings import Kind

    return (str(kind) for kind in Kind)


Limits = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=VALUE",
        help="Change a limit of the judgement, such as offline_h=8; repeatable.",
        autocompletion=completed_by(_limits),
    ),
]

FailOn = Annotated[
    str | None,
    typer.Option(
        metavar="KINDS",
        help="Exit code 6 if a system has one of these findings, such as offline,not_producing.",
        autocompletion=completed_by(_kinds),
    ),
]

Estimated = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="What the owners expect: a CSV file with columns month, kwh (and system_id), or kWh "
        "a month.",
    ),
]

# Older days are compared only with the same days of past years.
_YEARS = 3


class FoundError(PartlyDoneError):
    """The report is complete, and a system has a finding named in --fail-on."""


def asked_thresholds(profile: str | None, limits: Sequence[str] | None) -> Thresholds:
    """The limits of the config file's profile (table `report`), and those of the command line.

    Raises:
        ConfigError: a limit in the config file cannot be used.
        typer.BadParameter: a limit of the command line cannot be used.
    """
    from enphase_sdk.cloud.settings import Lookup, config_path
    from enphase_sdk.report import DEFAULT_THRESHOLDS

    chosen = profile or os.environ.get("ENPHASE_PROFILE")
    try:
        kept = DEFAULT_THRESHOLDS.changed(Lookup(chosen).table("report"))
    except InvalidArgumentError as error:
        place = f"[{chosen or 'default'}.report] in {config_path()}"
        raise ConfigError(f"{place}: {error}") from None
    try:
        return kept.changed(dict(map(_limit, limits or ())))
    except InvalidArgumentError as error:
        raise typer.BadParameter(str(error), param_hint="--limit") from None


def _limit(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise InvalidArgumentError(
            f"{text!r} is not a limit; write a name and a number, such as offline_h=8"
        ) from None


def asked_kinds(text: str | None) -> frozenset[Kind]:
    """The kinds of findings that cause exit code 6.

    Raises:
        typer.BadParameter: there is no such kind.
    """
    from enphase_sdk.report import Kind

    if text is None:
        return frozenset()
    names = [name.strip() for name in text.split(",") if name.strip()]
    wrong = [name for name in names if name not in set(Kind)]
    if wrong or not names:
        what = f"there is no finding {wrong[0]!r}" if wrong else "name a finding"
        raise typer.BadParameter(f"{what}; use {', '.join(Kind)}", param_hint="--fail-on")
    return frozenset(map(Kind, names))


def asked_estimates(text: str | None) -> Estimate | dict[int, Estimate] | None:
    """What the owners expect, from a file or as one number of kWh for every month.

    Raises:
        ConfigError: the file cannot be read.
        typer.BadParameter: the number is not valid.
    """
    from enphase_sdk.report import Estimate, read_estimates

    if text is None:
        return None
    try:
        kwh = float(text)
    except ValueError:
        return read_estimates(Path(text))
    if not 0 < kwh < float("inf"):
        raise typer.BadParameter("it must be more than 0 kWh a month", param_hint="--estimate")
    return Estimate.constant(kwh)


class Rules(NamedTuple):
    """How a fleet is judged.

    Attributes:
        thresholds: The limits.
        estimates: What the owners expect, if known: of any system, or by system.
    """

    thresholds: Thresholds
    estimates: Estimate | Mapping[int, Estimate] | None = None


def judged(
    rows: Sequence[ReportRow],
    *,
    store: Store | None,
    rules: Rules,
    inverter_energy: Mapping[int, InverterEnergy] | None = None,
) -> Assessment:
    """The judgement of a report's rows, with the days and devices in a store."""
    from enphase_sdk.clock import current_clock
    from enphase_sdk.core.times import utc
    from enphase_sdk.report import (
        assess,
        stored_days,
        stored_inverters,
        stored_inverters_read_at,
        stored_meters,
    )

    now = utc(current_clock().time())
    known: dict[str, Any] = {}
    if store is not None:
        # Meters may have been read some weeks ago.
        month = timedelta(days=rules.thresholds.meter_days + 31)
        known = {
            "production": stored_days(store, since=now.date() - timedelta(days=366 * _YEARS)),
            "meters": stored_meters(store, since=now.date() - month),
            "inverters": stored_inverters(store),
            "inverters_read_at": stored_inverters_read_at(store),
            "inverter_energy": inverter_energy,
        }
    return assess(rows, **known, as_of=now, thresholds=rules.thresholds, estimates=rules.estimates)


def compared(name: str, made: FleetReport) -> tuple[FleetReport, list[OpenFinding]]:
    """The report with the changes since the last one of that name, and its open findings."""
    from attrs import evolve

    from enphase_sdk.report import ReportMemory, changes_since

    if made.assessment is None:
        return made, []
    memory = ReportMemory()
    try:
        since, before = memory.last(name)
    finally:
        memory.close()
    ids = [row.system_id for row in made.rows]
    changes, found = changes_since(before, made.assessment, systems=ids, since=since)
    return evolve(made, changes=changes), found


def remember(name: str, made_at: datetime, found: Iterable[OpenFinding]) -> None:
    """Store the open findings for the next report of that name."""
    from enphase_sdk.report import ReportMemory

    memory = ReportMemory()
    try:
        memory.keep(name, made_at, found)
    finally:
        memory.close()


def print_findings(made: FleetReport, top: int) -> None:
    """Print the summary of the fleet and the visits and calls, for a terminal."""
    assessment = made.assessment
    if assessment is None:
        return
    names = {row.system_id: row for row in made.rows}
    for title, found in (("Visit:", assessment.visits), ("Call first:", assessment.calls)):
        if not found:
            continue
        typer.echo(title)
        shown = found[:top] if top else found
        for finding in shown:
            typer.echo(f"  {_line(finding, names)}")
        if len(shown) < len(found):
            typer.echo(f"  {len(found) - len(shown)} more; --top 0 shows all")
    for outage in assessment.outages:
        typer.echo(f"Outage: {_clean(outage.place)}: {outage.reason}, {_since(outage.since)}")
    typer.echo(assessment.headline)


def print_changes(made: FleetReport) -> None:
    """Print what has changed since the last report, for a terminal or a mail."""
    changes = made.changes
    if changes is None:
        return
    from enphase_sdk.report.formats import instant
    from enphase_sdk.report.source import source_as_text

    names = {row.system_id: row for row in made.rows}
    for title, found in (("New:", changes.new), ("Worse:", changes.worse)):
        if found:
            typer.echo(title)
            for finding in found:
                typer.echo(f"  {_line(finding, names)}")
    for outage in changes.new_outages:
        typer.echo(f"Outage: {_clean(outage.place)}: {outage.reason}, {_since(outage.since)}")
    if changes.resolved:
        typer.echo("Resolved:")
        for one in changes.resolved:
            typer.echo(f"  {_name(one.system_id, names)}: {one.kind.words}")
    last = "no earlier report" if changes.since is None else f"since {instant(changes.since)}"
    typer.echo(f"{changes.headline} ({last})")
    typer.echo(source_as_text())


def refuse_wanted(made: FleetReport, kinds: frozenset[Kind]) -> None:
    """End with exit code 6 if a system has a finding of these kinds.

    Raises:
        FoundError: a system has one.
    """
    assessment = made.assessment
    if assessment is None:
        return
    counts = Counter(finding.kind for finding in assessment.findings)
    for outage in assessment.outages:
        counts[outage.kind] += len(outage.system_ids)
    said = [f"{kind.words}: {counts[kind]:,}" for kind in counts if kind in kinds]
    if said:
        raise FoundError(f"--fail-on: found {', '.join(said)}")


def _line(finding: Any, names: Mapping[int, ReportRow]) -> str:
    from enphase_sdk.report.formats import kilo

    parts = [f"{_name(finding.system_id, names)}: {finding.reason}"]
    if finding.lost_wh is not None:
        parts.append(f"about {kilo(finding.lost_wh)} kWh lost")
    return "; ".join(parts)


def _name(system_id: int, names: Mapping[int, ReportRow]) -> str:
    row = names.get(system_id)
    name = row.system_name if row else None
    return f"{system_id} {_clean(name)}" if name else str(system_id)


def _clean(text: str) -> str:
    from enphase_sdk.report.formats import plain

    return plain(text)


def _since(moment: Any) -> str:
    return f"since {moment:%Y-%m-%d %H:%M}" if hasattr(moment, "hour") else f"since {moment}"
