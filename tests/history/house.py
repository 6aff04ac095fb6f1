"""A house whose counters are given, and a recorder of it to be killed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from attrs import define, field

from enphase_sdk import Envoy, GatewayRecorder
from enphase_sdk.clock import Clock, set_clock
from enphase_sdk.history import Sample
from enphase_sdk.history.counting import Rules
from enphase_sdk.history.recording import Recording
from enphase_sdk.testing import FakeClock

SERIAL = "122233334444"
RULES = Rules(bridge=300, most_watts=500_000)

INFO = (
    f"<envoy_info><device><sn>{SERIAL}</sn><pn>800-00551-r02</pn><software>D5.0.62</software>"
    "<imeter>true</imeter></device></envoy_info>"
)

START = 1_700_000_100
"""A boundary of all counters."""

OFFSET = 7
"""What the production meter's odometer shows more than the system's production."""


def produced(at: float) -> int:
    """Lifetime production at an instant, Wh: a steady 600 W."""
    return int(at - 1_700_000_000) // 6


@define
class House:
    """A gateway whose counters are functions of time; give it to `httpx.MockTransport`.

    Attributes:
        clock: The time it goes by.
        production: Lifetime production at an instant, Wh.
        consumption: Lifetime consumption at an instant, Wh.
        zone: What `/home` says of the time zone.
        before: Called before each answer with the path; may raise instead of it.
        asked: Every path that was asked for.
    """

    clock: Clock
    production: Callable[[float], int] = produced
    consumption: Callable[[float], int] = lambda at: 2 * produced(at)
    zone: str | None = "America/Denver"
    before: Callable[[str], None] = lambda _: None
    asked: list[str] = field(factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append(path)
        self.before(path)
        return self.answer(path)

    def answer(self, path: str) -> httpx.Response:
        """What is sent back."""
        if path == "/info":
            return httpx.Response(200, text=INFO)
        document = self.document(path)
        return httpx.Response(404) if document is None else httpx.Response(200, json=document)

    def document(self, path: str) -> Any:
        """A JSON answer; None for what is not there."""
        now = self.clock.time()
        if path == "/ivp/meters":
            return [_meter(1, "production"), _meter(2, "net-consumption")]
        if path == "/ivp/meters/readings":
            return [{"eid": 1, "actEnergyDlvd": self.production(now) + OFFSET}, {"eid": 2}]
        if path == "/production.json":
            return page(self.production(now), self.consumption(now))
        if path == "/api/v1/production/inverters":
            return [
                _inverter("1", now - 60),
                _inverter("2", now - 1200),
                _inverter("3", now - 1201),
            ]
        if path == "/home":
            return {"timezone": self.zone, "network": {}}
        return None

    def transport(self) -> httpx.MockTransport:
        """For a client, sync or async."""
        return httpx.MockTransport(self)


def page(production: int, consumption: int) -> Any:
    """A production page with lifetime energies."""
    return {
        "production": [_entry("production", production)],
        "consumption": [_entry("total-consumption", consumption)],
    }


def _entry(measured: str, lifetime: int) -> Any:
    return {
        "type": "eim",
        "activeCount": 1,
        "measurementType": measured,
        "wNow": 1.0,
        "whLifetime": lifetime,
    }


def _meter(eid: int, measured: str) -> Any:
    return {"eid": eid, "state": "enabled", "measurementType": measured, "phaseCount": 1}


def _inverter(serial: str, reported_at: float) -> Any:
    return {"serialNumber": serial, "lastReportDate": int(reported_at), "lastReportWatts": 9}


def record_for_ever(host: str, path: str, start: float) -> None:
    """Take readings without a pause, as if a minute apart."""
    clock = FakeClock(start)
    set_clock(clock)
    with Envoy(host, timezone="UTC") as envoy, GatewayRecorder(envoy, path=path) as recorder:
        while True:
            recorder.poll()
            clock.advance(60)


def store_for_ever(path: str, start: float) -> None:
    """Store readings without a pause, as if a minute apart."""
    recording = Recording.opened(Path(path), SERIAL, RULES, 1e9)
    for number in count():
        at = start + 60 * number
        wh = produced(at)
        recording.add(
            Sample(
                at=at,
                production=wh,
                source="meter",
                production_meter=wh + OFFSET,
                consumption=2 * wh,
                devices=3,
                reporting=2,
            )
        )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["record", host, path, start]:
            record_for_ever(host, path, float(start))
        case ["store", path, start]:
            store_for_ever(path, float(start))
