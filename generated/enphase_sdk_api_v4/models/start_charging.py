from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class StartCharging:
    """Which connector is to charge, and how fast.

    Attributes:
        charging_level (str): Charging current in percent of the highest, 0 to 100, as text.
            Example: 40.
        connector_id (str): Number of the charger's connector, from 1, as text. Example: 1.
    """

    chargingLevel: str
    connectorId: str

    @property
    def charging_level(self) -> str:
        """The same as `chargingLevel`, in Python's spelling."""
        return self.chargingLevel

    @property
    def connector_id(self) -> str:
        """The same as `connectorId`, in Python's spelling."""
        return self.connectorId

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> StartCharging:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
