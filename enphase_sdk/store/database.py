"""A store in one DuckDB file.

Tables have no index: an index of the primary key would cost four fifths of the speed, and memory
in proportion to the rows. The single writer deletes the rows that a write replaces, by ranges of
keys, and inserts the new rows, in one transaction.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from enphase_sdk.errors import ConfigError
from enphase_sdk.store.known import KNOWN, learnt
from enphase_sdk.store.lock import WriterLock
from enphase_sdk.store.rows import Batch
from enphase_sdk.store.schema import FORMAT, TABLES, VERSION, Table
from enphase_sdk.store.sql import (
    Session,
    bounds,
    in_our_words,
    incoming_of,
    known_query,
    known_version,
    same_rows,
    spans_from,
    wanted_rows,
)

__all__ = ["Database"]

# Ten years of the daily values of one measure are 180,000 rows, or 20 MB.
_GROUP = 50


class Database:
    """The file, opened.

    Args:
        path: The file.
        read_only: Whether nothing is written; then other processes may read it, too.

    Raises:
        ConfigError: it cannot be opened, is not a store, is from a newer version, or is open in
            another writer.
    """

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self._path = path
        self._lock = WriterLock(path.with_name(path.name + ".lock"), path)
        self._session: Session | None = None
        if read_only:
            if not path.exists():
                raise ConfigError(f"there is no store {path}; `enphase sync` makes one")
        else:
            self._lock.take()
        try:
            if not read_only:
                self._create()
            self._open(read_only)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file, so that other writers can open it."""
        session, self._session = self._session, None
        try:
            if session is not None:
                with in_our_words(self._path):
                    session.close()
        finally:
            self._lock.give_back()

    @contextmanager
    def reading(self) -> Generator[Session, None, None]:
        """A session to read in.

        Raises:
            ConfigError: the file cannot be read.
        """
        if self._session is None:
            raise ConfigError(f"{self._path} was closed; open it again")
        with in_our_words(self._path):
            yield self._session

    def commit(self, batches: Iterable[Batch]) -> None:
        """Store all batches, or none.

        Raises:
            ConfigError: it cannot be stored.
        """
        with self.reading() as session, _transaction(session):
            for batch in batches:
                _apply(session, batch)
                if batch.spans:
                    with session.given(incoming=batch.ranges()):
                        known = session.run(known_query(batch, KNOWN[batch.table.name]))
                    name = KNOWN[batch.table.name]
                    _apply(session, learnt(name, batch.spans, spans_from(batch, known)))

    def writer(self) -> str:
        """A DuckDB file cannot be shared by several writers.

        Raises:
            ConfigError: always.
        """
        raise ConfigError(f"{self._path} has one writer at a time; share a folder of Parquet")

    def groups(self, system_ids: Iterable[int]) -> list[list[int]]:
        """Groups of a limited size; any systems may be written together."""
        given = list(system_ids)
        return [given[start : start + _GROUP] for start in range(0, len(given), _GROUP)]

    def _create(self) -> None:
        """Create the file under another name, then rename it: it is complete or does not exist."""
        with in_our_words(self._path):
            if self._path.exists() and self._path.stat().st_size:
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new = self._path.with_name(f".{self._path.name}.new")
            new.unlink(missing_ok=True)
            session = Session(str(new))
            try:
                _make(session)
            finally:
                session.close()
            new.replace(self._path)

    def _open(self, read_only: bool) -> None:
        with in_our_words(self._path, self._lock.holder()):
            self._session = session = Session(str(self._path), read_only=read_only)
            version = self._version(session)
            if version == VERSION:
                return
            if read_only:
                raise ConfigError(
                    f"{self._path} was made by an older version of this package (format "
                    f"{version}, now {VERSION}): open it once for writing, which brings it up to "
                    "date"
                )
            with _transaction(session):
                _migrate(session, version)

    def _version(self, session: Session) -> int:
        """The version of the schema; 0 of an empty database."""
        names = {name for (name,) in session.run("SELECT table_name FROM duckdb_tables()")}
        if not names:
            return 0
        rows: list[Any] = session.run("SELECT * FROM store") if "store" in names else []
        if len(rows) == 1 and rows[0][0] == FORMAT:
            return known_version(rows[0][1], self._path)
        raise ConfigError(
            f"{self._path} is not a database of this package and was not changed; name another file"
        )


@contextmanager
def _transaction(session: Session) -> Generator[None, None, None]:
    session.run("BEGIN")
    try:
        yield
        session.run("COMMIT")
    except BaseException:
        with suppress(Exception):  # the first error is the one to report
            session.run("ROLLBACK")
        raise


def _apply(session: Session, batch: Batch) -> None:
    """Delete the rows that the batch replaces, and insert its rows."""
    name, rows = batch.table.name, batch.rows()
    replaced = same_rows(batch.table)
    if batch.spans:
        replaced += f" AND {bounds(batch)}"
    with session.given(incoming=incoming_of(batch), rows=rows):
        session.run(f"DELETE FROM {name} t USING incoming i WHERE {replaced}")
        if len(rows):
            session.run(f"INSERT INTO {name} SELECT * FROM rows")
        if wanted := wanted_rows(batch.table):
            session.run(
                f"DELETE FROM {name} WHERE rowid IN (SELECT t.rowid FROM {name} t "
                "SEMI JOIN rows r ON t.system_id = r.system_id "
                f"QUALIFY NOT ({wanted}))"
            )


def _migrate(session: Session, version: int) -> None:
    """Migrate a database to this version, in a transaction."""
    if version == 0:
        _make(session)
        return
    for table in TABLES.values():
        if table.since > version:
            session.run(_definition(table))
            continue
        for column in table.columns:
            if column.since > version:
                session.run(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {column.type}")
    session.run("UPDATE store SET version = ?", VERSION)


def _make(session: Session) -> None:
    session.run("CREATE TABLE store (format VARCHAR NOT NULL, version INTEGER NOT NULL)")
    session.run("INSERT INTO store VALUES (?, ?)", FORMAT, VERSION)
    for table in TABLES.values():
        session.run(_definition(table))


def _definition(table: Table) -> str:
    columns = (
        f"{column.name} {column.type}{' NOT NULL' if column.name in table.key else ''}"
        for column in table.columns
    )
    return f"CREATE TABLE {table.name} ({', '.join(columns)})"
