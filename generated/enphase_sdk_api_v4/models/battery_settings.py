from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class BatterySettings:
    """How the battery of a system is used.

    Attributes:
        battery_mode (str): What the battery is used for: `Savings Mode`, `Full Backup` or self-
            consumption, which is spelled in several ways. Compare without regard to case, spaces and
            hyphens.
        battery_shutdown_level (int): State of charge at which the battery switches itself off, in
            percent. What is left serves to start it again.
        charge_from_grid (str): `enabled` if the battery may also be charged from the grid: in full
            backup, or while it is below its reserve.
        energy_independence (str): `enabled` if the battery goes on serving the loads after the
            hours of high prices, down to its reserve; `disabled` if it then rests.
        reserve_soc (int): State of charge that is kept for an outage, in percent.
        system_id (int): Id of the system in Enlighten.
    """

    battery_mode: str
    battery_shutdown_level: int
    charge_from_grid: str
    energy_independence: str
    reserve_soc: int
    system_id: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> BatterySettings:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
