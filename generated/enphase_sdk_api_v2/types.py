"""What models and operations share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from attrs import fields, frozen
from msgspec import UNSET, UnsetType

Unset = UnsetType

T = TypeVar("T")


@frozen
class Response(Generic[T]):
    """An answer with its status, and its body as a model where one is declared for it."""

    status_code: int
    content: bytes
    headers: Mapping[str, str]
    parsed: T | None


def present(model: Any) -> str:
    """The `repr` of a model without the fields that are absent."""
    names = [
        name for each in fields(model.__class__) if getattr(model, name := each.name) is not UNSET
    ]
    return f"{model.__class__.__name__}({', '.join(f'{n}={getattr(model, n)!r}' for n in names)})"


__all__ = ["UNSET", "Response", "Unset", "present"]
