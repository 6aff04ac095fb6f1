"""Usage and help as other command lines have them: `enphase summary [OPTIONS] ID...`."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand

__all__ = ["Command", "in_plain_words"]

_ERRORS = tuple(
    (re.compile(theirs), ours)
    for theirs, ours in (
        (r"is not a valid int(?:eger)?(?: range)?\b", "is not a whole number"),
        (r"is not a valid float(?: range)?\b", "is not a number"),
        (r"(\S+) is not in the range (.+?)\.?$", r"it must be \2, not \1"),
    )
)


class Command(TyperCommand):
    """A command whose usage and help have no names of Python's types and no formulas."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        for param in self.params:
            kind: Any = param.type
            if hasattr(kind, "_describe_range"):
                words = _range(kind.min, kind.max)
                kind._describe_range = lambda words=words: words

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The pieces of the usage line: `ID` is wanted, `[ID]` can be left out."""
        arguments = [one for one in self.get_params(ctx) if one.param_type_name == "argument"]
        return [self.options_metavar or "", *map(_written, arguments)]

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - it is wrapped
        """The line in a list of commands: the first sentence, whole."""
        text = " ".join((self.help or "").strip().partition("\n\n")[0].split())
        first, stop, _ = text.partition(". ")
        return f"{first}." if stop else first


def in_plain_words(message: str) -> str:
    """The message of a usage error without the names of Python's types."""
    for theirs, ours in _ERRORS:
        message = theirs.sub(ours, message)
    return message


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
