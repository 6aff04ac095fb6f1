"""Answers of a simulated gateway for monitoring: live data, streams, energy by source."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import msgspec

from enphase_sdk.testing.gateway.answers import Answer
from enphase_sdk.testing.gateway.ensemble import Ensemble
from enphase_sdk.testing.gateway.meters import PHASE_NAMES, Meters
from enphase_sdk.testing.gateway.profiles import Profile
from enphase_sdk.testing.gateway.settings import Settings

__all__ = ["livedata_status", "meter_stream", "pdm_energy"]

_EVENTS = 5


def livedata_status(
    profile: Profile, meters: Meters, ensemble: Ensemble, settings: Settings
) -> dict[str, Any]:
    """``/ivp/livedata/status``: power in mW by source and phase."""
    moment, flows = meters.moment, meters.stream()
    part = ensemble.level / 100
    storage = [moment.battery * share for share in meters.sizes.load_shares]
    storage += [0.0] * (3 - profile.phases)

    def watts(kind: str) -> list[float]:
        return [flows[kind][phase]["p"] for phase in PHASE_NAMES]

    return {
        "connection": {
            "mqtt_state": "connected",
            "prov_state": "configured",
            "auth_state": "ok",
            "sc_stream": "enabled" if settings.live else "disabled",
            "sc_debug": "disabled",
        },
        "meters": {
            "last_update": int(moment.at),
            "soc": ensemble.level,
            "main_relay_state": int(settings.controls.on_grid),
            "gen_relay_state": int(moment.generator_running) if profile.generator else 5,
            "backup_bat_mode": 1,
            "backup_soc": round(settings.controls.reserve) if profile.stored else 0,
            "is_split_phase": int(profile.phase_mode == "split"),
            "phase_count": profile.phases,
            "enc_agg_soc": ensemble.level if profile.batteries else 0,
            "enc_agg_energy": round(profile.batteries * profile.battery_wh * part),
            "acb_agg_soc": ensemble.level if profile.acbs else 0,
            "acb_agg_energy": round(profile.acbs * profile.acb_wh * part),
            "pv": _milliwatts(watts("production")),
            "storage": _milliwatts(storage),
            "grid": _milliwatts(watts("net-consumption")),
            "load": _milliwatts(
                [
                    total + stored
                    for total, stored in zip(watts("total-consumption"), storage, strict=True)
                ]
            ),
            "generator": _milliwatts([moment.generator, 0.0, 0.0]),
        },
    }


def pdm_energy(production: dict[str, int], meters: Meters) -> dict[str, Any]:
    """``/ivp/pdm/energy``: production by what measured it, and consumption."""
    nothing = dict.fromkeys(production, 0)
    metered = meters.profile.metered
    total = meters.consumption_entries(details=False)[0]
    used = {
        "wattHoursToday": round(total["whToday"]),
        "wattHoursSevenDays": round(total["whLastSevenDays"]),
        "wattHoursLifetime": round(total["whLifetime"]),
        "wattsNow": round(total["wNow"]),
    }
    return {
        "production": {
            "pcu": nothing if metered else production,
            "rgm": nothing,
            "eim": production if metered else nothing,
        },
        "consumption": {"eim": used if metered else nothing},
    }


def meter_stream(meters: Meters) -> Answer:
    """``/stream/meter``: a few server-sent events, then the connection closes."""
    event = b"data: " + msgspec.json.encode(meters.stream()) + b"\r\n\r\n"
    return Answer(200, _Events(event), "text/event-stream")


def _milliwatts(by_phase: list[float]) -> dict[str, int]:
    names = ("a", "b", "c")
    each = {
        f"agg_p_ph_{name}_mw": round(watts * 1000)
        for name, watts in zip(names, by_phase, strict=True)
    }
    return {"agg_p_mw": sum(each.values())} | each


class _Events(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, event: bytes) -> None:
        self._event = event

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(_EVENTS):
            yield self._event

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for event in self:
            yield event
