"""An answer as it came, beside the model read from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from attrs import field, frozen

__all__ = ["RawResponse"]

T = TypeVar("T")


@frozen
class RawResponse(Generic[T]):
    """A successful answer.

    Attributes:
        status_code: 200, or 204 for an answer without a body.
        headers: The headers; names are case-insensitive.
        content: The body's bytes.
        parsed: The model read from it.
    """

    status_code: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    parsed: T
