from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.status import Status
from ..types import UNSET, Unset, present


@define
class SystemsFilter:
    """What the systems must match; empty values are ignored, unknown keys are an error.

    Attributes:
        ids (list[int] | Unset): Only systems with one of these ids.
        name (str | Unset): Only systems with this name.
        other_reference (str | Unset): Only systems that another company knows by this identifier.
        reference (str | Unset): Only the system that the user's company knows by this identifier;
            case does not matter.
        statuses (list[Status] | Unset): Only systems in one of these states.
    """

    ids: list[int] | Unset = UNSET
    name: str | Unset = UNSET
    other_reference: str | Unset = UNSET
    reference: str | Unset = UNSET
    statuses: list[Status] | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> SystemsFilter:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
