"""Sun and weather of a place: the production of one kilowatt of panels in a day, over the day.

Closed formulas of solar geometry (declination, sunset hour angle, extraterrestrial
irradiation on a tilted plane) with one transmittance and one performance ratio. A day's
weather is a seeded factor on the clear day; summed once per place, so that the energy
between any two days is one subtraction.
"""

from __future__ import annotations

import math
from array import array
from functools import lru_cache

from enphase_sdk.core.forks import Turn
from enphase_sdk.testing.world.chance import mix
from enphase_sdk.testing.world.places import Place

__all__ = ["Climate", "climate_of", "daylight", "progress"]

_YEAR = 365.2425
_EQUINOX = 80  # day 80 of year 1 of the proleptic Gregorian calendar, in ordinals
_UNIX_EPOCH_ORDINAL = 719_163
_TILT = math.radians(25)
_OBLIQUITY = math.radians(23.44)
_SOLAR_CONSTANT = 1361.0  # W/m2 above the air
_CLEAR_AIR_AND_LOSSES = 0.72 * 0.8  # transmittance of clear air, performance ratio
_DARKEST = 0.12
_UNDER_SNOW = 0.02
_WINTER_SOLSTICE = 275  # days after the March equinox; snowy places are all northern
_WINTER_HALF_WIDTH = 55  # days before and after it in which snow may lie
_SPELL = 4  # days that share their weather's tendency


def _season(ordinal: int) -> float:
    """Days since the last March equinox."""
    return (ordinal - _EQUINOX) % _YEAR


def _declination(season: float) -> float:
    return _OBLIQUITY * math.sin(2 * math.pi * season / _YEAR)


def _sunset_angle(latitude: float, declination: float) -> float:
    return math.acos(-math.tan(latitude) * math.tan(declination))


@lru_cache(maxsize=256)
def _clear_days(place: Place) -> tuple[float, ...]:
    """Wh per kW of panels of each cloudless day, counted from the March equinox."""
    latitude = math.radians(place.latitude)
    plane = latitude - math.copysign(min(_TILT, abs(latitude)), latitude)
    days: list[float] = []
    for season in range(366):
        declination = _declination(season)
        sunset = min(_sunset_angle(latitude, declination), _sunset_angle(plane, declination))
        geometry = math.cos(plane) * math.cos(declination) * math.sin(sunset)
        geometry += sunset * math.sin(plane) * math.sin(declination)
        orbit = 1 - 0.033 * math.cos(2 * math.pi * (season - 104) / _YEAR)
        days.append(24 / math.pi * _SOLAR_CONSTANT * orbit * geometry * _CLEAR_AIR_AND_LOSSES)
    return tuple(days)


@lru_cache(maxsize=4_096)
def daylight(place: Place, ordinal: int) -> tuple[float, float]:
    """Sunrise and sunset of a local day, epoch seconds."""
    angle = _sunset_angle(math.radians(place.latitude), _declination(_season(ordinal)))
    half = angle / math.pi * 43_200
    noon = (ordinal - _UNIX_EPOCH_ORDINAL) * 86_400 + (12 - place.longitude / 15) * 3600
    return noon - half, noon + half


def progress(sunrise: float, sunset: float, instant: float) -> float:
    """Share of a day's energy made by `instant`: a raised cosine between rise and set."""
    if instant <= sunrise:
        return 0.0
    if instant >= sunset:
        return 1.0
    share = (instant - sunrise) / (sunset - sunrise)
    return share - math.sin(2 * math.pi * share) / (2 * math.pi)


class Climate:
    """The weather of one place in one seeded world, from the day `first` on.

    Args:
        place: Where.
        seed: Of the world.
        first: The earliest day (ordinal) that will be asked for.
    """

    def __init__(self, place: Place, seed: int, first: int) -> None:
        self.place = place
        self.first = first
        self._key = mix(seed ^ mix(int((place.latitude + 90) * 36_000 + place.longitude)))
        self._turn = Turn()
        self._aged = array("d", [0.0])
        self._sums = array("d", [0.0])

    def weather(self, ordinal: int) -> float:
        """The day's production relative to a cloudless day, 0.02 (snow) to 1."""
        return self._weather(ordinal, self._spell(ordinal))

    def total(self, ordinal: int) -> float:
        """Wh per kW of new panels from the first day up to, excluding, `ordinal`."""
        try:
            return self._sums[ordinal - self.first]
        except IndexError:
            self._grow(ordinal)
            return self._sums[ordinal - self.first]

    def aged_total(self, ordinal: int) -> float:
        """The same with each day's energy multiplied by its distance from the first day."""
        self.total(ordinal)
        return self._aged[ordinal - self.first]

    def _grow(self, ordinal: int) -> None:
        clear = _clear_days(self.place)
        with self._turn.mine():
            spell = 0
            for day in range(len(self._sums) - 1, ordinal - self.first + 30):
                ordinal = self.first + day
                if not spell or ordinal % _SPELL == 0:
                    spell = self._spell(ordinal)
                energy = clear[int(_season(ordinal))] * self._weather(ordinal, spell)
                self._aged.append(self._aged[-1] + energy * day)
                self._sums.append(self._sums[-1] + energy)

    def _spell(self, ordinal: int) -> int:
        """The random bits of a period of days: 8 for snow, 8 for its tendency, 12 for each day."""
        return mix(self._key ^ (ordinal // _SPELL))

    def _weather(self, ordinal: int, spell: int) -> float:
        winter = abs(_season(ordinal) - _WINTER_SOLSTICE) < _WINTER_HALF_WIDTH
        if winter and spell & 0xFF < self.place.snow * 0x100:
            return _UNDER_SNOW
        tendency = (spell >> 8 & 0xFF) / 0x100
        chance = (spell >> 16 + 12 * (ordinal % _SPELL) & 0xFFF) / 0x1000
        return _DARKEST + (1 - _DARKEST) * math.pow(
            0.4 * tendency + 0.6 * chance, self.place.clouds
        )


@lru_cache(maxsize=64)
def climate_of(place: Place, seed: int, first: int) -> Climate:
    """The climate of this place, world and day, cached so that simulators share its sums."""
    return Climate(place, seed, first)
