from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.address import Address
from ..models.status import Status
from ..types import UNSET, Framed, Unset, present


@define
class System(Framed):
    """A system: name, place, status and connection.

    Attributes:
        address (Address): Where the system is. Parts that are unknown are null or absent.
        attachment_type (None | str): How the microinverters are fixed to the modules: `rack_mount`,
            `zep`, `acm`, `bipv`, `frame_mount` or `railless_mount`. Null if unknown.
        connection_type (None | str): How the gateway reaches Enlighten: `ethernet`, `wifi` (or `Wi-
            Fi`) or `cellular`. Compare without regard to case.
        interconnect_date (int | None | str): When the system was allowed to be connected to the
            grid: epoch seconds (UTC) or a date. Null if unknown.
        last_energy_at (int | None): When energy was last reported, epoch seconds (UTC); a report of
            0 Wh counts. Null if there has been none.
        last_report_at (int | None): When a gateway of the system last reported, epoch seconds
            (UTC). Null if none has.
        name (str): Name that owner or installer gave to the system.
        operational_at (int | None): Start of operation, epoch seconds (UTC): when the system was
            connected to the grid, else the end of its first interval. Null if unknown.
        public_name (None | str): Name that may be shown to the public, often only the kind of
            system.
        status (Status): State of a system. `normal` is well; the other values name what is wrong.
        system_id (int): Id of the system in Enlighten.
        timezone (None | str): Time zone as in the IANA database, such as `US/Pacific`. Null if
            unknown.
        energy_lifetime (int | None | Unset): No longer filled. Null stands for the -1 that is sent.
        energy_today (int | None | Unset): No longer filled. Null stands for the -1 that is sent.
        other_references (list[str] | Unset): Identifiers given by other companies. Absent if there
            are none.
        reference (None | str | Unset): Identifier that the user's company gave to the system.
            Absent if there is none.
        system_size (float | None | Unset): No longer filled. Null stands for the -1 that is sent.
    """

    address: Address
    attachment_type: None | str
    connection_type: None | str
    interconnect_date: int | None | str
    last_energy_at: int | None
    last_report_at: int | None
    name: str
    operational_at: int | None
    public_name: None | str
    status: Status
    system_id: int
    timezone: None | str
    energy_lifetime: int | None | Unset = UNSET
    energy_today: int | None | Unset = UNSET
    other_references: list[str] | Unset = UNSET
    reference: None | str | Unset = UNSET
    system_size: float | None | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> System:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
