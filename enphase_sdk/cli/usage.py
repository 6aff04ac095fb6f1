"""Usage and help as other command lines have them: `enphase summary [OPTIONS] ID...`."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from typer.core import TyperCommand

__all__ = ["Command", "in_plain_words"]

_ERRORS = tuple(
    (re.compile(theirs), ours)
    for theirs, ours in (
        (r"is not a valid int(?:eger)?(?: range)?\b", "is not a whole number"),
        (r"is not a valid float(?: range)?\b", "is not a number"),
        (r"(\S+?)(?:\.0)? is not in the range (.+?)\.?$", r"it must be \2, not \1"),
    )
)


class Command(TyperCommand):
    """A command whose usage and help have no names of Python's types and no formulas."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        for param in self.params:
            _describe_in_words(param)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The pieces of the usage line: `ID` is wanted, `[ID]` can be left out."""
        arguments = [one for one in self.get_params(ctx) if one.param_type_name == "argument"]
        return [self.options_metavar or "", *map(_written, arguments)]

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - it is wrapped
        """The line in a list of commands: the first sentence, whole."""
        text = " ".join((self.help or "").strip().partition("\n\n")[0].split())
        first, stop, _ = text.partition(". ")
        return f"{first}." if stop else first


def in_plain_words(error: Any) -> str:
    """The message of a usage error without the names of Python's types."""
    message: str = error.format_message()
    if hasattr(error.__cause__, "errors"):  # pydantic's, with which Typer checks from 0.28 on
        problem = error.__cause__.errors()[0]
        message = message.replace(error.message, _problem(problem, getattr(error, "param", None)))
    for theirs, ours in _ERRORS:
        message = theirs.sub(ours, message)
    return message


def _problem(problem: Any, param: Any) -> str:
    kind, value = problem["type"], problem["input"]
    if kind.startswith("int_"):
        return f"{value!r} is not a whole number"
    if kind.startswith("float_"):
        return f"{value!r} is not a number"
    if kind in ("greater_than_equal", "less_than_equal"):
        return f"it must be {_range(param.min, param.max)}, not {value}"
    said: str = problem["msg"]
    return said.removeprefix("Value error, ")


def _describe_in_words(param: Any) -> None:
    """Give a parameter's help the words for a range, and no type beside an argument's name."""
    # Typer before 0.28 asks the parameter's type for these words, newer ones the parameter.
    ranged = getattr(param, "type", param)
    for name in ("_describe_range", "_get_number_range_help_str"):
        if hasattr(ranged, name) and (ranged.min, ranged.max) != (None, None):
            setattr(ranged, name, partial(_range, ranged.min, ranged.max))
    if param.param_type_name == "argument" and hasattr(param, "display_type_rich"):
        param.display_type_rich = _nothing


def _nothing(ctx: Any) -> None:  # noqa: ARG001 - as Typer calls it
    return None


def _written(argument: Any) -> str:
    text: str = argument.metavar or (argument.name or "").upper()
    if "|" in text:
        text = f"{{{text}}}"
    if argument.nargs == -1 and not text.endswith("..."):
        text += "..."
    return text if argument.required else f"[{text}]"


def _range(least: float | None, most: float | None) -> str:
    """The numbers from `least` to `most`, in words."""
    if least is None:
        return f"{_plain(most)} or less"
    return f"{_plain(least)} or more" if most is None else f"{_plain(least)} to {_plain(most)}"


def _plain(value: float | None) -> str:
    return f"{value:,.0f}" if value is not None and value == int(value) else str(value)
