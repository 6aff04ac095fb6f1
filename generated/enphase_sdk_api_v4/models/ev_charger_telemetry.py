from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.ev_charger_telemetry_interval import EvChargerTelemetryInterval
from ..types import UNSET, Framed, Unset, present


@define
class EvChargerTelemetry(Framed):
    """Energy of an EV charger, in intervals of 15 minutes.

    Attributes:
        consumption (list[EvChargerTelemetryInterval]): The intervals, oldest first.
        granularity (str): Length of the window that was answered: `5mins`, `15mins`, `day` or
            `week`. It is not the length of an interval.
        system_id (int): Id of the system in Enlighten.
        end_at (int | Unset): End of the window, epoch seconds (UTC). Absent if `end_date` was asked
            for.
        end_date (datetime.date | Unset): Last day of the window. Only if `start_date` was asked
            for.
        start_at (int | Unset): Start of the window, epoch seconds (UTC). Absent if `start_date` was
            asked for.
        start_date (datetime.date | Unset): First day of the window. Only if it was asked for.
    """

    consumption: list[EvChargerTelemetryInterval]
    granularity: str
    system_id: int
    end_at: int | Unset = UNSET
    end_date: datetime.date | Unset = UNSET
    start_at: int | Unset = UNSET
    start_date: datetime.date | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EvChargerTelemetry:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
