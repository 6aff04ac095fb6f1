from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class ServerError:
    """The server cannot answer at present; try again later.

    Attributes:
        error_code (int): Enlighten's number for the failure. 7 is "data temporarily unavailable".
        error_messages (list[str]): What is wrong, for people to read.
    """

    errorCode: int
    errorMessages: list[str]

    @property
    def error_code(self) -> int:
        """The same as `errorCode`, in Python's spelling."""
        return self.errorCode

    @property
    def error_messages(self) -> list[str]:
        """The same as `errorMessages`, in Python's spelling."""
        return self.errorMessages

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ServerError:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
