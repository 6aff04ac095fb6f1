"""The package's loggers: ``enphase_sdk`` and below. No secret is passed to them."""

from __future__ import annotations

import logging

logger = logging.getLogger("enphase_sdk")
logger.addHandler(logging.NullHandler())
