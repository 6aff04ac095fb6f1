"""The same shapes as pydantic models, made from the Structs field by field."""

from __future__ import annotations

import types
import typing
from functools import cache
from typing import Any

import msgspec
import pydantic

__all__ = ["adapter"]


def adapter(shape: Any) -> pydantic.TypeAdapter[Any]:
    """What validates JSON bytes as the counterpart of a Struct, or of a list of them."""
    return pydantic.TypeAdapter(_counterpart(shape))


@cache
def _counterpart(shape: Any) -> Any:
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        hints = typing.get_type_hints(shape)
        fields: dict[str, Any] = {
            field.name: (
                _counterpart(hints[field.name]),
                ... if field.default is msgspec.NODEFAULT else None,
            )
            for field in msgspec.structs.fields(shape)
        }
        return pydantic.create_model(shape.__name__, **fields)
    if isinstance(shape, types.UnionType) or typing.get_origin(shape) is typing.Union:
        options = [o for o in typing.get_args(shape) if o is not msgspec.UnsetType]
        unset = len(options) < len(typing.get_args(shape))
        known = [_counterpart(option) for option in options] + [type(None)] * unset
        return typing.Union[tuple(known)]  # noqa: UP007 - made at run time
    if typing.get_origin(shape) is list:
        (item,) = typing.get_args(shape)
        return list[_counterpart(item)]  # type: ignore[misc]
    return shape
