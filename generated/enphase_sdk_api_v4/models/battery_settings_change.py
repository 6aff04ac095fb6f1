from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..types import UNSET, Unset, present


@define
class BatterySettingsChange:
    """Settings of the battery to change.

    Attributes:
        battery_mode (str | Unset): What the battery is to be used for: `Savings Mode`, `Self-
            consumption` or `Full Backup`, spelled exactly so.
        energy_independence (str | Unset): `enabled` if the battery goes on serving the loads after
            the hours of high prices, down to its reserve; `disabled` if it then rests.
        reserve_soc (int | Unset): State of charge to keep for an outage, in percent; not below the
            level at which the battery switches itself off.
    """

    battery_mode: str | Unset = UNSET
    energy_independence: str | Unset = UNSET
    reserve_soc: int | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> BatterySettingsChange:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
