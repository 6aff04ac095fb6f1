from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.evse_power_by_serial import EvsePowerBySerial
from ..models.status import Status
from ..types import UNSET, Framed, Unset, present


@define
class Summary(Framed):
    """Key figures of a system for one day.

    Attributes:
        current_power (int): Power being produced, W. Can be hours old: compare with
            `last_interval_end_at`. Always 0 for a past day.
        energy_lifetime (int): Energy produced on all days before `summary_date`, Wh. Add
            `energy_today` for the total.
        energy_today (int): Energy produced on `summary_date` as far as reported, Wh.
        last_interval_end_at (int | None): End of the newest interval with production, epoch seconds
            (UTC). Can be well before `last_report_at`. Null if there is none.
        last_report_at (int | None): When a gateway of the system last reported, epoch seconds
            (UTC). Null if none has.
        modules (int): Modules in service. Always 0 for a past day.
        operational_at (int | None): Start of operation, epoch seconds (UTC): when the system was
            connected to the grid, else the end of its first interval. Null if unknown.
        size_w (int): Rated power of the system, W. Always 0 for a past day.
        source (str): Where the energies come from: `microinverters` or `meter`.
        status (Status): State of a system. `normal` is well; the other values name what is wrong.
        summary_date (datetime.date): The day these figures belong to, in the system's time zone.
        system_id (int): Id of the system in Enlighten.
        battery_capacity_wh (int | Unset): Capacity of all batteries together, Wh.
        battery_charge_w (int | Unset): Highest power at which all batteries together can be
            charged, W.
        battery_discharge_w (int | Unset): Highest power at which all batteries together can
            discharge, W.
        evse_power (list[EvsePowerBySerial] | Unset): Limits of power of each EV charger, by its
            serial number.
        nmi (None | str | Unset): National Meter Identifier of the connection (Australia).
    """

    current_power: int
    energy_lifetime: int
    energy_today: int
    last_interval_end_at: int | None
    last_report_at: int | None
    modules: int
    operational_at: int | None
    size_w: int
    source: str
    status: Status
    summary_date: datetime.date
    system_id: int
    battery_capacity_wh: int | Unset = UNSET
    battery_charge_w: int | Unset = UNSET
    battery_discharge_w: int | Unset = UNSET
    evse_power: list[EvsePowerBySerial] | Unset = UNSET
    nmi: None | str | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Summary:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
