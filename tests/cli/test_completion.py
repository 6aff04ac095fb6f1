"""What the usual shells complete; the shells that are installed are asked themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from enphase_sdk.report import Kind, Thresholds
from tests.programs import program

ENPHASE = Path(sys.executable).with_name("enphase")

# How a shell is asked, without a terminal, what completes the line in $LINE.
ASKED = {
    "bash": """
        eval "$(_ENPHASE_COMPLETE=source_bash enphase)"
        read -ra COMP_WORDS <<< "$LINE"; [[ $LINE == *' ' ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _enphase_completion enphase
        printf '%s\\n' "${COMPREPLY[@]}" """,
    "zsh": """
        compdef() { : }; _files() { print files }
        _arguments() { print -r -- "$@" }
        eval "$(_ENPHASE_COMPLETE=source_zsh enphase)"
        words=("${(@s: :)LINE}"); CURRENT=${#words}; _enphase_completion""",
    "fish": """
        _ENPHASE_COMPLETE=source_fish enphase | source
        complete -C "$LINE" """,
}


def told_by(command: list[str], **environment: str) -> str:
    """What it writes, if it does not complain."""
    path = f"{ENPHASE.parent}{os.pathsep}{os.environ['PATH']}"
    # A setting that does not hold is no obstacle, and nothing is asked of anyone.
    ours = {"PATH": path, "ENPHASE_API": "v9", "ENPHASE_BASE_URL": "http://127.0.0.1:1"}
    done = subprocess.run(
        command, env=os.environ | ours | environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.proof
@pytest.mark.parametrize("shell", ASKED)
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("enphase rep", ["report"]),
        ("enphase envoy re", ["read", "record"]),
        ("enphase report --fa", ["--fail-on"]),
        ("enphase simulate --api v", ["v2", "v4"]),
        ("enphase report --status me", ["meter", "meter_issue"]),
        ("enphase report --fail-on offline,n", ["offline,not_producing"]),
    ],
)
def test_a_shell_completes(shell: str, line: str, expected: list[str], tmp_path: Path) -> None:
    told = told_by([program(shell), "-c", ASKED[shell]], LINE=line, HOME=str(tmp_path))
    for word in expected:
        assert word in told
    assert "quota" not in told
    if shell != "zsh":  # which is told all words and their help in one line
        assert sorted(one.split("\t")[0] for one in told.split("\n") if one) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("enphase report --limit ", [f"{limit.name}=" for limit in Thresholds().listed()]),
        ("enphase report --fail-on ", [*Kind]),
        ("enphase systems --connection-type w", ["wifi"]),
        ("enphase systems --plan k", ["kilowatt"]),
        ("enphase --api ", ["v2", "v4"]),
        ("enphase sync --tables daily,in", ["daily,intervals", "daily,inverters"]),
        ("enphase report --status x", []),
    ],
)
def test_words_of_options_are_completed(words: str, expected: list[str]) -> None:
    place = str(len(words.split(" ")) - 1)
    asked = {"_ENPHASE_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": place}
    assert told_by([str(ENPHASE)], **asked).split() == expected


def test_what_a_shell_leaves_behind_is_no_request_for_completions() -> None:
    # PowerShell sets its variable to nothing afterwards; from 7.5 on that does not remove it.
    assert "fleet report" in told_by([str(ENPHASE), "report", "-h"], _ENPHASE_COMPLETE="")
