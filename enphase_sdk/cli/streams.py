"""The streams of the process, whatever the shell or the machine made of them."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TextIO

__all__ = ["open_streams", "silence"]


def open_streams() -> None:
    """Make the standard streams usable, also those that are closed.

    What is closed for reading or writing stays so, but its number is taken: else the next file
    or connection got it. Characters that a stream cannot encode are replaced.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is this one. Writing to what is open for reading fails.
            os.open(os.devnull, os.O_RDWR if number == 2 else os.O_RDONLY)
    if sys.stdout is None:
        sys.stdout = _text_stream(1)
    if sys.stderr is None:
        sys.stderr = _text_stream(2)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def silence(stream: TextIO) -> None:
    """Send the rest to nowhere: Python flushes once more at its end, and would complain."""
    with suppress(OSError, ValueError):
        number = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)
        stream.flush()


def _text_stream(number: int) -> TextIO:
    return open(number, "w", encoding="utf-8", closefd=False)
