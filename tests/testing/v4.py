"""The simulated cloud of API v4, asked in short."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import httpx

from enphase_sdk.testing.cloud.v4.devices import battery_serial, charger_serial
from enphase_sdk.testing.cloud.v4.simulator import SimulatedEnlightenV4
from enphase_sdk.testing.world.flows import has_battery, has_charger
from enphase_sdk.testing.world.system import System

HOST = "https://cloud"


def headers(sim: SimulatedEnlightenV4) -> dict[str, str]:
    """Key and token of a client that is let in."""
    given = sim.credentials()
    return {"key": given["api_key"], "Authorization": f"Bearer {given['access_token']}"}


def complete(sim: SimulatedEnlightenV4) -> System:
    """A system with all there is: meters, a battery, a charger, and leave to read them."""
    return sim.find(
        lambda system: (
            has_battery(system)
            and has_charger(system)
            and bool(system.meters)
            and system.consumption_allowed
            and system.trouble is None
        )
    )


class Caller:
    """Asks one simulator with right credentials."""

    def __init__(self, sim: SimulatedEnlightenV4) -> None:
        self.sim = sim
        self.headers = headers(sim)

    def send(self, path: str, method: str = "GET", json: Any = None, **params: Any) -> Any:
        """The answer to a request below /api/v4/systems."""
        extra = params.pop("headers", {})
        query = {name: str(value) for name, value in params.items()}
        url = f"{HOST}/api/v4/systems{path}"
        sent = {name: text for name, text in {**self.headers, **extra}.items() if text}
        content = {} if json is None else {"json": json}
        return self.sim(httpx.Request(method, url, params=query, headers=sent, **content))

    def json(self, path: str, status: int = 200, /, **options: Any) -> Any:
        """The decoded body of an answer with this status."""
        response = self.send(path, **options)
        assert response.status_code == status, response.text
        return response.json()

    def midnight(self, system: System, ago: int = 0) -> int:
        """Epoch seconds at which the local day began that is so many days ago."""
        return system.place.midnight(system.place.ordinal(self.sim.clock.time()) - ago)

    def day(self, system: System, ago: int = 0) -> date:
        """The local day that is so many days ago."""
        now = datetime.fromtimestamp(self.sim.clock.time(), system.place.zone)
        return now.date() - timedelta(days=ago)


def serial_of(operation: str, system: System, micro: str) -> str:
    """The serial number that an operation on one device takes."""
    if operation == "micro_telemetry":
        return micro
    return battery_serial(system) if operation == "encharge_telemetry" else charger_serial(system)
