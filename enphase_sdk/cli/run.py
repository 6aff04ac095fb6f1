"""One command line from its words to its exit code."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
import typer.main

from enphase_sdk.cli.app import app
from enphase_sdk.cli.failures import (
    NO_USABLE_ANSWER,
    STOPPED,
    UNREAD,
    USAGE,
    PartlyDoneError,
    exit_code,
    explain,
    tell,
)
from enphase_sdk.cli.interrupts import interrupts_raised
from enphase_sdk.cli.logs import logged_lines
from enphase_sdk.cli.streams import open_streams, silence
from enphase_sdk.cli.usage import in_plain_words
from enphase_sdk.errors import EnphaseError

__all__ = ["run"]

_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")

# Set by a shell that asks for completions.
COMPLETING = "_ENPHASE_COMPLETE"

# Typer has its own copy of click or uses the installed one; this is the class that it raises.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]


def run(arguments: Sequence[str] | None) -> int:
    """Run one command line; every error becomes one line on stderr and an exit code."""
    open_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with interrupts_raised():
            code = _run(words or ["--help"])
            sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        tell("stopped")
        return STOPPED
    except BrokenPipeError:
        silence(sys.stdout)
        return UNREAD
    except OSError as error:
        # Errors of files and connections are already our own types, so this one is of stdout.
        silence(sys.stdout)
        tell(f"cannot write the output: {error.strerror or error}; write it elsewhere")
        return USAGE
    except Exception as error:
        tell(_defect(error))
        return NO_USABLE_ANSWER
    return code


def _run(words: list[str]) -> int:
    if any(_NO_TEXT.search(word) for word in words):
        tell("an argument is not valid UTF-8 text; write it in UTF-8")
        return USAGE
    command = typer.main.get_command(app)
    if os.environ.get(COMPLETING):  # PowerShell leaves it empty
        return _complete(command)
    try:
        with logged_lines(), command.make_context("enphase", words) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except _UsageError as error:
        tell(_usage(error))
        return USAGE
    except PartlyDoneError as error:
        tell(str(error))
        return PartlyDoneError.code
    except EnphaseError as error:
        tell(explain(error))
        return exit_code(error)
    return 0


def _complete(command: Any) -> int:
    """Answer the shell's request for completions."""
    try:
        command.main(args=[], prog_name="enphase")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def _usage(error: Any) -> str:
    said = in_plain_words(error)
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "enphase"
    stop = "" if said.endswith((".", "?", ")")) else "."
    return f"{said}{stop} See '{path} --help'."


def _defect(error: Exception) -> str:
    """The message of an unexpected error: its type and place, but no value: it may be secret."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}, line {place.lineno}"
    return f"a fault in this program: {type(error).__name__} in {where}; please report it"
