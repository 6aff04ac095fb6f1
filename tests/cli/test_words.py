"""Every option of every command with values nobody means: one line and a code of the list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from enphase_sdk.cli.app import app
from enphase_sdk.testing import FakeClock, SimulatedGateway

from .conftest import Run

CODES = {0, 2, 3, 4, 5, 6}

NASTY = [
    "", " ", "-", "²", "٣", "\uff11\uff12", "0", "-1", "1e400", "nan", "inf", "-inf", "1e15", "1_0",
    "9" * 30, "9" * 5_000, "0x10", "9999-12-31", "0000-01-01", "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2024-02-30", "253402300799",
    "12:00", "a" * 10_000, "a\x00b", "\ud800", "\x1b[2J", "é\n\r", "../..", "%s{}", "[::", "=1+1",
    "/dev/null/report.html", "a\x00b.html", f"{'a' * 300}.csv", "/dev/full", "\ud800.json",
]  # fmt: skip

# Those that once got furthest; the rest is tried in the proofs.
WORST = ["²", "9" * 5_000, "9999-12-31", "a\x00b", "\ud800"]

# Enough for the other arguments to be right.
RIGHT = {
    "system_id": "67", "system_ids": "67", "serial_number": "122", "start_date": "2024-05-01",
    "contact": "NC1", "mode": "backup", "position": "open", "serial": "122", "settings": "mode=soc",
    "state": "off", "watts": "500",
}  # fmt: skip


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


# Options that many commands share are tried with one.
SHARED = (
    {
        p.name
        for p in dict(commands(typer.main.get_command(app)))["summary",].params
        if p.name not in ("system_ids", "summary_date")
    }
    | {"host", "token", "username", "password", "fingerprint", "ca_file"}
    | {
        "token_file",
        "password_file",
    }
)

CASES = [
    pytest.param(path, command, parameter, id=f"{' '.join(path)} {parameter.name}")
    for path, command in commands(typer.main.get_command(app))
    for parameter in command.params
    if not getattr(parameter, "is_flag", False)
    if parameter.name not in SHARED or path in (("summary",), ("envoy", "summary"))
]


@pytest.fixture
def host(clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.chdir(tmp_path)
    gateway = SimulatedGateway("5.0", clock=clock)
    with gateway.serve() as address:
        yield address


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(
    "values",
    [pytest.param(WORST, id="worst"), pytest.param(NASTY, id="all", marks=pytest.mark.proof)],
)
@pytest.mark.parametrize(("path", "command", "parameter"), CASES)
def test_any_value_is_one_line_and_a_code_of_the_list(
    path: tuple[str, ...], command: Any, parameter: Any, values: list[str], host: str, run: Run
) -> None:
    # Each folder that can be made costs a whole demonstration.
    for value in values if parameter.name != "folder" else ["", "a\x00b", "\ud800", "a" * 300]:
        words = list(path)
        for other in command.params:
            if other.param_type_name == "argument" and other is not parameter:
                words.append(host if other.name == "host" else RIGHT[other.name])
        if parameter.param_type_name == "option":
            words += [parameter.opts[-1], value]
        words += _bounds(path, parameter.name)
        if parameter.param_type_name == "argument":
            words += ["--", value]
        result = run(*words)
        said = f"{words}: {result.err}"
        assert result.code in CODES, said
        assert "a fault in this program" not in result.err, said
        assert all(line.startswith("enphase: ") for line in result.err.splitlines()), said
        assert len(result.err.splitlines()) <= 1 + (path[0] == "envoy"), said
        assert len(result.err) < 3_000, said


def _bounds(path: tuple[str, ...], name: str) -> list[str]:
    """What keeps a command from running for ever or reaching beyond this machine."""
    if path == ("simulate",) and name != "plan":
        return ["--plan", "none of them"]
    if path == ("demo",) and name != "folder":
        return ["--folder", "/dev/null"]
    if path == ("sync",) and name != "budget":
        return ["--budget", "1"]
    if name == "host":
        return ["--token", "no token"]
    if path == ("envoy", "watch") and name != "count":
        return ["--count", "1"]
    if path == ("envoy", "record") and name != "until":
        return ["--until", "2000-01-01T00:00:00Z"]
    if path == ("envoy", "export"):
        if name in ("count", "every", "influx_socket", "mqtt", "mqtt_ca_file", "prometheus"):
            return ["--influx"] if name == "count" else ["--influx", "--count", "1"]
        return ["--every", "1"]
    if path == ("envoy", "dashboard"):
        return ["--port", "-1"] if name == "every" else ["--every", "1"]
    if path == ("envoy", "discover"):
        return ["--interface", "127.0.0.1"]
    return []
