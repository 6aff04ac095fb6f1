"""Small private files that the package stores between runs.

A file is written atomically, belongs to the user and has mode 0600. A file with other rights is
refused, as ssh does. Processes write one after the other.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from attrs import frozen

from enphase_sdk.core.forks import renew_after_fork
from enphase_sdk.core.json import is_object
from enphase_sdk.core.reasons import reason_of
from enphase_sdk.errors import ConfigError

__all__ = [
    "PrivateEntries",
    "ProcessLock",
    "create_private",
    "distrusted",
    "read_private",
    "real_path",
    "replace_private",
    "state_file",
    "state_folder",
    "writing",
]

# Bytes. Our files are far smaller.
LARGEST = 1024 * 1024

# Seconds. Another process writes for some milliseconds; longer is a fault.
_PATIENCE = 10.0

_UNFINISHED = ".new-"


def real_path(path: str | os.PathLike[str], what: str) -> Path:
    """A given path with its symbolic links resolved, so that each file has one path.

    Raises:
        ConfigError: the path is not valid: it holds a NUL, is too long, or is not text.
    """
    try:
        named = Path(path)
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            named.lstat()
        return Path(os.path.realpath(named))
    except OSError as error:
        problem = reason_of(error)
    except (TypeError, ValueError) as error:
        problem = str(error)
    raise ConfigError(f"{what} is not a usable path ({problem}); name another")


def state_folder() -> Path:
    """The folder for state: ``ENPHASE_STATE``, or by default the user's state folder.

    Raises:
        ConfigError: ``ENPHASE_STATE`` is not a valid path.
    """
    named = os.environ.get("ENPHASE_STATE")
    if named:
        real_path(named, "ENPHASE_STATE")
        return Path(named)
    from platformdirs import user_state_path

    return user_state_path("enphase-sdk", appauthor=False)


def state_file(folder: str, serial_number: str, suffix: str) -> Path:
    """The path of a state file of the gateway with that serial number, which may be any text."""
    safe = "".join(c for c in serial_number if c.isalnum())
    return state_folder() / folder / f"{safe}{suffix}"


def read_private(path: Path, *, secret: bool = False) -> str | None:
    """The file's text, or None if the file does not exist.

    Args:
        path: The file.
        secret: Whether others may not even read it.

    Raises:
        ConfigError: it cannot be read, or others may have written it.
    """
    text, problem = _read(path, secret=secret)
    if problem is None:
        return text
    raise ConfigError(problem)


def create_private(path: Path, text: str) -> bool:
    """Write a file that must not exist yet, mode 0600; False if another process was faster.

    Raises:
        ConfigError: it cannot be written.
    """
    with writing(path):
        whole = _written(path, text)
        try:
            # A link makes the whole file appear at once, and fails where there is one already.
            os.link(whole, path)
        except FileExistsError:
            return False
        except OSError as error:
            raise _unwritable(path, error) from None
        finally:
            whole.unlink()
    return True


def replace_private(path: Path, text: str) -> None:
    """Replace a file atomically, mode 0600; a reader sees the old text or the new one.

    Raises:
        ConfigError: it cannot be written.
    """
    with writing(path):
        _replace(path, text)


@frozen
class PrivateEntries:
    """A private JSON file with one entry for each key, which several processes may share.

    Attributes:
        path: The file, mode 0600; it is created by the first `put`.
    """

    path: Path

    def get(self, key: str) -> Any:
        """The entry, decoded JSON; None if it does not exist.

        Raises:
            ConfigError: the file cannot be read, or others may have read or written it.
        """
        entries, problem = self._entries()
        if problem is None:
            return entries.get(key)
        raise ConfigError(problem)

    def put(self, key: str, value: Any) -> None:
        """Store an entry, any JSON value; the other entries are not changed.

        Raises:
            ConfigError: the file cannot be read or written; it is left as it was.
        """
        problem = self._problem_of_putting(key, value)
        # A traceback that shows local variables must not show it.
        del value
        if problem is not None:
            raise ConfigError(problem)

    def remove(self, key: str) -> None:
        """Remove an entry; no effect if it does not exist.

        Raises:
            ConfigError: the file cannot be read or written; it is left as it was.
        """
        if self.get(key) is not None:
            self.put(key, None)

    def _problem_of_putting(self, key: str, value: Any) -> str | None:
        try:
            with writing(self.path):
                entries, problem = self._entries()
                if problem is None:
                    entries.update({key: value})
                    kept = {name: entry for name, entry in entries.items() if entry is not None}
                    _replace(self.path, msgspec.json.encode(kept).decode())
                return problem
        except ConfigError as error:
            return str(error)

    def _entries(self) -> tuple[dict[str, Any], str | None]:
        """All entries, or why they cannot be read."""
        text, problem = _read(self.path, secret=True)
        if problem is not None or not (text or "").strip("\0"):
            # After a crash of the system a file may hold only NUL bytes.
            return {}, problem
        try:
            entries: Any = msgspec.json.decode(text or "")
        except (msgspec.DecodeError, RecursionError):
            entries = None
        if is_object(entries):
            return entries, None
        return {}, f"{self.path} does not hold the JSON that was written to it: delete it"


class ProcessLock:
    """A lock that one thread of one process holds at a time.

    The operating system releases it when the process ends, also if it is killed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: int | None = None
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Leave the lock to the parent; it would stay locked after the parent's end."""
        held, self._held = self._held, None
        if held is not None:
            os.close(held)

    def take(self) -> bool:
        """Take the lock; False if another thread or process holds it.

        Raises:
            ConfigError: the lock file cannot be created.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unwritable(self._path, error) from None
        try:
            _lock(lock)
        except OSError as error:
            os.close(lock)
            # On a file system without locks every process gets the lock.
            return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
        self._held = lock
        return True

    def give_back(self) -> None:
        """Release the lock."""
        lock, self._held = self._held, None
        if lock is not None:
            _unlock(lock)
            os.close(lock)


def _read(path: Path, *, secret: bool) -> tuple[str | None, str | None]:
    """The file's text and None, or None and why; it never raises, so no frame holds the text."""
    try:
        # O_NONBLOCK: opening a pipe must not wait for a writer.
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            problem = distrusted(os.fstat(number), secret=secret)
            content = b"" if problem else _content(number)
        finally:
            os.close(number)
        if len(content) > LARGEST:
            problem = "it is too large to be a file of this package: delete it"
        if problem is None:
            return content.decode().strip(), None
    except FileNotFoundError:
        return None, None
    except (OSError, ValueError) as error:
        problem = f"{reason_of(error)}; delete it or correct its permissions"
    return None, f"cannot read {path}: {problem}"


