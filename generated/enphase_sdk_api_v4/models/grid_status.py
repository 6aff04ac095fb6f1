from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..types import Framed


@define
class GridStatus(Framed):
    """Whether a system is connected to the grid.

    Attributes:
        grid_state (str): Whether the site is connected to the grid: `On Grid`, `Off Grid` or
            `Unknown`.
        last_report_date (int | None): When the state was last reported, epoch seconds (UTC).
        system_id (int): Id of the system in Enlighten.
    """

    grid_state: str
    last_report_date: int | None
    system_id: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> GridStatus:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
