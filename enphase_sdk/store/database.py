"""A store in one DuckDB file.

Tables have no index: one of a primary key costs four fifths of the speed and memory in
proportion to the rows. The only writer there is at a time deletes what a write replaces, by
ranges of keys, and inserts, in one transaction.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from enphase_sdk.errors import ConfigError
from enphase_sdk.store.known import KNOWN, learnt
from enphase_sdk.store.lock import WriterLock
from enphase_sdk.store.rows import Batch, Span, spans_of
from enphase_sdk.store.schema import DATE, FORMAT, INSTANT, TABLES, VERSION, Table

__all__ = ["Database", "connected", "using"]

# Bounds what sorting, joining and uncommitted rows may take; DuckDB spills the rest to disk.
_MEMORY = "1GB"

_CONFIG = {
    # Nothing is fetched from the network, whatever the file turns out to be.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": _MEMORY,
}


class Database:
    """The file, opened.

    Args:
        path: The file.
        read_only: Whether nothing is written; other processes may read then, too.

    Raises:
        ConfigError: it cannot be opened, is something else or of a newer version, or has
            another writer.
    """

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.path = path
        self.lock = WriterLock(path.with_name(path.name + ".lock"), path)
        self._connection: Any = None
        if read_only:
            if not path.exists():
                raise ConfigError(f"there is no store {path}; `enphase sync` makes one")
            self._open(read_only=True)
            return
        self.lock.take()
        try:
            if not path.exists() or path.stat().st_size == 0:
                self._create()
            self._open(read_only=False)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file and let other writers in."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with using(self.path):
                connection.close()
        self.lock.give_back()

    def connection(self) -> Any:
        """Another connection to the same database."""
        cursor = self._connection.cursor()
        cursor.execute("SET TimeZone = 'UTC'").fetchall()
        return cursor

    def commit(self, batches: Iterable[Batch]) -> None:
        """Store all of it, or nothing."""
        with using(self.path), self._transaction():
            for batch in batches:
                self._apply(batch)
                if batch.spans:
                    self._apply(learnt(KNOWN[batch.table.name], batch.spans, self._known(batch)))

    def select(self, query: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with using(self.path):
            return self._run(query, *parameters)

    def select_arrow(self, query: str, parameters: Iterable[Any] = ()) -> Any:
        """The rows of a query as a table of Arrow."""
        with using(self.path):
            return self._connection.sql(query, params=list(parameters)).to_arrow_table()

    @contextmanager
    def _transaction(self) -> Generator[None, None, None]:
        self._run("BEGIN")
        try:
            yield
            self._run("COMMIT")
        except BaseException:
            with suppress(Exception):  # the first error is the one to tell of
                self._run("ROLLBACK")
            raise

    def _apply(self, batch: Batch) -> None:
        """Delete what the batch replaces, and insert its rows."""
        rows = batch.rows()
        self._delete(batch, rows)
        if len(rows):
            self._with(rows, f"INSERT INTO {batch.table.name} SELECT * FROM incoming")

    def _delete(self, batch: Batch, rows: Any) -> None:
        table = batch.table
        if table.ranged:
            rows = batch.ranges()
            last_key = table.key[-1]
            number = NUMBERS[table.types[last_key]].format(f"t.{last_key}")
            same = (
                "t.system_id = i.system_id AND t.measure = i.measure "
                f"AND {number} BETWEEN i.first AND i.last"
            )
        else:
            same = " AND ".join(f"t.{name} = i.{name}" for name in table.key)
        self._with(rows, f"DELETE FROM {table.name} t USING incoming i WHERE {same}")

    def _known(self, batch: Batch) -> list[Span]:
        table = TABLES[KNOWN[batch.table.name]]
        _, _, start, end, _ = table.names
        rows = self._with(
            batch.ranges(),
            f"SELECT t.system_id, t.measure, {NUMBERS[table.types[start]].format(start)}, "
            f"{NUMBERS[table.types[end]].format(end)}, epoch_us(t.read_at) "
            f"FROM {table.name} t SEMI JOIN incoming i "
            "ON t.system_id = i.system_id AND t.measure = i.measure",
        )
        return spans_of(table.name, rows)

    def _run(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self._connection.execute(
            statement, list(parameters)
        ).fetchall()
        return rows

    def _with(self, incoming: Any, statement: str) -> list[tuple[Any, ...]]:
        self._connection.register("incoming", incoming)
        try:
            return self._run(statement)
        finally:
            self._connection.unregister("incoming")

    def _create(self) -> None:
        """Make the file beside its place and move it there: it is whole or not there."""
        new = self.path.with_name(f".{self.path.name}.new")
        with using(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            connection = connected(str(new))
            try:
                _make(connection)
            finally:
                connection.close()
            new.replace(self.path)

    def _open(self, *, read_only: bool) -> None:
        with using(self.path, self.lock):
            self._connection = connected(str(self.path), read_only=read_only)
            version = self._version()
            if version == VERSION:
                return
            if read_only:
                raise ConfigError(
                    f"{self.path} was made by an older version of this package (format {version}, "
                    f"now {VERSION}): open it once for writing, which brings it up to date"
                )
            with self._transaction():
                migrate(self._connection, version)

    def _version(self) -> int:
        """The version of the schema; 0 of an empty database."""
        found = self._run("SELECT table_name FROM information_schema.tables")
        names = {name for (name,) in found}
        if not names:
            return 0
        if "store" in names:
            rows = self._run("SELECT * FROM store")
            if len(rows) == 1 and rows[0][0] == FORMAT:
                return known_version(rows[0][1], self.path)
        raise ConfigError(
            f"{self.path} is a database of something else and was left alone; name another file"
        )


# A day or an instant of DuckDB as the number that Arrow has for it.
NUMBERS = {DATE: "({} - DATE '1970-01-01')", INSTANT: "epoch_us({})"}


def connected(path: str, *, read_only: bool = False) -> Any:
    """A connection of DuckDB; times are in UTC.

    Raises:
        ConfigError: DuckDB is not installed.
        duckdb.Error: the file cannot be opened.
    """
    duckdb = _duckdb()
    connection = duckdb.connect(path, read_only=read_only, config=_CONFIG)
    connection.execute("SET TimeZone = 'UTC'").fetchall()
    return connection


def known_version(version: object, path: Path) -> int:
    """A version that is known here.

    Raises:
        ConfigError: it is a newer one, or none.
    """
    if not isinstance(version, int) or version < 1:
        raise ConfigError(f"{path} is damaged (its format is {version!r}); name another store")
    if version > VERSION:
        raise ConfigError(
            f"{path} was made by a newer version of this package (format {version}, known is "
            f"{VERSION}) and was left alone: update the package, or name another store"
        )
    return version


def migrate(connection: Any, version: int) -> None:
    """Bring a database to this version; in a transaction."""
    if version == 0:
        _make(connection)
        return
    for table in TABLES.values():
        if table.since > version:
            connection.execute(_definition(table)).fetchall()
            continue
        for column in table.columns:
            if column.since > version:
                added = f"ALTER TABLE {table.name} ADD COLUMN {column.name} {column.type}"
                connection.execute(added).fetchall()
    connection.execute("UPDATE store SET version = ?", [VERSION]).fetchall()


def _make(connection: Any) -> None:
    connection.execute("CREATE TABLE store (format VARCHAR, version INTEGER)").fetchall()
    connection.execute("INSERT INTO store VALUES (?, ?)", [FORMAT, VERSION]).fetchall()
    for table in TABLES.values():
        connection.execute(_definition(table)).fetchall()


def _definition(table: Table) -> str:
    columns = (
        f"{column.name} {column.type}{' NOT NULL' if column.name in table.key else ''}"
        for column in table.columns
    )
    return f"CREATE TABLE {table.name} ({', '.join(columns)})"


def _duckdb() -> Any:
    try:
        import duckdb
        import pyarrow as pa
    except ImportError as error:
        raise ConfigError(
            f"a store needs {error.name}, which cannot be imported; install it: "
            "pip install 'enphase-sdk[store]'"
        ) from error
    del pa
    return duckdb


@contextmanager
def using(path: os.PathLike[str], lock: WriterLock | None = None) -> Generator[None, None, None]:
    """Turn what DuckDB, Arrow and the file system raise into an error of ours.

    Raises:
        ConfigError: the store cannot be read or written.
    """
    duckdb = _duckdb()
    try:
        yield
    except (duckdb.Error, OSError) as error:
        problem = str(error)
    else:
        return
    raise ConfigError(_words(path, problem, lock))


def _words(path: os.PathLike[str], problem: str, lock: WriterLock | None) -> str:
    first_line = problem.strip().partition("\n")[0]
    if "No space left" in problem or "File too large" in problem:
        return f"there is no room left for {path}: what was stored before is whole; make room"
    if lock is not None and ("Conflicting lock" in problem or "different configuration" in problem):
        return (
            f"{path} is in use by another program or by a store opened before ({first_line}); "
            f"the last writer was {lock.holder()}; close that one first"
        )
    return f"the store {path} cannot be used ({first_line}); repair it, or name another one"
