"""Commands that have options in common."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, Concatenate, ParamSpec, TypeVar

import typer

__all__ = ["a_number", "command_sharing"]

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


@cache
def _parameters(function: Callable[..., object]) -> list[inspect.Parameter]:
    return list(inspect.signature(function, eval_str=True).parameters.values())
