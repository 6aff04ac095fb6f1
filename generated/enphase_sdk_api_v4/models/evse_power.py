from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class EvsePower:
    """Limits of the charger with this serial number.

    Attributes:
        evse_max_charge_w (int): Highest power at which the charger charges, W.
        evse_min_charge_w (int): Lowest power at which the charger charges, W.
    """

    evse_max_charge_w: int
    evse_min_charge_w: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EvsePower:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
