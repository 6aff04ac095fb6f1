"""The command line as a whole: help, exit codes, one line for what went wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import enphase_sdk
from enphase_sdk.cli import main
from enphase_sdk.clock import set_clock
from enphase_sdk.testing import FakeClock, Plan, SimulatedEnlighten, faults

from .conftest import API_KEY, USER_ID, Run

COMMANDS = [
    "systems", "report", "summary", "energy", "stats", "rgm", "consumption", "consumption-stats",
    "meters", "monthly", "inverters", "inventory", "envoys", "search", "simulate", "demo",
]  # fmt: skip


def test_help_lists_every_command(run: Run) -> None:
    for words in (["--help"], []):
        result = run(*words)
        assert (result.code, result.err) == (0, "")
        assert all(f"  {command} " in result.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Usage: enphase {command}")


def test_the_version(run: Run) -> None:
    assert run("--version").out == f"{enphase_sdk.__version__}\n"


def test_help_loads_nothing_heavy() -> None:
    code = """
import sys
from enphase_sdk.cli import main
main(["--help"])
main(["systems", "--help"])
heavy = {"rich", "httpx", "attr", "msgspec", "enphase_sdk_api_v2", "anyio", "asyncio", "dateutil"}
print("HEAVY", sorted(heavy & {name.split(".")[0] for name in sys.modules}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["systens"], "Did you mean 'systems'"),
        (["systems", "--bogus"], "No such option: --bogus"),
        (["systems", "--json", "--csv"], "choose one of --json and --csv"),
        (["summary"], "Missing argument 'ID'. See 'enphase summary --help'"),
        (["summary", "abc"], "'abc' is not a whole number"),
        (["energy", "67", "--start-date", "soon"], "'soon' is not a date"),
        (["energy", "67", "--start-date", "2024-02-02", "--end-date", "2024-01-01"], "before"),
        (["stats", "67", "--start-at", "2024-06-01T00:00 PST"], "naive"),
        (["stats", "67", "--start-at", "1718452800000"], "milliseconds"),
        (["monthly", "67"], "Missing argument 'DATE'"),
        (["systems", "--plan", "tera"], "known are watt, kilowatt, megawatt, partner"),
        (["systems", "--profile", "other"], "no profile 'other'"),
        (["systems", "--max-wait", "-1"], "--max-wait must be seconds"),
        (["systems", "--timeout", "0"], "timeout must be seconds above 0"),
        (["systems", "--base-url", "http://example.com"], "https"),
        (["report", "--out", "report.odt"], "must end in .html, .json, .csv"),
        (["report", "--out", "no/such/folder/report.html"], "there is no folder"),
        (["report", "--top", "-1"], "--top"),
        (["simulate", "--plan", "tera"], "watt, kilowatt, megawatt, partner"),
        (["simulate", "--systems", "0"], "--systems"),
        (["simulate", "--port", "70000"], "--port"),
    ],
)
def test_wrong_input_is_said_in_one_line(
    run: Run, cloud: SimulatedEnlighten, words: list[str], said: str
) -> None:
    result = run(*words)
    assert result.code == 2
    assert result.out == ""
    assert said in result.err
    assert result.err.startswith("enphase: ")
    assert len(result.err.splitlines()) == 1
    assert not cloud.requests


@pytest.mark.parametrize("missing", ["ENPHASE_API_KEY", "ENPHASE_USER_ID"])
@pytest.mark.usefixtures("cloud")
def test_missing_settings_are_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delenv(missing)
    result = run("systems")
    assert (result.code, result.out) == (2, "")
    assert missing in result.err


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (faults.status(401, json={"message": ["Not authorized"]}), 3, "check the API key"),
        (faults.status(403, json={}), 3, "check the API key"),
        (faults.conflict("month"), 4, "allow longer waits with --max-wait"),
        (faults.status(404, json={}), 5, "check the id"),
        (faults.status(422, json={"message": "No such thing"}), 5, "No such thing"),
        (faults.unavailable(), 5, "try again later"),
        (faults.html(503), 5, "try again later"),
        (faults.html(200), 5, "try again later"),
        (faults.status(418, json={}), 5, "418"),
        (faults.dropped(), 5, "check the network"),
    ],
)
def test_each_failure_has_its_exit_code_and_advice(
    run: Run,
    cloud: SimulatedEnlighten,
    fault: faults.Fault,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    cloud.fail(with_=fault, times=99)
    for words in (["summary", "67"], ["systems", "--json"], ["report"]):
        # The ledger would remember a month's refusal.
        monkeypatch.setenv("ENPHASE_STATE", str(tmp_path / words[0]))
        result = run(*words)
        assert result.code == code, words
        assert result.out == ""
        assert said in result.err
        assert len(result.err.splitlines()) == 1


def test_a_wrong_key_is_not_authorized_and_never_shown(
    run: Run, cloud: SimulatedEnlighten, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENPHASE_API_KEY", "a-wrong-key-nobody-may-see")
    result = run("systems")
    assert result.code == 3
    assert "nobody-may-see" not in result.err
    assert cloud.hits == 0


def test_what_a_server_echoes_reaches_no_terminal(run: Run, cloud: SimulatedEnlighten) -> None:
    echo = f"bad key={API_KEY} for \x1b[2J{USER_ID}\r\nsecond line"
    cloud.fail(with_=faults.status(422, json={"message": echo}))
    result = run("summary", 67)
    assert result.code == 5
    assert "\x1b" not in result.err
    assert len(result.err.splitlines()) == 1


def test_the_quota_of_a_minute_is_waited_for(
    run: Run, clock: FakeClock, settings: Callable[[str], None]
) -> None:
    cloud = SimulatedEnlighten(12, clock=clock, plan=Plan("Small", 5, 1_000))
    with cloud.serve() as base_url:
        settings(base_url)
        result = run("report", "--json")
    assert result.code == 0
    lines = result.err.splitlines()
    assert lines
    assert all(re.match(r"enphase: \d+ of 12 done", line) for line in lines)
    assert sum(clock.sleeps) > 60


class Impatient(FakeClock):
    """Somebody presses ctrl-c whenever there is something to wait for."""

    def sleep(self, seconds: float) -> None:
        raise KeyboardInterrupt(seconds)


def test_ctrl_c_is_one_line_and_130(run: Run, cloud: SimulatedEnlighten) -> None:
    before = set_clock(Impatient())
    try:
        cloud.fail(with_=faults.conflict(), times=2)
        for words in (["summary", "67"], ["systems", "--csv"]):
            result = run(*words)
            assert (result.code, result.err) == (130, "enphase: stopped\n")
    finally:
        set_clock(before)


def test_nobody_reading_is_quiet(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from enphase_sdk.cli import main\n"
        "from enphase_sdk.testing import SimulatedEnlighten\n"
        "import os\n"
        "with SimulatedEnlighten(900).serve() as os.environ['ENPHASE_BASE_URL']:\n"
        "    sys.exit(main(['systems', '--csv']))\n"
    )
    environment = {**os.environ, "ENPHASE_API_KEY": API_KEY, "ENPHASE_USER_ID": USER_ID}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=tmp_path,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith(b"system_id,")
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


def test_names_a_terminal_cannot_write_are_replaced(run: Run, cloud: SimulatedEnlighten) -> None:
    cloud.fail(with_=faults.replaced("$.systems[0].system_name", "Ōkubo \x1b[31m"))
    result = run("systems")
    assert "Ōkubo" in result.out
    assert "\x1b" not in result.out


def test_main_takes_the_words_of_the_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["enphase", "--version"])
    assert main() == 0
    assert capsys.readouterr().out.strip() == enphase_sdk.__version__
