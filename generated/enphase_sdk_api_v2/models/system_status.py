from __future__ import annotations

from enum import StrEnum


class SystemStatus(StrEnum):
    """An open enumeration: a value that is not listed here is kept as it was sent."""

    BATTERY = "battery"
    COMM = "comm"
    METER = "meter"
    METER_ISSUE = "meter_issue"
    MICRO = "micro"
    NORMAL = "normal"
    POWER = "power"
    STORAGE_IDLE = "storage_idle"

    @classmethod
    def _missing_(cls, value: object) -> SystemStatus | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member
