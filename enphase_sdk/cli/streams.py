"""Repairs the standard streams of the process."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TextIO

__all__ = ["open_streams", "silence"]


def open_streams() -> None:
    """Make the standard streams usable, even if the process was started with some closed.

    The file descriptor of a closed stream is opened on the null device; otherwise the next file
    or connection would get its number. Characters that a stream cannot encode are replaced.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            # os.open takes the lowest free number: this one.
            os.open(os.devnull, os.O_RDWR if number == 2 else os.O_RDONLY)
    if sys.stdout is None:
        sys.stdout = _text_stream(1)
    if sys.stderr is None:
        sys.stderr = _text_stream(2)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def silence(stream: TextIO) -> None:
    """Discard further output, because Python flushes at exit and would report the error again."""
    with suppress(OSError, ValueError):
        number = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)
        stream.flush()


def _text_stream(number: int) -> TextIO:
    return open(number, "w", encoding="utf-8", closefd=False)
