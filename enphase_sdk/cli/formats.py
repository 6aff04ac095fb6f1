"""The forms in which results are shown, and the options that choose one."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

__all__ = ["AsCsv", "AsJson", "Form"]

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="CSV with a header.")]


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
