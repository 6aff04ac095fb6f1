"""A gateway whose values are fed on, and a feed of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from enphase_sdk import Envoy
from enphase_sdk.export import Feed
from enphase_sdk.export.dashboard import Dashboard
from enphase_sdk.testing import FakeClock, SimulatedGateway


@pytest.fixture
def gateway(clock: FakeClock) -> SimulatedGateway:
    return SimulatedGateway("8.2-batteries", clock=clock)


@pytest.fixture
def envoy(gateway: SimulatedGateway) -> Iterator[Envoy]:
    token = gateway.issue_token()
    with Envoy("gateway.test", token=token, transport=gateway.transport()) as client:
        yield client


@pytest.fixture
def feed(envoy: Envoy) -> Feed:
    return Feed(envoy, every=60)


@pytest.fixture
def dashboard(clock: FakeClock) -> Iterator[Dashboard]:  # noqa: ARG001 - is read by it
    with Dashboard() as serving:
        yield serving
