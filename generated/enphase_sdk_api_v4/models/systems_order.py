from __future__ import annotations

from enum import StrEnum


class SystemsOrder(StrEnum):
    """An open enumeration: a value that is not listed here is kept as it was sent."""

    FALLING_ID = "-id"
    RISING_ID = "id"

    @classmethod
    def _missing_(cls, value: object) -> SystemsOrder | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member
