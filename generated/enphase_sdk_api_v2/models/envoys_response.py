from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.envoy_record import EnvoyRecord
from ..types import Framed


@define
class EnvoysResponse(Framed):
    """The gateways in service on a system.

    Attributes:
        envoys (list[EnvoyRecord]): One entry per gateway that has not been retired.
        system_id (int | None): Id of the system in Enlighten.
    """

    envoys: list[EnvoyRecord]
    system_id: int | None

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> EnvoysResponse:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
