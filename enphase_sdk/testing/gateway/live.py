"""Answers of a simulated gateway that programs watch: live data, streams, energy by source."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Literal

import httpx
import msgspec
from attrs import frozen

from enphase_sdk.clock import Clock
from enphase_sdk.testing.gateway.answers import Answer
from enphase_sdk.testing.gateway.ensemble import Ensemble
from enphase_sdk.testing.gateway.meters import PHASE_NAMES, Meters
from enphase_sdk.testing.gateway.profiles import Profile
from enphase_sdk.testing.gateway.settings import Settings

__all__ = ["EventStream", "StreamPiece", "livedata_status", "meter_event", "pdm_energy"]


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
            "sc_stream": "enabled" if moment.at < settings.live_until else "disabled",
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


def meter_event(meters: Meters) -> Answer:
    """``/stream/meter``: the server-sent event of this moment."""
    event = b"data: " + msgspec.json.encode(meters.stream()) + b"\r\n\r\n"
    return Answer(200, event, "text/event-stream")


def _milliwatts(by_phase: list[float]) -> dict[str, int]:
    names = ("a", "b", "c")
    each = {
        f"agg_p_ph_{name}_mw": round(watts * 1000)
        for name, watts in zip(names, by_phase, strict=True)
    }
    return {"agg_p_mw": sum(each.values())} | each


@frozen(kw_only=True)
class StreamPiece:
    """What comes next in a stream of events; see `enphase_sdk.testing.gateway_faults`.

    Attributes:
        after: Seconds on the gateway's clock before it comes.
        events: Number of events in it.
        chunks: Number of chunks that they come in.
        data: What comes instead of events.
        then: Whether the stream goes on, ends, or breaks off.
    """

    after: float = 1.0
    events: int = 1
    chunks: int = 1
    data: bytes | None = None
    then: Literal["goes on", "ends", "breaks"] = "goes on"


class EventStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """An event each second without end, or what was scripted.

    Args:
        event: Gives the event of this moment; None ends the stream, as the end of a token does.
        script: Gives the next piece of the script, or None.
        clock: What is waited on.
        patience: Seconds after which the client gives up waiting; None where it does that itself.
        closed: Called once, when the client has left.
    """

    def __init__(
        self,
        event: Callable[[], bytes | None],
        script: Callable[[], StreamPiece | None],
        clock: Clock,
        patience: float | None,
        closed: Callable[[], None],
    ) -> None:
        self._event = event
        self._script = script
        self._clock = clock
        self._patience = patience
        self._closed: Callable[[], None] | None = closed

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces():
            self._clock.sleep(self._pause(piece))
            yield from self._chunks(piece)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces():
            await self._clock.sleep_async(self._pause(piece))
            for chunk in self._chunks(piece):
                yield chunk

    def _pieces(self) -> Iterator[StreamPiece]:
        while True:
            piece = self._script() or StreamPiece()
            yield piece
            if piece.then == "breaks":
                raise httpx.RemoteProtocolError("peer closed connection in the middle of a body")
            if piece.then == "ends" or self._event() is None:
                return

    def _pause(self, piece: StreamPiece) -> float:
        return piece.after if self._patience is None else min(piece.after, self._patience)

    def _chunks(self, piece: StreamPiece) -> Iterator[bytes]:
        if self._pause(piece) < piece.after:
            raise httpx.ReadTimeout("the simulated gateway sends no event")
        data = piece.data
        if data is None:
            data = (self._event() or b"") * piece.events
        size = -(-len(data) // piece.chunks)
        for start in range(0, len(data), size or 1):
            yield data[start : start + size]

    def close(self) -> None:
        """The client has left."""
        closed, self._closed = self._closed, None
        if closed is not None:
            closed()

    async def aclose(self) -> None:
        """The client has left."""
        self.close()
