"""One command line from its words to its exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
import typer.main

from enphase_sdk.cli.app import app
from enphase_sdk.cli.failures import USAGE, PartlyDoneError, exit_code, explain, tell
from enphase_sdk.errors import EnphaseError

__all__ = ["run"]

# Typer brings its own copy of click or uses the installed one; this is the one it raises.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]


def run(arguments: Sequence[str] | None) -> int:
    """Run one command line; whatever goes wrong becomes one line on stderr and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(words or ["--help"])
        sys.stdout.flush()
    except KeyboardInterrupt:
        tell("stopped")
        return 130
    except BrokenPipeError:
        # Python flushes once more at its end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code


def _run(words: list[str]) -> int:
    command = typer.main.get_command(app)
    try:
        with command.make_context("enphase", words) as context:
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


def _usage(error: Any) -> str:
    said: str = error.format_message()
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "enphase"
    stop = "" if said.endswith((".", "?", ")")) else "."
    return f"{said}{stop} See '{path} --help'."
