"""The lenient reading of an answer that differs from the contract.

A field that is null, missing or of a wrong type becomes None; an entry of a list of records that
is not an object is left out; a quantity (W, Wh) with a fraction, where the contract promises a
whole number, is kept as a float; everything else is read as declared.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator
from functools import cache
from math import isfinite
from typing import Any, Final, NamedTuple, Union, get_args, get_origin

import attrs
import msgspec
from attrs import frozen
from msgspec import UNSET, UnsetType

from enphase_sdk.core.json import is_array, is_object

__all__ = ["NOTHING", "Oddity", "Unreadable", "convert"]

# Items of a list that are converted together. If that fails, they are converted one by one.
TOGETHER = 32


# Fields in which a fraction is an error: ids, instants and counts.
WHOLE = re.compile(
    r"(^|_)(id|at|date|interval|start|end|period|devices|modules|reporting|channel|precision|"
    r"strength|limit|count|page|size|total|items|code)(\[\])*$"
)

# Types whose values need no conversion.
PLAIN = frozenset({bool, float, int, str})


class _Nothing:
    """The result for a value that cannot be read, not even as None."""


NOTHING: Final = _Nothing()


@frozen
class Unreadable:
    """Stands for a value in the body that is not valid JSON.

    Attributes:
        problem: What is wrong with it.
    """

    problem: str


@frozen
class Oddity:
    """One place where an answer differs from the contract.

    Attributes:
        path: JSON path of the place, with list positions.
        field: The same without positions, so that each field is logged once.
        problem: What is wrong, without the value.
        remedy: How it was read.
    """

    path: str
    field: str
    problem: str
    remedy: str


def convert(raw: Any, shape: Any) -> tuple[Any, list[Oddity]]:
    """Read decoded JSON as `shape`; returns the value (or NOTHING) and the deviations."""
    oddities: list[Oddity] = []
    return _read(raw, shape, "$", "$", oddities), oddities


def _read(raw: Any, shape: Any, path: str, field: str, oddities: list[Oddity]) -> Any:
    try:
        return msgspec.convert(raw, shape)
    except msgspec.ValidationError:
        pass
    for option in _options(shape):
        if _is_record(option) and is_object(raw):
            return _read_record(raw, option, path, field, oddities)
        if get_origin(option) is dict and is_object(raw):
            _, kind = get_args(option)
            read = {
                k: _read(v, kind, f"{path}.{k}", f"{field}.*", oddities) for k, v in raw.items()
            }
            return {key: value for key, value in read.items() if value is not NOTHING}
        if get_origin(option) is list and is_array(raw):
            (item,) = get_args(option)
            return list(_read_items(raw, item, path, field, oddities))
    problem = _problem(raw, shape)
    value = _near(raw, shape)
    if value is not None:
        oddities.append(Oddity(path, field, problem, "read as the declared type"))
        return value
    fraction = _fraction(raw, shape, field)
    if fraction is not None:
        oddities.append(Oddity(path, field, problem, "kept with its fraction"))
        return fraction
    scalar = not any(_is_record(o) or get_origin(o) in (list, dict) for o in _options(shape))
    oddities.append(Oddity(path, field, problem, "read as None"))
    return None if raw is None or scalar else NOTHING


def _read_record(
    raw: dict[str, Any], shape: Any, path: str, field: str, oddities: list[Oddity]
) -> Any:
    known = _fields(shape)
    if not any(field_.wire in raw for field_ in known):
        problem = "has none of the fields the contract promises"
        oddities.append(Oddity(path, field, problem, "left out"))
        return NOTHING
    values: dict[str, Any] = {}
    for name, wire, kind, plain, required in known:
        if wire in raw:
            value = raw[wire]
            if type(value) not in plain:
                value = _read(value, kind, f"{path}.{wire}", f"{field}.{wire}", oddities)
            values[name] = None if value is NOTHING else value
        elif required:
            problem = f"is missing where the contract promises {_promised(kind)}"
            place = Oddity(f"{path}.{wire}", f"{field}.{wire}", problem, "read as None")
            oddities.append(place)
            values[name] = None
    return shape(**values)


def _read_items(
    raw: list[Any], shape: Any, path: str, field: str, oddities: list[Oddity]
) -> Iterator[Any]:
    """The items of a list: in a list of records others are left out, a series keeps positions."""
    options = _options(shape)
    records = all(_is_record(option) for option in options)
    several: Any = list[shape]
    for start in range(0, len(raw), TOGETHER):
        items = raw[start : start + TOGETHER]
        try:
            yield from msgspec.convert(items, several)
            continue
        except msgspec.ValidationError:
            pass
        for position, item in enumerate(items, start):
            where, what = f"{path}[{position}]", f"{field}[]"
            if records and not is_object(item):
                oddities.append(Oddity(where, what, _problem(item, shape), "left out"))
                continue
            value = _read(item, shape, where, what, oddities)
            if value is not NOTHING:
                yield value
            elif not records:
                yield None


def _near(raw: Any, shape: Any) -> Any:
    """The value of the declared type for "12" (12), 3.0 (3) or 7 ("7"); otherwise None."""
    if raw is None or isinstance(raw, (bool, dict, list, Unreadable)):
        return None
    try:
        return msgspec.convert(raw, shape, strict=False)
    except msgspec.ValidationError:
        pass
    try:
        return msgspec.convert(str(raw), shape)
    except msgspec.ValidationError:
        return None


def _fraction(raw: Any, shape: Any, field: str) -> float | None:
    """A quantity with a fraction, where the contract promises whole W or Wh."""
    if int not in _options(shape) or WHOLE.search(field.rpartition(".")[2]):
        return None
    if isinstance(raw, bool) or not isinstance(raw, (float, str)):
        return None
    try:
        value = msgspec.convert(raw, float, strict=False)
    except msgspec.ValidationError:
        return None
    return value if isfinite(value) else None


@cache
def _options(shape: Any) -> tuple[Any, ...]:
    if get_origin(shape) in (Union, types.UnionType):
        return tuple(o for o in get_args(shape) if o not in (UnsetType, type(None)))
    return (shape,)


class _Field(NamedTuple):
    """A field of a model; a value of one of its `plain` types is right as it is."""

    name: str
    wire: str
    kind: Any
    plain: frozenset[Any]
    required: bool


@cache
def _fields(shape: Any) -> tuple[_Field, ...]:
    hints = typing.get_type_hints(shape)
    return tuple(
        _Field(name, wire, hints[name], PLAIN.intersection(_options(hints[name])), required)
        for name, wire, required in _names(shape)
    )


def _problem(raw: Any, shape: Any) -> str:
    if isinstance(raw, Unreadable):
        return raw.problem
    return f"is {_named(raw)} where the contract promises {_promised(shape)}"


def _names(shape: Any) -> Iterator[tuple[str, str, bool]]:
    """Attribute, name on the wire, and whether it must be there."""
    if attrs.has(shape):
        for a in attrs.fields(shape):
            yield a.name, a.name, a.default is not UNSET
    else:
        for f in msgspec.structs.fields(shape):
            yield f.name, f.encode_name, f.required


def _is_record(option: Any) -> bool:
    return attrs.has(option) or (isinstance(option, type) and issubclass(option, msgspec.Struct))


def _named(raw: Any) -> str:
    names = {type(None): "null", bool: "a boolean", int: "an integer", float: "a number",
             str: "text", list: "an array", dict: "an object"}  # fmt: skip
    return names[type(raw)]


@cache
def _promised(shape: Any) -> str:
    words = [_word(option) for option in _options(shape)]
    return " or ".join(sorted(set(words)))


def _word(option: Any) -> str:
    if get_origin(option) is list:
        return "an array"
    if _is_record(option) or get_origin(option) is dict:
        return "an object"
    simple = {int: "an integer", float: "a number", str: "text", bool: "a boolean"}
    return simple.get(option, f"a {option.__name__.lower()}")
