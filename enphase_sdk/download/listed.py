"""What a download needs to know about each system."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, cast

from attrs import frozen

from enphase_sdk import models
from enphase_sdk.core.times import moment_told, zone_named

__all__ = ["Listed"]


@frozen
class Listed:
    """What a download needs to know about a system; kept in memory for the whole fleet.

    Attributes:
        zone: The system's time zone; UTC if none is reported.
        is_suspicious: Whether its status is not normal.
        energy_at: End of its newest interval with energy.
        report_at: When a gateway last reported.
        began_at: When it went into operation.
    """

    zone: tzinfo
    is_suspicious: bool
    energy_at: datetime | None
    report_at: datetime | None
    began_at: datetime | None

    @classmethod
    def of(cls, system: models.System, now: datetime) -> Listed:
        """The values from the listing; a time after `now` comes from a wrong clock and is `now`.

        Otherwise all later data would count as older than that, and never be requested.
        """
        # The lenient reading may leave None.
        meta = cast("models.Meta | None", system.meta)
        return cls(
            zone_named(system.timezone) or UTC,
            meta is None or str(meta.status or "") != "normal",
            moment_told(meta and meta.last_energy_at, by=now),
            moment_told(meta and meta.last_report_at, by=now),
            moment_told(meta and meta.operational_at, by=now),
        )

    @classmethod
    def stored(cls, row: Mapping[str, Any], now: datetime) -> Listed:
        """The values from the store, as if the system had reported just now."""
        zone = zone_named(row["timezone"]) or UTC
        energy_at = row["last_energy_at"] and now
        return cls(zone, row["status"] != "normal", energy_at, now, row["operational_at"])
