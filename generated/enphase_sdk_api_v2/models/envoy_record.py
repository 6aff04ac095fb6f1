from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.envoy_status import EnvoyStatus


@define
class EnvoyRecord:
    """A gateway (Envoy or IQ Gateway) and its state of communication.

    Attributes:
        envoy_id (int | None): Id of the gateway in Enlighten; not its serial number.
        last_report_at (int | None): Instant of the latest report, epoch seconds (UTC). Null if none
            has ever arrived.
        name (None | str): Name for people to read.
        part_number (None | str): Part number of Enphase; it tells the hardware generation.
        serial_number (str): Serial number; text, because a leading zero counts.
        status (EnvoyStatus | None): State of communication.
            * `normal`: reports arrive.
            * `comm`: no reports reach Enlighten.
    """

    envoy_id: int | None
    last_report_at: int | None
    name: None | str
    part_number: None | str
    serial_number: str
    status: EnvoyStatus | None

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EnvoyRecord:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
