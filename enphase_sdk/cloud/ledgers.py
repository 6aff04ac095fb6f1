"""Through what a quota is shared: this process's memory, a file of this machine, or Redis.

A ledger keeps some bytes for each application and replaces them in one piece. What they mean is
in `enphase_sdk.cloud.tally`, so that all ledgers follow the same rules.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
import weakref
from collections.abc import Callable
from functools import cache
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

# "ENLQ": the file is a ledger of ours.
APPLICATION_ID = 0x454E4C51

# Seconds that another process may keep the file locked: it does for a millisecond.
PATIENCE = 3.0

# Seconds for Redis to answer; a question that others keep overtaking ends then too.
REDIS_PATIENCE = 2.0

# What nobody asked for in so many milliseconds is over: the longest window is a month.
KEPT_FOR = 70 * 86_400 * 1000

_SCHEMES = ("redis://", "rediss://", "unix://")

_REDIS_CLOCK = "redis"

# Sets the value if nobody has changed it since; else says what it is now.
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
    """Which ledger a client was given, and for what; never shown, its address may be secret.

    Attributes:
        ledger: As given.
        transport: What the client sends through, if it is not the network itself.
        application: A hash of the application's key and the API's host.
    """

    ledger: object
    transport: object = None
    application: str = ""
    from_settings: str | None = field(default=None, repr=False)

    def of(self, from_settings: str | None, api_key: str, base_url: str) -> Named:
        """The same for one application; `from_settings` is what the environment or file name."""
        address = urlsplit(base_url)
        name = application_hash(api_key, f"{address.scheme}://{address.netloc}")
        return evolve(self, application=name, from_settings=from_settings)

    def elsewhere(self) -> object:
        """The ledger of a client like this one in another process, without secrets.

        None leaves it to the settings there: so does an address with a password.
        """
        if isinstance(self.ledger, str) and self.ledger.startswith(_SCHEMES):
            return self.ledger if urlsplit(self.ledger).password is None else None
        return self.ledger


# Memory is shared by the clients of a process that spend the same quota, while there are any.
_memories: weakref.WeakValueDictionary[str, MemoryLedger] = weakref.WeakValueDictionary()
_memories_lock = threading.Lock()


def ledger_of(named: Named) -> Ledger | MemoryLedger:
    """The ledger.

    Raises:
        ConfigError: there is none of that name.
    """
    chosen: Any = named.ledger if named.ledger is not None else named.from_settings
    if chosen is None and named.transport is not None:
        # It may not lead to Enlighten at all.
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
        path: The file; it is made where there is none.

    Raises:
        ConfigError: there can be no such path.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        # Only who has such a ledger loads sqlite3.
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

    def clocks(self, clock: Clock) -> list[tuple[str, float, float]]:
        """What all processes here can read: the time since the machine started, and the wall's."""
        boot = _boot_id()
        named = [(boot, clock.monotonic())] if boot else []
        return [(name, at, at) for name, at in [*named, (WALL, clock.time())]]

    def close(self) -> None:
        """Close the file; a later question opens it again."""
        self._database.close()


@cache
def _boot_id() -> str | None:
    """A name for this start of the machine; None where it has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None


class _Address:
    """Redis's address, whose password nothing shows."""

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
        """A client that waits for nothing long, or None where the address cannot be used."""
        redis: Any = import_module("redis")  # its arguments are not typed
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
    """Redis could not be asked."""


class RedisLedger:
    """Redis, which several machines share; one script a question, atomic in the server.

    Args:
        address: Where it is.

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
        # What was last seen of each application: asking again then takes one way there and back.
        self._seen: dict[str, tuple[bytes, bytes | None]] = {}
        # Redis's time, with ours before and after it was asked.
        self._time: tuple[float, float, float] | None = None
        weakref.finalize(self, client.close)
        renew_after_fork(self)

    def __repr__(self) -> str:
        return f"<Redis ledger {self._address.shown()}>"

    def after_fork(self) -> None:
        """Leave the connections to the parent."""
        self._turn = threading.Lock()
        leave_to_parent(self._client)
        self._client = self._address.client()
        weakref.finalize(self, self._client.close)

    def change(self, application: str, change: Callable[[bytes | None], bytes]) -> None:
        """Replace what is kept of an application; see `Ledger`.

        Raises:
            RedisError: it cannot be reached, or others were faster again and again.
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
                        return "others kept changing it"
        except (redis.RedisError, OSError, ValueError) as error:
            # Their texts may repeat the address.
            return type(error).__name__

    def _asked(self, application: str, key: str, version: bytes, made: bytes, new: bytes) -> bool:
        before = time.monotonic()
        reply = self._client.eval(_SCRIPT, 1, key, version, made, new, KEPT_FOR)
        self._time = float(reply[1]), before, time.monotonic()
        if reply[0]:
            self._seen[application] = made, new
            return True
        self._seen[application] = reply[2], reply[3]
        return False

    def clocks(self, clock: Clock) -> list[tuple[str, float, float]]:
        """Redis's own clock, which all machines ask; the wall's where ours is no real one."""
        if self._time is None or not isinstance(clock, SystemClock):
            return [(WALL, clock.time(), clock.time())]
        at, before, after = self._time
        return [
            (_REDIS_CLOCK, at + time.monotonic() - after, at + time.monotonic() - before),
        ]

    def close(self) -> None:
        """Close the connections; a later question opens others."""
        self._client.close()
