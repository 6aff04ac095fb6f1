"""What every test gets: no settings of this machine; on request, a clock without waits."""

from __future__ import annotations

import inspect
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import hypothesis
import pytest

from enphase_sdk.clock import set_clock
from enphase_sdk.testing import FakeClock
from tests.programs import free_port, redis_on
from tests.support import ASYNC_SURFACES, SURFACES, Surface

# The same examples every time; HYPOTHESIS_PROFILE=search looks for others, and for longer.
# How long an example takes varies on a shared machine, so there is no deadline.
profile = hypothesis.settings(
    deadline=None, max_examples=150, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("same", profile, derandomize=True)
hypothesis.settings.register_profile("search", profile, max_examples=2000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


# Where no timeout is given, httpx waits 5 s for a server. On a busy machine it may take longer.
_default: httpx.Timeout = inspect.signature(httpx.get).parameters["timeout"].default
_default.connect = _default.read = _default.write = _default.pool = 60.0


@pytest.fixture(autouse=True, scope="session")
def _ctrl_c_is_not_ignored() -> None:
    """A shell switches it off for what it runs in the background, and for all that this starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("ENPHASE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ENPHASE_CONFIG", str(tmp_path / "no-config.toml"))
    # A port is used again by another gateway, whose certificate is not the one remembered.
    monkeypatch.setenv("ENPHASE_STATE", str(tmp_path / "state"))


@pytest.fixture
def clock() -> Iterator[FakeClock]:
    """The clock of every client made in the test."""
    fake = FakeClock()
    before = set_clock(fake)
    yield fake
    set_clock(before)


@pytest.fixture(params=SURFACES, ids=lambda surface: surface.name)
def surface(request: pytest.FixtureRequest) -> Surface:
    """The sync client, then the async one under asyncio and under trio."""
    chosen: Surface = request.param
    return chosen


@pytest.fixture(params=ASYNC_SURFACES, ids=lambda surface: surface.name)
def async_surface(request: pytest.FixtureRequest) -> Surface:
    """The async client under asyncio and under trio."""
    chosen: Surface = request.param
    return chosen


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis: that of `REDIS_URL`, else one of the tests' own on a free port."""
    if os.environ.get("REDIS_URL"):
        yield os.environ["REDIS_URL"]
        return
    port = free_port()
    with redis_on(port, tmp_path_factory.mktemp("redis")):
        yield f"redis://127.0.0.1:{port}/0"
