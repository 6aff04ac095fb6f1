"""Small private files: whole or not at all, and readable by their owner only."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from enphase_sdk.core import state
from enphase_sdk.core.state import (
    PrivateEntries,
    create_private,
    read_private,
    real_path,
    replace_private,
    state_folder,
)
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


# Whose file it is


@pytest.mark.parametrize(
    ("rights", "pin_is_believed", "secret_is_believed"),
    [
        (0o600, True, True),
        (0o400, True, True),
        (0o644, True, False),
        (0o640, True, False),
        (0o604, True, False),
        (0o660, False, False),
        (0o602, False, False),
        (0o666, False, False),
    ],
)
def test_a_file_that_others_may_touch_is_not_believed(
    rights: int, pin_is_believed: bool, secret_is_believed: bool, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_text("zzSECRETzz")
    path.chmod(rights)
    for secret, is_believed in (False, pin_is_believed), (True, secret_is_believed):
        if is_believed:
            assert read_private(path, secret=secret) == "zzSECRETzz"
            continue
        with pytest.raises(ConfigError, match=f"mode {rights:04o}.*chmod 600") as caught:
            read_private(path, secret=secret)
        assert "SECRET" not in locals_of(caught.value)
    # Writing it anew, as for a fingerprint that is given, mends it.
    replace_private(path, "new")
    assert read_private(path, secret=True) == "new"


def test_a_file_of_another_user_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("zzSECRETzz")
    path.chmod(0o600)
    uid = path.stat().st_uid
    if uid == 0:
        # Only root can give a file away; and root's files are believed by everybody.
        os.chown(path, 4711, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: uid + 1)
    for secret in (False, True):
        with pytest.raises(ConfigError, match="belongs to another user"):
            read_private(path, secret=secret)


def test_a_link_to_a_file_of_others_is_not_believed(tmp_path: Path) -> None:
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "token"
    elsewhere.write_text("x")
    elsewhere.chmod(0o666)
    path.symlink_to(elsewhere)
    with pytest.raises(ConfigError, match="mode 0666"):
        read_private(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(ConfigError, match="not a regular file"):
        read_private(tmp_path / "pipe")


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    path.touch(0o600)
    os.truncate(path, 1 << 40)
    with pytest.raises(ConfigError, match="too large"):
        read_private(path)


def locals_of(error: BaseException) -> str:
    """The package's own frames of a traceback, with their local variables."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    return repr([f.locals for f in told.stack if "enphase_sdk" in f.filename])


# Paths


@pytest.mark.parametrize(
    "path", ["a\0b", "x" * 300, "x/" * 3000, 7, None, b"\xff\0", "\ud800"], ids=ascii
)
def test_what_can_be_no_path_is_told(path: Any) -> None:
    with pytest.raises(ConfigError, match=r"^ca_file is not a usable path") as caught:
        real_path(path, "ca_file")
    assert caught.value.__context__ is None


def test_a_file_has_one_real_path(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "other").symlink_to(tmp_path / "folder")
    (tmp_path / "folder" / "file").touch()
    (tmp_path / "folder" / "link").symlink_to("file")
    names = ["folder/file", "folder/link", "other/file", "other/../folder/./link"]
    assert {real_path(tmp_path / name, "it") for name in names} == {
        (tmp_path / "folder" / "file").resolve()
    }
    # Also before it is there.
    new = real_path(tmp_path / "other" / "new", "it")
    assert new == real_path(tmp_path / "folder" / "new", "it")


def test_a_loop_of_links_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(ConfigError):
        real_path(tmp_path / "a" / "file", "recording")


def test_a_state_folder_that_can_be_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENPHASE_STATE", "x" * 300)
    with pytest.raises(ConfigError, match="ENPHASE_STATE is not a usable path"):
        state_folder()


# Processes that are killed, and processes at the same time

