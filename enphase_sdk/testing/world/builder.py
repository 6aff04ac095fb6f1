"""Makes a system from a seed."""

from __future__ import annotations

from enphase_sdk.testing.world.archetypes import Kind, kind_of
from enphase_sdk.testing.world.chance import mix
from enphase_sdk.testing.world.places import PLACES, SNOWY_PLACES, Place
from enphase_sdk.testing.world.sky import Climate, climate_of
from enphase_sdk.testing.world.system import DAY, QUARTER_HOUR, Outage, System
from enphase_sdk.testing.world.traits import Trait, pick, roll_trait, traits_of

__all__ = ["Maker"]

_OLDEST_DAYS = 16 * 366
_REFILLED_IN = 3 * DAY
_PANELS_W = (215, 250, 285, 320, 365, 400, 430)


class Maker:
    """Makes the systems of one seeded world; each call makes a new object.

    Args:
        seed: Any integer.
        anchor: Epoch seconds; the reference time for "yesterday" and "for weeks".
    """

    def __init__(self, seed: int, anchor: float) -> None:
        self._key = mix(seed)
        self._anchor = anchor
        self._climates: dict[Place, tuple[Climate, int]] = {}

    def make(self, index: int, system_id: int) -> System:
        """The system at a position of the fleet.

        Args:
            index: The position.
            system_id: Enlighten's number for it.
        """
        key = mix(self._key + index)
        traits = traits_of(key)
        kind = kind_of(self._key, index)
        place = self._place(kind, index, traits)
        climate, today = self._climate(place)
        return System(
            index=index,
            system_id=system_id,
            key=key,
            traits=traits,
            kind=kind,
            place=place,
            climate=climate,
            today=today,
            modules=_modules(kind, traits),
            module_w=215 if kind is Kind.LEGACY else pick(traits, Trait.WATTS, _PANELS_W),
            operational_at=_operational_at(kind, traits, place, today),
            outage=_outage(kind, traits, self._anchor),
            dead_since=place.midnight(today - 10 - int(roll_trait(traits, Trait.SINCE) * 60))
            if kind is Kind.FAILING_MICRO
            else None,
            dark_since=place.midnight(today - 2 - int(roll_trait(traits, Trait.SINCE) * 25))
            if kind is Kind.NOT_PRODUCING
            else None,
        )

    def _place(self, kind: Kind, index: int, traits: int) -> Place:
        if kind is Kind.SNOW:
            return pick(traits, Trait.PLACE, SNOWY_PLACES)
        return PLACES[(index * 5 + self._key) % len(PLACES)]

    def _climate(self, place: Place) -> tuple[Climate, int]:
        known = self._climates.get(place)
        if known is None:
            today = place.ordinal(self._anchor)
            known = climate_of(place, self._key, today - _OLDEST_DAYS), today
            known = self._climates.setdefault(place, known)
        return known


def _operational_at(kind: Kind, traits: int, place: Place, today: int) -> int | None:
    if kind is Kind.NEVER_PRODUCED:
        return None
    age = 400 + int(roll_trait(traits, Trait.AGE) ** 1.5 * 4_600)
    if kind is Kind.NEW:
        age = 1
    elif kind is Kind.LEGACY:
        age = 4_800 + int(roll_trait(traits, Trait.AGE) * 600)
    quarter = 40 + int(roll_trait(traits, Trait.NOON) * 16)
    return place.midnight(today - age) + quarter * QUARTER_HOUR


def _modules(kind: Kind, traits: int) -> int:
    chance = roll_trait(traits, Trait.MODULES)
    return 120 + int(chance * 480) if kind is Kind.LARGE else 8 + int(chance * 34)


def _outage(kind: Kind, traits: int, anchor: float) -> Outage | None:
    if kind is Kind.OFFLINE:
        ended_at = anchor + (1 + roll_trait(traits, Trait.BACK) * 9) * DAY
    elif kind is Kind.RECOVERING:
        ended_at = anchor - (1 + roll_trait(traits, Trait.BACK) * 5) * 3_600
    else:
        return None
    began_at = anchor - (14 + roll_trait(traits, Trait.SINCE) * 40) * DAY
    return Outage(int(began_at), int(ended_at), refill=1 + (ended_at - began_at) / _REFILLED_IN)
