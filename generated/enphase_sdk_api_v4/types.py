"""What models and operations share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from attrs import frozen
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


__all__ = ["UNSET", "Response", "Unset"]
