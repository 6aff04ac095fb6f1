"""The cache of settled answers, so that they are not requested a second time."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

import msgspec

from enphase_sdk.core.effects import Reply
from enphase_sdk.core.log import logger
from enphase_sdk.errors import ConfigError

if TYPE_CHECKING:
    import sqlite3

    from enphase_sdk.cloud.api import Call, Signing
    from enphase_sdk.core.database import SharedDatabase

__all__ = ["Answers", "Cache", "FileCache", "answers_in"]

T = TypeVar("T")

LARGEST = 256 * 1024 * 1024

# Bytes. A longer answer is not stored.
_LARGEST_SHARE = 16

_APPLICATION_ID = 0x454E4341

_SCHEMA = """
CREATE TABLE answers (
    key TEXT PRIMARY KEY,
    stored_at INTEGER NOT NULL,
    value BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX by_age ON answers (stored_at);
"""

# The headers that are stored: those needed to read the answer, and its date.
_KEPT_HEADERS = ("content-type", "date")


@runtime_checkable
class Cache(Protocol):
    """A store for answers. Called from several threads; may wait for a disk or a network."""

    def get(self, key: str) -> bytes | None:
        """What was put under a key, or None."""
        ...

    def put(self, key: str, value: bytes) -> None:
        """Keep a value, in place of what was there; it may be forgotten at any time."""
        ...


class FileCache:
    """Answers in one SQLite file (mode 0600), which threads and processes share.

    A damaged file is renamed to ``….damaged`` with a warning, and a new one begun. When the file
    is full, the oldest answers are deleted.

    Args:
        path: The file.
        largest: Largest size of the file, bytes.

    Raises:
        ConfigError: the path is not valid.
    """

    def __init__(self, path: str | os.PathLike[str], *, largest: int = LARGEST) -> None:
        # Imported here, so that only users of a cache load SQLite.
        from enphase_sdk.core.database import Kind, SharedDatabase

        kind = Kind("cache", _APPLICATION_ID, (_SCHEMA,))
        self._database: SharedDatabase = SharedDatabase(path, kind)
        self._largest = largest

    def __repr__(self) -> str:
        return f"<FileCache {self._database.path}>"

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    def get(self, key: str) -> bytes | None:
        """What was put under a key, or None.

        Raises:
            ConfigError: the file cannot be read.
        """
        from enphase_sdk.core.database import DamagedError, sound

        def find(connection: sqlite3.Connection) -> bytes | None:
            found = sound(
                connection.execute("SELECT value FROM answers WHERE key = ?", (key,)), "b"
            )
            try:
                return zlib.decompress(found[0][0]) if found else None
            except zlib.error as error:
                raise DamagedError(f"an answer is damaged: {error}") from None

        return self._database.read(find)

    def put(self, key: str, value: bytes) -> None:
        """Keep a value.

        Raises:
            ConfigError: the file cannot be written, or the disk is full.
        """
        packed = zlib.compress(value)
        if len(packed) * _LARGEST_SHARE > self._largest:
            return

        def store(connection: sqlite3.Connection) -> None:
            connection.execute(
                "REPLACE INTO answers VALUES (?, coalesce((SELECT max(stored_at) FROM answers), 0)"
                " + 1, ?)",
                (key, packed),
            )
            while self._used(connection) > self._largest:
                connection.execute(
                    "DELETE FROM answers WHERE key IN (SELECT key FROM answers ORDER BY stored_at"
                    " LIMIT max(1, (SELECT count(*) FROM answers) / 16))"
                )

        self._database.write(store)

    def close(self) -> None:
        """Close the file; a later use opens it again."""
        self._database.close()

    def _used(self, connection: sqlite3.Connection) -> int:
        """Bytes of the pages in use. Pages of deleted answers are reused."""
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)


class _Kept(msgspec.Struct, array_like=True):
    """A stored answer.

    Attributes:
        until: Epoch seconds after which it is no longer valid; 0 if it stays valid.
        headers: Some of its headers.
        content: Its body.
    """

    until: float
    headers: dict[str, str]
    content: bytes


class Answers:
    """The answers of one application in a cache, found by the request.

    If the cache fails, a warning is logged and the cloud is asked.
    """

    def __init__(self, cache: Cache, signing: Signing, api: str) -> None:
        self._cache = cache
        self._of = f"{api}\n{signing.application}\n{signing.base_url}"
        self._secret_free = signing.redactor
        self._failing: set[str] = set()

    def get(self, call: Call[Any], now: float) -> Reply | None:
        """The stored answer to a call, or None."""
        packed = self._tried("read", lambda: self._cache.get(self._key(call)))
        if packed is None:
            return None
        try:
            kept = msgspec.msgpack.decode(packed, type=_Kept)
        except (msgspec.DecodeError, TypeError):
            return None
        if 0 < kept.until < now:
            return None
        return Reply(200, kept.headers, kept.content)

    def put(self, call: Call[Any], reply: Reply, now: float) -> None:
        """Store a settled answer, unless it contains a secret."""
        text = reply.content.decode("latin-1")
        if self._secret_free().known(text) != text:
            return
        headers = {name: reply.headers[name] for name in _KEPT_HEADERS if name in reply.headers}
        until = now + call.kept_for if call.kept_for else 0.0
        packed = msgspec.msgpack.encode(_Kept(until, headers, reply.content))
        self._tried("written", lambda: self._cache.put(self._key(call), packed))

    def _key(self, call: Call[Any]) -> str:
        request = call.request
        asked = f"{self._of}\n{call.operation}\n{request.method} {request.url}\n"
        asked += repr(sorted(request.params)) + repr(request.content)
        return hashlib.sha256(asked.encode()).hexdigest()

    def _tried(self, what: str, action: Callable[[], T]) -> T | None:
        try:
            result = action()
        except Exception as error:
            if what not in self._failing:
                logger.warning(
                    "the cache of answers cannot be %s, and the cloud is asked instead: %s",
                    what,
                    self._secret_free().text(str(error)),
                )
            self._failing.add(what)
            return None
        self._failing.discard(what)
        return result


def answers_in(
    cache: str | os.PathLike[str] | Cache | None, signing: Signing, api: str
) -> Answers | None:
    """The cache of a client: in a file, in an object, or None.

    Raises:
        ConfigError: `cache` is none of these.
    """
    if cache is None:
        return None
    if isinstance(cache, (str, os.PathLike)):
        return Answers(FileCache(cache), signing, api)
    if callable(getattr(cache, "get", None)) and callable(getattr(cache, "put", None)):
        return Answers(cache, signing, api)
    raise ConfigError("cache must be None, a path, or an object with get(key) and put(key, value)")
