"""What every test of a gateway gets: a state folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where fingerprints and tokens are kept."""
    folder = tmp_path / "state"
    monkeypatch.setenv("ENPHASE_STATE", str(folder))
    return folder
