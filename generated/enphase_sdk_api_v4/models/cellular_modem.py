from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..types import UNSET, Unset, present


@define
class CellularModem:
    """The modem of a gateway that reports over the cellular network.

    Attributes:
        imei (str | Unset): IMEI of the modem.
        part_num (str | Unset): Part number of Enphase.
        plan_end_date (int | None | Unset): End of the data plan, epoch seconds (UTC).
        plan_start_date (int | None | Unset): Start of the data plan, epoch seconds (UTC).
        sku (None | str | Unset): Stock keeping unit of the maker.
    """

    imei: str | Unset = UNSET
    part_num: str | Unset = UNSET
    plan_end_date: int | None | Unset = UNSET
    plan_start_date: int | None | Unset = UNSET
    sku: None | str | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> CellularModem:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
