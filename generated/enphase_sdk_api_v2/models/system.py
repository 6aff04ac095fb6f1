from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.connection_type import ConnectionType
from ..models.meta import Meta
from ..models.system_status import SystemStatus
from ..types import UNSET, Framed, Unset, present


@define
class System(Framed):
    """A system: name, place, status and connection.

    Attributes:
        city (None | str): City or town.
        connection_type (ConnectionType): Way in which the gateway reaches the Internet. Over
            `cellular` reports come only about four times a day. Example: ethernet.
        country (None | str): Country as in ISO 3166-1 alpha-2.
        meta (Meta): How fresh the data of the answer are. All times are epoch seconds (UTC) and can
            be null. Example: {'last_energy_at': 1445619033, 'last_report_at': 1445619615,
            'operational_at': 1357023600, 'status': 'normal'}.
        postal_code (None | str): Postal code; text, because a leading zero counts.
        state (None | str): State or province: the code of the subdivision as in ISO 3166-2, without
            the country.
        status (SystemStatus): Deprecated and at times wrong; read `meta.status`.
        system_id (int): Id of the system in Enlighten.
        system_name (str): Real name, even where the owner has chosen to be anonymous in public. For
            internal use.
        system_public_name (str): Name that may be shown to the public.
        timezone (None | str): IANA name of the system's time zone. All dates of this system are
            days in that zone.
        other_references (list[str] | Unset): Identifiers given by other companies. Absent if there
            are none.
        reference (str | Unset): Identifier that the caller's company has given to the system.
            Absent if there is none.
    """

    city: None | str
    connection_type: ConnectionType
    country: None | str
    meta: Meta
    postal_code: None | str
    state: None | str
    status: SystemStatus
    system_id: int
    system_name: str
    system_public_name: str
    timezone: None | str
    other_references: list[str] | Unset = UNSET
    reference: str | Unset = UNSET

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
