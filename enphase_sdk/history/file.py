"""The file of a recording. Other files are never overwritten or opened as a recording."""

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

# Seconds. Another process holds the file only for moments; longer is a fault.
_PATIENCE = 10.0

# The last second of the year 9999, where datetime ends.
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
    """The default path of a gateway's recording."""
    return state_file("recordings", serial_number, ".sqlite")


def opened(path: Path, *, thread_bound: bool = True) -> sqlite3.Connection:
    """A connection to an existing file, in autocommit mode.

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
    """Whether the file is a recording (True) or empty (False). Call it in a transaction.

    Raises:
        ConfigError: it is something else, or was written by a newer version of this package.
        sqlite3.Error: it is not a database, or damaged.
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
    """Make an empty file a recording, in one transaction."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(
        f"BEGIN IMMEDIATE; {_SCHEMA}"
        f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
    )
    connection.execute("INSERT INTO gateway VALUES (?, NULL)", (serial_number,))
    connection.execute("COMMIT")


def ensure_file(path: Path) -> None:
    """Create the file if it does not exist, with mode 0600.

    Raises:
        ConfigError: it cannot be created.
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
    """The real path of the file, so that all recorders use the same lock file.

    Raises:
        ConfigError: the file has several names (hard links), so no path is the only one.
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

    The operating system releases the lock of a killed process. Pass the file's real path (see
    `one_name`): each other name would have a separate lock.

    Raises:
        ConfigError: another recorder is writing the file.
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
    """Turn errors of SQLite and the file system into a `ConfigError`.

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
    """Check the types of rows, because SQLite stores any type in any column.

    Args:
        rows: The rows.
        kinds: A letter for each column: ``i`` whole number, ``e`` epoch seconds, ``t`` text; a
            capital allows NULL.

    Raises:
        ValueError: a value has another type; `usable` turns it into a `ConfigError`.
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
