"""The SDK's own log lines on stderr, for `--verbose` and `ENPHASE_LOG`."""

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
    """Prints each record as one line."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        tell(f"{record.levelname.lower()}: {record.getMessage()}")


@contextmanager
def logged_lines() -> Generator[None]:
    """Log within this context at the level of `ENPHASE_LOG`, or as `log_everything` sets it.

    Raises:
        ConfigError: `ENPHASE_LOG` is not a level.
    """
    level, before = os.environ.get("ENPHASE_LOG", "").strip().lower(), logger.level
    try:
        if level:
            if level not in LEVELS:
                raise ConfigError(
                    f"ENPHASE_LOG: {level!r} is not a level; use debug, info or warning"
                )
            _log(LEVELS[level])
        yield
    finally:
        logger.setLevel(before)
        for handler in logger.handlers[:]:
            if isinstance(handler, _Lines):
                logger.removeHandler(handler)


def log_everything(wanted: bool) -> bool:
    """Log from the level debug on, if it is wanted."""
    if wanted:
        _log(logging.DEBUG)
    return wanted


def are_logged() -> bool:
    """Whether log lines are printed, so that a progress bar would be in their way."""
    return any(isinstance(handler, _Lines) for handler in logger.handlers)


def _log(level: int) -> None:
    logger.setLevel(level)
    if not are_logged():
        logger.addHandler(_Lines())
