"""A gateway whose values are fed on, and a feed of it."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator

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


@pytest.fixture
def program() -> Callable[[str], str]:
    """The path of a program that a proof needs."""

    def found(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            if os.environ.get("CI"):
                pytest.fail(f"{name} is missing: apt-get install {name}")
            pytest.skip(f"no {name} here: apt-get install {name}")
        return path

    return found


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port
