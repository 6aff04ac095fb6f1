"""The use of DuckDB in both kinds of store: connections, statements, and errors."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from enphase_sdk.errors import ConfigError
from enphase_sdk.store.known import KNOWN
from enphase_sdk.store.rows import MICROSECONDS, Batch, Span, spans_of
from enphase_sdk.store.schema import DATE, INSTANT, TABLES, VERSION, Table, arrow

__all__ = [
    "Session",
    "bounds",
    "in_our_words",
    "incoming_of",
    "known_query",
    "known_version",
    "same_rows",
    "wanted_rows",
]

# Limits the memory for sorting, joining and uncommitted rows; DuckDB writes the rest to disk.
_MEMORY = "1GB"

_CONFIG = {
    # Nothing is fetched from the network, whatever a file contains.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # A Parquet file that was just replaced is not confused with the previous one.
    "enable_external_file_cache": False,
    "memory_limit": _MEMORY,
}

# A day or an instant of DuckDB as the number that Arrow has for it.
_NUMBERS = {DATE: "({} - DATE '1970-01-01')", INSTANT: "epoch_us({})"}
_CONSTANTS = {DATE: "DATE '1970-01-01' + {}", INSTANT: "make_timestamptz({})"}
_A_FEW_MONTHS = {DATE: 100, INSTANT: 100 * 86_400 * MICROSECONDS}


class Session:
    """A connection; times are in UTC.

    Raises:
        ConfigError: DuckDB is not installed.
        duckdb.Error: the file cannot be opened.
    """

    def __init__(self, database: str, *, read_only: bool = False) -> None:
        duckdb = _duckdb()
        self._connection: Any = duckdb.connect(database, read_only=read_only, config=_CONFIG)
        self.run("SET TimeZone = 'UTC'")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def cursor(self) -> Any:
        """Another connection to the same database."""
        cursor = self._connection.cursor()
        cursor.execute("SET TimeZone = 'UTC'").fetchall()
        return cursor

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return all its rows."""
        rows: list[tuple[Any, ...]] = self._connection.execute(statement, list(values)).fetchall()
        return rows

    def arrow(self, query: str, values: Iterable[Any]) -> Any:
        """The rows of a query as an Arrow table."""
        return self._connection.sql(query, params=list(values)).to_arrow_table()

    @contextmanager
    def given(self, **tables: Any) -> Generator[None, None, None]:
        """Let statements inside the context read Arrow tables by these names."""
        for name, table in tables.items():
            self._connection.register(name, table)
        try:
            yield
        finally:
            for name in tables:
                # After an error it cannot be done; the next table of this name takes its place.
                with suppress(Exception):
                    self._connection.unregister(name)


def incoming_of(batch: Batch) -> Any:
    """The table that defines which stored rows a batch replaces: its ranges, or its own rows."""
    return batch.ranges() if batch.table.ranged else batch.rows()


def same_rows(table: Table) -> str:
    """The condition on which a row `t` is replaced by a row `i` of `incoming_of`."""
    if not table.ranged:
        return " AND ".join(f"t.{name} = i.{name}" for name in table.key)
    return (
        "t.system_id = i.system_id AND t.measure = i.measure "
        f"AND {_number(table, table.key[-1])} BETWEEN i.first AND i.last"
    )


def bounds(batch: Batch) -> str:
    """A condition on the dates of the rows that a batch replaces; empty for a long range.

    With constants in the query DuckDB skips most of a large table. For a long range it would skip
    nothing, and DuckDB would then choose the wrong table as the smaller side of the join.
    """
    column = batch.table.key[-1]
    type_ = batch.table.types[column]
    first = min(first for _, _, first, _ in batch.replaced)
    last = max(last for _, _, _, last in batch.replaced)
    if last - first > _A_FEW_MONTHS[type_]:
        return "true"
    constant = _CONSTANTS[type_]
    return f"t.{column} BETWEEN {constant.format(first)} AND {constant.format(last)}"


def wanted_rows(table: Table) -> str:
    """The condition, for QUALIFY, on which a row of a thinned table is stored; else empty."""
    if table.thinning is None:
        return ""
    *owner, day = table.key
    newest = f"max({day}) OVER (PARTITION BY system_id)"
    number = (
        f"row_number() OVER (PARTITION BY {', '.join(owner)}, date_trunc('month', {day}) "
        f"ORDER BY {day})"
    )
    return (
        f"{day} > {newest} - {table.thinning.days} "
        f"OR ({day} > {newest} - {table.thinning.older_days} AND {number} = 1)"
    )


def known_query(batch: Batch, source: str) -> str:
    """The query for the known spans of the series in `incoming`, in the columns of a span."""
    table = TABLES[KNOWN[batch.table.name]]
    _, _, start, end, _ = table.names
    return (
        f"SELECT t.system_id, t.measure, {_number(table, start)}, {_number(table, end)}, "
        f"epoch_us(t.read_at) FROM {source} t SEMI JOIN incoming i "
        "ON t.system_id = i.system_id AND t.measure = i.measure"
    )


def spans_from(batch: Batch, rows: Iterable[tuple[Any, ...]]) -> list[Span]:
    """The rows of `known_query`."""
    return spans_of(KNOWN[batch.table.name], rows)


def _number(table: Table, column: str) -> str:
    return _NUMBERS[table.types[column]].format(f"t.{column}")


def known_version(version: object, path: os.PathLike[str]) -> int:
    """A version of the schema that is known here.

    Raises:
        ConfigError: it is newer than this package, or not a version.
    """
    if not isinstance(version, int) or version < 1:
        raise ConfigError(f"{path} is damaged (its format is {version!r}); name another store")
    if version > VERSION:
        raise ConfigError(
            f"{path} was made by a newer version of this package (format {version}, known is "
            f"{VERSION}) and was not changed: update the package, or name another store"
        )
    return version


def _duckdb() -> Any:
    try:
        duckdb = import_module("duckdb")
        arrow()  # DuckDB needs it when it gets rows
    except ImportError as error:
        raise ConfigError(
            f"a store needs {error.name}, which cannot be imported; install it: "
            "pip install 'enphase-sdk[store]'"
        ) from error
    return duckdb


@contextmanager
def in_our_words(path: os.PathLike[str], writer: str = "") -> Generator[None, None, None]:
    """Turn errors of DuckDB, Arrow and the file system into a `ConfigError`.

    Args:
        path: The store.
        writer: Its last writer, for the message if another program has it open.

    Raises:
        ConfigError: the store cannot be read or written.
    """
    duckdb = _duckdb()
    try:
        yield
    except (duckdb.Error, OSError) as error:
        problem = _problem(path, getattr(error, "strerror", None) or str(error), writer)
    else:
        return
    raise ConfigError(problem)


def _problem(path: os.PathLike[str], problem: str, writer: str) -> str:
    first_line = problem.strip().partition("\n")[0]
    if "No space left" in problem or "File too large" in problem:
        return f"the disk is full, {path} cannot grow: free space; data stored before is complete"
    if "Conflicting lock" in problem or "different configuration" in problem:
        return (
            f"{path} is in use by another program, or was opened here before ({first_line}); "
            f"its last writer: {writer}; close that one first"
        )
    return f"the store {path} cannot be used ({first_line}); repair it, or name another one"
