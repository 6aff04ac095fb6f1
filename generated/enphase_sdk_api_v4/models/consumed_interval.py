from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class ConsumedInterval:
    """Energy in one interval.

    Attributes:
        end_at (int): End of the interval, epoch seconds (UTC).
        wh_consumed (int): Energy consumed in this interval, Wh. Negative where a vehicle gave
            energy back.
    """

    end_at: int
    wh_consumed: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ConsumedInterval:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
