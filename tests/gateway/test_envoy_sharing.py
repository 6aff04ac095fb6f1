"""One client in many hands: one request at a time, closing, cancelling, going on afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx
import pytest

from enphase_sdk import AsyncEnvoy, Envoy
from enphase_sdk.errors import APIConnectionError, ConfigError, EnphaseError
from enphase_sdk.testing import FakeClock, SimulatedGateway
from enphase_sdk.testing import gateway_faults as faults
from tests.gateway.envoys import HOST, Network, asked, credentials, network_of, opened, told_of
from tests.support import Surface

THREADS = 16

CALLS: list[Callable[[Any], Any]] = [
    lambda envoy: envoy.read(),
    lambda envoy: envoy.summary(),
    lambda envoy: envoy.info,
    lambda envoy: envoy.inventory(),
]


@pytest.mark.parametrize("name", ["5.0", "8.2-batteries"])
def test_many_threads_never_ask_two_things_at_a_time(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway(name, clock=clock)
    login = credentials(gateway)
    with (
        gateway.serve(tls=bool(login)) as host,
        opened(surface, host, **login) as envoy,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        waiting = [pool.submit(CALLS[n % len(CALLS)], envoy) for n in range(THREADS)]
        results = [future.result() for future in waiting]
    assert gateway.stalled == 0
    readings = [result for result in results if hasattr(result, "problems")]
    assert len(readings) == THREADS // 4
    assert all(reading.problems == [] for reading in readings)
    assert asked(gateway).count("/info") == 1
    assert asked(gateway).count("/auth/check_jwt") == bool(login)


def test_many_tasks_never_ask_two_things_at_a_time(
    async_surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock)
    results: list[Any] = []

    async def act() -> None:
        network, token = network_of(gateway), gateway.issue_token()
        async with AsyncEnvoy(HOST, transport=network, token=token) as envoy:

            async def one(number: int) -> None:
                call = (envoy.read, envoy.summary, envoy.inventory)[number % 3]
                results.append(await call())

            async with anyio.create_task_group() as group:
                for number in range(16):
                    group.start_soon(one, number)

    anyio.run(act, backend=async_surface.backend or "")
    assert len(results) == 16
    assert gateway.stalled == 0
    assert asked(gateway).count("/info") == 1


def test_the_simulator_would_notice(clock: FakeClock) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock)
    request = httpx.Request("GET", "https://envoy.local/info")
    with gateway.busy(), pytest.raises(httpx.ReadTimeout):
        gateway(request)
    assert gateway.stalled == 1


def test_a_task_that_is_cancelled_in_the_middle_leaves_the_client_usable(
    async_surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock)
    gateway.fail("/production.json", with_=faults.timeout())

    async def act() -> None:
        with gateway.serve(tls=True) as host:
            async with AsyncEnvoy(host, token=gateway.issue_token()) as envoy:
                async with anyio.create_task_group() as group:
                    group.start_soon(envoy.read)
                    while ("GET", "/production.json?details=1") not in gateway.requests:
                        await anyio.lowlevel.checkpoint()
                    group.cancel_scope.cancel()
                gateway.release()
                assert (await envoy.read()).problems == []

    anyio.run(act, backend=async_surface.backend or "")


def test_a_client_that_was_closed_says_so(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("7.6", clock=clock)
    with opened(surface, transport=network_of(gateway), **credentials(gateway)) as envoy:
        envoy.read()
        before = len(gateway.requests)
        envoy.close()
        for call in CALLS[:2]:
            with pytest.raises(APIConnectionError, match="closed"):
                call(envoy)
        envoy.close()
    assert len(gateway.requests) == before


def test_a_client_that_was_never_used_can_be_closed(surface: Surface) -> None:
    with opened(surface, "192.0.2.1") as envoy:
        assert repr(envoy.profile).startswith("GatewayProfile")


def test_closing_while_a_request_is_on_its_way(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock)
    gateway.fail("/production.json", with_=faults.timeout())
    outcome: list[Exception] = []

    def read(envoy: Any) -> None:
        try:
            envoy.read()
        except Exception as error:
            outcome.append(error)

    with gateway.serve(tls=True) as host:
        # Not so long that the test would wait for it.
        timeout = httpx.Timeout(5.0, read=0.3)
        with opened(surface, host, timeout=timeout, **credentials(gateway)) as envoy:
            thread = threading.Thread(target=read, args=(envoy,))
            thread.start()
            turn = threading.Event()
            waited_for = ("GET", "/production.json?details=1")
            while thread.is_alive() and waited_for not in gateway.requests:
                turn.wait(0.001)
            envoy.close()
            thread.join()
        gateway.release()
    assert [isinstance(error, EnphaseError) for error in outcome] in ([], [True])


def test_a_gateway_that_restarted_between_two_readings(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock)
    login = credentials(gateway)
    with gateway.serve(tls=True) as host:
        _, port = host.split(":")
        client = opened(surface, host, **login)
        envoy = client.__enter__()
        first = envoy.read()
    try:
        with pytest.raises(APIConnectionError):
            envoy.read()
        with gateway.serve(tls=True, port=int(port)):
            assert envoy.read() == first
    finally:
        client.__exit__(None, None, None)


def test_firmware_that_closes_every_connection(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("5.0", clock=clock)
    with gateway.serve() as host, opened(surface, host) as envoy:
        assert envoy.read().problems == envoy.read().problems == []


def test_a_transport_that_is_given_is_closed_with_the_client(clock: FakeClock) -> None:
    closed: list[str] = []

    class Transport(Network):
        def close(self) -> None:
            closed.append("sync")

        async def aclose(self) -> None:
            closed.append("async")

    gateway = SimulatedGateway("7.6", clock=clock)
    login = credentials(gateway)
    for backend in (None, "asyncio", "trio"):
        with opened(Surface("", backend), transport=Transport(gateway), **login) as envoy:
            envoy.read()
    assert closed == ["sync", "async", "async"]


@pytest.mark.parametrize("name", ["8.2-batteries", "8.3-generator-collar", "7.6", "5.0", "3.17"])
def test_a_second_reading_asks_nothing_that_was_not_there(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway(name, clock=clock)
    with opened(surface, transport=network_of(gateway), **credentials(gateway)) as envoy:
        first = envoy.read(home=True, devices=True)
        asked_first = asked(gateway)
        assert envoy.read(home=True, devices=True) == first
    asked_again = asked(gateway)[len(asked_first) :]
    assert set(asked_again) <= envoy.profile.present
    assert not set(asked_again) & envoy.profile.absent
    assert len(asked_again) == len(set(asked_again))


def test_what_is_in_a_session_is_not_asked_again(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("7.6", clock=clock, sessions=True)
    with opened(surface, transport=network_of(gateway), **credentials(gateway)) as envoy:
        for _ in range(3):
            assert envoy.read().problems == []
            clock.advance(3600)
    assert asked(gateway).count("/auth/check_jwt") == 1
    assert asked(gateway).count("/info") == 3  # it is asked anew each hour


# What the constructor takes


@pytest.mark.parametrize("kind", [Envoy, AsyncEnvoy])
@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": float("nan")},
        {"timeout": float("inf")},
        {"timeout": "soon"},
        {"timezone": "Mars/Olympus"},
        {"timezone": "../etc/passwd"},
        {"timezone": ""},
        {"timezone": 7},
        {"fingerprint": "ab:cd"},
        {"fingerprint": "a" * 64, "ca_file": "ca.pem"},
        {"token": "no token"},
    ],
    ids=repr,
)
def test_an_option_that_cannot_be_used_is_refused(kind: Any, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        kind(HOST, **options)
    assert next(iter(options)) in str(caught.value)


@pytest.mark.parametrize("timeout", [None, 1, 2.5, httpx.Timeout(3)])
def test_the_timeout_of_every_request(timeout: Any, surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("7.6", clock=clock)
    network = network_of(gateway)
    with opened(surface, transport=network, timeout=timeout, **credentials(gateway)) as envoy:
        envoy.read()
    wanted = timeout if isinstance(timeout, httpx.Timeout) else httpx.Timeout(timeout)
    assert all(request.extensions["timeout"] == wanted.as_dict() for request in network.seen)


def test_without_a_timeout_none_is_endless(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("7.6", clock=clock)
    network = network_of(gateway)
    with opened(surface, transport=network, **credentials(gateway)) as envoy:
        envoy.read()
    for request in network.seen:
        assert request.extensions["timeout"]["connect"] == 10
        assert request.extensions["timeout"]["read"] == 45


def test_what_a_client_looks_like() -> None:
    assert repr(Envoy("192.168.1.50")) == "<Envoy 192.168.1.50>"
    assert repr(AsyncEnvoy("[::1]:8443")) == "<AsyncEnvoy [::1]:8443>"


@pytest.mark.parametrize("name", ["8.2-batteries", "8.3-three-phase"])
def test_a_slow_gateway_is_waited_for(name: str, surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway(name, clock=clock)
    with opened(surface, transport=network_of(gateway), **credentials(gateway)) as envoy:
        gateway.fail("/production.json", with_=faults.slow(11))
        assert told_of(envoy.read()) == {}
    assert clock.sleeps == [11]


@pytest.mark.parametrize("name", ["8.2-batteries", "8.3-three-phase"])
def test_a_source_of_production_stays(name: str, surface: Surface, clock: FakeClock) -> None:
    """8.3.5528 claims now and then that its production meter is not in use."""
    gateway = SimulatedGateway(name, clock=clock)
    with opened(surface, transport=network_of(gateway), **credentials(gateway)) as envoy:
        before = envoy.summary()
        gateway.set_quirk("active_count_zero")
        after = envoy.summary()
    assert before.source == after.source == "meter"
    # Nothing is better than a number of another source.
    assert after.energy_lifetime in (None, before.energy_lifetime)


def test_old_firmware_that_has_just_booted_answers_zeros(
    surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway("3.17", clock=clock)
    gateway.reboot()
    with opened(surface, transport=network_of(gateway)) as envoy:
        booting = envoy.read()
        assert booting.system_production is None or not booting.system_production.watts_now
        assert envoy.profile.production_source is None
        clock.advance(301)
        summary = envoy.summary()
    assert summary.energy_lifetime
    assert summary.source == "microinverters"


def test_firmware_that_is_too_old_says_so(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("3.7", clock=clock)
    with opened(surface, transport=network_of(gateway)) as envoy:
        for call in CALLS:
            with pytest.raises(EnphaseError, match=r"3\.7\.31.*before 3\.9.*update"):
                call(envoy)
