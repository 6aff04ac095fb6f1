"""The file of a recording: opened only if it is one, made only where there is nothing yet."""

from __future__ import annotations

import math
import os
import sqlite3
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from enphase_sdk.core.state import real_path, state_file
from enphase_sdk.errors import ConfigError

__all__ = [
    "create",
    "default_path",
    "holds_recording",
    "locked_against_others",
    "one_name",
    "opened",
    "sound",
    "usable",
]

APPLICATION_ID = 0x454E5259
VERSION = 1

# Another process may read or write for a moment; more than that is a fault.
_PATIENCE = 10.0

# The last second of the year 9999: no calendar goes further.
_LAST_INSTANT = 253_402_300_799

_SCHEMA = """
CREATE TABLE gateway (
    serial_number TEXT NOT NULL,
    timezone TEXT
);
CREATE TABLE readings (
    at REAL PRIMARY KEY,
    production INTEGER,
    source TEXT,
    production_meter INTEGER,
    consumption INTEGER,
    devices INTEGER,
    reporting INTEGER
) WITHOUT ROWID;
CREATE TABLE counts (
    counter INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    first INTEGER NOT NULL,
    shown INTEGER NOT NULL,
    highest INTEGER NOT NULL,
    source TEXT,
    boundary INTEGER,
    level INTEGER NOT NULL,
    fell_from INTEGER
);
CREATE TABLE spans (
    counter INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    start_at INTEGER NOT NULL,
    wh INTEGER NOT NULL,
    reporting INTEGER,
    PRIMARY KEY (counter, end_at)
) WITHOUT ROWID;
CREATE TABLE marks (
    at REAL NOT NULL,
    counter INTEGER NOT NULL,
    reason TEXT NOT NULL,
    before INTEGER NOT NULL,
    after INTEGER NOT NULL
);
"""


def default_path(serial_number: str) -> Path:
    """Where a gateway's recording is kept unless another place is named."""
    return state_file("recordings", serial_number, ".sqlite")


def opened(path: Path, *, thread_bound: bool = True) -> sqlite3.Connection:
    """A connection to a file that is there; statements commit by themselves.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    return sqlite3.connect(
        path.absolute().as_uri() + "?mode=rw",
        uri=True,
        timeout=_PATIENCE,
        isolation_level=None,
        check_same_thread=thread_bound,
    )


def holds_recording(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is a recording; False if it is empty. Ask while it cannot change.

    Raises:
        ConfigError: it is something else, or of a newer version of this package.
        sqlite3.Error: it is no database, or broken.
    """
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application_id == APPLICATION_ID:
        if version > VERSION:
            raise ConfigError(
                f"the recording {path} was made by a newer version of this package (format "
                f"{version}, known is {VERSION}): update the package, or name another file"
            )
        return True
    if application_id or version or tables:
        raise ConfigError(
            f"{path} is a database of something else and was left alone; name another file"
        )
    return False


def create(connection: sqlite3.Connection, serial_number: str) -> None:
    """Make an empty file a recording, at once and whole."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(
        f"BEGIN IMMEDIATE; {_SCHEMA}"
        f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
    )
    connection.execute("INSERT INTO gateway VALUES (?, NULL)", (serial_number,))
    connection.execute("COMMIT")


def ensure_file(path: Path) -> None:
    """Have a file there, readable by its owner only if it is new.

    Raises:
        ConfigError: it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path has such a name"
        raise ConfigError(
            f"cannot make the recording {path} ({reason}); repair its folder's rights, or "
            "name another file"
        ) from None


def one_name(path: Path) -> Path:
    """The path by which all recorders know the file: its lock stands beside it.

    Raises:
        ConfigError: it has several names, none of which is before the others (hard links).
    """
    path = real_path(path, "recording")
    with usable(path):
        if path.is_file() and path.stat().st_nlink > 1:
            raise ConfigError(
                f"the recording {path} has other names (hard links), by which another recorder "
                "could write it too: remove them, or name another file"
            )
    return path


def locked_against_others(path: Path) -> sqlite3.Connection:
    """Keep other recorders out, in this process and others, until the connection is closed.

    The operating system takes the lock back from a process that is killed. Give the file's real
    path: its other names have locks of their own.

    Raises:
        ConfigError: another recorder is at work.
    """
    beside = path.with_name(path.name + ".lock")
    with usable(beside):
        ensure_file(beside)
        lock = opened(beside, thread_bound=False)
        try:
            lock.execute("PRAGMA busy_timeout = 0")
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            lock.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise ConfigError(
                f"another recorder is writing {path}; end that one, or name another file"
            ) from None
    return lock


@contextmanager
def usable(path: Path) -> Generator[None, None, None]:
    """Turn what SQLite and the file system raise into an error of ours.

    Raises:
        ConfigError: the file cannot be read or written.
    """
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        problem = f"the recording {path} cannot be used ({error}); repair it, or name another file"
    else:
        return
    raise ConfigError(problem)


def sound(rows: Iterable[tuple[Any, ...]], kinds: str) -> list[tuple[Any, ...]]:
    """Rows that hold what they should; SQLite itself lets any value stand anywhere.

    Args:
        rows: The rows.
        kinds: A letter for each column: ``i`` whole number, ``e`` epoch seconds, ``t`` text; a
            capital where NULL may stand.

    Raises:
        ValueError: they do not; `usable` makes an error of ours of it.
    """
    checked = [tuple(row) for row in rows]
    for row in checked:
        if len(row) != len(kinds) or not all(map(_is_sound, row, kinds)):
            raise ValueError("it is damaged")
    return checked


def _is_sound(value: Any, kind: str) -> bool:
    if value is None:
        return kind.isupper()
    match kind.lower():
        case "i":
            return isinstance(value, int)
        case "e":
            number = isinstance(value, (int, float)) and math.isfinite(value)
            return number and 0 <= value <= _LAST_INSTANT
        case _:
            return isinstance(value, str)
