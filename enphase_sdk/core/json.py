"""The type of a decoded JSON value, and checks for objects and arrays."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeGuard

__all__ = ["Json", "is_array", "is_object"]

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a decoded JSON value is an object."""
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[list[Any]]:
    """Whether a decoded JSON value is an array."""
    return isinstance(value, list)
