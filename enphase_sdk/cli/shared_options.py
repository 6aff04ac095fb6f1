"""Commands that have options in common."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import typer
from typer.models import ArgumentInfo

from enphase_sdk.core.reasons import reason_of

__all__ = ["a_number", "command_sharing", "completed_by", "extend_options", "secret_in"]

# Bytes. Every token and password is far smaller.
_LARGEST_SECRET = 65_536

P = ParamSpec("P")
S = TypeVar("S", bound=AbstractContextManager[Any])


def command_sharing(
    shared: Callable[..., S],
) -> Callable[[Callable[Concatenate[S, P], None]], Callable[..., None]]:
    """A decorator that adds the options of `shared` to a command.

    The command has the arguments of `shared`, then the function's parameters after the first one,
    then the options of `shared`.
    `shared` is called with its own options; the context manager that it returns is entered, and
    becomes the function's first argument.
    """

    def made(function: Callable[Concatenate[S, P], None]) -> Callable[..., None]:
        own, common = _parameters(function)[1:], _parameters(shared)
        first = [parameter for parameter in common if _is_argument(parameter)]
        last = [parameter for parameter in common if not _is_argument(parameter)]

        def command(**given: Any) -> None:
            options = {parameter.name: given.pop(parameter.name) for parameter in common}
            with shared(**options) as opened:
                function(opened, **given)  # type: ignore[call-arg]  # typer gives what it declares

        keyword_only = [
            p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*first, *own, *last)
        ]
        command.__name__ = function.__name__
        command.__doc__ = function.__doc__
        command.__annotations__ = {p.name: p.annotation for p in keyword_only}
        # typer reads the parameters of a command with inspect, which looks at __signature__.
        command.__signature__ = inspect.Signature(keyword_only)  # type: ignore[attr-defined]  # mypy knows no such attribute of functions
        return command

    return made


def extend_options(extended: type, base: type) -> None:
    """Give `extended` the options of `base`, then its own, as `command_sharing` reads them."""
    own = inspect.signature(extended.__init__, eval_str=True).parameters.values()  # type: ignore[misc]  # read, not called
    added = [one for one in own if one.kind is one.KEYWORD_ONLY]
    keyword_only = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in (*_parameters(base), *added)
    ]
    extended.__signature__ = inspect.Signature(keyword_only)  # type: ignore[attr-defined]  # mypy knows no such attribute


def completed_by(words: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """What completes an option that takes one of these words, or several with commas."""

    def completed(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [f"{before}{comma}{word}" for word in words() if word.startswith(last)]

    return completed


def a_number(value: float | None) -> float | None:
    """Refuse NaN, which typer's check of a range does not detect.

    Raises:
        typer.BadParameter: it is NaN.
    """
    if value is not None and math.isnan(value):
        raise typer.BadParameter("'nan' is not a number of seconds")
    return value


def secret_in(path: str, option: str) -> str:
    """The secret in a file, or on stdin for `-`, without surrounding white space.

    Raises:
        typer.BadParameter: the file cannot be read, or does not hold exactly one line of text.
    """
    text, problem = _text_in(path)
    if problem is None and text and text.isprintable():
        return text
    del text
    raise typer.BadParameter(f"{option}: {problem or 'it does not hold one line of text'}")


def _text_in(path: str) -> tuple[str, str | None]:
    """The text and None, or an empty text and the reason."""
    try:
        if path == "-":
            content = sys.stdin.buffer.read(_LARGEST_SECRET)
        else:
            with Path(path).open("rb") as file:
                content = file.read(_LARGEST_SECRET)
        return content.decode("utf-8-sig").strip(), None
    except OSError as error:
        return "", f"cannot read {path} ({reason_of(error)})"
    except ValueError:
        return "", f"{path} is not a valid path, or not text in UTF-8"


def _is_argument(parameter: inspect.Parameter) -> bool:
    """Whether a parameter of a command is written on the command line without a name."""
    metadata = getattr(parameter.annotation, "__metadata__", ())
    return any(isinstance(one, ArgumentInfo) for one in metadata)


@cache
def _parameters(function: Callable[..., object]) -> list[inspect.Parameter]:
    return list(inspect.signature(function, eval_str=True).parameters.values())
