"""The file of a recording. Other files are never overwritten or opened as a recording."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from enphase_sdk.core.database import Kind, ensure_file, migrate, opened, usable
from enphase_sdk.core.state import real_path, state_file
from enphase_sdk.errors import ConfigError

__all__ = ["RECORDING", "create", "default_path", "locked_against_others", "one_name"]

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

# A power failure right after a commit must not lose the reading.
RECORDING = Kind("recording", 0x454E5259, (_SCHEMA,), synchronous="FULL")


def default_path(serial_number: str) -> Path:
    """The default path of a gateway's recording."""
    return state_file("recordings", serial_number, ".sqlite")


def create(connection: sqlite3.Connection, path: Path, serial_number: str) -> None:
    """Make an empty file the recording of a gateway, in one transaction."""

    def note_gateway(new: sqlite3.Connection) -> None:
        new.execute("INSERT INTO gateway VALUES (?, NULL)", (serial_number,))

    migrate(connection, path, RECORDING, note_gateway)


def one_name(path: Path) -> Path:
    """The real path of the file, so that all recorders use the same lock file.

    Raises:
        ConfigError: the file has several names (hard links), so no path is the only one.
    """
    path = real_path(path, "recording")
    with usable(path, RECORDING):
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
    with usable(beside, RECORDING):
        ensure_file(beside, RECORDING)
        lock = opened(beside, RECORDING, thread_bound=False)
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
