"""A quota shared through Redis."""

from __future__ import annotations

import secrets
import threading
import time
import weakref
from collections.abc import Callable
from importlib import import_module
from typing import Any
from urllib.parse import SplitResult, urlsplit

from enphase_sdk.clock import Clock, SystemClock
from enphase_sdk.core.forks import leave_to_parent, renew_after_fork
from enphase_sdk.errors import ConfigError, EnphaseError

__all__ = ["Address", "RedisLedger"]

# Milliseconds. A tally that is not used for this time is deleted; the longest window is a month.
KEPT_FOR = 70 * 86_400 * 1000

# Seconds for Redis to answer, and for a change that other clients repeatedly prevent.
PATIENCE = 2.0

_CLOCK = "redis"

# Sets the value if it has not changed since it was read; else returns the present value.
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


class Address:
    """Redis's address; its password is never shown."""

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
        """A client with short timeouts; None if the address cannot be used."""
        redis: Any = import_module("redis")  # its arguments are not typed
        try:
            return redis.Redis.from_url(
                self._url,
                socket_timeout=PATIENCE,
                socket_connect_timeout=PATIENCE,
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
    """Redis did not answer, or refused the request."""


class RedisLedger:
    """Redis, which several machines share; each change is one atomic script in the server.

    Args:
        address: The address of the Redis server.

    Raises:
        ConfigError: the extra is not installed, or the address cannot be used.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
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
        self._client: Any = client
        self._turn = threading.Lock()
        # The last known bytes of each application, so that a change needs one round trip.
        self._seen: dict[str, tuple[bytes, bytes | None]] = {}
        # Redis's time, and our time before the request and after the answer.
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
        """Replace the bytes of an application; see `Ledger`.

        Raises:
            RedisError: it cannot be reached, or other clients changed the bytes each time first.
        """
        problem = self._problem_of(application, change)
        if problem is not None:
            raise RedisError(problem)

    def _problem_of(self, application: str, change: Callable[[bytes | None], bytes]) -> str | None:
        import redis

        end = time.monotonic() + PATIENCE
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
                        return "other clients changed it each time first"
        except (redis.RedisError, OSError, ValueError) as error:
            # Their texts may repeat the address.
            if isinstance(error, redis.AuthenticationError):
                return "it refused the login"
            if isinstance(error, (redis.TimeoutError, TimeoutError)):
                return "no answer in time"
            if isinstance(error, (redis.ConnectionError, OSError)):
                return "no connection"
            return "it answered with an error"

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
        """Redis's own clock, which all machines can read; none if our clock is simulated."""
        if self._time is None or not isinstance(clock, SystemClock):
            return []
        at, before, after = self._time
        return [
            (_CLOCK, at + time.monotonic() - after, at + time.monotonic() - before),
        ]

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        self._client.close()
