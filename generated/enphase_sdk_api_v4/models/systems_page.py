from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.system import System
from ..types import Framed


@define
class SystemsPage(Framed):
    """One page of the list of systems.

    Attributes:
        count (int): Entries in this answer.
        current_page (int): Number of this page, from 1.
        items (str): Name of the field that holds the list.
        size (int): Entries that a page holds at most, as the service granted it.
        systems (list[System]): The systems of this page.
        total (int): Systems on all pages together.
    """

    count: int
    current_page: int
    items: str
    size: int
    systems: list[System]
    total: int

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> SystemsPage:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
