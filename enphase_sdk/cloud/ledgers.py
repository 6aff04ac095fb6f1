"""The ledgers that share a quota: in this process's memory, in a file of this machine, in Redis.

A ledger stores some bytes for each application and replaces them atomically. Their meaning is
defined in `enphase_sdk.cloud.tally`, so that all ledgers follow the same rules.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
import weakref
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from attrs import evolve, field, frozen

from enphase_sdk.clock import Clock, SystemClock
from enphase_sdk.cloud.quota import WALL, Ledger, MemoryLedger
from enphase_sdk.cloud.settings import application_hash
from enphase_sdk.core.forks import leave_to_parent, renew_after_fork
from enphase_sdk.core.state import state_folder
from enphase_sdk.errors import ConfigError, EnphaseError

__all__ = ["Named", "RedisLedger", "SqliteLedger", "ledger_of"]

# "ENLQ": marks the file as a ledger of this package.
APPLICATION_ID = 0x454E4C51

# Longest wait for another process's lock, seconds; a process holds it for about a millisecond.
PATIENCE = 3.0

# Time limit for an answer of Redis, seconds; also for retries while other clients write first.
REDIS_PATIENCE = 2.0

# Milliseconds after which unused entries expire. The longest window of a quota is a month.
KEPT_FOR = 70 * 86_400 * 1000

_SCHEMES = ("redis://", "rediss://", "unix://")

_REDIS_CLOCK = "redis"

# Sets the value if it has not changed since it was read; otherwise returns the current value.
_SCRIPT = """
local version = redis.call('HGET', KEYS[1], 'version') or ''
local time = redis.call('TIME')
if version ~= ARGV[1] then
  return {0, time[1] .. '.' .. string.format('%06d', time[2]), version,
          redis.call('HGET', KEYS[1], 'tally')}
end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'tally', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {1, time[1] .. '.' .. string.format('%06d', time[2])}
"""


@frozen(repr=False)
class Named:
    """The ledger of a client and its application; not shown, because an address may be secret.

    Attributes:
        ledger: The ledger as given.
        transport: The caller's own transport, or None.
        application: A hash of the application's key and the API's host.
    """

    ledger: object
    transport: object = None
    application: str = ""
    from_settings: str | None = field(default=None, repr=False)

    def of(self, from_settings: str | None, api_key: str, base_url: str) -> Named:
        """The same for one application; `from_settings` comes from environment or config file."""
        address = urlsplit(base_url)
        name = application_hash(api_key, f"{address.scheme}://{address.netloc}")
        return evolve(self, application=name, from_settings=from_settings)

    def elsewhere(self) -> object:
        """The `ledger` argument for a client like this one in another process, without secrets.

        None means the settings of that process; an address with a password also becomes None.
        """
        if isinstance(self.ledger, str) and self.ledger.startswith(_SCHEMES):
            return self.ledger if urlsplit(self.ledger).password is None else None
        return self.ledger


# The clients of a process that use the same quota share one memory ledger while any of them lives.
_memories: weakref.WeakValueDictionary[str, MemoryLedger] = weakref.WeakValueDictionary()
_memories_lock = threading.Lock()


def ledger_of(named: Named) -> Ledger | MemoryLedger:
    """The ledger.

    Raises:
        ConfigError: the value is not a ledger.
    """
    chosen: Any = named.ledger if named.ledger is not None else named.from_settings
    if chosen is None and named.transport is not None:
        # With a transport of its own a client may talk to a simulator, not to Enlighten.
        return MemoryLedger()
    if chosen is None or chosen == "memory":
        with _memories_lock:
            found = _memories.get(named.application)
            if found is None:
                found = _memories[named.application] = MemoryLedger()
            return found
    if callable(getattr(chosen, "change", None)):
        ledger: Ledger = chosen
        return ledger
    if isinstance(chosen, str) and chosen.startswith(_SCHEMES):
        return RedisLedger(_Address(chosen))
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
        ConfigError: there can be no such path.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        # Imported here, so that only users of this ledger load sqlite3.
        from enphase_sdk.core.database import Kind, SharedDatabase

        schema = "CREATE TABLE tallies (application TEXT PRIMARY KEY, tally BLOB) WITHOUT ROWID"
        kind = Kind("ledger", APPLICATION_ID, (schema,), patience=PATIENCE)
        self._database = SharedDatabase(path, kind)
        weakref.finalize(self, self._database.close)

    def __repr__(self) -> str:
        return f"<SQLite ledger {self._database.path}>"

    def change(self, application: str, change: Callable[[bytes | None], bytes]) -> None:
        """Replace what is kept of an application; see `Ledger`.

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

    def clocks(self, clock: Clock) -> list[tuple[str, float]]:
        """The clocks that all processes of this machine share: time since its start, wall time."""
        boot = _boot_id()
        since_start = [(boot, clock.monotonic())] if boot else []
        return [*since_start, (WALL, clock.time())]

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        self._database.close()


