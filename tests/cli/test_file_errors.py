"""A file that is missing, a folder, or not readable: one sentence, without errno or a class."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import Run

OPTIONS = [
    ["report", "--store", "fleet.duckdb", "--budget", "0", "--estimate"],
    ["report", "--budget", "0", "--store"],
    ["report", "--out"],
    ["report", "--xlsx"],
    ["quota", "--store"],
    ["envoy", "read", "127.0.0.1:9", "--ca-file"],
    ["envoy", "read", "127.0.0.1:9", "--token-file"],
    ["envoy", "read", "127.0.0.1:9", "--username", "owner", "--password-file"],
    ["envoy", "export", "127.0.0.1:9", "--mqtt", "broker", "--mqtt-tls", "--mqtt-ca-file"],
    ["envoy", "export", "127.0.0.1:9", "--mqtt", "broker", "--mqtt-password-file"],
    ["envoy", "export", "127.0.0.1:9", "--influx-socket", "http://127.0.0.1:9",
     "--influx-token-file"],
]  # fmt: skip

CODE = re.compile(r"\b\w+(Error|Exception|Found)\b|\[?[Ee]rrno|_ssl\.c|[A-Z_]{8,}|invalid literal")


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("words", OPTIONS, ids=lambda words: words[-1])
@pytest.mark.parametrize("kind", ["missing", "folder", "in a file", "not text", "a loop"])
def test_a_file_that_cannot_be_used_is_told_in_words(
    words: list[str], kind: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "loop").symlink_to("loop")
    path = {"in a file": "file/x", "not text": "file", "a loop": "loop"}.get(kind, kind)
    told = run(*words, path)
    assert told.code in (0, 2, 5)  # quota takes a store that is missing for an empty one
    said = told.err.replace(str(tmp_path), "")
    assert len(said.splitlines()) <= 1
    assert not CODE.search(said), said


def test_ids_that_are_none_are_told_in_words(run: Run, tmp_path: Path) -> None:
    told = run("sync", "--store", tmp_path / "s.duckdb", "--systems", "67,a")
    assert "write ids separated by commas, such as 67,72" in told.err
    assert "int()" not in told.err
