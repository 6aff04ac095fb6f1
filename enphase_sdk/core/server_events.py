"""Reads server-sent events from pieces of any size. Without I/O."""

from __future__ import annotations

from enphase_sdk.errors import APIResponseValidationError

__all__ = ["EventReader"]

LARGEST_EVENT = 1_048_576


class EventReader:
    """Joins pieces into events; holds at most one incomplete event.

    Args:
        operation: The name of the operation in errors.
        largest: Largest size of an event, bytes.
    """

    def __init__(self, operation: str, largest: int = LARGEST_EVENT) -> None:
        self._operation = operation
        self._largest = largest
        self._line = b""
        self._data: list[bytes] = []
        self._size = 0
        self._ended_in_return = False

    def add(self, piece: bytes) -> list[bytes]:
        """The data of each event that is complete with this piece.

        Lines end with CR, LF or both, as in the standard; fields other than `data` are ignored.

        Raises:
            APIResponseValidationError: an event is too large; stop reading.
        """
        if self._ended_in_return:
            piece = piece.removeprefix(b"\n")
        if not piece:
            return []
        self._ended_in_return = piece.endswith(b"\r")
        lines = (self._line + piece).splitlines(keepends=True)
        self._line = b"" if lines[-1].endswith((b"\r", b"\n")) else lines.pop()
        found = [data for line in lines if (data := self._ended_by(line.rstrip(b"\r\n")))]
        if self._size + len(self._line) > self._largest:
            raise APIResponseValidationError(
                f"{self._operation}: an event is larger than {self._largest} bytes",
                operation=self._operation,
            )
        return found

    def _ended_by(self, line: bytes) -> bytes:
        """The data of the event that ends with this line; empty if none does."""
        if line.startswith(b"data:"):
            self._data.append(line[5:])
            self._size += len(line)
        elif not line:
            data, self._data, self._size = b"\n".join(self._data), [], 0
            return data
        return b""
