"""Two clients of one gateway, clocks that disagree, and firmware that changes under live data."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import httpx
import pytest

from enphase_sdk import AsyncEnvoy, Envoy
from enphase_sdk.clock import set_clock
from enphase_sdk.errors import ConfigError
from enphase_sdk.testing import FakeClock, SimulatedGateway, SimulatedTokenService
from enphase_sdk.testing import gateway_faults as faults
from tests.gateway.envoys import EMAIL, HOST, PASSWORD, Network, asked, network_of, opened
from tests.gateway.test_live import samples
from tests.support import Surface

HOUR = 3600.0


# Two clients


def read_in_threads(gateway: SimulatedGateway, token: str, times: int) -> list[Any]:
    found: list[Any] = []
    start = threading.Barrier(2)

    def one(host: str) -> None:
        # Without turns a request would stall; not so long that the test would wait for it.
        with Envoy(host, token=token, timeout=httpx.Timeout(5.0, read=1.0)) as envoy:
            start.wait()
            for _ in range(times):
                try:
                    found.append(envoy.read())
                except Exception as error:
                    found.append(error)

    with gateway.serve(tls=True) as host:
        threads = [threading.Thread(target=one, args=(host,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        gateway.release()
    return found


def read_in_tasks(surface: Surface, gateway: SimulatedGateway, token: str, times: int) -> list[Any]:
    found: list[Any] = []

    async def one() -> None:
        async with AsyncEnvoy(HOST, token=token, transport=network_of(gateway)) as envoy:
            for _ in range(times):
                try:
                    found.append(await envoy.read())
                except Exception as error:
                    found.append(error)

    async def both() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(one)
            group.start_soon(one)

    anyio.run(both, backend=surface.backend or "")
    return found


def test_two_clients_read_at_the_same_time(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock)
    token = gateway.issue_token()
    if surface.is_async:
        found = read_in_tasks(surface, gateway, token, 3)
    else:
        found = read_in_threads(gateway, token, 3)
    assert gateway.stalled == 0
    assert [reading.problems for reading in found] == [[]] * 6
    assert all(reading.system_production is not None for reading in found)
    assert all(reading.inverters for reading in found)


# Clocks


class Skewed(FakeClock):
    """A clock that is always some seconds before or behind another one."""

    def __init__(self, right: FakeClock, by: float) -> None:
        super().__init__()
        self._right = right
        self._by = by

    def time(self) -> float:
        return self._right.time() + self._by

    def monotonic(self) -> float:
        return self._right.monotonic()

    def sleep(self, seconds: float) -> None:
        self._right.sleep(seconds)


def skewed(clock: FakeClock, by: float) -> SimulatedGateway:
    """A gateway with the right time; this machine's clock is wrong."""
    gateway = SimulatedGateway("8.3-three-phase", clock=clock)
    set_clock(Skewed(clock, by))  # the fixture `clock` puts back what was there
    return gateway


def test_a_token_is_not_called_ended_before_it_is(surface: Surface, clock: FakeClock) -> None:
    gateway = skewed(clock, HOUR)
    token = gateway.issue_token(lifetime=HOUR / 2)
    with opened(surface, transport=network_of(gateway), token=token) as envoy:
        assert envoy.read().problems == []
        clock.advance(HOUR / 4)
        assert envoy.read().problems == []
        clock.advance(HOUR / 4 + 1)
        # Now it has ended for the gateway as well, and the error says when.
        with pytest.raises(ConfigError, match=r"the one given ended on 2024-06-15T12:30"):
            envoy.read()


@pytest.mark.parametrize("by", [-HOUR, HOUR])
def test_a_token_that_has_ended_is_renewed_whatever_this_clock_says(
    by: float, surface: Surface, clock: FakeClock
) -> None:
    gateway = skewed(clock, by)
    service = SimulatedTokenService(gateway, owner=False)
    network = Network(gateway, service)
    with opened(surface, transport=network, username=EMAIL, password=PASSWORD) as envoy:
        assert envoy.read().problems == []
        assert envoy.read().problems == []
        assert service.issued == 1
        clock.advance(12 * HOUR + 60)  # an installer's ends after 12 hours
        assert envoy.read().problems == []
        assert envoy.read().problems == []
    assert service.issued == 2


def test_a_given_token_that_is_refused_is_replaced_though_this_clock_calls_it_good(
    surface: Surface, clock: FakeClock
) -> None:
    gateway = skewed(clock, -HOUR)
    service = SimulatedTokenService(gateway)
    login = {"token": gateway.issue_token(lifetime=-1), "username": EMAIL, "password": PASSWORD}
    with opened(surface, transport=Network(gateway, service), **login) as envoy:
        assert envoy.read().problems == []
    assert service.issued == 1


# Live data


@pytest.mark.parametrize("name", ["8.2-batteries", "7.6-metered"])
def test_firmware_that_is_updated_between_two_live_samples(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway(name, clock=clock)

    def update() -> None:
        gateway.update_firmware("D8.3.5528")
        gateway.script_stream(faults.stream_breaks())
        gateway.reboot(starting_for=120)

    begun = clock.time()
    token = gateway.issue_token(owner=False)
    found = samples(surface, gateway, 3, update, 5, made={"token": token})
    fresh = [sample for sample in found if not sample.is_stale]
    times = [sample.at or 0 for sample in fresh]
    assert times == sorted(times)
    # None is made up of what a gateway says that is starting, and the last are of the new one.
    assert all((sample.pv_w or 0) > 0 for sample in fresh)
    assert times[-1] > begun + 120
    assert fresh[-1] == found[-1]
    assert found[-1].pv_w == pytest.approx(gateway.moment.production, rel=0.05)
    assert clock.time() - begun < 10 * 60
    assert asked(gateway).count("/info") > 1  # who it is now was asked
