"""Ctrl-C and SIGTERM, full disks, and streams that are closed: in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from enphase_sdk._sync.fleet import WORKERS
from enphase_sdk.cli.interrupts import FirstInterrupt
from enphase_sdk.clock import set_clock
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, faults

from .conftest import API_KEY, USER_ID, Run


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    with SimulatedEnlighten(12).serve() as base_url:
        secrets = {"ENPHASE_API_KEY": API_KEY, "ENPHASE_USER_ID": USER_ID}
        yield {**os.environ, **secrets, "ENPHASE_BASE_URL": base_url}


def shell(words: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    line = f'"{sys.executable}" -m enphase_sdk {words}'
    return subprocess.run(
        ["/bin/sh", "-c", line], env=environment, capture_output=True, text=True, check=False
    )


class GivesUp(FakeClock):
    """Somebody stops the program when so many threads wait for the quota."""

    def __init__(self, number: signal.Signals, waiters: int) -> None:
        super().__init__()
        self._number = number
        self._missing = waiters
        self._lock = threading.Lock()
        self.over = threading.Event()

    def sleep(self, seconds: float) -> None:  # noqa: ARG002 - it never ends
        with self._lock:
            self._missing -= 1
            last = not self._missing
        if last:
            os.kill(os.getpid(), self._number)
        self.over.wait()
        raise SystemExit


# An exception inside the tracer would leave the tracer's own lock locked for ever.
@pytest.mark.no_cover
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["report", "systems", "summary"])
def test_what_is_there_is_written_and_the_code_says_so(
    run: Run, cloud: SimulatedEnlighten, tmp_path: Path, number: signal.Signals, command: str
) -> None:
    out = tmp_path / "report.json"
    words: list[object] = [command, "--json"]
    if command == "systems":
        cloud.fail(with_=faults.unknown_field(name="next", value="more"), operation="Systems")
        cloud.fail(with_=faults.conflict(), operation="Systems", after=1, times=99)
    else:
        cloud.fail(with_=faults.conflict(), operation="Summary", after=5, times=99)
    words += ["--out", out] if command == "report" else []
    words += cloud.system_ids() if command == "summary" else []
    clock = GivesUp(number, WORKERS if command == "report" else 1)
    usual = set_clock(clock)
    try:
        result = run(*words)
    finally:
        clock.over.set()
        set_clock(usual)
    assert result.code == 6
    assert result.err.startswith("enphase: partly done: ")
    assert len(result.err.splitlines()) == 1
    document = json.loads(result.out)
    if command == "report":
        assert document == json.loads(out.read_text("utf-8"))
        assert document["stopped_by"] == "it was stopped early"
        document = document["records"]
    assert len(document) == (12 if command == "systems" else 5)


@pytest.mark.no_cover
def test_an_interrupt_that_python_drops_is_not_lost() -> None:
    class Destroyed:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)

    def work() -> Iterator[int]:
        yield 1
        Destroyed()
        threading.Event().wait(60)
        yield 2

    with FirstInterrupt() as interrupt:
        assert list(interrupt.until_it(work())) == [1]
        assert interrupt.came


def interrupted(step: int) -> tuple[list[str], bool]:
    """What came of two items, with an interrupt before that instruction; and whether there was one.

    Python runs the handler of a signal between any two instructions of the main thread.
    """
    seen, left = list[str](), step

    def work() -> Iterator[str]:
        yield "first"
        if interrupt.came and not threading.Event().wait(10):
            yield "waited"
        yield "second"

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if frame.f_code not in traced:
            return None
        frame.f_trace_opcodes = True
        left -= event == "opcode"
        if not left:
            left = -1
            signal.raise_signal(signal.SIGTERM)
        return trace

    traced = [FirstInterrupt.until_it.__code__, FirstInterrupt._next.__code__]
    usual = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 tells of no instruction otherwise
    with FirstInterrupt() as interrupt:
        sys.settrace(trace)
        try:
            seen += interrupt.until_it(work())
        finally:
            sys.settrace(usual)
    return seen, interrupt.came


@pytest.mark.no_cover
def test_an_interrupt_between_any_two_instructions_ends_the_work() -> None:
    step = 1
    while (seen := interrupted(step))[1]:
        assert seen[0] in ([], ["first"], ["first", "second"]), step
        step += 1
    assert step > 40
    assert seen == (["first", "second"], False)


@pytest.mark.no_cover
def test_a_second_interrupt_ends_at_once() -> None:
    seen = list[int]()

    def work() -> Iterator[int]:
        yield 1
        os.kill(os.getpid(), signal.SIGINT)
        yield 2

    with FirstInterrupt() as interrupt:
        seen += interrupt.until_it(work())
        assert interrupt.came
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert seen == [1]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("systems > /dev/full", 2, "cannot write the output: No space left on device"),
        ("systems --csv > /dev/full", 2, "cannot write the output"),
        ("report --json > /dev/full", 2, "cannot write the output"),
        ("--help > /dev/full", 2, "cannot write the output"),
        ("--version > /dev/full", 2, "cannot write the output"),
        ("systems >&-", 2, "cannot write the output: Bad file descriptor"),
        ("--version >&-", 2, "cannot write the output"),
        ("systems --json <&- > /dev/null", 0, ""),
        ("summary abc 2>&-", 2, ""),
        ("systems 2>&- > /dev/null", 0, ""),
        ("summary abc 2> /dev/full", 2, ""),
        ("systems <&- >&- 2>&-", 2, ""),
    ],
)
def test_streams_that_cannot_be_used_are_one_line_at_most(
    environment: dict[str, str], words: str, code: int, said: str
) -> None:
    done = shell(words, environment)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert done.stderr.count("\n") == bool(said)


def test_a_report_is_written_though_nobody_can_be_shown_it(
    environment: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "report.csv"
    assert shell(f"report --out {out} >&-", environment).returncode == 2
    assert len(out.read_text("utf-8").splitlines()) == 13


@pytest.mark.parametrize("suffix", ["html", "json", "csv"])
def test_a_full_disk_leaves_yesterdays_file(
    environment: dict[str, str], tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"report.{suffix}"
    out.write_text("yesterday's")
    code = (
        "import resource, sys\n"
        "from enphase_sdk.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))\n"
        f"sys.exit(main(['report', '--out', {str(out)!r}]))\n"
    )
    # A ledger on that disk would be slow: without it the quota is used with care.
    environment["ENPHASE_LEDGER"] = "memory"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "File too large; write it elsewhere" in done.stderr
    assert done.stderr.count("\n") == 1
    assert out.read_text() == "yesterday's"
    names = {path.name for path in tmp_path.iterdir()} - {"state"}
    assert names == {out.name}


@pytest.mark.usefixtures("cloud")
def test_a_new_report_keeps_the_rights_and_the_link_of_the_old(run: Run, tmp_path: Path) -> None:
    target, link = tmp_path / "kept.json", tmp_path / "latest.json"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    assert run("report", "--out", link).code == 0
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert json.loads(target.read_text("utf-8"))["complete"]


def test_the_module_is_the_command(environment: dict[str, str]) -> None:
    done = shell("report -h", environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--out FILE" in done.stdout
