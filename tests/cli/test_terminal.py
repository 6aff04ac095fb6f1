"""What people at a terminal see, and programs do not."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable

import pytest

from enphase_sdk.cli import main
from enphase_sdk.cli.progress import Waiting
from enphase_sdk.core.effects import Sleep
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, faults

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal(io.StringIO):
    """A stream with a person behind it."""

    def isatty(self) -> bool:
        return True

    @property
    def text(self) -> str:
        return CONTROL.sub("", self.getvalue())


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Terminal]:
    """Put a terminal of 100 columns in the place of a stream."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def put(name: str) -> Terminal:
        stream = Terminal()
        monkeypatch.setattr(sys, name, stream)
        return stream

    return put


def test_a_wait_is_told_to_people(
    cloud: SimulatedEnlighten, terminal: Callable[[str], Terminal]
) -> None:
    stderr = terminal("stderr")
    cloud.fail(with_=faults.conflict(limit=10))
    assert main(["summary", "67", "--json"]) == 0
    assert re.search(r"waiting \d\d s: the quota of 10 hits a minute is used up", stderr.text)


def test_several_waits_for_the_same_moment_are_one_pause(
    clock: FakeClock, terminal: Callable[[str], Terminal]
) -> None:
    stderr = terminal("stderr")
    waiting = Waiting()
    for seconds in (30.0, 30.4, 29.8):
        waiting.on_wait(Sleep(seconds, "the quota is used up"))
    clock.advance(31)
    waiting.on_wait(Sleep(0.3, "a hiccup"))
    waiting.on_wait(Sleep(60.0, "the next window"))
    assert [(p.seconds, p.reason) for p in waiting.pauses] == [
        (30.0, "the quota is used up"),
        (60.0, "the next window"),
    ]
    assert stderr.text == (
        "enphase: waiting 30 s: the quota is used up\nenphase: waiting 60 s: the next window\n"
    )


def test_programs_are_told_nothing(clock: FakeClock, capsys: pytest.CaptureFixture[str]) -> None:
    with Waiting() as waiting:
        waiting.on_wait(Sleep(30, "the quota is used up"))
        clock.advance(30)
        waiting.update(1, 2)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_a_bar_comes_after_two_seconds_and_goes(
    clock: FakeClock, terminal: Callable[[str], Terminal]
) -> None:
    stderr = terminal("stderr")
    with Waiting() as waiting:
        waiting.update(3, 12)
        clock.advance(1.9)
        waiting.stop()
    assert "3/12" not in stderr.text
    with Waiting() as waiting:
        waiting.update(3, 12)
        clock.advance(2.1)
        waiting.say("something\nin between")
        waiting.stop()
    assert "3/12" in stderr.text
    assert "something in between\n" in stderr.text
    assert stderr.getvalue().endswith("\x1b[2K")


@pytest.mark.usefixtures("cloud")
def test_a_table_leaves_out_what_has_no_room(terminal: Callable[[str], Terminal]) -> None:
    stdout = terminal("stdout")
    assert main(["report"]) == 0
    assert "Not shown: Place, " in stdout.text
    assert "--json" in stdout.text.splitlines()[-2]
    lines = stdout.text.splitlines()
    assert max(map(len, lines)) <= 100
    assert "System" in stdout.text
    assert "Why" in stdout.text


@pytest.mark.usefixtures("cloud")
def test_a_wide_terminal_has_room_for_all(
    terminal: Callable[[str], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    stdout = terminal("stdout")
    monkeypatch.setenv("COLUMNS", "250")
    assert main(["report"]) == 0
    assert "Not shown" not in stdout.text
    assert "\x1b[32mnormal" in stdout.getvalue()


@pytest.mark.usefixtures("cloud")
def test_nothing_of_an_id_is_lost_in_a_narrow_terminal(
    terminal: Callable[[str], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    stdout = terminal("stdout")
    monkeypatch.setenv("COLUMNS", "30")
    assert main(["inverters", "67"]) == 0
    assert "…" not in stdout.text


def test_without_a_terminal_progress_is_a_line_a_minute(
    clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    with Waiting() as waiting:
        for done in range(1, 6):
            clock.advance(30)
            waiting.update(done, 1_000)
        clock.advance(60)
        waiting.update(1_000, None)
    assert capsys.readouterr().err.splitlines() == [
        "enphase: 2 of 1,000 done, about 499 min left",
        "enphase: 4 of 1,000 done, about 498 min left",
        "enphase: 1,000 done",
    ]


def test_a_shell_is_told_how_a_line_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_ENPHASE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "enphase consumption")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert main([]) == 0
    assert capsys.readouterr().out.split() == ["consumption", "consumption-stats"]