def _content(number: int) -> bytes:
    with os.fdopen(number, "rb", closefd=False) as file:
        return file.read(LARGEST + 1)


def distrusted(status: os.stat_result, *, secret: bool) -> str | None:
    """Why a file is not trusted; None if it is."""
    if not stat.S_ISREG(status.st_mode):
        return "it is not a regular file: delete it"
    if sys.platform == "win32":
        return None
    if status.st_uid not in (0, os.geteuid()):
        return "it belongs to another user and is not trusted: delete it"
    mode = stat.S_IMODE(status.st_mode)
    if mode & (0o077 if secret else 0o022):
        may = "read" if mode & 0o022 == 0 else "write"
        return (
            f"others may {may} it (mode {mode:04o}), so it is not used: delete it, or "
            "`chmod 600` it"
        )
    return None


@contextmanager
def writing(path: Path) -> Generator[None, None, None]:
    """A context that creates the file's folder and locks it against other processes and threads.

    Raises:
        ConfigError: it cannot be created, or another process keeps it locked.
    """
    folder = path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = _open_lock(folder)
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None
    try:
        if _is_locked(lock, folder):
            # We hold the lock, so unfinished files are left from killed processes.
            for left in folder.glob(f"{_UNFINISHED}*"):
                with suppress(OSError):
                    left.unlink()
        yield
    finally:
        _unlock(lock)
        os.close(lock)


def _is_locked(lock: int, folder: Path) -> bool:
    """Wait for the lock; False where the file system has none, and files are only atomic."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            _lock(lock)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                return False
        else:
            return True
        if time.monotonic() >= end:
            raise ConfigError(
                f"another process keeps {folder} locked: end that process, or name another folder "
                "with ENPHASE_STATE"
            )
        time.sleep(0.01)


if sys.platform == "win32":
    import msvcrt

    def _open_lock(folder: Path) -> int:
        return os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)

    def _lock(lock: int) -> None:
        msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)

    def _unlock(lock: int) -> None:
        with suppress(OSError):
            msvcrt.locking(lock, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _open_lock(folder: Path) -> int:
        return os.open(folder, os.O_RDONLY)

    def _lock(lock: int) -> None:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(lock: int) -> None:
        # Closing alone does not unlock: a process forked meanwhile has the file open too.
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_UN)


def _replace(path: Path, text: str) -> None:
    whole = _written(path, text)
    try:
        whole.replace(path)
    except OSError as error:
        whole.unlink()
        raise _unwritable(path, error) from None


def _written(path: Path, text: str) -> Path:
    """A finished file beside `path`; mkstemp makes it readable by its owner only."""
    try:
        number, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
    except OSError as error:
        raise _unwritable(path, error) from None
    whole = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            # Otherwise the file could be empty after a power failure.
            os.fsync(number)
    except OSError as error:
        whole.unlink()
        raise _unwritable(path, error) from None
    return whole


def _unwritable(path: Path, error: OSError | ValueError) -> ConfigError:
    problem = reason_of(error)
    return ConfigError(
        f"cannot write {path} ({problem}); correct its permissions, or name another folder with "
        "ENPHASE_STATE"
    )
