"""Checks the arguments of calls and converts them to the values of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, TypeVar, cast

import msgspec
from msgspec import UNSET

from enphase_sdk.core.times import DateLike, InstantLike, plain, to_date, to_epoch
from enphase_sdk.errors import InvalidArgumentError

__all__ = [
    "Filter",
    "day",
    "days",
    "given",
    "instant",
    "instants",
    "integer",
    "many",
    "serial_number",
    "series",
    "text",
]

V = TypeVar("V")

# A filter of the listing: one value, or several; a system must match one of them.
Filter: TypeAlias = V | Iterable[V] | None

LARGEST_INTEGER = 10**18 - 1


def integer(value: object, name: str) -> int:
    """A whole number; also numpy integers and text are accepted."""
    try:
        number = msgspec.convert(plain(value), int, strict=False)
    except (msgspec.ValidationError, UnicodeError):
        raise InvalidArgumentError(f"{name}: must be a whole number, not {value!r}") from None
    if abs(number) > LARGEST_INTEGER:
        raise InvalidArgumentError(
            f"{name}: the number has more than 18 digits; pass the id as Enlighten shows it"
        )
    return number


def serial_number(value: object) -> str:
    """A serial number, as text or as a number."""
    if isinstance(value, str):
        return text(value, "serial_num")
    return str(integer(value, "serial_num"))


def text(value: object, name: str) -> str:
    """Text that is not empty and can be encoded."""
    try:
        if isinstance(value, str) and value.encode():
            return str.__str__(value)  # the value of an enum's member, not its name
    except UnicodeEncodeError:
        pass
    raise InvalidArgumentError(f"{name}: must be text, not {value!r}")


def many(value: object, name: str, checked: Callable[[object, str], object]) -> Any:
    """One value or several as a list; absent for None."""
    if value is None:
        return UNSET
    value = plain(value)
    if isinstance(value, (str, bytes, bytearray)) or not isinstance(value, Iterable):
        return [checked(value, name)]
    values = [checked(item, name) for item in cast("Iterable[object]", value)]
    if not values:
        raise InvalidArgumentError(
            f"{name}: an empty list matches nothing; leave it out to list every system"
        )
    return values


def given(value: Any) -> Any:
    """The value, or absent for None."""
    return UNSET if value is None else value


def instant(value: InstantLike | None, name: str) -> Any:
    """Epoch seconds, or absent for None."""
    return UNSET if value is None else to_epoch(value, name)


def instants(start: InstantLike | None, end: InstantLike | None) -> tuple[int | None, int | None]:
    """A window's start and end in epoch seconds; None for one that is not given.

    Raises:
        InvalidArgumentError: the end lies before the start.
    """
    first = None if start is None else to_epoch(start, "start_at")
    last = None if end is None else to_epoch(end, "end_at")
    if first is not None and last is not None and last < first:
        raise InvalidArgumentError(f"end_at {last} lies before start_at {first} (epoch seconds)")
    return first, last


def series(production: str | None) -> Any:
    """The value of `production`: `all` for all series, absent for None."""
    if production is None:
        return UNSET
    if text(production, "production") != "all":
        raise InvalidArgumentError(f"production: must be 'all' or None, not {production!r}")
    return "all"


def day(value: DateLike | None, name: str) -> Any:
    """A day, or absent for None."""
    return UNSET if value is None else to_date(value, name)


def days(start: DateLike | None, end: DateLike | None) -> dict[str, Any]:
    """The first and the last day of a series."""
    first, last = day(start, "start_date"), day(end, "end_date")
    if first is not UNSET and last is not UNSET and last < first:
        raise InvalidArgumentError(f"end_date {last} lies before start_date {first}")
    return {"start_date": first, "end_date": last}
