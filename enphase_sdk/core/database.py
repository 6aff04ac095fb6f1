"""Small SQLite databases of the package: safe to share, every change complete or not made.

A database belongs to the user (mode 0600) and says what it is (``application_id``) and of which
version (``user_version``). A file that is something else is left alone. What SQLite and the file
system raise becomes a `ConfigError` that says what to do.

A recording cannot be restored, so a damaged one is an error (`enphase_sdk.history`). Cache and
ledger can be rebuilt. They are a `SharedDatabase`: a damaged file is renamed and a new one begun.
"""

from __future__ import annotations

import math
import os
import sqlite3
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from attrs import frozen

from enphase_sdk.core.forks import leave_to_parent, renew_after_fork
from enphase_sdk.core.log import logger
from enphase_sdk.core.reasons import reason_of
from enphase_sdk.core.state import distrusted, real_path, writing
from enphase_sdk.errors import ConfigError

__all__ = [
    "DamagedError",
    "Kind",
    "SharedDatabase",
    "check",
    "ensure_file",
    "holds",
    "migrate",
    "opened",
    "sound",
    "transaction",
    "usable",
]

T = TypeVar("T")

# The last second of the year 9999, the latest that `datetime` can hold.
_LAST_INSTANT = 253_402_300_799

# Number of damaged files that are kept; a further one replaces the last of them.
_MOST_SET_ASIDE = 9


class DamagedError(ValueError):
    """A database holds content that this package did not write."""

    def __init__(self, what: str = "it is damaged") -> None:
        super().__init__(what)


@frozen
class Kind:
    """One kind of database.

    Attributes:
        name: What it is called in messages, such as ``recording``.
        application_id: Tells it from other databases; never changes.
        migrations: The steps to version 1 from an empty file, to version 2 from 1, and so on: SQL
            statements that end in ``;``, with no other semicolons.
        patience: Longest wait for another process's lock, seconds.
        synchronous: ``FULL`` where a commit must outlive a power failure, else ``NORMAL``.
    """

    name: str
    application_id: int
    migrations: tuple[str, ...]
    patience: float = 10.0
    synchronous: str = "NORMAL"

    @property
    def version(self) -> int:
        """The version that this package writes."""
        return len(self.migrations)


def opened(path: Path, kind: Kind, *, thread_bound: bool = True) -> sqlite3.Connection:
    """A connection to an existing file, in autocommit mode.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    return sqlite3.connect(
        path.absolute().as_uri() + "?mode=rw",
        uri=True,
        timeout=kind.patience,
        isolation_level=None,
        check_same_thread=thread_bound,
    )


def ensure_file(path: Path, kind: Kind) -> None:
    """Make sure the file exists and only its owner can write it; a new file has mode 0600.

    Raises:
        ConfigError: the file cannot be created, or other users can write it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        # An existing file is not opened here: closing it would release the locks that SQLite holds.
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the path is not valid"
        raise ConfigError(
            f"cannot make the {kind.name} {path} ({reason}); correct its folder's permissions, or "
            "name another file"
        ) from None
    problem = distrusted(status, secret=False) if path.is_file() else None
    if problem is not None:
        raise ConfigError(f"the {kind.name} {path} cannot be used: {problem}, or name another file")


def holds(connection: sqlite3.Connection, path: Path, kind: Kind) -> bool:
    """Whether the file is a database of this kind; False if it is empty. Call it in a transaction.

    Raises:
        ConfigError: it is something else, or of a newer version of this package.
        sqlite3.Error: it is no database, or broken.
    """
    application_id, version = _identity(connection)
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application_id == kind.application_id:
        if version > kind.version:
            raise ConfigError(
                f"the {kind.name} {path} was made by a newer version of this package (format "
                f"{version}, known is {kind.version}): update the package, or name another file"
            )
        return True
    if application_id or version or tables:
        raise ConfigError(
            f"{path} is a database of another program and was not changed; name another file"
        )
    return False


def _identity(connection: sqlite3.Connection) -> tuple[int, int]:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return application_id, version


def migrate(
    connection: sqlite3.Connection,
    path: Path,
    kind: Kind,
    first: Callable[[sqlite3.Connection], object] | None = None,
) -> None:
    """Update a database to this package's version in one transaction; an empty file becomes one.

    Args:
        connection: To the file.
        path: The file, for messages.
        kind: What it is to be.
        first: Fills a new database, in the same transaction.

    Raises:
        ConfigError: it is something else, or of a newer version of this package.
        sqlite3.Error: it is no database, broken, or cannot be written.
    """
    connection.execute(f"PRAGMA synchronous = {kind.synchronous}")
    if _identity(connection) == (kind.application_id, kind.version):
        return
    # Another process may do the same at this moment: one of them changes the mode, all use it.
    with suppress(sqlite3.OperationalError):
        if not holds(connection, path, kind):
            connection.execute("PRAGMA journal_mode = WAL")
    with transaction(connection):
        is_new = not holds(connection, path, kind)
        _, version = _identity(connection)
        for script in kind.migrations[version:]:
            for statement in script.split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {kind.application_id}")
        connection.execute(f"PRAGMA user_version = {kind.version}")
        if is_new and first is not None:
            first(connection)


def check(connection: sqlite3.Connection) -> None:
    """Check the whole file for damage.

    Raises:
        DamagedError: it is damaged.
        sqlite3.Error: it is, so that it cannot even be read.
    """
    ((verdict,),) = sound(connection.execute("PRAGMA quick_check(1)"), "t")
    if verdict != "ok":
        raise DamagedError(f"it is damaged: {verdict}")


