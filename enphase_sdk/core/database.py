"""Small SQLite databases that the package keeps for its user: safe to share, made whole or not.

A database belongs to the user (mode 0600) and says what it is (``application_id``) and of which
version (``user_version``). A file that is something else is left alone. What SQLite and the file
system raise becomes a `ConfigError` that says what to do.

A recording cannot be had again, so a damaged one is an error (`enphase_sdk.history`). What can be
had again (cache, ledger) is a `SharedDatabase`: damaged, it is set aside and begun anew.
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

# The last second of the year 9999: no calendar goes further.
_LAST_INSTANT = 253_402_300_799

# Of so many damaged files each is kept; the next takes the place of the last.
_MOST_SET_ASIDE = 9


class DamagedError(ValueError):
    """A database holds what nothing of ours has written."""

    def __init__(self, what: str = "it is damaged") -> None:
        super().__init__(what)


@frozen
class Kind:
    """One kind of database.

    Attributes:
        name: What it is called in messages, such as ``recording``.
        application_id: Tells it from other databases; never changes.
        migrations: What makes version 1 of nothing, version 2 of version 1, and so on: SQL
            statements that end in ``;``, with no other semicolons.
        patience: Seconds that another process may keep it locked.
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
    """A connection to a file that is there; statements commit by themselves.

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
    """Have a file there that only its owner can write, and only its owner can read if it is new.

    Raises:
        ConfigError: it cannot be made, or others may have written it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        # Never opened here where it exists: closing it would give up the locks that SQLite holds.
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path has such a name"
        raise ConfigError(
            f"cannot make the {kind.name} {path} ({reason}); repair its folder's rights, or "
            "name another file"
        ) from None
    problem = distrusted(status, secret=False) if path.is_file() else None
    if problem is not None:
        raise ConfigError(f"the {kind.name} {path} cannot be used: {problem}, or name another file")


def holds(connection: sqlite3.Connection, path: Path, kind: Kind) -> bool:
    """Whether the file is a database of this kind; False if it is empty. Ask in a transaction.

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
            f"{path} is a database of something else and was left alone; name another file"
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
    """Bring a database to this package's version, all at once; an empty file becomes one.

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
    # Another process may be doing the same: only one of them changes the mode, and all use it.
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
    """Look through the whole file.

    Raises:
        DamagedError: it is damaged.
        sqlite3.Error: it is, so that it cannot even be read.
    """
    ((verdict,),) = sound(connection.execute("PRAGMA quick_check(1)"), "t")
    if verdict != "ok":
        raise DamagedError(f"it is damaged: {verdict}")


@contextmanager
def transaction(connection: sqlite3.Connection, mode: str = "IMMEDIATE") -> Generator[None]:
    """Keep all of what is done inside, or nothing of it.

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
    """Turn what SQLite and the file system raise into an error of ours.

    Raises:
        ConfigError: the file cannot be read or written.
    """
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        problem = f"the {kind.name} {path} cannot be used ({error}); "
    else:
        return
    raise ConfigError(problem + "repair it, or name another file")


def sound(rows: Iterable[tuple[Any, ...]], kinds: str) -> list[tuple[Any, ...]]:
    """Rows that hold what they should; SQLite itself lets any value stand anywhere.

    Args:
        rows: The rows.
        kinds: A letter for each column: ``i`` whole number, ``e`` epoch seconds, ``t`` text,
            ``b`` bytes; a capital where NULL may stand.

    Raises:
        DamagedError: they do not.
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
    """A database that threads and processes share, and that can be begun anew.

    It is opened with the first use, by each process for itself. A damaged file is set aside:
    renamed to ``….damaged`` with a warning; so is a file that is no database at all.
    """

    def __init__(self, path: str | os.PathLike[str], kind: Kind) -> None:
        """Name it; nothing is opened yet.

        Raises:
            ConfigError: there can be no such path.
        """
        self.path = real_path(path, kind.name)
        self.kind = kind
        # How often a damaged file was set aside here.
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
        """Leave the connection to the parent: SQLite's locks are those of one process."""
        self._turn = threading.Lock()
        connection, self._connection = self._connection, None
        if connection is not None:
            leave_to_parent(connection)

    def write(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """Carry out an action as one transaction, alone among all threads and processes.

        It is carried out once more, on an empty database, if the file turns out to be damaged.

        Raises:
            ConfigError: the file cannot be read or written: locked for too long, a full disk,
                missing rights, somebody else's file.
        """
        return self._carried_out(action, "IMMEDIATE")

    def read(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """The same for an action that only reads; others may write meanwhile."""
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
        # Another process may have set the file aside, or a person may have deleted it.
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
        # Nobody opens it meanwhile: a new database must not find the journal of the old one.
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


# What a damaged file gives; anything else (locked, disk full, no rights) may pass.
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})


def _is_damage(error: Exception) -> bool:
    if isinstance(error, DamagedError):
        return True
    code = getattr(error, "sqlite_errorcode", None)
    # Python itself raises without a code: text in the file that is no UTF-8.
    return isinstance(error, sqlite3.OperationalError) if code is None else code & 0xFF in _DAMAGE
