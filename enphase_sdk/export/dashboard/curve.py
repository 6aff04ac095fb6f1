"""Today's curve of production and consumption, from the recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from enphase_sdk.errors import ConfigError, NotAvailableError

if TYPE_CHECKING:
    from enphase_sdk._sync.gateway_client import Envoy

__all__ = ["Curve", "recorded_curve"]

# Seconds. Length of the intervals of the cloud and of the recording.
PRODUCTION_STEP, CONSUMPTION_STEP = 300, 900


@frozen
class Curve:
    """The intervals of today that were recorded.

    Attributes:
        zone: The IANA time zone of the day; None without a recording.
        production: The end of each interval (epoch seconds UTC) and its mean power in W.
        consumption: The same for the house; if batteries charge behind the meter, including
            their charging.
        note: Why there are no intervals.
    """

    zone: str | None = None
    production: tuple[tuple[int, float], ...] = ()
    consumption: tuple[tuple[int, float], ...] = ()
    note: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As the page gets it."""
        return {
            "zone": self.zone,
            "note": self.note,
            "series": [
                {"name": "production", "step": PRODUCTION_STEP, "points": self.production},
                {"name": "consumption", "step": CONSUMPTION_STEP, "points": self.consumption},
            ],
        }


def recorded_curve(envoy: Envoy) -> Curve:
    """The recorded intervals of today; a missing recording is a note, not an error.

    Raises:
        APIConnectionError: the gateway does not answer; its serial number is needed.
    """
    try:
        produced = envoy.stats().intervals
        consumed = envoy.consumption_stats().intervals
    except NotAvailableError:
        return Curve(note="Nothing has been recorded yet: leave `enphase envoy record` running.")
    except ConfigError:
        return Curve(note="The recording cannot be read.")
    zone = envoy.timezone
    return Curve(
        zone=zone.key if zone else None,
        production=tuple((int(i.end_at), float(i.powr)) for i in produced),
        consumption=tuple((int(i.end_at), i.enwh * 3600 / CONSUMPTION_STEP) for i in consumed),
    )
