from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.system import System
from ..types import UNSET, Framed, Unset, present


@define
class SystemsPage(Framed):
    """One page of the list of systems.

    Attributes:
        systems (list[System]): The systems of this page.
        next_ (str | Unset): Cursor of the following page. Absent on the last page.
    """

    systems: list[System]
    next: str | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    @property
    def next_(self) -> str | Unset:
        """The same as `next`, in Python's spelling."""
        return self.next

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
