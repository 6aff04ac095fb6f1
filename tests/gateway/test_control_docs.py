"""docs/gateway-control.md names every write and every command, and its example runs."""

from __future__ import annotations

import re
from functools import partial

import pytest

import enphase_sdk
from enphase_sdk import Envoy
from enphase_sdk.cli.gateway_set import group
from enphase_sdk.testing import FakeClock, SimulatedGateway
from enphase_sdk.types import GatewayControl
from tests.support import ROOT

PAGE = (ROOT / "docs" / "gateway-control.md").read_text(encoding="utf-8")
TABLE = [
    [re.findall(r"`([^`]+)`", cell) for cell in line.split("|")[1:3]]
    for line in PAGE.partition("## All writes")[2].partition("## Warnings")[0].splitlines()
    if line.startswith("| `")
]


def test_every_write_and_every_command_is_in_the_table() -> None:
    methods = {name for name in dir(GatewayControl) if not name.startswith("_")}
    assert {name for row in TABLE for name in row[0]} == methods
    commands = {command.name for command in group.registered_commands}
    assert {name for row in TABLE for name in row[1]} == commands


def test_the_example_runs(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway = SimulatedGateway("8.2-batteries", clock=clock)
    [block] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.setattr(enphase_sdk, "Envoy", partial(Envoy, transport=gateway.transport()))
    exec(block.replace("…", gateway.issue_token()), {})  # noqa: S102 - our own page
    assert capsys.readouterr().out.splitlines() == [
        "PUT /admin/lib/tariff {'reserved_soc': 20.0} {'reserved_soc': 45.0}",
        "applied {'reserved_soc': 45.0} the gateway acts on it",
    ]
