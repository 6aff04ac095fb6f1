"""The fleet's download as a command."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from enphase_sdk.cli.cloud import Cloud, cloud_command
from enphase_sdk.cli.costs import DryRun, hits_in_words, show_cost, sync_cost
from enphase_sdk.cli.failures import PartlyDoneError, explain
from enphase_sdk.cli.formats import Form
from enphase_sdk.cli.interrupts import FirstInterrupt
from enphase_sdk.cli.shared_options import completed_by
from enphase_sdk.clock import current_clock
from enphase_sdk.errors import ConfigError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from enphase_sdk.download import Download, DownloadTable

__all__ = ["sync"]

_DASK = "dask://"
_TABLES = ("systems", "summaries", "daily", "intervals", "inverters")


@cloud_command
def sync(
    cloud: Cloud,
    store: Annotated[
        Path,
        typer.Option(
            metavar="PATH",
            parser=Path,
            help="The store: a DuckDB file (NAME.duckdb), or a folder of Parquet files.",
        ),
    ],
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="First day wanted, as 2024-01-01; else whole lives, and 30 days of intervals.",
        ),
    ] = None,
    systems: Annotated[
        list[str] | None,
        typer.Option("--systems", metavar="ID,ID", help="Only these, by id; repeatable."),
    ] = None,
    system_id: Annotated[list[int] | None, typer.Option("--system-id", hidden=True)] = None,
    tables: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help=f"{', '.join(_TABLES)}, separated by commas; else systems and "
            "daily, and the summaries of systems that are not normal.",
            autocompletion=completed_by(lambda: _TABLES),
        ),
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Largest number of hits to use; run again to continue."
        ),
    ] = None,
    executor: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Send requests from a Dask cluster, dask://HOST:PORT; its workers write folders.",
        ),
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Update a store of the fleet's history: requests only data that is missing or not final.

    Answers are stored as they arrive. A stopped sync continues when it is run again.
    """
    from enphase_sdk.download import USUAL_TABLES, Download
    from enphase_sdk.store import Store

    options: dict[str, Any] = {
        "since": since,
        "systems": _ids(systems, system_id),
        "tables": USUAL_TABLES if tables is None else _names(tables),
        "budget": budget,
    }
    if dry_run:
        show_cost(cloud, sync_cost(cloud, store, **options))
        return
    with Store(store) as opened, _executor(executor) as pool, FirstInterrupt() as interrupt:
        download = Download(cloud.client, opened, executor=pool, **options)
        begun = current_clock().monotonic()
        for _ in interrupt.until_it(download):
            note = _note(download, current_clock().monotonic() - begun)
            cloud.waiting.update(download.asked, download.expected, note)
        download.finish()
        cloud.waiting.stop()
        _tell(cloud, download)
        _check(download, interrupt.came)


def _note(download: Download, seconds: float) -> str:
    """Hits used so far, and the time left at the speed so far, including waits."""
    note = hits_in_words(download.hits)
    if download.asked and download.expected is not None:
        minutes = seconds / download.asked * max(0, download.expected - download.asked) / 60
        note += f", about {minutes:.0f} min left" if minutes >= 1 else ", less than a minute left"
    return note


def _ids(lists: list[str] | None, more: list[int] | None) -> list[int] | None:
    """The ids of `--systems 1,2 --systems 3`."""
    given = [text.strip() for each in lists or () for text in each.split(",")]
    try:
        found = [int(text) for text in given if text]
    except ValueError:
        raise typer.BadParameter(
            "write ids separated by commas, such as 67,72", param_hint="--systems"
        ) from None
    found += more or ()
    return found or None


def _names(tables: str) -> tuple[DownloadTable, ...]:
    names = tuple(name.strip() for name in tables.split(",") if name.strip())
    return cast("tuple[DownloadTable, ...]", names)


@contextmanager
def _executor(url: str | None) -> Generator[Executor | None, None, None]:
    if url is None:
        yield None
        return
    if not url.startswith(_DASK):
        raise ConfigError(f"--executor must look like {_DASK}HOST:PORT, not {url!r}")
    try:
        distributed: Any = import_module("distributed")  # distributed has no types
    except ImportError:
        raise ConfigError(
            "a Dask cluster needs the extra dask: pip install 'enphase-sdk[dask]'"
        ) from None
    try:
        client = distributed.Client(f"tcp://{url.removeprefix(_DASK)}", timeout="10s")
    except (OSError, ValueError):
        raise ConfigError(f"no Dask scheduler answers at {url}; check the address") from None
    with client:
        yield client.get_executor()


def _tell(cloud: Cloud, download: Download) -> None:
    told: dict[str, Any] = {
        "systems": download.systems,
        "asked": download.asked,
        "failed": download.failed,
        "left": download.left,
        "hits": download.hits,
    }
    _print(cloud, told, _in_words(told))


def _in_words(told: dict[str, Any]) -> str:
    left = told["left"]
    rest = "everything is up to date"
    if left is None:
        rest = "the number of calls left is not known"
    elif left:
        rest = f"{left} calls are left; run it again"
    failed = f", {told['failed']} could not be read" if told["failed"] else ""
    hits = hits_in_words(told["hits"])
    return f"{told['systems']} systems, {told['asked']} calls{failed}, {hits}; {rest}"


def _print(cloud: Cloud, wire: dict[str, Any], text: str) -> None:
    import msgspec

    from enphase_sdk.cli.output import print_document

    if cloud.form is Form.TABLE:
        typer.echo(text)
    elif cloud.form is Form.JSON:
        print_document([msgspec.json.encode(wire).decode() + "\n"])
    else:
        from enphase_sdk.report.spreadsheet import csv_lines

        print_document(csv_lines(list(wire), [wire]))


def _check(download: Download, stopped: bool) -> None:
    """Report what is missing, also by the exit code."""
    problem = download.stopped_by
    if not download.systems and problem is not None:
        raise problem
    if problem is not None or stopped:
        why = explain(problem) if problem is not None else "it was stopped"
        raise PartlyDoneError(f"partly done: {download.asked} calls, then {why}")
    if download.last_error is not None:
        raise PartlyDoneError(
            f"partly done: {download.failed} could not be read, the last one because: "
            f"{explain(download.last_error)}"
        )
