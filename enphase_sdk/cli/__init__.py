"""The command line, ``enphase``.

Importing what a command needs is left to the command, so that help comes at once.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code.

    0 done, 2 usage or settings, 3 not authorized, 4 quota used up, 5 no usable answer,
    6 partly done, 130 stopped by ctrl-c or SIGTERM with nothing to show, 141 nobody read the
    output to its end.

    Args:
        arguments: The words after ``enphase``; else those of this process.
    """
    from enphase_sdk.cli.run import run

    return run(arguments)
