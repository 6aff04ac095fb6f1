from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class StormGuard:
    """Whether the battery prepares for severe weather.

    Attributes:
        storm_alert (str): `true` while there is a warning of severe weather for the place, as text.
        storm_guard_status (str): `enabled` if the battery prepares for an outage when severe
            weather is forecast, else `disabled`. Answers also have `Enabled (Inactive)`.
        system_id (int): Id of the system in Enlighten.
    """

    storm_alert: str
    storm_guard_status: str
    system_id: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> StormGuard:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
