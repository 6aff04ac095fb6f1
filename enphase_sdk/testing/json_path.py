"""A place in a JSON document: ``$.systems[*].meta.status``, ``intervals[0]``, ``$[0].id``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from enphase_sdk.errors import InvalidArgumentError

__all__ = ["Step", "read_path", "spots"]

Step: TypeAlias = str | int | None
"""A member's name, an item's position, or None for every item."""

Json: TypeAlias = dict[str, Any] | list[Any] | str | float | bool | None

_STEP = re.compile(r"\.?([A-Za-z_]\w*)|\[(\d+)\]|\[\*\]")


def read_path(path: str) -> tuple[Step, ...]:
    """The steps of a path; the ``$`` at the start is optional.

    Raises:
        InvalidArgumentError: It is not such a path.
    """
    rest = path.removeprefix("$")
    steps: list[Step] = []
    while rest:
        match = _STEP.match(rest)
        if match is None:
            raise InvalidArgumentError(
                f"{path!r} is not a path into an answer; write it like $.systems[*].meta.status"
            )
        name, position = match.groups()
        steps.append(name or (int(position) if position else None))
        rest = rest[match.end() :]
    return tuple(steps)


def spots(document: Any, steps: tuple[Step, ...]) -> list[tuple[Any, str | int]]:
    """Every place the path leads to, as its container and the key or position in it.

    Raises:
        InvalidArgumentError: It does not exist; the message lists the existing keys.
    """
    dead_ends: list[str] = []
    found = list(_walk(document, steps, "$", dead_ends))
    if dead_ends and not found:
        raise InvalidArgumentError(dead_ends[0])
    return found


def _walk(
    value: Any, steps: tuple[Step, ...], here: str, dead_ends: list[str]
) -> Iterator[tuple[Any, str | int]]:
    step, *rest = steps
    keys = _keys(value, step)
    if isinstance(keys, str):
        dead_ends.append(f"no {step!r} at {here} of the answer: {keys}")
        return
    for key in keys:
        if rest:
            there = f"{here}.{key}" if isinstance(key, str) else f"{here}[{key}]"
            yield from _walk(value[key], tuple(rest), there, dead_ends)
        else:
            yield value, key


def _keys(value: Json, step: Step) -> list[str] | list[int] | str:
    """The keys in a value that a step matches, or the reason why it matches none."""
    if isinstance(value, dict):
        if isinstance(step, str) and step in value:
            return [step]
        return f"there are {', '.join(value)}"
    if isinstance(value, list):
        length = len(value)
        if step is None:
            return list(range(length))
        return [step] if isinstance(step, int) and step < length else f"it has {length} items"
    return "it is a single value"
