"""The open findings of the last reports, in one small private SQLite file."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from enphase_sdk.core.database import DamagedError, Kind, SharedDatabase, sound
from enphase_sdk.core.state import state_folder
from enphase_sdk.core.times import utc
from enphase_sdk.report import findings
from enphase_sdk.report.changes import OpenFinding
from enphase_sdk.report.findings import Todo

__all__ = ["ReportMemory"]

_SCHEMA = """
CREATE TABLE reports (name TEXT PRIMARY KEY, made_at REAL NOT NULL);
CREATE TABLE open (
    name TEXT NOT NULL, system_id INTEGER NOT NULL, kind TEXT NOT NULL, todo TEXT NOT NULL,
    ratio REAL, opened_at REAL NOT NULL, seen_at REAL NOT NULL, by_days INTEGER NOT NULL,
    in_outage INTEGER NOT NULL, PRIMARY KEY (name, system_id, kind)
) WITHOUT ROWID
"""

_KIND = Kind("memory of reports", 0x656E7270, (_SCHEMA,))

# Reports that are remembered; the one made longest ago is forgotten.
_MOST_REPORTS = 50


class ReportMemory:
    """The open findings of the last report of each name, such as a store or a profile.

    A damaged file is renamed and a new one created; then all findings are new.

    Args:
        path: The file, mode 0600; by default `reports.sqlite` in the state folder.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._database = SharedDatabase(path or state_folder() / "reports.sqlite", _KIND)

    def last(self, name: str) -> tuple[datetime | None, list[OpenFinding]]:
        """When the last report of a name was made (UTC), and what was open then.

        Raises:
            ConfigError: the file cannot be read.
        """
        key = _key(name)

        def read(connection: sqlite3.Connection) -> tuple[datetime | None, list[OpenFinding]]:
            made = sound(
                connection.execute("SELECT made_at FROM reports WHERE name = ?", (key,)), "e"
            )
            rows = connection.execute(
                "SELECT system_id, kind, todo, opened_at, seen_at, by_days, in_outage, ratio "
                "FROM open WHERE name = ?",
                (key,),
            ).fetchall()
            sound((row[:-1] for row in rows), "itteeii")
            return (utc(made[0][0]) if made else None), [_open(*row) for row in rows]

        return self._database.read(read)

    def keep(self, name: str, made_at: datetime, found: Iterable[OpenFinding]) -> None:
        """Store the findings that are open now; they replace the earlier ones.

        Raises:
            ConfigError: the file cannot be written.
        """
        key, rows = _key(name), list(found)

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("REPLACE INTO reports VALUES (?, ?)", (key, made_at.timestamp()))
            connection.execute(
                "DELETE FROM reports WHERE name NOT IN "
                "(SELECT name FROM reports ORDER BY made_at DESC LIMIT ?)",
                (_MOST_REPORTS,),
            )
            connection.execute(
                "DELETE FROM open WHERE name = ? OR name NOT IN (SELECT name FROM reports)", (key,)
            )
            connection.executemany(
                "INSERT INTO open VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        key,
                        one.system_id,
                        one.kind.value,
                        one.todo.value,
                        one.ratio,
                        one.opened_at.timestamp(),
                        one.seen_at.timestamp(),
                        one.by_days,
                        one.in_outage,
                    )
                    for one in rows
                ],
            )

        self._database.write(write)

    def close(self) -> None:
        """Close the file; a later use opens it again."""
        self._database.close()


def _key(name: str) -> str:
    """A hash, so that no path or profile is in the file."""
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()


def _open(
    system_id: int,
    kind: str,
    todo: str,
    opened_at: float,
    seen_at: float,
    by_days: int,
    in_outage: int,
    ratio: object,
) -> OpenFinding:
    if ratio is not None and not isinstance(ratio, (int, float)):
        raise DamagedError
    try:
        return OpenFinding(
            system_id,
            findings.Kind(kind),
            Todo(todo),
            ratio,
            datetime.fromtimestamp(opened_at, UTC),
            datetime.fromtimestamp(seen_at, UTC),
            bool(by_days),
            bool(in_outage),
        )
    except (ValueError, OverflowError, OSError):
        raise DamagedError from None
