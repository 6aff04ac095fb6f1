from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.encharge_telemetry_interval import EnchargeTelemetryInterval
from ..types import UNSET, Framed, Unset, present


@define
class EnchargeTelemetry(Framed):
    """One battery, in intervals of 15 minutes.

    Attributes:
        granularity (str): Length of the window that was answered: `5mins`, `15mins`, `day` or
            `week`. It is not the length of an interval.
        intervals (list[EnchargeTelemetryInterval]): The intervals, oldest first.
        items (str): Name of the field that holds the list.
        last_reported_soc (None | str): Latest state of charge, as text with a percent sign, such as
            `99%`.
        last_reported_time (int | None): When the battery last reported, epoch seconds (UTC).
        serial_number (str): Serial number; text, because a leading zero counts.
        system_id (int): Id of the system in Enlighten.
        total_devices (int): Always 1.
        end_at (int | Unset): End of the window, epoch seconds (UTC). Absent if `end_date` was asked
            for.
        end_date (str | Unset): End of the window, ISO 8601 with an offset. Only if `start_date` was
            asked for.
        start_at (int | Unset): Start of the window, epoch seconds (UTC). Absent if `start_date` was
            asked for.
        start_date (str | Unset): Start of the window, ISO 8601 with an offset. Only if `start_date`
            was asked for.
    """

    granularity: str
    intervals: list[EnchargeTelemetryInterval]
    items: str
    last_reported_soc: None | str
    last_reported_time: int | None
    serial_number: str
    system_id: int
    total_devices: int
    end_at: int | Unset = UNSET
    end_date: str | Unset = UNSET
    start_at: int | Unset = UNSET
    start_date: str | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EnchargeTelemetry:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
