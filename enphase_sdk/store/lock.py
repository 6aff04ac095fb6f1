"""One writer of a store at a time; the next is told who it is."""

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
    """Held from the opening of a store for writing to its closing, or to the process's end.

    Args:
        path: The file that is locked; it tells who holds it.
        store: The store, for messages.
    """

    def __init__(self, path: Path, store: Path) -> None:
        self._path = path
        self._store = store
        self._lock = ProcessLock(path)

    def take(self) -> None:
        """Take it.

        Raises:
            ConfigError: another writer has it, whose process, host and beginning are named; or
                there can be no such file.
        """
        if not self._lock.take():
            raise ConfigError(
                f"{self._store} is being written by {self.holder()}; wait for that one, end it, "
                "or name another store"
            )
        who = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": utc(current_clock().time()).isoformat(timespec="seconds"),
        }
        # Who it is only helps; a full disk is told of where something is stored.
        with suppress(OSError):
            self._path.write_bytes(msgspec.json.encode(who))

    def holder(self) -> str:
        """Who has it, in words."""
        try:
            who: Any = msgspec.json.decode(self._path.read_bytes())
        except (OSError, msgspec.DecodeError):
            who = None
        if not is_object(who) or not who.keys() >= {"pid", "host", "since"}:
            return "another program"
        return f"process {who['pid']} on {who['host']}, since {who['since']}"

    def give_back(self) -> None:
        """Let others take it."""
        self._lock.give_back()
