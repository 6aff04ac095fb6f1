"""Small databases: private, shared, migrated, and set aside when they are damaged."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from enphase_sdk.core.database import DamagedError, Kind, SharedDatabase, sound
from enphase_sdk.errors import ConfigError
from tests.support import forks

FIRST = "CREATE TABLE notes (name TEXT PRIMARY KEY, value INTEGER NOT NULL);"
SECOND = "ALTER TABLE notes ADD COLUMN unit TEXT; CREATE INDEX by_unit ON notes (unit);"
KIND = Kind("notebook", 0x4E4F5445, (FIRST,), patience=0.05)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "notes.sqlite"


def put(name: str, value: int) -> Callable[[sqlite3.Connection], None]:
    def action(connection: sqlite3.Connection) -> None:
        connection.execute("REPLACE INTO notes (name, value) VALUES (?, ?)", (name, value))

    return action


def get(connection: sqlite3.Connection) -> dict[str, int]:
    return dict(sound(connection.execute("SELECT name, value FROM notes"), "ti"))


def test_what_is_written_is_read_by_others(path: Path) -> None:
    one, other = SharedDatabase(path, KIND), SharedDatabase(str(path), KIND)
    one.write(put("a", 1))
    other.write(put("b", 2))
    assert one.read(get) == other.read(get) == {"a": 1, "b": 2}
    one.close()
    assert one.read(get) == {"a": 1, "b": 2}
    one.close()
    other.close()


def test_only_the_owner_can_read_it(path: Path) -> None:
    database = SharedDatabase(path, KIND)
    database.write(put("a", 1))
    modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {0o600}
    database.close()


def test_a_file_that_others_may_write_is_not_believed(path: Path) -> None:
    SharedDatabase(path, KIND).write(put("a", 1))
    path.chmod(0o666)
    with pytest.raises(ConfigError, match=r"notebook .*notes.sqlite cannot be used: others may"):
        SharedDatabase(path, KIND).read(get)
    path.chmod(0o600)
    assert SharedDatabase(path, KIND).read(get) == {"a": 1}


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root gives away")
def test_a_file_of_another_user_is_not_believed(path: Path) -> None:
    SharedDatabase(path, KIND).write(put("a", 1))
    os.chown(path, 65534, 65534)
    with pytest.raises(ConfigError, match="belongs to another user"):
        SharedDatabase(path, KIND).read(get)


def test_all_names_of_a_file_are_one_database(path: Path, tmp_path: Path) -> None:
    (tmp_path / "link.sqlite").symlink_to(path)
    linked = SharedDatabase(tmp_path / "link.sqlite", KIND)
    linked.write(put("a", 1))
    assert linked.path == path
    assert SharedDatabase(path, KIND).read(get) == {"a": 1}


def test_an_action_that_fails_leaves_nothing(path: Path) -> None:
    database = SharedDatabase(path, KIND)

    def fail(connection: sqlite3.Connection) -> None:
        put("a", 1)(connection)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.write(fail)
    assert database.read(get) == {}


def test_an_older_version_is_migrated_with_what_it_holds(path: Path) -> None:
    SharedDatabase(path, KIND).write(put("a", 1))
    newer = Kind(KIND.name, KIND.application_id, (FIRST, SECOND), patience=0.05)
    assert SharedDatabase(path, newer).read(get) == {"a": 1}
    columns = SharedDatabase(path, newer).read(
        lambda connection: [row[1] for row in connection.execute("PRAGMA table_info(notes)")]
    )
    assert columns == ["name", "value", "unit"]
    with pytest.raises(ConfigError, match=r"newer version of this package \(format 2, known is 1"):
        SharedDatabase(path, KIND).read(get)


def test_a_locked_file_is_not_migrated_and_stays_as_it_is(path: Path) -> None:
    SharedDatabase(path, KIND).write(put("a", 1))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    newer = Kind(KIND.name, KIND.application_id, (FIRST, SECOND), patience=0.05)
    with pytest.raises(ConfigError, match="database is locked"):
        SharedDatabase(path, newer).read(get)
    other.execute("ROLLBACK")
    other.close()
    assert SharedDatabase(path, KIND).read(get) == {"a": 1}
    assert not list(path.parent.glob("*.damaged*"))


def test_a_database_of_something_else_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE mine (a)")
    connection.close()
    path.chmod(0o600)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="database of another program and was not changed"):
        SharedDatabase(path, KIND).write(put("a", 1))
    assert path.read_bytes() == before


def no_database(path: Path) -> None:
    path.write_bytes(b"this is no database at all, but as long as the head of one would be" * 9)


def overwritten(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * len(content[4096:])
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def without_a_table(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE notes")
    connection.close()


def of_another_type(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE notes SET value = 'many'")
    connection.close()


def no_utf8(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE notes SET name = CAST(x'ff' AS TEXT) WHERE value = 7")
    connection.close()


@pytest.mark.parametrize(
    "damage", [no_database, overwritten, cut, without_a_table, of_another_type, no_utf8]
)
@pytest.mark.parametrize("is_open", [False, True], ids=["closed", "open"])
def test_a_damaged_file_is_set_aside_with_one_warning(
    path: Path, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None], is_open: bool
) -> None:
    database = SharedDatabase(path, KIND)
    for number in range(200):
        database.write(put(f"a note with a long name to fill some pages, {number}", number))
    database.close()
    if is_open:
        database.read(lambda connection: connection.execute("SELECT 1").fetchone())
    damage(path)
    damaged = path.read_bytes()
    with caplog.at_level(logging.WARNING, "enphase_sdk"):
        assert database.read(get) == {}
        database.write(put("b", 2))
        assert database.read(get) == {"b": 2}
    assert [record.getMessage() for record in caplog.records if "was damaged" in record.msg] != []
    assert len(caplog.records) == 1
    aside = path.with_name("notes.sqlite.damaged")
    assert aside.exists()
    if not is_open:
        assert aside.read_bytes() == damaged
    assert SharedDatabase(path, KIND).read(get) == {"b": 2}


def test_damaged_files_do_not_fill_the_disk(path: Path) -> None:
    for _ in range(12):
        database = SharedDatabase(path, KIND)
        database.write(put("a", 1))
        database.close()
        no_database(path)
    assert SharedDatabase(path, KIND).read(get) == {}
    assert len(list(path.parent.glob("*.damaged*"))) == 9


def test_a_file_that_another_process_set_aside_is_not_written_any_more(path: Path) -> None:
    one, other = SharedDatabase(path, KIND), SharedDatabase(path, KIND)
    one.write(put("a", 1))
    other.write(put("b", 2))
    path.rename(path.with_name("gone"))
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    one.write(put("c", 3))
    other.write(put("d", 4))
    assert one.read(get) == {"c": 3, "d": 4}


def test_a_locked_file_is_waited_for_and_then_an_error(path: Path) -> None:
    database = SharedDatabase(path, KIND)
    database.write(put("a", 1))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ConfigError, match=r"notebook .* cannot be used \(database is locked\)"):
        database.write(put("a", 2))
    assert database.read(get) == {"a": 1}  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    database.write(put("a", 2))
    assert database.read(get) == {"a": 2}


def test_a_full_disk_is_an_error_and_the_file_stays(path: Path) -> None:
    database = SharedDatabase(path, KIND)
    database.write(put("a", 1))

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA max_page_count = 1")
        for number in range(1000):
            put(f"{number}" * 10, number)(connection)

    with pytest.raises(ConfigError, match="database or disk is full"):
        database.write(fill)
    assert database.read(get) == {"a": 1}
    assert not list(path.parent.glob("*.damaged*"))


def test_threads_write_one_after_the_other(path: Path) -> None:
    database = SharedDatabase(path, KIND)

    def count_up() -> None:
        for _ in range(50):
            database.write(lambda connection: put("n", get(connection).get("n", 0) + 1)(connection))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.read(get) == {"n": 200}


COUNT_UP = """
import sys
from tests.core.test_database import Kind, SharedDatabase, FIRST, get, put
database = SharedDatabase(sys.argv[1], Kind("notebook", 0x4E4F5445, (FIRST,)))
for _ in range(50):
    database.write(lambda connection: put("n", get(connection).get("n", 0) + 1)(connection))
"""


def test_processes_that_begin_it_at_once_share_it(path: Path) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", COUNT_UP, str(path)], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    assert [process.communicate()[1] for process in running] == [b"", b"", b""]
    assert SharedDatabase(path, KIND).read(get) == {"n": 150}


@forks
def test_a_forked_process_opens_it_for_itself(path: Path) -> None:
    database = SharedDatabase(path, KIND)
    database.write(put("a", 1))
    child = os.fork()
    if not child:
        try:
            database.write(put("b", 2))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    database.write(put("c", 3))
    assert database.read(get) == {"a": 1, "b": 2, "c": 3}


def test_rows_of_another_kind_are_damage() -> None:
    assert sound([(1, 2.5, "a", b"b", None)], "ietbT") == [(1, 2.5, "a", b"b", None)]
    for row, kinds in [((None,), "i"), (("1",), "i"), ((-1.0,), "e"), ((1,), "t"), ((1, 2), "i")]:
        with pytest.raises(DamagedError):
            sound([row], kinds)
