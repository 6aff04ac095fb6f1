"""Several programs, programs that are killed, and disks that are full: real processes."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from pathlib import Path

import pytest

from enphase_sdk.errors import ConfigError
from enphase_sdk.store import Store
from tests.store.support import KINDS, READ_AT, finished, program, said

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")


@pytest.fixture(params=[*KINDS.values()], ids=[*KINDS])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def systems_that_are_whole(path: Path) -> set[int]:
    """The systems in a store, each of which must be there with all that belongs to it."""
    with Store(path, read_only=True) as store:
        listed = {row["system_id"] for row in store.systems()}
        counted = dict(
            store.connection.execute(
                "SELECT system_id, count(*) FROM daily WHERE wh = 7 GROUP BY ALL"
            ).fetchall()
        )
        spans = store.daily_spans("production")
    assert counted.keys() == listed == spans.keys()
    assert set(counted.values()) <= {400}
    assert all(len(found) == 1 for found in spans.values())
    return listed


def test_a_second_writer_is_told_of_the_first(path: Path) -> None:
    first = program("with Store(PATH): say('open'); wait()", path)
    assert said(first) == "open"
    with pytest.raises(ConfigError, match=rf"process {first.pid} on \S+, since 20\d\d-.*wait"):
        Store(path)
    finished(first)
    with Store(path) as store:
        assert store.systems() == []
        with pytest.raises(ConfigError, match=f"process {os.getpid()} "):
            Store(path)


def test_the_lock_goes_with_a_program_that_is_killed(path: Path) -> None:
    first = program("store = Store(PATH); whole(store, 1); say('open'); wait()", path)
    assert said(first) == "open"
    first.kill()
    first.communicate()
    with Store(path) as store:
        assert len(store.systems()) == 1


def test_a_database_is_not_read_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / KINDS["duckdb"]
    writer = program("with Store(PATH): say('open'); wait()", path)
    assert said(writer) == "open"
    with pytest.raises(ConfigError, match=f"process {writer.pid} .*close that one first"):
        Store(path, read_only=True)
    finished(writer)
    reader = program("with Store(PATH, read_only=True): say('open'); wait()", path)
    assert said(reader) == "open"
    with Store(path, read_only=True) as store:
        assert store.systems() == []
    with pytest.raises(ConfigError, match="in use by another program"):
        Store(path)
    finished(reader)


def test_a_folder_is_read_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / KINDS["parquet"]
    with Store(path) as writer, Store(path, read_only=True) as reader:
        assert reader.systems() == []
        writer.write_systems([{"system_id": 1}], READ_AT)
        assert len(reader.systems()) == 1
        writer.write_systems([{"system_id": 1, "city": "A"}, {"system_id": 2}], READ_AT)
        assert [row["city"] for row in reader.systems()] == ["A", None]


@pytest.mark.parametrize("after", [1, 2, 5])
def test_what_was_stored_survives_a_kill_in_the_middle_of_the_next(path: Path, after: int) -> None:
    writer = program(
        """
        store = Store(PATH)
        for system_id in range(1000):
            whole(store, system_id)
            say(system_id)
        """,
        path,
    )
    for expected in range(after):
        assert said(writer) == str(expected)
    writer.kill()
    said_later, _ = writer.communicate()
    stored = after + len(said_later.split())
    # At the very end of one it may be stored and not be said yet.
    assert systems_that_are_whole_once_opened(path) in (set(range(stored)), set(range(stored + 1)))


def systems_that_are_whole_once_opened(path: Path) -> set[int]:
    with Store(path) as store:
        store.write_systems([], READ_AT)
    return systems_that_are_whole(path)


@pytest.mark.parametrize("moment", ["DELETE FROM daily", "INSERT INTO known_days", "COMMIT"])
def test_a_database_killed_before_the_commit_has_nothing_of_it(tmp_path: Path, moment: str) -> None:
    path = tmp_path / KINDS["duckdb"]
    writer = program(
        """
        from enphase_sdk.store import sql

        store = Store(PATH)
        whole(store, 0)
        run = sql.Session.run

        def run_and_die(session, statement, *values):
            if statement.startswith(sys.argv[2]):
                os.kill(os.getpid(), signal.SIGKILL)
            return run(session, statement, *values)

        sql.Session.run = run_and_die
        whole(store, 1)
        """,
        path,
        moment,
    )
    writer.communicate()
    assert writer.returncode == -signal.SIGKILL
    assert systems_that_are_whole(path) == {0}
    with Store(path) as store:
        assert len(store.systems()) == 1


def test_a_folder_killed_at_any_move_is_whole(tmp_path: Path) -> None:
    moves = 0
    while True:
        path = tmp_path / f"fleet{moves}"
        writer = program(
            """
            left = int(sys.argv[2])

            def count_moves(event, arguments):
                global left
                if event == "os.rename" and armed:
                    if left == 0:
                        os.kill(os.getpid(), signal.SIGKILL)
                    left -= 1

            armed = False
            store = Store(PATH)
            whole(store, 0)
            sys.addaudithook(count_moves)
            armed = True
            whole(store, 64)
            """,
            path,
            str(moves),
        )
        _, error = writer.communicate()
        if writer.returncode == 0:
            break
        assert writer.returncode == -signal.SIGKILL, error
        # The first move is that of the journal, and makes it the store's.
        stored = {0} if moves == 0 else {0, 64}
        assert systems_that_are_whole(path) == stored
        with Store(path) as store:
            assert {row["system_id"] for row in store.systems()} == stored
        assert not list(path.glob("_store/writers/*"))
        moves += 1
    assert moves >= 5  # the journal, three tables, two years of one of them
    assert systems_that_are_whole(path) == {0, 64}


def test_the_next_writer_of_a_bucket_makes_the_moves_that_are_left(tmp_path: Path) -> None:
    path = tmp_path / KINDS["parquet"]
    with Store(path, shared=True) as other:
        writer = program(
            """
            with Store(PATH, shared=True) as store:
                def die(event, arguments):
                    if event == "os.rename" and str(arguments[1]).endswith("part-01.parquet"):
                        os.kill(os.getpid(), signal.SIGKILL)

                sys.addaudithook(die)
                whole(store, 1)
            """,
            path,
        )
        writer.communicate()
        assert writer.returncode == -signal.SIGKILL
        other.write_daily(65, "production", "2026-01-01", [7] * 400, "2026-01-01", READ_AT)
        other.write_systems([{"system_id": 65}], READ_AT)
        assert other.daily_known("production").keys() == {1, 65}
    assert systems_that_are_whole(path) == {1, 65}


def test_writers_of_other_systems_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tmp_path / KINDS["parquet"]
    code = """
        first = int(sys.argv[2])
        with Store(PATH, shared=True) as store:
            say("open")
            wait()
            for system_id in range(first, 40, 4):
                # Of the same buckets as the others': 3 of them.
                whole(store, system_id * 64 + system_id % 3)
    """
    with Store(path):
        # The one that leads has the folder; those that help it write beside it.
        writers = [program(code, path, str(first)) for first in range(4)]
        assert [said(writer) for writer in writers] == ["open"] * 4
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("\n")
            writer.stdin.flush()
        for writer in writers:
            finished(writer)
    assert systems_that_are_whole(path) == {n * 64 + n % 3 for n in range(40)}


def test_a_folder_is_shared_with_who_sees_it(tmp_path: Path) -> None:
    path, moved = tmp_path / "fleet", tmp_path / "moved"
    with Store(path) as store:
        shared = pickle.loads(pickle.dumps(store.shared()))
        with shared.open() as other:
            other.write_systems([{"system_id": 1}], READ_AT)
        assert len(store.systems()) == 1
    # As on a machine that does not have this disk: no other store is made there in silence.
    path.rename(moved)
    with pytest.raises(ConfigError, match=r"does not see the store .* a disk that all"):
        shared.open()
    assert not path.exists()
    with (
        Store(tmp_path / "fleet.duckdb") as database,
        pytest.raises(ConfigError, match="one writer"),
    ):
        database.shared()


def test_a_database_has_one_writer(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="one writer"):
        Store(tmp_path / "fleet.duckdb", shared=True)


def test_a_full_disk_is_told_of_and_leaves_the_store_whole(path: Path) -> None:
    writer = program(
        """
        import resource

        store = Store(PATH)
        whole(store, 1)
        # No file may become larger than this: to whom writes it is as if the disk were full.
        size = os.path.getsize(PATH) if os.path.isfile(PATH) else 0
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50_000, resource.RLIM_INFINITY))
        values = [n * 7919 % 100_003 for n in range(3650)]
        try:
            with store.transaction():
                for system_id in range(64, 64_000, 64):
                    store.write_daily(system_id, "export", "2016-01-01", values, None, AT)
        except ConfigError as error:
            say("refused:", error)
        try:
            store.close()
        except ConfigError as error:
            say("closing:", error)
        """,
        path,
    )
    words = finished(writer)
    assert words.startswith("refused: the disk is full"), words
    assert str(path) in words
    assert systems_that_are_whole(path) == {1}
    with Store(path) as store:
        store.write_systems([{"system_id": 1, "city": "A"}], READ_AT)
    assert systems_that_are_whole(path) == {1}
