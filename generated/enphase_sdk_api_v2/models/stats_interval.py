from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class StatsInterval:
    """Power and energy of all microinverters in one interval.

    Attributes:
        devices_reporting (int | None): Microinverters whose value had arrived when the answer was
            made. Fewer than `total_devices`: some are late, dark or silent.
        end_at (int): End of the interval, epoch seconds (UTC).
        enwh (int): Energy produced, Wh.
        powr (int): Mean power over the interval, W.
    """

    devices_reporting: int | None
    end_at: int
    enwh: int
    powr: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> StatsInterval:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
