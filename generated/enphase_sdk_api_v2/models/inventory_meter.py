from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..types import UNSET, Unset, present


@define
class InventoryMeter:
    """A meter.

    Attributes:
        manufacturer (None | str): Maker of the meter.
        model (None | str): Name of the model.
        sn (str): Serial number; text, because a leading zero counts.
        state (str | Unset): State of the meter, such as `enabled`. The values are not documented.
        status (str | Unset): Health of the meter, such as `normal`. The values are not documented.
    """

    manufacturer: None | str
    model: None | str
    sn: str
    state: str | Unset = UNSET
    status: str | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> InventoryMeter:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
