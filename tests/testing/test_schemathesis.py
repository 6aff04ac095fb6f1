"""Schemathesis, which knows only the contracts, finds nothing wrong with the simulators."""

from __future__ import annotations

import json
import subprocess
import sys
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from enphase_sdk.testing import (
    FakeClock,
    Kind,
    SimulatedEnlighten,
    SimulatedEnlightenV4,
    faults,
)
from enphase_sdk.testing.cloud.contract import OPERATIONS
from enphase_sdk.testing.cloud.server import serve
from enphase_sdk.testing.cloud.v4.contract import OPERATIONS as OPERATIONS_V4
from enphase_sdk.testing.world.flows import has_battery, has_charger
from tests.contract.contracts import V2, V4, Api, write_corrected
from tests.testing.v4 import serial_of

pytest.importorskip(
    "schemathesis", reason="schemathesis is not installed: see requirements-dev.txt"
)

pytestmark = pytest.mark.proof

KEY, USER_ID = "a-key-of-the-test", "a-user-of-the-test"


class Watched(ABC):
    """A simulator, and which statuses its operations answered with.

    Attributes:
        expected: Beside success, what a right request may be answered with.
        examples: How many requests are made of each kind.
        least: How many requests there are in all, at least.
    """

    api: ClassVar[Api]
    base: ClassVar[str]
    operations: ClassVar[set[str]]
    summary: ClassVar[str]
    expected: ClassVar[list[str]]
    examples: ClassVar[int]
    least: ClassVar[int]

    def __init__(self, simulated: SimulatedEnlighten | SimulatedEnlightenV4) -> None:
        self.simulated = simulated
        self.statuses: dict[str, set[int]] = defaultdict(set)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        before = len(self.simulated.requests)
        response = self.simulated(request)
        if len(self.simulated.requests) > before:
            self.statuses[self.simulated.requests[-1].operation].add(response.status_code)
        return response

    @abstractmethod
    def credentials(self) -> str:
        """How requests are signed."""

    @abstractmethod
    def serials(self) -> Iterator[str]:
        """Serial numbers that exist."""

    @abstractmethod
    def more(self) -> str:
        """What else the tool cannot know."""

    def settings(self) -> str:
        """What the tool cannot know: the credentials, ids that exist, what a 422 means here."""
        systems = [self.simulated.find(kind=kind) for kind in Kind]
        ids = sorted({system.system_id for system in systems} | {68})
        return f"""
[auth.openapi]
{self.credentials()}

[checks.positive_data_acceptance]
expected-statuses = {self.expected}

[dictionaries]
ids = {{ values = {ids} }}
serials = {{ values = {list(self.serials())} }}

[parameters]
"path.system_id" = {{ dictionary = "ids", probability = 0.7 }}
"query.site_id" = {{ dictionary = "ids", probability = 0.7 }}
"query.serial_num" = {{ dictionary = "serials", probability = 0.7 }}
{self.more()}
"""


class WatchedV2(Watched):
    api, base = V2, "/api/v2"
    operations, summary = set(OPERATIONS), "Summary"
    expected: ClassVar = ["2xx", "401", "404", "422"]
    examples, least = 15, 500

    def __init__(self) -> None:
        super().__init__(SimulatedEnlighten(80, clock=FakeClock(), api_key=KEY))

    def credentials(self) -> str:
        return f"""
ApiKey = {{ api_key = "{KEY}" }}
UserId = {{ api_key = "{USER_ID}" }}
"""

    def serials(self) -> Iterator[str]:
        for kind in Kind:
            for gateway in self.simulated.find(kind=kind).gateways:
                yield gateway.serial_number

    def more(self) -> str:
        return ""


