"""The SDK's own log lines on stderr: warnings, and all with `--verbose` or `ENPHASE_LOG`."""

from __future__ import annotations

import logging
import os
from collections.abc import Generator
from contextlib import contextmanager

from enphase_sdk.cli.failures import tell
from enphase_sdk.core.log import logger
from enphase_sdk.errors import ConfigError

__all__ = ["are_logged", "log_everything", "logged_lines"]

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}


class _Lines(logging.Handler):
    """Prints each record as one line; its level is left out where only warnings are printed."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        level = f"{record.levelname.lower()}: " if logger.level else ""
        tell(level + record.getMessage())


@contextmanager
def logged_lines() -> Generator[None]:
    """Print the package's warnings within this context, and what `ENPHASE_LOG` asks for.

    Raises:
        ConfigError: `ENPHASE_LOG` is not a level.
    """
    level, before, lines = os.environ.get("ENPHASE_LOG", "").strip().lower(), logger.level, _Lines()
    if level and level not in LEVELS:
        raise ConfigError(f"ENPHASE_LOG: {level!r} is not a level; use debug, info or warning")
    logger.addHandler(lines)
    try:
        if level:
            logger.setLevel(LEVELS[level])
        yield
    finally:
        logger.setLevel(before)
        logger.removeHandler(lines)


def log_everything(wanted: bool) -> bool:
    """Log from the level debug on, if it is wanted."""
    if wanted:
        logger.setLevel(logging.DEBUG)
    return wanted


def are_logged() -> bool:
    """Whether requests or waits are logged, so that a progress bar would be in their way."""
    return logger.isEnabledFor(logging.INFO)