def _boot_id() -> str | None:
    """An id of this start of the machine; None if the system provides none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None


class _Address:
    """The address of Redis; its repr hides the password."""

    def __init__(self, url: str) -> None:
        self._url = url

    def shown(self) -> str:
        """The address without user, password and parameters."""
        parts = self._parts()
        if parts is None:
            return "redis"
        place = (parts.netloc.rpartition("@")[2] or "") + parts.path
        return f"{parts.scheme}://{place}"

    def client(self) -> Any:
        """A client with short time limits; None if the address cannot be used."""
        redis: Any = import_module("redis")  # redis does not type its arguments
        try:
            return redis.Redis.from_url(
                self._url,
                socket_timeout=REDIS_PATIENCE,
                socket_connect_timeout=REDIS_PATIENCE,
                retry=None,
                decode_responses=False,
            )
        except (ValueError, TypeError, redis.RedisError):
            return None

    def _parts(self) -> SplitResult | None:
        try:
            return urlsplit(self._url)
        except ValueError:
            return None


class RedisError(EnphaseError):
    """Redis did not answer."""


class RedisLedger:
    """A ledger in Redis, shared by several machines; each change is one atomic script.

    Args:
        address: The address of Redis.

    Raises:
        ConfigError: the extra is not installed, or the address cannot be used.
    """

    def __init__(self, address: _Address) -> None:
        try:
            import_module("redis")
        except ImportError:
            client, problem = None, "it needs the extra: pip install 'enphase-sdk[redis]'"
        else:
            client, problem = (
                address.client(),
                "its address cannot be used; it looks like redis://host:6379/0",
            )
        if client is None:
            raise ConfigError(f"ledger: Redis: {problem}")
        self._address = address
        self._client: Any = client
        self._turn = threading.Lock()
        # The last known value of each application, so that a change takes one round trip.
        self._seen: dict[str, tuple[bytes, bytes | None]] = {}
        self._time: tuple[float, float] | None = None
        weakref.finalize(self, client.close)
        renew_after_fork(self)

    def __repr__(self) -> str:
        return f"<Redis ledger {self._address.shown()}>"

    def after_fork(self) -> None:
        """Leave the connections to the parent process."""
        self._turn = threading.Lock()
        leave_to_parent(self._client)
        self._client = self._address.client()
        weakref.finalize(self, self._client.close)

    def change(self, application: str, change: Callable[[bytes | None], bytes]) -> None:
        """Replace what is kept of an application; see `Ledger`.

        Raises:
            RedisError: Redis cannot be reached, or other clients changed the value at each try.
        """
        problem = self._problem_of(application, change)
        if problem is not None:
            raise RedisError(problem)

    def _problem_of(self, application: str, change: Callable[[bytes | None], bytes]) -> str | None:
        import redis

        end = time.monotonic() + REDIS_PATIENCE
        key = f"enphase-sdk:ledger:{application}"
        try:
            with self._turn:
                if application not in self._seen:
                    self._asked(application, key, b"?", b"", b"")
                while True:
                    version, kept = self._seen[application]
                    made, new = secrets.token_bytes(9), change(kept)
                    if self._asked(application, key, version, made, new):
                        return None
                    if time.monotonic() > end:
                        return "other clients changed the value at each try"
        except (redis.RedisError, OSError, ValueError) as error:
            # The texts of its errors may repeat the address.
            return type(error).__name__

    def _asked(self, application: str, key: str, version: bytes, made: bytes, new: bytes) -> bool:
        reply = self._client.eval(_SCRIPT, 1, key, version, made, new, KEPT_FOR)
        self._time = float(reply[1]), time.monotonic()
        if reply[0]:
            self._seen[application] = made, new
            return True
        self._seen[application] = reply[2], reply[3]
        return False

    def clocks(self, clock: Clock) -> list[tuple[str, float]]:
        """Redis's clock, which all machines share; the wall clock if ours is simulated."""
        if self._time is None or not isinstance(clock, SystemClock):
            return [(WALL, clock.time())]
        at, when = self._time
        return [(_REDIS_CLOCK, at + time.monotonic() - when)]

    def close(self) -> None:
        """Close the connections; new ones are opened when they are needed."""
        self._client.close()
