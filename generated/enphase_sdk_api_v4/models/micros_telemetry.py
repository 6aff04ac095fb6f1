from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.micro_intervals import MicroIntervals
from ..types import UNSET, Framed, Unset, present


@define
class MicrosTelemetry(Framed):
    """One page of microinverters, each with its intervals.

    Attributes:
        devices (list[MicroIntervals]): The microinverters of this page.
        granularity (str): Length of the window that was answered: `5mins`, `15mins`, `day` or
            `week`. It is not the length of an interval.
        items (str): Name of the field that holds the list.
        page (int): Number of this page, from 1.
        page_size (int): Devices on this page.
        system_id (int): Id of the system in Enlighten.
        total_devices (int): Microinverters on all pages together.
        end_at (int | Unset): End of the window, epoch seconds (UTC). Absent if `end_date` was asked
            for.
        end_date (str | Unset): Last day of the window. Only if it was asked for.
        start_at (int | Unset): Start of the window, epoch seconds (UTC). Absent if `start_date` was
            asked for.
        start_date (str | Unset): First day of the window. Only if it was asked for.
    """

    devices: list[MicroIntervals]
    granularity: str
    items: str
    page: int
    page_size: int
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
    def from_dict(cls, src_dict: Mapping[str, Any]) -> MicrosTelemetry:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
