"""The forms in which results are shown, and the options that choose one."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from enphase_sdk.cli.logs import log_everything

__all__ = ["AsCsv", "AsJson", "Fields", "Form", "Sort", "Verbose"]

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="CSV with a header.")]
Fields = Annotated[
    str | None,
    typer.Option(
        metavar="NAME,…",
        help="Only these columns of --csv, in this order; with --json a list of flat records.",
    ),
]
Sort = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Sort by a column of --csv; -NAME: the largest first."),
]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        callback=log_everything,
        help="Log each request on stderr (ENPHASE_LOG=debug).",
    ),
]


class Form(Enum):
    """How a result is shown."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"

    @classmethod
    def chosen(cls, as_json: bool, as_csv: bool) -> Form:
        """The form that the options choose; a table without them.

        Raises:
            typer.BadParameter: both options were given.
        """
        if as_json and as_csv:
            raise typer.BadParameter("choose one of --json and --csv")
        return cls.JSON if as_json else cls.CSV if as_csv else cls.TABLE
