from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.status import Status
from ..models.summary_source import SummarySource
from ..types import Framed


@define
class Summary(Framed):
    """Key figures of a system for one day.

    Attributes:
        current_power (int | None): Power being produced now, W. Always 0 for a past day.
        energy_lifetime (int | None): Energy produced on all days before `summary_date`, Wh. Add
            `energy_today` for the total.
        energy_today (int | None): Energy produced on `summary_date` as far as reported, Wh.
        last_interval_end_at (int | None): End of the newest interval with production, epoch seconds
            (UTC). Can be well before `last_report_at`, as when a gateway reports again but its backlog
            is still to come. Null if there is none.
        last_report_at (int | None): Instant of the latest report of any gateway, epoch seconds
            (UTC). Null if there has been none.
        modules (int | None): Modules that have not been retired. Always 0 for a past day.
        operational_at (int | None): Start of operation, epoch seconds (UTC): the interconnection if
            its time was entered, else the end of the first interval. Null if neither is known.
        size_w (int | None): Rated power of the system, W. Always 0 for a past day.
        source (None | SummarySource): Who measures the production.
            * `microinverters`: the microinverters.
            * `meter`: revenue-grade meters.
        status (None | Status): State of the system, as of `meta`; null from a gateway, which has no
            word for it.
        summary_date (datetime.date | None): The day these figures belong to, in the system's time
            zone.
        system_id (int | None): Id of the system in Enlighten.
    """

    current_power: int | None
    energy_lifetime: int | None
    energy_today: int | None
    last_interval_end_at: int | None
    last_report_at: int | None
    modules: int | None
    operational_at: int | None
    size_w: int | None
    source: None | SummarySource
    status: None | Status
    summary_date: datetime.date | None
    system_id: int | None

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Summary:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
