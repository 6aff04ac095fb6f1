from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.micro_inverter import MicroInverter
from ..types import Framed


@define
class InvertersSummary(Framed):
    """A group of microinverters and how well they are heard.

    Attributes:
        micro_inverters (list[MicroInverter]): The microinverters of this group.
        signal_strength (int): How well the gateway hears the microinverters, 0 to 5.
    """

    micro_inverters: list[MicroInverter]
    signal_strength: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> InvertersSummary:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
