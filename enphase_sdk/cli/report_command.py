"""The installer's fleet report as a command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from enphase_sdk.cli.cloud import Cloud, cloud_command
from enphase_sdk.cli.costs import Cost, DryRun, listing_cost, show_cost, sync_cost
from enphase_sdk.cli.failures import PartlyDoneError, explain
from enphase_sdk.cli.formats import Form
from enphase_sdk.cli.interrupts import FirstInterrupt
from enphase_sdk.cli.judging import (
    Estimated,
    FailOn,
    Limits,
    Rules,
    asked_estimates,
    asked_kinds,
    asked_thresholds,
    compared,
    judged,
    print_changes,
    print_findings,
    refuse_wanted,
    remember,
)
from enphase_sdk.cli.report_page import (
    Page,
    check_owners_page,
    owners_page,
    owners_page_of_store,
)
from enphase_sdk.cli.systems import (
    ByConnection,
    ById,
    ByInstaller,
    ByName,
    ByReference,
    ByStatus,
    given_filters,
)
from enphase_sdk.errors import ConfigError

if TYPE_CHECKING:
    from enphase_sdk import Cloud as CloudClient
    from enphase_sdk.cli.progress import Waiting
    from enphase_sdk.fleet import FleetRun, SystemFilters
    from enphase_sdk.report import FleetReport, OpenFinding

__all__ = ["made_report", "print_report", "report"]

MOST_ROWS = 50

STOPPED_EARLY = "it was stopped early"

_STYLES = {
    "offline": "bold red",
    "not producing": "bold dark_orange",
    "attention": "yellow",
    "unknown": "magenta",
    "normal": "green",
}


@cloud_command
def report(
    cloud: Cloud,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            parser=Path,
            help="Write the report (.html, .pdf, .json, .csv, .xlsx); repeatable.",
        ),
    ] = None,
    pdf: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", parser=Path, help="Write it as PDF; needs an installed Chromium."
        ),
    ] = None,
    system: Annotated[
        int | None,
        typer.Option(
            metavar="ID",
            min=1,
            help="Only this system: --out FILE.html writes the page for its owner.",
        ),
    ] = None,
    top: Annotated[
        int, typer.Option(metavar="N", min=0, help="Show the N worst rows; 0 shows all.")
    ] = MOST_ROWS,
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            parser=Path,
            help="Read energies from a store of `enphase sync`; only the listing is requested.",
        ),
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="With --store: largest number of hits to update it; 0: no request.",
        ),
    ] = None,
    xlsx: Annotated[
        Path | None,
        typer.Option(metavar="FILE", parser=Path, help="Write it as an Excel workbook."),
    ] = None,
    changes: Annotated[
        bool,
        typer.Option(
            "--changes", help="Show what is new, worse and resolved since the last report."
        ),
    ] = False,
    fail_on: FailOn = None,
    limit: Limits = None,
    estimate: Estimated = None,
    system_id: ById = None,
    system_name: ByName = None,
    status: ByStatus = None,
    reference: ByReference = None,
    installer: ByInstaller = None,
    connection_type: ByConnection = None,
    dry_run: DryRun = False,
) -> None:
    """The fleet report, worst first.

    The order: offline systems, systems that do not produce, systems that need attention, systems
    that could not be read, normal systems; within each group the lowest specific yield first.
    Below them a report from a store lists the systems that need a visit or a call.
    """
    from enphase_sdk.cli.output import print_document
    from enphase_sdk.report import check_target, report_csv, report_json, report_page, write_report

    targets = [*(out or ()), *filter(None, (xlsx, pdf))]
    for path, ending in ((xlsx, ".xlsx"), (pdf, ".pdf")):
        if path is not None and path.suffix.lower() != ending:
            raise typer.BadParameter(
                f"the file's name must end in {ending}", param_hint=f"--{ending[1:]}"
            )
    for path in targets:
        check_target(path)
    has_page = any(path.suffix.lower() in (".html", ".pdf") for path in targets)
    if system is not None and has_page:
        check_owners_page()
    wanted = asked_kinds(fail_on)
    rules = Rules(asked_thresholds(cloud.profile, limit), asked_estimates(estimate))
    filters = given_filters(
        system_id=system_id,
        system_name=system_name,
        status=status,
        reference=reference,
        installer=installer,
        connection_type=connection_type,
    )
    if system is not None:
        if filters:
            raise typer.BadParameter("use either the filters or --system", param_hint="--system")
        filters = given_filters(system_id=[system])
    if store is None and budget is not None:
        raise typer.BadParameter("use it together with --store", param_hint="--budget")
    if store is not None and filters and system is None:
        raise typer.BadParameter("use either the filters or --store", param_hint="--store")
    if dry_run:
        show_cost(cloud, _cost(cloud, store, budget, system_id if system is None else [system]))
        return
    page: Page | None = None
    with FirstInterrupt() as interrupt:
        if store is not None:
            asked = Asked(system, has_page, rules)
            made, missing, page = _stored_report(cloud, store, budget, interrupt, asked)
        else:
            made, run = made_report(cloud.client, cloud.waiting, filters, interrupt, rules)
            missing = "" if made.complete else _missing(made, run)
            if system is not None and not made.rows:
                raise ConfigError(f"--system {system}: the account has no such system")
            if system is not None and has_page:
                page = owners_page(cloud.client, made.rows[0], rules.thresholds)
        cloud.waiting.stop()
        name = _memory_name(cloud.profile, store, filters)
        found: list[OpenFinding] = []
        if changes:
            made, found = compared(name, made)
        unwritten = list[ConfigError]()
        for path in targets:
            try:
                write_report(made, path, page=page or report_page)
            except ConfigError as error:
                unwritten.append(error)
        if cloud.form is Form.JSON:
            print_document([report_json(made)])
        elif cloud.form is Form.CSV:
            print_document([report_csv(made)])
        elif changes:
            print_changes(made)
        else:
            print_report(made, top)
            if made.from_store:
                print_findings(made, top)
        if changes:
            remember(name, made.generated_at, found)
    if unwritten:
        raise ConfigError("; ".join(map(str, unwritten)))
    if missing:
        raise PartlyDoneError(missing)
    refuse_wanted(made, wanted)


def _memory_name(profile: str | None, store: Path | None, filters: SystemFilters) -> str:
    """The name of a report among others: its store, or its profile and filters."""
    if store is not None:
        return f"store {store.resolve()}" + (f" {sorted(filters.items())}" if filters else "")
    chosen = profile or os.environ.get("ENPHASE_PROFILE") or ""
    return f"cloud {chosen} {sorted(filters.items())}"


def _cost(cloud: Cloud, store: Path | None, budget: int | None, systems: list[int] | None) -> Cost:
    if store is None:
        return listing_cost(cloud, systems or None, 1)
    if budget == 0:
        return listing_cost(cloud, (), 0)
    return sync_cost(cloud, store, **_update(budget))


def _update(budget: int | None) -> dict[str, Any]:
    """The options of the download that updates a store before the report."""
    from enphase_sdk.download import USUAL_TABLES

    return {"tables": USUAL_TABLES if budget else ("systems",), "budget": budget}


class Asked(NamedTuple):
    """The options of a report from a store: system, page, and rules of the judgement."""

    system: int | None
    page: bool
    rules: Rules


def _stored_report(
    cloud: Cloud, path: Path, budget: int | None, interrupt: FirstInterrupt, asked: Asked
) -> tuple[FleetReport, str, Page | None]:
    """The report of a store after an update, what the update could not read, and its page."""
    from enphase_sdk.clock import current_clock
    from enphase_sdk.core.times import utc
    from enphase_sdk.download import Download
    from enphase_sdk.report import (
        FleetReport,
        in_words,
        read_history,
        stored_inverter_energy,
        stored_rows,
    )
    from enphase_sdk.store import Store

    problem = None
    with Store(path, read_only=budget == 0) as store:
        if budget != 0:
            download = Download(cloud.client, store, **_update(budget))
            for _ in interrupt.until_it(download):
                cloud.waiting.update(download.asked, download.expected)
            download.finish()
            problem = download.stopped_by
        rows = list(stored_rows(store, asked.rules.thresholds))
        if not rows:
            raise problem or ConfigError(f"{path} holds no system yet; run 'enphase sync' first")
        if asked.system is not None:
            rows = [row for row in rows if row.system_id == asked.system]
            if not rows:
                raise ConfigError(f"--system {asked.system}: {path} holds no such system")
        stopped = STOPPED_EARLY if interrupt.came else None
        rules = asked.rules
        energy = stored_inverter_energy(store, [r.system_id for r in rows], rules.thresholds)
        made = FleetReport.of(
            rows,
            generated_at=utc(current_clock().time()),
            stopped_by=stopped if problem is None else in_words(problem),
            from_store=True,
            assessment=judged(rows, store=store, rules=rules, inverter_energy=energy),
            history=read_history(store, rows, rules.thresholds, inverter_energy=energy)
            if asked.page and asked.system is None
            else None,
        )
        owner = asked.page and asked.system is not None
        page = owners_page_of_store(store, rows[0], rules.thresholds) if owner else None
    why = stopped if problem is None else explain(problem)
    missing = f"partly done: the store is not up to date: {why}" if why else ""
    return made, missing, page


def made_report(
    client: CloudClient,
    waiting: Waiting,
    filters: SystemFilters,
    interrupt: FirstInterrupt,
    rules: Rules | None = None,
) -> tuple[FleetReport, FleetRun]:
    """The report of a fleet, judged, and the run that its records came from.

    An interrupt ends the run early, like a used-up quota: the report then covers the systems
    read so far.

    Raises:
        EnphaseError: no system could be read.
        KeyboardInterrupt: the interrupt came before the first system was read.
    """
    from enphase_sdk import Fleet
    from enphase_sdk.clock import current_clock
    from enphase_sdk.core.times import utc
    from enphase_sdk.report import DEFAULT_THRESHOLDS, FleetReport, in_words, report_row

    run = Fleet(client).summaries(progress=waiting.update, **filters)
    records = list(interrupt.until_it(run))
    if interrupt.came:
        records += [record for record in run.finished() if record not in records[-1:]]
    stopped = interrupt.came and (run.total is None or len(records) < run.total)
    errors = [record.error for record in records if record.error is not None]
    if len(errors) == len(records):
        if stopped:
            raise KeyboardInterrupt
        if failure := run.stopped_by or next(iter(errors), None):
            raise failure
    stopped_by = None if run.stopped_by is None else in_words(run.stopped_by)
    rules = rules or Rules(DEFAULT_THRESHOLDS)
    rows = [report_row(record, rules.thresholds) for record in records]
    made = FleetReport.of(
        rows,
        generated_at=utc(current_clock().time()),
        stopped_by=STOPPED_EARLY if stopped else stopped_by,
        assessment=judged(rows, store=None, rules=rules),
    )
    return made, run


def print_report(
    made: FleetReport,
    top: int,
    elsewhere: str = "a wider terminal, --json, --csv and --out show all",
) -> None:
    """Print the worst `top` rows, or all for 0, and the totals."""
    from enphase_sdk.cli.output import Heading
    from enphase_sdk.cli.tables import print_table
    from enphase_sdk.report.columns import columns_of

    columns = columns_of(made)
    shown = made.rows[:top] if top else made.rows
    print_table(
        [Heading(column.heading, column.numeric, column.spare, column.stays) for column in columns],
        [[column.text(row) for column in columns] for row in shown],
        footer=[column.total(made.totals) if column.total else "" for column in columns],
        styles=_STYLES,
        elsewhere=elsewhere,
    )
    counts = [f"{count} {name.words}" for name, count in made.totals.conditions.items() if count]
    typer.echo(", ".join(counts) or "no systems match")
    if len(shown) < len(made.rows):
        typer.echo(f"{len(made.rows) - len(shown)} more are not shown; --top 0 shows all")


def _missing(made: FleetReport, run: FleetRun) -> str:
    parts = [f"partly done: {made.totals.systems - made.totals.unread} systems were read"]
    if made.totals.unread:
        problem = next(row.error for row in made.rows if row.error)
        parts.append(f"{made.totals.unread} could not be ({problem})")
    if made.stopped_by:
        of = "" if run.total is None else f" of {run.total}"
        why = made.stopped_by if run.stopped_by is None else explain(run.stopped_by)
        parts.append(f"after {made.totals.systems}{of} the run ended: {why}")
    return "; ".join(parts)
