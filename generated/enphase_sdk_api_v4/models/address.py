from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..types import UNSET, Unset, present


@define
class Address:
    """Where the system is. Parts that are unknown are null or absent.

    Attributes:
        city (None | str | Unset): City or town.
        country (None | str | Unset): Country as in ISO 3166-1 alpha-2.
        postal_code (None | str | Unset): Postal code; text, because a leading zero counts.
        state (None | str | Unset): State, province or region.
    """

    city: None | str | Unset = UNSET
    country: None | str | Unset = UNSET
    postal_code: None | str | Unset = UNSET
    state: None | str | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Address:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