@contextmanager
def transaction(connection: sqlite3.Connection, mode: str = "IMMEDIATE") -> Generator[None]:
    """A context that is one transaction: all changes made inside are kept, or none.

    Args:
        connection: Where.
        mode: ``IMMEDIATE`` to write; ``DEFERRED`` to read while others write.
    """
    connection.execute(f"BEGIN {mode}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # After some failures SQLite has rolled back by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def usable(path: Path, kind: Kind) -> Generator[None]:
    """Turn errors of SQLite and the file system into a `ConfigError`.

    Raises:
        ConfigError: the file cannot be read or written.
    """
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        told = reason_of(error) if isinstance(error, OSError) else error
        problem = f"the {kind.name} {path} cannot be used ({told}); "
    else:
        return
    raise ConfigError(problem + "repair it, or name another file")


def sound(rows: Iterable[tuple[Any, ...]], kinds: str) -> list[tuple[Any, ...]]:
    """The rows, after a check of their types, which SQLite itself does not enforce.

    Args:
        rows: The rows.
        kinds: A letter for each column: ``i`` whole number, ``e`` epoch seconds, ``t`` text,
            ``b`` bytes; upper case where NULL is allowed.

    Raises:
        DamagedError: a value has another type.
    """
    checked = [tuple(row) for row in rows]
    for row in checked:
        if len(row) != len(kinds) or not all(map(_is_sound, row, kinds)):
            raise DamagedError
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
        case "b":
            return isinstance(value, bytes)
        case _:
            return isinstance(value, str)


class SharedDatabase:
    """A database that threads and processes share; its content can be rebuilt.

    Each process opens it at its first use. A damaged file, or one that is not a database, is
    renamed to ``….damaged`` with a warning.
    """

    def __init__(self, path: str | os.PathLike[str], kind: Kind) -> None:
        """Store the path; nothing is opened yet.

        Raises:
            ConfigError: there can be no such path.
        """
        self.path = real_path(path, kind.name)
        self.kind = kind
        # Number of damaged files that this object has renamed.
        self.losses = 0
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._turn = threading.Lock()
        renew_after_fork(self)

    def __repr__(self) -> str:
        return f"<{self.kind.name} {self.path}>"

    def __del__(self) -> None:
        """Close the file of an object that nobody uses any more."""
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()

    def after_fork(self) -> None:
        """Leave the connection to the parent: SQLite's locks belong to one process."""
        self._turn = threading.Lock()
        connection, self._connection = self._connection, None
        if connection is not None:
            leave_to_parent(connection)

    def write(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """Run an action as one transaction; no other thread or process writes meanwhile.

        If the file is damaged, the action runs once more on an empty database.

        Raises:
            ConfigError: the file cannot be read or written: locked for too long, a full disk,
                missing permissions, a file of another user.
        """
        return self._carried_out(action, "IMMEDIATE")

    def read(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """Run an action that only reads; others may write meanwhile. Errors as in `write`."""
        return self._carried_out(action, "DEFERRED")

    def close(self) -> None:
        """Close the file; a later use opens it again."""
        with self._turn:
            self._close()

    def _carried_out(self, action: Callable[[sqlite3.Connection], T], mode: str) -> T:
        with self._turn, usable(self.path, self.kind):
            try:
                return self._once(action, mode)
            except (sqlite3.Error, DamagedError) as error:
                if not _is_damage(error):
                    raise
                self._set_aside(error)
            return self._once(action, mode)

    def _once(self, action: Callable[[sqlite3.Connection], T], mode: str) -> T:
        connection = self._opened()
        with transaction(connection, mode):
            return action(connection)

    def _opened(self) -> sqlite3.Connection:
        # Another process may have renamed the file, or a person may have deleted it.
        if self._connection is not None and self._file == _file_at(self.path):
            return self._connection
        self._close()
        with writing(self.path):
            ensure_file(self.path, self.kind)
            self._file = _file_at(self.path)
            connection = opened(self.path, self.kind, thread_bound=False)
            try:
                migrate(connection, self.path, self.kind)
            except BaseException:
                connection.close()
                raise
        self._connection = connection
        return connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _set_aside(self, error: Exception) -> None:
        """Rename the file, unless another process has done so meanwhile."""
        self._close()
        # Nobody may open it meanwhile: a new database must not find the journal of the old one.
        with writing(self.path):
            if _file_at(self.path) != self._file:
                return
            aside = _free_name(self.path)
            self.path.replace(aside)
            for beside in ("-wal", "-shm", "-journal"):
                with suppress(FileNotFoundError):
                    Path(f"{self.path}{beside}").replace(f"{aside}{beside}")
        self.losses += 1
        logger.warning(
            "the %s %s was damaged (%s): it was renamed to %s, and a new one begun",
            self.kind.name,
            self.path,
            error,
            aside.name,
        )


def _file_at(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _free_name(path: Path) -> Path:
    names = [path.with_name(f"{path.name}.damaged")]
    names += [path.with_name(f"{path.name}.damaged-{n}") for n in range(2, _MOST_SET_ASIDE + 1)]
    return next((name for name in names if not name.exists()), names[-1])


# SQLite's errors for a damaged file. Others (locked, disk full, permissions) may go away.
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})


def _is_damage(error: Exception) -> bool:
    if isinstance(error, DamagedError):
        return True
    code = getattr(error, "sqlite_errorcode", None)
    # Python raises this one without a code: text in the file that is not UTF-8.
    return isinstance(error, sqlite3.OperationalError) if code is None else code & 0xFF in _DAMAGE
