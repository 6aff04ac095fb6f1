from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class MeterInterval:
    """Energy and mean power of one channel of a meter in one interval.

    Attributes:
        channel (int): Number of the meter's channel, from 1.
        curr_w (float | int | None): Mean power over this interval, W. Null on a channel that is not
            in use.
        end_at (int): End of the interval, epoch seconds (UTC).
        wh_del (float | int | None): Energy delivered in this interval, Wh. Null on a channel that
            is not in use.
    """

    channel: int
    curr_w: float | int | None
    end_at: int
    wh_del: float | int | None

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> MeterInterval:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
