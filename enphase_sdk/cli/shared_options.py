"""Commands that have options in common."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import typer

__all__ = ["a_number", "command_sharing", "secret_in"]

# No token or password comes near this.
_LARGEST_SECRET = 65_536

P = ParamSpec("P")
S = TypeVar("S", bound=AbstractContextManager[Any])


def command_sharing(
    shared: Callable[..., S],
) -> Callable[[Callable[Concatenate[S, P], None]], Callable[..., None]]:
    """Make commands of functions: their parameters after the first, then those of `shared`.

    `shared` is called with its part of the command line; what it returns is entered and becomes
    the function's first argument.
    """

    def made(function: Callable[Concatenate[S, P], None]) -> Callable[..., None]:
        own, common = _parameters(function)[1:], _parameters(shared)

        def command(**given: Any) -> None:
            options = {parameter.name: given.pop(parameter.name) for parameter in common}
            with shared(**options) as first:
                function(first, **given)  # type: ignore[call-arg]  # typer gives what it declares

        keyword_only = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*own, *common)]
        command.__name__ = function.__name__
        command.__doc__ = function.__doc__
        command.__annotations__ = {p.name: p.annotation for p in keyword_only}
        # Functions have it where somebody gave it to them, for inspect to find.
        command.__signature__ = inspect.Signature(keyword_only)  # type: ignore[attr-defined]
        return command

    return made


def a_number(value: float | None) -> float | None:
    """What is given; NaN is in no range, and so out of none.

    Raises:
        typer.BadParameter: it is NaN.
    """
    if value is not None and math.isnan(value):
        raise typer.BadParameter("'nan' is not a number of seconds")
    return value


def secret_in(path: str, option: str) -> str:
    """The secret in a file, or on stdin, without white space around it.

    Raises:
        typer.BadParameter: the file cannot be read, or holds no one line of text.
    """
    text, problem = _text_in(path)
    if problem is None and text and text.isprintable():
        return text
    del text
    raise typer.BadParameter(f"{option}: {problem or 'it does not hold one line of text'}")


def _text_in(path: str) -> tuple[str, str | None]:
    """The text, or why there is none."""
    try:
        if path == "-":
            content = sys.stdin.buffer.read(_LARGEST_SECRET)
        else:
            with Path(path).open("rb") as file:
                content = file.read(_LARGEST_SECRET)
        return content.decode("utf-8-sig").strip(), None
    except OSError as error:
        return "", f"cannot read {path} ({error.strerror or type(error).__name__})"
    except ValueError:
        return "", f"{path} is no path, or no text in UTF-8"


@cache
def _parameters(function: Callable[..., object]) -> list[inspect.Parameter]:
    return list(inspect.signature(function, eval_str=True).parameters.values())
