from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.systems_filter import SystemsFilter
from ..models.systems_order import SystemsOrder
from ..types import UNSET, Unset, present


@define
class SystemsSearch:
    """Which systems to list, and in which order.

    Attributes:
        system (SystemsFilter): What the systems must match; empty values are ignored, unknown keys
            are an error.
        sort_by (SystemsOrder | Unset): Order of a list of systems.
    """

    system: SystemsFilter
    sort_by: SystemsOrder | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> SystemsSearch:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
