"""Today's course of production and consumption, from the recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from enphase_sdk.errors import ConfigError, NotAvailableError

if TYPE_CHECKING:
    from enphase_sdk._sync.gateway_client import Envoy

__all__ = ["Curve", "recorded_curve"]

# Seconds: how long the cloud's intervals, and those of the recording, last.
PRODUCTION_STEP, CONSUMPTION_STEP = 300, 900


@frozen
class Curve:
    """The intervals of today that were recorded.

    Attributes:
        zone: The IANA zone whose day it is; None without a recording.
        production: The end of each interval (epoch seconds UTC) and its mean power in W.
        consumption: The same of the house, or, where batteries charge behind the meter, of the
            house and what they take.
        note: Why there are none.
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
        APIConnectionError: the gateway, whose serial number is needed, does not answer.
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
