"""What docs/history-and-cache.md shows runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from enphase_sdk.testing import FakeClock, SimulatedEnlighten
from tests.support import ROOT

PAGE = (ROOT / "docs" / "history-and-cache.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(3))
def test_what_the_page_shows_runs(
    number: int,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert len(BLOCKS) == 3
    simulated = SimulatedEnlighten(60, clock=clock)
    monkeypatch.chdir(tmp_path)
    with simulated.serve() as url:
        for name, value in {"API_KEY": "a key", "USER_ID": "a user", "BASE_URL": url}.items():
            monkeypatch.setenv(f"ENPHASE_{name}", value)
        exec(BLOCKS[number], {})  # noqa: S102 - our own page
    shown = capsys.readouterr().out.splitlines()
    if number == 0:  # intervals of a week, and all days from the first one on
        assert len(shown) > 500
        assert shown[-1].split()[0].startswith("2024-06-1")
    asked = [request.operation for request in simulated.requests]
    assert (
        asked
        == {
            0: ["Systems", *["Stats"] * 7, "EnergyLifetime"],
            1: ["Systems", *["Stats"] * 4],  # the evening of the second day is asked for again
            2: ["Stats", "EnergyLifetime"],
        }[number]
    )
