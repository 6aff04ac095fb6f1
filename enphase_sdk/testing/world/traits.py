"""The traits of a system: 512 random bits, 16 for each trait."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

__all__ = ["Trait", "pick", "roll_trait", "traits_of"]

T = TypeVar("T")


class Trait:
    """The position of each trait's 16-bit number among the 32."""

    AGE = 0
    NOON = 1
    MODULES = 2
    WATTS = 3
    SHADE = 4
    PLACE = 5
    TOWN = 6
    LINK = 7
    SILENT_GATEWAY = 8
    SURNAME = 9
    HOME = 10
    ANONYMOUS = 11
    REFERENCE = 12
    OTHER_REFERENCE = 13
    INSTALLER = 14
    SINCE = 15
    BACK = 16
    PHASE = 17
    DEAD = 18
    TROUBLE = 19
    LABEL = 20
    METERED = 21
    METER_LATER = 22
    METER_DAY = 23
    METER_ERROR = 24
    METER_NOON = 25
    CONSUMPTION = 26
    PEAK_SEASON = 27
    SIGNAL = 28
    ODOMETER = 29  # and the following, one for each meter


def traits_of(key: int) -> int:
    """The 512 bits for this key."""
    return int.from_bytes(blake2b(key.to_bytes(8, "big")).digest(), "big")


def roll_trait(traits: int, trait: int) -> float:
    """The number in [0, 1) that decides one trait."""
    return (traits >> 16 * trait & 0xFFFF) / 0x10000


def pick(traits: int, trait: int, choices: Sequence[T]) -> T:
    """The choice that one trait makes."""
    return choices[(traits >> 16 * trait & 0xFFFF) * len(choices) >> 16]
