"""A simulated cloud on a real port, the settings that lead there, and `enphase` in process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from attrs import frozen

from enphase_sdk import Enlighten
from enphase_sdk.cli import main
from enphase_sdk.testing import FakeClock, SimulatedEnlighten

API_KEY = "an-api-key-nobody-may-see"
USER_ID = "a-user-id-nobody-may-see"


@frozen
class Result:
    """What a command line came to."""

    code: int
    out: str
    err: str


Run: TypeAlias = Callable[..., Result]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command line; neither stream may hold a secret."""

    def run_words(*words: object) -> Result:
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        assert API_KEY not in captured.out + captured.err
        assert USER_ID not in captured.out + captured.err
        assert "Traceback" not in captured.err
        return Result(code, captured.out, captured.err)

    return run_words


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the environment for an address."""

    def lead_to(base_url: str) -> None:
        monkeypatch.setenv("ENPHASE_API_KEY", API_KEY)
        monkeypatch.setenv("ENPHASE_USER_ID", USER_ID)
        monkeypatch.setenv("ENPHASE_BASE_URL", base_url)

    return lead_to


@pytest.fixture
def cloud(clock: FakeClock, settings: Callable[[str], None]) -> Iterator[SimulatedEnlighten]:
    """The cloud that the command line talks to: 12 systems, no quota."""
    simulated = SimulatedEnlighten(12, clock=clock, api_key=API_KEY)
    with simulated.serve() as base_url:
        settings(base_url)
        yield simulated


@pytest.fixture
def client(cloud: SimulatedEnlighten) -> Iterator[Enlighten]:  # noqa: ARG001 - sets the address
    """What the same settings give in Python."""
    with Enlighten() as enlighten:
        yield enlighten
