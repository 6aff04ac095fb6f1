"""The pytest plugin: simulated clouds, a simulated gateway and their clients, as fixtures.

pytest loads it in every project that has this package, so nothing is imported before a fixture
is used. A project that wants another fleet or gateway overrides the simulator's fixture::

    @pytest.fixture
    def simulated_enlighten(fake_clock):
        return SimulatedEnlighten(1_000, seed=7, plan="watt", clock=fake_clock)
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from enphase_sdk import AsyncEnlighten, AsyncEnlightenV4, Enlighten, EnlightenV4, Envoy
    from enphase_sdk.testing.clock import FakeClock
    from enphase_sdk.testing.cloud.simulator import SimulatedEnlighten
    from enphase_sdk.testing.cloud.v4.simulator import SimulatedEnlightenV4
    from enphase_sdk.testing.gateway.simulator import SimulatedGateway


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch for `no_network`."""
    text = "let tests reach this machine only, as the fixture no_network does for one test"
    parser.getgroup("enphase").addoption("--enphase-no-network", action="store_true", help=text)
    parser.addini("enphase_no_network", text, type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Switch `no_network` on for the whole run, if the option is set."""
    if config.getoption("--enphase-no-network") or config.getini("enphase_no_network"):
        from enphase_sdk.testing.network import no_network as guard

        guarding = ExitStack()
        guarding.enter_context(guard())
        config.add_cleanup(guarding.close)


@pytest.fixture
def fake_clock() -> Iterator[FakeClock]:
    """The clock of every client and simulator in the test: no wait takes real time.

    It starts at 2024-06-15 12:00 UTC; `sleeps` lists the waits, `advance` and `set` move it.
    """
    from enphase_sdk.clock import set_clock
    from enphase_sdk.testing.clock import FakeClock

    clock = FakeClock()
    before = set_clock(clock)
    yield clock
    set_clock(before)


@pytest.fixture
def simulated_enlighten(fake_clock: FakeClock) -> SimulatedEnlighten:
    """The simulated cloud behind `enlighten` and `async_enlighten`: 60 systems, no quota."""
    from enphase_sdk.testing.cloud.simulator import SimulatedEnlighten

    return SimulatedEnlighten(clock=fake_clock)


@pytest.fixture
def enlighten(
    simulated_enlighten: SimulatedEnlighten, fake_clock: FakeClock
) -> Iterator[Enlighten]:
    """A client of the simulated cloud."""
    import httpx

    from enphase_sdk import Enlighten

    _require_clock("simulated_enlighten", simulated_enlighten, fake_clock)
    with _without_settings():
        client = Enlighten(
            "test-key", "test-user", transport=httpx.MockTransport(simulated_enlighten)
        )
    with client:
        yield client


@pytest.fixture
def async_enlighten(
    simulated_enlighten: SimulatedEnlighten, fake_clock: FakeClock
) -> AsyncEnlighten:
    """The async client, for any event loop; it need not be closed."""
    import httpx

    from enphase_sdk import AsyncEnlighten

    _require_clock("simulated_enlighten", simulated_enlighten, fake_clock)
    transport = httpx.MockTransport(simulated_enlighten)
    with _without_settings():
        return AsyncEnlighten("test-key", "test-user", transport=transport)


@pytest.fixture
def simulated_enlighten_v4(fake_clock: FakeClock) -> SimulatedEnlightenV4:
    """The simulated cloud of API v4 behind `enlighten_v4` and `async_enlighten_v4`: no quota.

    It has the 60 systems of `simulated_enlighten`, with the same energies.
    """
    from enphase_sdk.testing.cloud.v4.simulator import SimulatedEnlightenV4

    return SimulatedEnlightenV4(clock=fake_clock)


@pytest.fixture
def enlighten_v4(
    simulated_enlighten_v4: SimulatedEnlightenV4, fake_clock: FakeClock
) -> Iterator[EnlightenV4]:
    """A client of the simulated cloud of API v4, with its tokens in memory."""
    from enphase_sdk import EnlightenV4

    with _without_settings():
        client = EnlightenV4(**_options_v4(simulated_enlighten_v4, fake_clock))
    with client:
        yield client


@pytest.fixture
def async_enlighten_v4(
    simulated_enlighten_v4: SimulatedEnlightenV4, fake_clock: FakeClock
) -> AsyncEnlightenV4:
    """The async client, for any event loop; it need not be closed."""
    from enphase_sdk import AsyncEnlightenV4

    with _without_settings():
        return AsyncEnlightenV4(**_options_v4(simulated_enlighten_v4, fake_clock))


@pytest.fixture
def simulated_gateway(fake_clock: FakeClock) -> SimulatedGateway:
    """The simulated gateway of `envoy`: firmware 8.3, three phases."""
    from enphase_sdk.testing.gateway.simulator import SimulatedGateway

    return SimulatedGateway(clock=fake_clock)


@pytest.fixture
def envoy(simulated_gateway: SimulatedGateway, fake_clock: FakeClock) -> Iterator[Envoy]:
    """A client of the simulated gateway, with a token if its firmware needs one."""
    from enphase_sdk import Envoy
    from enphase_sdk.errors import InvalidArgumentError

    _require_clock("simulated_gateway", simulated_gateway, fake_clock)
    token = None
    with suppress(InvalidArgumentError):  # firmware below 7 does not use tokens
        token = simulated_gateway.issue_token()
    with Envoy("envoy.test", token=token, transport=simulated_gateway.transport()) as client:
        yield client


@pytest.fixture
def no_network() -> Iterator[None]:
    """Allow connections to this machine only; others fail with a message that says what to use."""
    from enphase_sdk.testing.network import no_network as guard

    with guard():
        yield


def _options_v4(simulator: SimulatedEnlightenV4, clock: FakeClock) -> dict[str, Any]:
    import httpx

    from enphase_sdk.cloud.v4.authorization import TokensInMemory

    _require_clock("simulated_enlighten_v4", simulator, clock)
    return {
        **simulator.credentials(),
        "tokens": TokensInMemory(),
        "transport": httpx.MockTransport(simulator),
    }


def _require_clock(
    name: str,
    simulator: SimulatedEnlighten | SimulatedEnlightenV4 | SimulatedGateway,
    clock: FakeClock,
) -> None:
    """Check that the simulator uses `fake_clock`, because client and simulator need one clock."""
    if simulator.clock is not clock:
        pytest.fail(
            f"the fixture {name} has a clock of its own; take the fixture fake_clock and make it "
            f"with {type(simulator).__name__}(…, clock=fake_clock)",
            pytrace=False,
        )


@contextmanager
def _without_settings() -> Generator[None]:
    """Hide this machine's environment and config file from the clients of a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("API", "BASE_URL", "PLAN", "PROFILE"):
            patch.delenv(f"ENPHASE_{name}", raising=False)
        patch.setenv("ENPHASE_CONFIG", os.devnull)
        yield
