from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.latest_reports_by_kind import LatestReportsByKind
from ..types import Framed


@define
class LatestTelemetry(Framed):
    """What the devices of a system last reported.

    Attributes:
        devices (LatestReportsByKind): The latest report of each device, by kind: `meters`,
            `encharges`, `heat-pump`, `evse`. A kind of which there is none is absent.
        items (str): Name of the field that holds the list.
        system_id (int): Id of the system in Enlighten.
    """

    devices: LatestReportsByKind
    items: str
    system_id: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> LatestTelemetry:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
