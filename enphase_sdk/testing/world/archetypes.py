"""The kinds of system in a simulated fleet."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from enphase_sdk.testing.world.chance import mix

__all__ = ["Kind", "kind_of"]


class Kind(StrEnum):
    """The kind of a system."""

    PLAIN = "plain"
    """Microinverters and one gateway."""
    METERED = "metered"
    """A revenue-grade production meter and a consumption meter."""
    CONSUMPTION_DENIED = "consumption_denied"
    """As metered, but the application may not read consumption."""
    RETIRED_METER = "retired_meter"
    """A production meter was retired and another put in its place."""
    TWO_GATEWAYS = "two_gateways"
    """Two gateways with half the microinverters and a production meter each."""
    CELLULAR = "cellular"
    """Reports about four times a day."""
    OFFLINE = "offline"
    """Silent for weeks; reports again some days later and fills in what is missing."""
    RECOVERING = "recovering"
    """Was silent for weeks, reports again, and is still filling in, oldest first."""
    SNOW = "snow"
    """Stands where winter brings days under snow."""
    FAILING_MICRO = "failing_micro"
    """One microinverter stopped some weeks ago."""
    NOT_PRODUCING = "not_producing"
    """Reports, but makes no energy since some days."""
    NEW = "new"
    """Commissioned yesterday."""
    NEVER_PRODUCED = "never_produced"
    """Its gateway reports, and no energy was ever made."""
    LARGE = "large"
    """Hundreds of microinverters."""
    LEGACY = "legacy"
    """Old hardware: energy of its microinverters in kJ, their power a bare number."""


_SHARES = {
    Kind.PLAIN: 13,
    Kind.METERED: 8,
    Kind.CELLULAR: 3,
    Kind.OFFLINE: 2,
    Kind.TWO_GATEWAYS: 2,
    Kind.SNOW: 2,
    Kind.FAILING_MICRO: 2,
}
_WHEEL = tuple(kind for kind in Kind for _ in range(_SHARES.get(kind, 1)))
_STEPS = (7, 9, 11, 13, 17, 19, 21, 23, 27, 29, 31, 33)  # must have no common factor with 40


def kind_of(key: int, index: int) -> Kind:
    """The kind of the system at `index`: every 40 in a row hold each kind in its share.

    The very first system is always plain, so that there is one in every fleet.
    """
    if index == 0:
        return Kind.PLAIN
    block, slot = divmod(index, len(_WHEEL))
    step, turn = _order(key, block)
    return _WHEEL[(slot * step + turn) % len(_WHEEL)]


@lru_cache(maxsize=256)
def _order(key: int, block: int) -> tuple[int, int]:
    bits = mix(key ^ mix(block))
    return _STEPS[bits % len(_STEPS)], bits >> 8
