from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class ChargingSession:
    """A charging session.

    Attributes:
        charge_time (int): How long the vehicle was being charged, in seconds. Example: 7080.
        cost (float): Cost of the session, in the currency of the site. Example: 0.5.
        duration (int): Length of the session, in seconds. Example: 11497.
        end_time (int): End of the charging session, epoch seconds (UTC). Example: 1700071180.
        energy_added (float): Energy that the vehicle received. Documented in Wh; the values look
            like kWh. Example: 14.83.
        miles_added (float): Range that the vehicle gained, in miles. Example: 1.2.
        start_time (int): Start of the charging session, epoch seconds (UTC). Example: 1700059683.
    """

    charge_time: int
    cost: float
    duration: int
    end_time: int
    energy_added: float
    miles_added: float
    start_time: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ChargingSession:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
