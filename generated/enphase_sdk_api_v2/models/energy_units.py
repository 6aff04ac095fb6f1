from __future__ import annotations

from enum import StrEnum


class EnergyUnits(StrEnum):
    """An open enumeration: a value that is not listed here is kept as it was sent."""

    KJ = "kJ"
    WH = "Wh"

    @classmethod
    def _missing_(cls, value: object) -> EnergyUnits | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member
