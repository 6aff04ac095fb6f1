from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..types import UNSET, Unset, present


@define
class LatestReport:
    """What one device, or one channel of a meter, last reported.

    Attributes:
        last_report_at (int | None): When the device last reported, epoch seconds (UTC). Null after
            7 days without a report.
        name (str): Name for people to read.
        channel (int | Unset): Number of the meter's channel, from 1. Only for meters.
        id (int | Unset): Id of the device in Enlighten; not its serial number.
        operational_mode (None | str | Unset): What the device does. Batteries: `Idle`, `Charging`,
            `Discharging`. Heat pumps: `MODE_1` blocked, `MODE_2` normal, `MODE_3` consumption
            recommended, `MODE_4` consumption enforced. EV chargers: `PLUGGED_OUT`, `IDLE`, `CHARGING`,
            `FAULTED`. Null after 7 days without a report.
        power (int | None | Unset): Power at the latest report, W. Batteries: negative while they
            charge. Null after 7 days without a report.
        serial_number (str | Unset): Serial number. Only for heat pumps and EV chargers, and at
            times empty.
    """

    last_report_at: int | None
    name: str
    channel: int | Unset = UNSET
    id: int | Unset = UNSET
    operational_mode: None | str | Unset = UNSET
    power: int | None | Unset = UNSET
    serial_number: str | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> LatestReport:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
