from __future__ import annotations

from enum import StrEnum


class EnvoyStatus(StrEnum):
    """An open enumeration: a value that is not listed here is kept as it was sent."""

    COMM = "comm"
    NORMAL = "normal"

    @classmethod
    def _missing_(cls, value: object) -> EnvoyStatus | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member
