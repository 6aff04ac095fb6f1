"""`with_raw_response` of a gateway's client."""

from __future__ import annotations

from typing import Any

import pytest

from enphase_sdk import AsyncEnvoy, Envoy
from enphase_sdk.errors import NotAvailableError
from enphase_sdk.gateway import sources
from enphase_sdk.testing import FakeClock, SimulatedGateway
from tests.gateway.envoys import HOST, network_of
from tests.support import Surface


def fetched(surface: Surface, gateway: SimulatedGateway, source: Any) -> Any:
    client: Any = AsyncEnvoy if surface.is_async else Envoy
    envoy = client(HOST, token=gateway.issue_token(), transport=network_of(gateway))
    return surface.use(envoy, lambda used: used.with_raw_response.fetch(source))


def test_the_whole_answer_of_an_endpoint(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock)
    whole = fetched(surface, gateway, sources.METERS)
    assert [meter.measurement_type for meter in whole.parsed] == ["production", "net-consumption"]
    assert (whole.operation, whole.status_code) == ("/ivp/meters", 200)
    assert whole.content.startswith(b"[")
    assert "GMT" in whole.headers["date"]


def test_what_is_not_there_is_an_error(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("7.6", clock=clock)
    with pytest.raises(NotAvailableError):
        fetched(surface, gateway, sources.DEVICE_DATA)
