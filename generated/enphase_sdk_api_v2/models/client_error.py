from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class ClientError:
    """The call was refused for lack of access.

    Attributes:
        message (list[str] | str): What is wrong, for people to read.
        reason (int | str): Status code; sent as text or as a number.
    """

    message: list[str] | str
    reason: int | str

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ClientError:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
