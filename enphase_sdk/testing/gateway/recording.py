"""A recorded gateway: a folder of answers, one file per endpoint, played back."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from attrs import define, field, frozen

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing.gateway.answers import Answer

__all__ = ["Recording", "recording_in"]

_LOG = "_log.json"
_SEPARATORS = re.compile(r"[/?=&]")
# Headers about the transfer of the recorded bytes; the replay sets its own.
_FRAMING = {"content-length", "transfer-encoding", "connection"}


@define
class _Log:
    """What stands in ``X_log.json`` beside ``X``."""

    code: int = 200
    headers: dict[str, str] = field(factory=dict[str, str])


@frozen
class Recording:
    """The answers of one folder.

    Attributes:
        folder: Where the files are.
        serial: The gateway's serial number.
        version: Its firmware.
    """

    folder: Path
    serial: str
    version: tuple[int, ...]

    def answer(self, target: str) -> Answer | None:
        """The recorded answer for a path with its query, else for the path alone, else None.

        The file's name is the path with ``/ ? = &`` replaced by ``_``.

        Raises:
            InvalidArgumentError: the log beside it is not valid.
        """
        for wanted in (target, target.partition("?")[0]):
            name = _SEPARATORS.sub("_", wanted.removeprefix("/"))
            if name in self.files():
                return self._read(name)
        return None

    def files(self) -> list[str]:
        """The names of the recorded answers."""
        return sorted(
            entry.name
            for entry in self.folder.iterdir()
            if not entry.name.endswith(_LOG) and not entry.name.startswith("_")
        )

    def _read(self, name: str) -> Answer:
        log = self._log(f"{name}{_LOG}")
        headers = tuple(
            (header, value)
            for header, value in log.headers.items()
            if header.lower() not in _FRAMING
        )
        return Answer(log.code, (self.folder / name).read_bytes(), None, headers)

    def _log(self, name: str) -> _Log:
        beside = self.folder / name
        if not beside.exists():
            return _Log()
        try:
            return msgspec.json.decode(beside.read_bytes(), type=_Log)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            problem = (
                f"{self.folder.name}/{name} is not a log of an answer: it needs code and headers"
            )
        raise InvalidArgumentError(problem)


def recording_in(folder: Path) -> Recording:
    """The recording in that folder.

    Raises:
        InvalidArgumentError: There is no folder, or no usable ``info`` in it; the message lists
            the recordings beside it.
    """
    info = folder / "info"
    if not info.is_file():
        beside = folder.parent.iterdir() if folder.parent.is_dir() else ()
        known = sorted(entry.name for entry in beside if (entry / "info").is_file())
        raise InvalidArgumentError(
            f"there is no recorded gateway {folder.name!r} (a folder with a file named info); "
            f"beside it there are: {', '.join(known) or 'none'}"
        )
    xml = info.read_bytes().decode("utf-8", "replace")
    serial = re.search(r"<sn>\s*(\w+)\s*</sn>", xml)
    software = re.search(r"<software>\s*[A-Z]?([\d.]{1,100})", xml)
    if serial is None or software is None:
        raise InvalidArgumentError(f"{folder.name}/info names no serial number and software")
    version = tuple(int(part) for part in software[1].split(".") if part)
    return Recording(folder, serial[1], version)
