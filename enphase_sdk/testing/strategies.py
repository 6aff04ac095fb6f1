"""Hypothesis strategies for answers of the cloud: valid, and often unusual.

@given(strategies.results(models.Summary))         # models
@given(strategies.bodies(models.SystemsPage))      # what stands in JSON
@given(strategies.error_bodies(409))

Enumerations can have values that the contract does not list, nullable fields can be null,
optional fields absent, lists empty, numbers of either type if the contract allows two. Needs the
extra ``enphase-sdk[testing]``.
"""

from __future__ import annotations

import datetime
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeVar, Union, get_args, get_origin

import attrs
import msgspec
from enphase_sdk_api_v2 import models as wire

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing.cloud.cursor import write_cursor
from enphase_sdk.testing.world.places import PLACES

try:
    from hypothesis import strategies as st
except ImportError:
    raise ImportError(
        "enphase_sdk.testing.strategies needs Hypothesis: pip install 'enphase-sdk[testing]'"
    ) from None

__all__ = [
    "bodies",
    "clock_change_days",
    "cursors",
    "error_bodies",
    "instants",
    "results",
    "timezones",
]

M = TypeVar("M")

Body = dict[str, Any]

_INTEGERS: Final = st.integers(-(2**63), 2**63 - 1)
_NUMBERS: Final = st.floats(allow_nan=False, allow_infinity=False)
_TEXTS: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_WORDS: Final = st.from_regex(r"[a-z][a-z_]{0,15}", fullmatch=True)
_DATES: Final = st.dates(datetime.date(2006, 1, 1), datetime.date(2099, 12, 31))

_ERRORS: Final[Mapping[int, Any]] = {
    401: wire.ClientError,
    404: wire.NotFoundError,
    409: wire.ConflictError,
    422: wire.UnprocessableEntityError,
    500: wire.ServerError,
    503: wire.ServerError,
}


def results(model: type[M]) -> st.SearchStrategy[M]:
    """Results of a class of `enphase_sdk.models`, as the client would read them."""
    return bodies(model).map(lambda body: msgspec.convert(body, model))


def bodies(model: Any, *, unknown_fields: bool = False) -> st.SearchStrategy[Body]:
    """The same as decoded JSON.

    Args:
        model: A class of `enphase_sdk.models`.
        unknown_fields: Whether to add fields that the contract does not know.

    Raises:
        InvalidArgumentError: `model` is not such a class.
    """
    if not (isinstance(model, type) and attrs.has(model)):
        raise InvalidArgumentError(
            f"{model!r} is not a model; pass a class of enphase_sdk.models, such as models.Summary"
        )
    return _bodies(model, unknown_fields)


def error_bodies(status: int) -> st.SearchStrategy[Body]:
    """The JSON of an unsuccessful answer.

    Raises:
        InvalidArgumentError: The contract has no such status; the message lists those it has.
    """
    if status not in _ERRORS:
        known = ", ".join(map(str, _ERRORS))
        raise InvalidArgumentError(f"the contract has no status {status!r}; there are {known}")
    return _bodies(_ERRORS[status], False)


def instants() -> st.SearchStrategy[int]:
    """Epoch seconds from 2006, when the first systems reported, to the end of the century."""
    return st.integers(1_136_073_600, 4_102_444_799)


def timezones() -> st.SearchStrategy[str]:
    """IANA names of the time zones of the simulated fleet, on both hemispheres."""
    return st.sampled_from(sorted({place.timezone for place in PLACES}))


def clock_change_days() -> st.SearchStrategy[tuple[str, datetime.date]]:
    """Pairs of a time zone and a day that has 23 or 25 hours there, 2020 to 2029."""
    return st.sampled_from(_clock_changes())


def cursors() -> st.SearchStrategy[str]:
    """Values of ``next``: those of a simulated listing, and random ones."""
    ours = st.integers(0, 100_000).map(write_cursor)
    return st.one_of(ours, st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1))


@cache
def _bodies(model: Any, unknown_fields: bool) -> st.SearchStrategy[Body]:
    hints = typing.get_type_hints(model)
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for field in attrs.fields(model):
        options = _options(hints[field.name])
        fields = optional if msgspec.UnsetType in options else required
        fields[field.name] = _field(field.name, options, unknown_fields)
    known = st.fixed_dictionaries(required, optional=optional)
    if not unknown_fields:
        return known
    extra = st.dictionaries(
        _WORDS.filter(lambda name: name not in hints), _JSON, min_size=1, max_size=2
    )
    return st.tuples(known, extra).map(lambda parts: {**parts[0], **parts[1]})


def _field(name: str, options: list[Any], unknown_fields: bool) -> st.SearchStrategy[Any]:
    return st.one_of(
        *(
            _NAMED[name, option] if (name, option) in _NAMED else _values(option, unknown_fields)
            for option in options
            if option is not msgspec.UnsetType
        )
    )


def _values(shape: Any, unknown_fields: bool) -> st.SearchStrategy[Any]:
    if attrs.has(shape):
        return _bodies(shape, unknown_fields)
    if get_origin(shape) is list:
        (item,) = get_args(shape)
        return st.lists(_field("", _options(item), unknown_fields), max_size=3)
    if issubclass(shape, StrEnum):
        return st.one_of(st.sampled_from([member.value for member in shape]), _WORDS)
    return _SCALARS[shape]


def _options(shape: Any) -> list[Any]:
    if get_origin(shape) in (Union, types.UnionType):
        return list(get_args(shape))
    return [shape]


_SCALARS: Final[Mapping[Any, st.SearchStrategy[Any]]] = {
    int: _INTEGERS,
    float: _NUMBERS,
    str: _TEXTS,
    datetime.date: _DATES.map(datetime.date.isoformat),
    type(None): st.none(),
}
_JSON: Final[st.SearchStrategy[Any]] = st.one_of(
    st.none(), st.booleans(), _INTEGERS, _TEXTS, st.lists(_TEXTS, max_size=2)
)
_INSTANTS: Final = (
    "end_at",
    "first_interval",
    "last_energy_at",
    "last_interval",
    "last_interval_end_at",
    "last_report_at",
    "last_report_date",
    "operational_at",
    "period_end",
    "period_start",
    "read_at",
    "start_at",
)
_NAMED: Final[Mapping[tuple[str, Any], st.SearchStrategy[Any]]] = {
    **{(name, int): instants() for name in _INSTANTS},
    ("next", str): cursors(),
    ("timezone", str): timezones(),
    ("system_id", int): st.integers(1, 2**53),
    ("precision", int): st.integers(0, 3),
}


@cache
def _clock_changes() -> list[tuple[str, datetime.date]]:
    places = {place.timezone: place for place in PLACES}
    first = datetime.date(2020, 1, 1).toordinal()
    return [
        (name, datetime.date.fromordinal(day))
        for name, place in sorted(places.items())
        for day in range(first, first + 3_653)
        if place.midnight(day + 1) - place.midnight(day) != 86_400
    ]
