"""The command line, ``enphase``.

Each command imports what it needs, so that help is shown without delay.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code.

    0 done, 2 usage or settings, 3 not authorized, 4 quota used up, 5 no usable answer,
    6 partly done, 130 stopped by ctrl-c or SIGTERM before any result, 141 the reader of the
    output ended before its end (a closed pipe).

    Args:
        arguments: The words after ``enphase``. Default: the arguments of this process.
    """
    from enphase_sdk.cli.run import run

    return run(arguments)
