from __future__ import annotations

from enum import StrEnum


class Granularity(StrEnum):
    """An open enumeration: a value that is not listed here is kept as it was sent."""

    DAY = "day"
    FIFTEEN_MINUTES = "15mins"
    FIVE_MINUTES = "5mins"
    WEEK = "week"

    @classmethod
    def _missing_(cls, value: object) -> Granularity | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member
