"""Makes the models of builders from JSON, so that builders accept what a client would read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import attrs
import msgspec

from enphase_sdk.errors import InvalidArgumentError

__all__ = ["body", "built"]

M = TypeVar("M")


def built(model: type[M], fields: Mapping[str, object], /, **defaults: Any) -> M:
    """The model with the given fields, and defaults for the others.

    Raises:
        InvalidArgumentError: The model has no such field (the message lists those it has), or
            the contract does not allow the value.
    """
    names = [field.name for field in attrs.fields(cast("type[Any]", model))]
    for name in fields:
        if name not in names:
            raise InvalidArgumentError(
                f"{model.__name__} has no field {name!r}; there are {', '.join(names)}"
            )
    values = {**defaults, **fields}
    try:
        given = msgspec.to_builtins({n: v for n, v in values.items() if v is not msgspec.UNSET})
        made = msgspec.convert(given, model)
    except (msgspec.ValidationError, TypeError) as error:
        raise InvalidArgumentError(f"{model.__name__}: {error}") from None
    kept = msgspec.to_builtins(made)
    for name, value in given.items():
        if kept[name] != value:
            raise InvalidArgumentError(
                f"{model.__name__}: {name}={value!r} holds a field that its model does not have; "
                "make it with the builder of that model"
            )
    return made


def body(model: type[Any], fields: Mapping[str, object], /, **defaults: Any) -> dict[str, Any]:
    """The same as the dict that stands in JSON."""
    wire: dict[str, Any] = msgspec.to_builtins(built(model, fields, **defaults))
    return wire
