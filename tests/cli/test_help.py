"""The help and the usage errors of every command: in words, without the names of Python's types."""

from __future__ import annotations

import re

import pytest
import typer.main

from enphase_sdk.cli.app import app

from .conftest import Run
from .test_words import commands

PATHS = [path for path, _ in commands(typer.main.get_command(app))]

# `{ID}`, `<str>`, `x>=1`, `1<=x<=9`; choices such as `{on|off}` and `<v2|v4>` are words.
RAW = re.compile(r"\{[^|}]*\}|<[^|>]*>|[<>]=|\b(?:str|int|float|None|True|False)\b")


@pytest.mark.parametrize("path", [(), ("envoy",), ("envoy", "set"), *PATHS])
def test_help_shows_words(path: tuple[str, ...], run: Run) -> None:
    told = run(*path, "--help")
    assert told.code == 0
    text = " ".join(told.out.split())
    assert not re.search(r"\w\.\.\.(?= |$)", text.replace("[ARGS]...", "").partition("Options:")[2])
    assert RAW.findall(text) == []
    names = set(re.findall(r"(?<!\S)--[\w-]+", text))
    assert names == {name.lower() for name in names}


def test_usage_names_the_arguments(run: Run) -> None:
    usage = {
        ("summary",): "summary [OPTIONS] ID...",
        ("monthly",): "monthly [OPTIONS] ID DATE",
        ("live",): "live [OPTIONS] ID",
        ("envoy", "set", "grid"): "set grid [OPTIONS] HOST {on|off}",
        ("envoy", "set", "contact-settings"): "[OPTIONS] HOST CONTACT NAME=VALUE...",
    }
    for path, wanted in usage.items():
        assert wanted in " ".join(run(*path, "--help").out.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["summary", "abc"], "Invalid value for 'ID': 'abc' is not a whole number."),
        (["report", "--top", "x"], "'--top': 'x' is not a whole number."),
        (["report", "--system", "0"], "'--system': it must be 1 or more, not 0."),
        (["login", "--port", "0"], "'--port': it must be 1 to 65,535, not 0."),
        (["login", "--port", "70000"], "'--port': it must be 1 to 65,535, not 70000."),
        (["envoy", "set", "grid", "host", "maybe"], "'on|off': 'maybe' is not one of 'on', 'off'."),
        (["summary", "67", "--timeout", "x"], "'--timeout': 'x' is not a number."),
        (["envoy", "watch", "host", "--every", "1"], "it must be 5 to 86,400, not 1."),
        (["envoy", "discover", "--seconds", "0"], "it must be 0.1 to 86,400, not 0."),
    ],
)
def test_usage_errors_are_in_words(words: list[str], said: str, run: Run) -> None:
    told = run(*words)
    assert told.code == 2
    assert said in told.err
