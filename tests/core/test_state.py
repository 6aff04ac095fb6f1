"""Small private files: whole or not at all, and readable by their owner only."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from enphase_sdk.core.state import create_private, read_private, replace_private, state_folder
from enphase_sdk.errors import ConfigError


@pytest.fixture(autouse=True)
def _generous_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_is_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ENPHASE_STATE", str(tmp_path / "here"))
    assert state_folder() == tmp_path / "here"
    assert not state_folder().exists()


@pytest.mark.parametrize("value", [None, ""])
def test_else_it_is_the_user_s_state_folder(
    value: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ENPHASE_STATE", raising=False)
    if value is not None:
        monkeypatch.setenv("ENPHASE_STATE", value)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert tmp_path in state_folder().parents
    assert "enphase-sdk" in str(state_folder())


def test_what_is_written_is_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "state" / "tokens" / "1"
    assert read_private(path) is None
    assert create_private(path, "first")
    assert read_private(path) == "first"
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700
    replace_private(path, "second")
    assert read_private(path) == "second"
    assert mode(path) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("old")
    path.chmod(0o666)
    replace_private(path, "new")
    assert mode(path) == 0o600


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "state" / "token"
    elsewhere.write_text("not ours")
    path.parent.mkdir()
    path.symlink_to(elsewhere)
    replace_private(path, "new")
    assert elsewhere.read_text() == "not ours"
    assert not path.is_symlink()


def test_what_exists_is_not_created_again(tmp_path: Path) -> None:
    path = tmp_path / "pin"
    assert create_private(path, "first")
    assert not create_private(path, "second")
    assert read_private(path) == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_one_of_many_creates_and_nobody_sees_a_part(tmp_path: Path) -> None:
    path = tmp_path / "pins" / "one"
    texts = [str(number) * 20000 for number in range(10, 26)]
    go = threading.Barrier(len(texts))

    def create(text: str) -> tuple[bool, str | None]:
        go.wait()
        return create_private(path, text), read_private(path)

    with ThreadPoolExecutor(len(texts)) as pool:
        outcomes = list(pool.map(create, texts))
    assert [made for made, _ in outcomes].count(True) == 1
    (kept,) = {read for _, read in outcomes}
    assert kept in texts
    assert list(path.parent.iterdir()) == [path]


def test_a_reader_sees_the_old_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "token"
    texts = ["a" * 50000, "b" * 30000]
    replace_private(path, texts[0])
    done = threading.Event()

    def write() -> None:
        for number in range(100):
            replace_private(path, texts[number % 2])
        done.set()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(write)
        while not done.is_set():
            assert read_private(path) in texts


def test_what_cannot_be_read_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, tmp_path / "bytes", tmp_path / "file" / "below"):
        with pytest.raises(ConfigError, match="cannot read") as caught:
            read_private(path)
        assert str(path) in str(caught.value)
        assert caught.value.__context__ is None


def test_what_cannot_be_written_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    cases = [
        (create_private, tmp_path / "file" / "below"),
        (replace_private, tmp_path / "file" / "below"),
        (replace_private, tmp_path / "folder"),
        (create_private, tmp_path / ("x" * 300)),
        (replace_private, tmp_path / ("x" * 300)),
    ]
    for write, path in cases:
        with pytest.raises(ConfigError, match="ENPHASE_STATE") as caught:
            write(path, "text")
        assert str(path) in str(caught.value)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder"]


def test_a_disk_that_is_full_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(number: int, *_: object, **__: object) -> None:
        os.close(number)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    for write in (create_private, replace_private):
        with pytest.raises(ConfigError, match="No space left"):
            write(tmp_path / "token", "secret")
    assert list(tmp_path.iterdir()) == []