class WatchedV4(Watched):
    api, base = V4, ""
    operations, summary = set(OPERATIONS_V4) - {"LiveData"}, "summary"
    expected: ClassVar = ["2xx", "400", "401", "403", "404", "422"]
    examples, least = 6, 1_000

    def __init__(self) -> None:
        super().__init__(SimulatedEnlightenV4(80, clock=FakeClock(), api_key=KEY))
        self.system = self.simulated.find(
            lambda system: (
                has_battery(system) and has_charger(system) and system.consumption_allowed
            )
        )

    def credentials(self) -> str:
        assert isinstance(self.simulated, SimulatedEnlightenV4)
        token = self.simulated.credentials()["access_token"]
        return f"""
Bearer = {{ bearer = "{token}" }}
Key = {{ api_key = "{KEY}" }}
"""

    def serials(self) -> Iterator[str]:
        for kind in Kind:
            for gateway in self.simulated.find(kind=kind).gateways:
                yield gateway.serial_number

    def more(self) -> str:
        """Serial numbers of devices; too large a page is cut; TRACE is a method nobody knows."""
        micro = f"48{self.system.index:07d}000"
        names = ("micro_telemetry", "encharge_telemetry", "evse_telemetry")
        devices = [serial_of(name, self.system, micro) for name in names]
        return f"""
"path.serial_no" = {{ dictionary = "devices", probability = 0.9 }}
"query.envoy_serial_number" = {{ dictionary = "serials", probability = 0.7 }}

[dictionaries.devices]
values = {devices}

[dictionaries.days]
values = ["20240601", "20240610"]

[phases.coverage]
unexpected-methods = ["GET", "PUT", "POST", "DELETE", "PATCH"]

[[operations]]
include-operation-id = ["systems", "search_systems", "micros_telemetry", "ev_charger_events"]
[operations.checks.negative_data_rejection]
expected-statuses = ["200", "400", "401", "403", "404", "405", "422"]

[[operations]]
include-operation-id = "ev_charger_lifetime"
[operations.parameters]
"path.system_id" = {self.system.system_id}
"path.serial_no" = "{devices[-1]}"
"query.start_date" = {{ dictionary = "days", probability = 0.7 }}
"query.end_date" = {{ dictionary = "days", probability = 0.7 }}

[[operations]]
include-operation-id = "ev_charger_sessions"
[operations.checks.negative_data_rejection]
expected-statuses = ["200", "400", "401", "403", "404", "405", "422"]
[operations.parameters]
"path.system_id" = {self.system.system_id}
"path.serial_no" = "{devices[-1]}"

[[operations]]
include-path-regex = "ev_charger/.serial_no|.serial_no./evse"
[operations.parameters]
"path.system_id" = {self.system.system_id}
"path.serial_no" = "{devices[-1]}"

[[operations]]
include-path-regex = "serial_no|config"
[operations.parameters]
"path.system_id" = {self.system.system_id}
"""


WATCHED = pytest.mark.parametrize("make", [WatchedV2, WatchedV4], ids=lambda make: make.api.name)


def run(watched: Watched, folder: Path, *options: str) -> dict[str, Any]:
    """Let the command line tool loose on a port; what it reports."""
    config, report = folder / "schemathesis.toml", folder / "report.json"
    config.write_text(watched.settings())
    contract = write_corrected(watched.api, folder)
    with serve(watched) as url:
        command = [
            "--config-file", config, "run", contract, "--url", f"{url}{watched.base}",
            "--checks", "all", "--generation-deterministic", "--continue-on-failure",
            "--request-timeout", "60", "--max-response-time", "60",
            "--report", "json", "--report-json-path", report, *options,
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


@WATCHED
def test_the_simulator_keeps_the_contract(make: type[Any], tmp_path: Path) -> None:
    watched: Watched = make()
    told = run(watched, tmp_path, "--max-examples", str(watched.examples))
    assert told["failures"] == [], told["text"]
    assert told["errors"] == []
    assert told["exit_code"] == 0
    count = len(watched.operations)
    assert told["operations"]["tested"] == told["operations"]["total"] == count
    assert count == {"v2": 13, "v4": 50}[watched.api.name]
    assert all(phase["status"] == "success" for phase in told["phases"].values())
    assert told["test_cases"]["generated"] > watched.least
    print(f"{told['test_cases']['generated']} cases in {told['running_time']:.1f} s")
    assert set(watched.statuses) == watched.operations
    # The contract does not say which texts the service takes in the bodies of these two.
    unanswered = {
        operation for operation, statuses in watched.statuses.items() if not statuses & {200, 202}
    }
    assert unanswered <= {"SetLoadControl", "StartCharging"}
    assert watched.statuses["ConsumptionLifetime"] >= {200, 401, 422}


@WATCHED
@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (faults.retyped("$.energy_today"), "JsonSchemaError"),
        (faults.status(418), "UndefinedStatusCode"),
    ],
    ids=repr,
)
def test_it_would_find_what_is_wrong(
    make: type[Any], tmp_path: Path, fault: faults.Fault, found: str
) -> None:
    watched: Watched = make()
    watched.simulated.fail(rate=1, operation="Summary", with_=fault)
    told = run(watched, tmp_path, "--include-operation-id", watched.summary,
               "--phases", "fuzzing", "--max-examples", "5", "--mode", "positive")  # fmt: skip
    assert found in {failure["type"] for failure in told["failures"]}, told["text"]
