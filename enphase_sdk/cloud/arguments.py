"""Arguments as callers write them, checked: each becomes what a request takes, or our own error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, TypeVar, cast

import msgspec
from msgspec import UNSET

from enphase_sdk.core.times import DateLike, plain, to_date
from enphase_sdk.errors import InvalidArgumentError

__all__ = ["Filter", "days", "integer", "many", "serial_number", "text"]

V = TypeVar("V")

# A filter of the listing: one value, or several of which any may match.
Filter: TypeAlias = V | Iterable[V] | None

LARGEST_INTEGER = 10**18 - 1


def integer(value: object, name: str) -> int:
    """A whole number, also of numpy or as text."""
    try:
        number = msgspec.convert(plain(value), int, strict=False)
    except msgspec.ValidationError:
        raise InvalidArgumentError(f"{name}: a whole number is wanted, not {value!r}") from None
    if abs(number) > LARGEST_INTEGER:
        raise InvalidArgumentError(f"{name}: a number of more than 18 digits is none of Enphase's")
    return number


def serial_number(value: object) -> str:
    """A serial number, as text or as a number."""
    if isinstance(value, str):
        return text(value, "serial_num")
    return str(integer(value, "serial_num"))


def text(value: object, name: str) -> str:
    """Text that can be sent."""
    try:
        if isinstance(value, str) and value.encode():
            return str.__str__(value)  # not the name of an enum's member
    except UnicodeEncodeError:
        pass
    raise InvalidArgumentError(f"{name}: text is wanted, not {value!r}")


def many(value: object, name: str, checked: Callable[[object, str], object]) -> Any:
    """One value or several as a list; absent for None."""
    if value is None:
        return UNSET
    if isinstance(value, str) or not isinstance(value, Iterable):
        return [checked(value, name)]
    values = [checked(item, name) for item in cast("Iterable[object]", value)]
    if not values:
        raise InvalidArgumentError(
            f"{name}: an empty list matches nothing; leave it out to list every system"
        )
    return values


def days(start: DateLike | None, end: DateLike | None) -> dict[str, Any]:
    """The first and the last day of a series."""
    first = UNSET if start is None else to_date(start, "start_date")
    last = UNSET if end is None else to_date(end, "end_date")
    if first is not UNSET and last is not UNSET and last < first:
        raise InvalidArgumentError(f"end_date {last} lies before start_date {first}")
    return {"start_date": first, "end_date": last}
