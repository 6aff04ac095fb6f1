"""Allows one writer of a store at a time; the error for a second writer names the first."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from enphase_sdk.clock import current_clock
from enphase_sdk.core.json import is_object
from enphase_sdk.core.state import ProcessLock
from enphase_sdk.core.times import utc
from enphase_sdk.errors import ConfigError

__all__ = ["WriterLock"]


class WriterLock:
    """A lock held while a store is open for writing; it ends with the process at the latest.

    Args:
        path: The file that is locked; its content names the holder.
        store: The store, for messages.
    """

    def __init__(self, path: Path, store: Path) -> None:
        self._path = path
        self._store = store
        self._lock = ProcessLock(path)

    def take(self) -> None:
        """Take the lock.

        Raises:
            ConfigError: another writer has it (the message names its process, its host and since
                when), or the file cannot be created.
        """
        if not self._lock.take():
            raise ConfigError(
                f"{self._store} is being written by {self.holder()}; wait until it ends, stop it, "
                "or name another store"
            )
        who = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": utc(current_clock().time()).isoformat(timespec="seconds"),
        }
        # The holder's name is not vital; a full disk is reported when data are stored.
        with suppress(OSError):
            self._path.write_bytes(msgspec.json.encode(who))

    def holder(self) -> str:
        """The holder of the lock, as text."""
        try:
            who: Any = msgspec.json.decode(self._path.read_bytes())
        except (OSError, msgspec.DecodeError):
            who = None
        if not is_object(who) or not who.keys() >= {"pid", "host", "since"}:
            return "another program"
        return f"process {who['pid']} on {who['host']}, since {who['since']}"

    def give_back(self) -> None:
        """Release the lock."""
        self._lock.give_back()