KILLED = """
import os, sys
from pathlib import Path
from enphase_sdk.core import state
os.fsync = lambda number: os._exit(9)
state.replace_private(Path(sys.argv[1]), "zzSECRETzz")
"""


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "state" / "token"
    assert subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False).returncode == 9
    (left,) = path.parent.iterdir()
    assert "SECRET" in left.read_text()
    assert read_private(path) is None
    replace_private(path, "new")
    assert list(path.parent.iterdir()) == [path]


COUNT = """
import sys
from pathlib import Path
from enphase_sdk.core.state import PrivateEntries
entries = PrivateEntries(Path(sys.argv[1]))
sys.stdin.readline()
for number in range(25):
    entries.put(f"{sys.argv[2]}-{number}", {"secret": number})
"""


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state" / "tokens.json"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", COUNT, str(path), name], stdin=subprocess.PIPE, text=True
        )
        for name in "abc"
    ]
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    kept = json.loads(path.read_text())
    assert kept == {f"{name}-{n}": {"secret": n} for name in "abc" for n in range(25)}
    assert mode(path) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_threads_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    entries = PrivateEntries(tmp_path / "tokens.json")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: entries.put(str(number), number), range(64)))
    assert all(entries.get(str(number)) == number for number in range(64))


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
def test_a_lock_that_is_never_let_go_of_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    monkeypatch.setattr(state, "_PATIENCE", 0.0)
    number = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(number, fcntl.LOCK_EX)
    try:
        for write in (create_private, replace_private):
            with pytest.raises(ConfigError, match=r"locked.*ENPHASE_STATE"):
                write(tmp_path / "token", "x")
        with pytest.raises(ConfigError, match="locked"):
            PrivateEntries(tmp_path / "token").put("a", "b")
    finally:
        os.close(number)
    assert list(tmp_path.iterdir()) == []


# Entries


def test_entries_are_kept_and_forgotten(tmp_path: Path) -> None:
    entries = PrivateEntries(tmp_path / "state" / "tokens.json")
    assert entries.get("a") is None
    entries.remove("a")
    assert not entries.path.exists()
    entries.put("a", {"access_token": "1", "expires_at": 1.5})
    entries.put('\u00e9 "/../', ["2"])
    assert entries.get("a") == {"access_token": "1", "expires_at": 1.5}
    assert PrivateEntries(entries.path).get('\u00e9 "/../') == ["2"]
    entries.remove("a")
    assert entries.get("a") is None
    assert entries.get('\u00e9 "/../') == ["2"]
    assert mode(entries.path) == 0o600
    assert list(entries.path.parent.iterdir()) == [entries.path]


@pytest.mark.parametrize(
    "content",
    [b"[]", b'"zzSECRETzz"', b"{zzSECRETzz", b"\xff", b"[" * 100_000, b"{}" + b" " * 2**20],
)
def test_damaged_entries_are_told_and_left_as_they_are(content: bytes, tmp_path: Path) -> None:
    entries = PrivateEntries(tmp_path / "tokens.json")
    entries.path.write_bytes(content)
    entries.path.chmod(0o600)
    for use in (lambda: entries.get("a"), lambda: entries.put("a", "zzSECRETzz")):
        with pytest.raises(ConfigError, match=r"tokens\.json.*delete it") as caught:
            use()
        assert "SECRET" not in f"{caught.value} {locals_of(caught.value)}"
        assert caught.value.__context__ is None
    assert entries.path.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"\n", b"\0" * 4096])
def test_a_file_that_a_crash_left_empty_has_no_entries(content: bytes, tmp_path: Path) -> None:
    entries = PrivateEntries(tmp_path / "tokens.json")
    entries.path.write_bytes(content)
    entries.path.chmod(0o600)
    assert entries.get("a") is None
    entries.put("a", 1)
    assert entries.get("a") == 1


def test_an_entry_that_cannot_be_kept_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file" / "below", tmp_path / ("x" * 300), tmp_path / "a\0b"):
        with pytest.raises(ConfigError) as caught:
            PrivateEntries(path).put("a", "zzSECRETzz")
        assert "SECRET" not in f"{caught.value} {locals_of(caught.value)}"
        assert caught.value.__context__ is None
