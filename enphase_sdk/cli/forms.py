"""The forms in which results are shown."""

from __future__ import annotations

from enum import Enum

__all__ = ["Form"]


class Form(Enum):
    """How a result is shown."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
