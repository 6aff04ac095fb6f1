from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..types import UNSET, Unset, present


@define
class NotFoundError:
    """Nothing has the identifier that was asked for.

    Attributes:
        reason (int | str): Status code; sent as text or as a number.
        error_messages (list[str] | Unset): What is wrong, for people to read; sent in place of
            `message`.
        message (list[str] | str | Unset): What is wrong, for people to read.
    """

    reason: int | str
    errorMessages: list[str] | Unset = UNSET
    message: list[str] | str | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    @property
    def error_messages(self) -> list[str] | Unset:
        """The same as `errorMessages`, in Python's spelling."""
        return self.errorMessages

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> NotFoundError:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
