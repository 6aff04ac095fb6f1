"""Schemathesis, which knows only the corrected contract, finds nothing wrong with the simulator."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from enphase_sdk.testing import FakeClock, Kind, SimulatedEnlighten, faults
from enphase_sdk.testing.cloud.contract import OPERATIONS
from enphase_sdk.testing.cloud.server import serve
from tests.testing.contract import write_corrected

pytest.importorskip(
    "schemathesis", reason="schemathesis is not installed: see requirements-dev.txt"
)

pytestmark = pytest.mark.proof

KEY, USER_ID = "a-key-of-the-test", "a-user-of-the-test"


class Watched:
    """A simulator, and which statuses its operations answered with."""

    def __init__(self) -> None:
        self.simulated = SimulatedEnlighten(80, clock=FakeClock(), api_key=KEY)
        self.statuses: dict[str, set[int]] = defaultdict(set)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        before = len(self.simulated.requests)
        response = self.simulated(request)
        if len(self.simulated.requests) > before:
            self.statuses[self.simulated.requests[-1].operation].add(response.status_code)
        return response


def settings(simulated: SimulatedEnlighten) -> str:
    """What the tool cannot know: the credentials, ids that exist, and what a 422 means here."""
    systems = [simulated.find(kind=kind) for kind in Kind]
    ids = sorted({system.system_id for system in systems} | {68})
    serials = [gateway.serial_number for system in systems for gateway in system.gateways]
    return f"""
[auth.openapi]
ApiKey = {{ api_key = "{KEY}" }}
UserId = {{ api_key = "{USER_ID}" }}

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "404", "422"]

[dictionaries]
ids = {{ values = {ids} }}
serials = {{ values = {serials} }}

[parameters]
"path.system_id" = {{ dictionary = "ids", probability = 0.7 }}
"query.site_id" = {{ dictionary = "ids", probability = 0.7 }}
"query.serial_num" = {{ dictionary = "serials", probability = 0.7 }}
"""


def run(watched: Watched, folder: Path, *options: str) -> dict[str, Any]:
    """Let the command line tool loose on a port; what it reports."""
    config, report = folder / "schemathesis.toml", folder / "report.json"
    config.write_text(settings(watched.simulated))
    with serve(watched) as url:
        command = [
            "--config-file", config, "run", write_corrected(folder), "--url", f"{url}/api/v2",
            "--checks", "all", "--generation-deterministic", "--continue-on-failure",
            "--request-timeout", "5", "--report", "json", "--report-json-path", report, *options,
        ]  # fmt: skip
        tool = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", *map(str, command)],
            check=False,
            capture_output=True,
            text=True,
            cwd=folder,
        )
    assert report.exists(), tool.stdout + tool.stderr
    told: dict[str, Any] = json.loads(report.read_text())
    assert tool.returncode == told["exit_code"]
    told["text"] = tool.stdout
    return told


def test_the_simulator_keeps_the_contract(tmp_path: Path) -> None:
    watched = Watched()
    told = run(watched, tmp_path, "--max-examples", "15")
    assert told["failures"] == [], told["text"]
    assert told["errors"] == []
    assert told["exit_code"] == 0
    assert told["operations"]["tested"] == told["operations"]["total"] == len(OPERATIONS) == 13
    assert all(phase["status"] == "success" for phase in told["phases"].values())
    assert told["test_cases"]["generated"] > 500
    print(f"{told['test_cases']['generated']} cases in {told['running_time']:.1f} s")
    assert set(watched.statuses) == set(OPERATIONS)
    for operation, statuses in watched.statuses.items():
        assert 200 in statuses, f"no request of {operation} was answered with success"
    assert watched.statuses["ConsumptionLifetime"] >= {200, 204, 401, 422}


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (faults.retyped("$.energy_today"), "JsonSchemaError"),
        (faults.status(418), "UndefinedStatusCode"),
    ],
    ids=repr,
)
def test_it_would_find_what_is_wrong(tmp_path: Path, fault: faults.Fault, found: str) -> None:
    watched = Watched()
    watched.simulated.fail(rate=1, operation="Summary", with_=fault)
    told = run(watched, tmp_path, "--include-operation-id", "Summary", "--phases", "fuzzing",
               "--max-examples", "5", "--mode", "positive")  # fmt: skip
    assert found in {failure["type"] for failure in told["failures"]}, told["text"]
