"""Reading the JSON bodies of requests, with the refusals of API v4."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.testing.cloud.v4.refusals import unprocessable

__all__ = ["Check", "list_of", "one_of", "read_fields", "text", "whole"]

Check = Callable[[object], bool]


def text(value: object) -> bool:
    """Whether it is text."""
    return isinstance(value, str)


def whole(lowest: int, highest: int) -> Check:
    """Whether it is a whole number between two others, both allowed."""

    def check(value: object) -> bool:
        return type(value) is int and lowest <= value <= highest

    return check


def one_of(*choices: str) -> Check:
    """Whether it is one of some texts, spelled exactly so."""
    return lambda value: isinstance(value, str) and value in choices


def list_of(check: Check) -> Check:
    """Whether it is a list whose items all pass."""
    return lambda value: is_array(value) and all(map(check, value))


def read_fields(
    body: object, fields: Mapping[str, Check], *, required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The known fields of a body that are there.

    Raises:
        Refusal: 422, it is no object, or a field is missing or not what it must be.
    """
    if not is_object(body):
        raise unprocessable("Json body is missing")
    for name in required:
        if name not in body:
            raise unprocessable(f"{name} is missing at Json body location")
    for name, check in fields.items():
        if name in body and not check(body[name]):
            raise unprocessable(f"{name} is invalid at Json body location")
    return {name: body[name] for name in fields if name in body}
