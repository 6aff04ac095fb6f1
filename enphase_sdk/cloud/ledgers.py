"""The ledgers that share a quota: this process's memory, a file of this machine, or Redis.

A ledger stores some bytes for each application and replaces them atomically. Their meaning is
in `enphase_sdk.cloud.quota_rules`, so that all ledgers follow the same rules.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from enphase_sdk.clock import Clock
from enphase_sdk.cloud.redis_ledger import Address, RedisLedger
from enphase_sdk.cloud.settings import application_hash
from enphase_sdk.cloud.tally import Tally
from enphase_sdk.core.forks import Turn, renew_after_fork
from enphase_sdk.core.state import state_folder
from enphase_sdk.errors import ConfigError

__all__ = [
    "Ledger",
    "MemoryLedger",
    "Named",
    "Readings",
    "SqliteLedger",
    "ledger_of",
]

T = TypeVar("T")

# Clocks by name, with the lowest and the highest time that each may show now, seconds.
Readings: TypeAlias = Callable[[Clock], list[tuple[str, float, float]]]


# "ENLQ": the file is a ledger of this package.
APPLICATION_ID = 0x454E4C51

# Seconds that another process may lock the file; normally it does for a millisecond.
PATIENCE = 3.0

_SCHEMES = ("redis://", "rediss://", "unix://")


class Ledger(Protocol):
    """Stores what all clients that use one application's quota know together.

    It need not understand what it stores. Any exception it raises counts as a failure: the client
    logs a warning, continues at a reduced rate, and tries the ledger again later.
    """

    def change(self, application: str, change: Callable[[bytes | None], bytes]) -> None:
        """Replace the bytes of an application with the result of `change`, atomically.

        Args:
            application: A hash that names it.
            change: Gets the stored bytes (None if there are none, empty if they were lost) and
                returns the bytes to store. It may be called more than once; the last result
                counts.
        """
        ...


class MemoryLedger:
    """Stores the tally for the threads and tasks of one process; it is not encoded.

    Args:
        clock: The clock that its times are read from.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.tally = Tally()
        self.clock = clock
        self._lock = threading.Lock()
        renew_after_fork(self)

    def __repr__(self) -> str:
        return "<memory ledger>"

    def after_fork(self) -> None:
        """Replace the lock, which a thread of the parent may hold.

        Calls that the parent has sent count, but their answers never arrive here.
        """
        self._lock = threading.Lock()
        for hit in self.tally.hits.values():
            if hit.done_at is None:
                hit.done_at = hit.sent_at

    def clocks(self, clock: Clock) -> list[tuple[str, float, float]]:
        """The monotonic clock, which does not change when the system clock is set."""
        at = clock.monotonic()
        return [("process", at, at)]

    def ask(self, question: Callable[[Tally], T]) -> T:
        """Call `question` with the tally; one thread at a time."""
        with self._lock:
            return question(self.tally)


@frozen(repr=False)
class Named:
    """The ledger that a client was given, and its application; never shown: it may hold secrets.

    Attributes:
        ledger: As given.
        transport: The client's own transport; None for the network.
        application: A hash of the application's key and the API's host.
    """

    ledger: object
    transport: object = None
    application: str = ""
    from_settings: str | None = field(default=None, repr=False)

    def of(self, from_settings: str | None, api_key: str, base_url: str) -> Named:
        """The same for one application; `from_settings` is the ledger named in the settings."""
        address = urlsplit(base_url)
        name = application_hash(api_key, f"{address.scheme}://{address.netloc}")
        return evolve(self, application=name, from_settings=from_settings)

    def elsewhere(self) -> object:
        """The ledger of a client like this one in another process, without secrets.

        None: the other process uses its own settings. So it is for an address with a password.
        """
        if isinstance(self.ledger, str) and self.ledger.startswith(_SCHEMES):
            return self.ledger if urlsplit(self.ledger).password is None else None
        return self.ledger


# The clients of a process that use the same quota share a memory ledger while they exist, if
# they read the same clock: times of a test's clock mean nothing to the clients of the next test.
_memories: weakref.WeakValueDictionary[tuple[str, int], MemoryLedger]
_memories = weakref.WeakValueDictionary()
_making = Turn()


def ledger_of(named: Named, clock: Clock | None = None) -> Ledger | MemoryLedger:
    """The ledger, for a client that reads `clock`.

    Raises:
        ConfigError: there is no ledger of that name.
    """
    chosen: Any = named.ledger if named.ledger is not None else named.from_settings
    if chosen is None and named.transport is not None:
        # The transport may not lead to Enlighten at all.
        return MemoryLedger()
    if chosen is None or chosen == "memory":
        with _making.mine():
            # The ledger keeps its clock alive, so no other clock has this id.
            key = (named.application, id(clock))
            found = _memories.get(key)
            if found is None:
                found = _memories[key] = MemoryLedger(clock)
            return found
    if callable(getattr(chosen, "change", None)):
        ledger: Ledger = chosen
        return ledger
    if isinstance(chosen, str) and chosen.startswith(_SCHEMES):
        address = Address(chosen)
        # A traceback that shows local variables must not show its password.
        del chosen
        return RedisLedger(address)
    if chosen == "sqlite":
        return SqliteLedger(state_folder() / "ledger.sqlite")
    if isinstance(chosen, str | os.PathLike) and "://" not in os.fspath(chosen):
        return SqliteLedger(os.fspath(chosen))
    del chosen, named
    raise ConfigError(
        'ledger must be "memory", "sqlite", a path, an address that begins with redis://, '
        "rediss:// or unix://, or an object with change(application, change)"
    )


class SqliteLedger:
    """A small private file that the processes of one machine share.

    Args:
        path: The file; it is created if it does not exist.

    Raises:
        ConfigError: the path is not valid.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        # sqlite3 is imported only if such a ledger is used.
        from enphase_sdk.core.database import Kind, SharedDatabase

        schema = "CREATE TABLE tallies (application TEXT PRIMARY KEY, tally BLOB) WITHOUT ROWID"
        kind = Kind("ledger", APPLICATION_ID, (schema,), patience=PATIENCE)
        self._database = SharedDatabase(path, kind)
        weakref.finalize(self, self._database.close)

    def __repr__(self) -> str:
        return f"<SQLite ledger {self._database.path}>"

    def change(self, application: str, change: Callable[[bytes | None], bytes]) -> None:
        """Replace the bytes of an application; see `Ledger`.

        Raises:
            ConfigError: the file cannot be read or written.
        """
        before = self._database.losses

        def changed(connection: Any) -> None:
            row = connection.execute(
                "SELECT tally FROM tallies WHERE application = ?", (application,)
            ).fetchone()
            kept = row[0] if row and isinstance(row[0], bytes) else None
            if kept is None and (row or self._database.losses > before):
                kept = b""
            connection.execute(
                "INSERT INTO tallies VALUES (?, ?) "
                "ON CONFLICT (application) DO UPDATE SET tally = excluded.tally",
                (application, change(kept)),
            )

        self._database.write(changed)

    def clocks(self, clock: Clock) -> list[tuple[str, float, float]]:
        """The time since the machine started, which all its processes can read."""
        boot, at = _boot_id(), clock.monotonic()
        return [(boot, at, at)] if boot else []

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._database.close()


@cache
def _boot_id() -> str | None:
    """The id of this start of the machine; None if the machine gives none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
