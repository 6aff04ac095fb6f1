"""The yields of a system's neighbours on a day, for whole fleets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from enphase_sdk.report.neighbours import Placed, areas_of
from enphase_sdk.report.ordered import Ordered

__all__ = ["AREA_WORDS", "Peers"]

AREA_WORDS = {"postal_code": "with the same postal code", "city": "in the same city",
              "state": "in the same state"}  # fmt: skip

_Area = tuple[str | None, ...]


class Peers:
    """Systems by postal code, city and state, and their daily yields.

    Args:
        places: The place of each system by its id, only of systems used as neighbours.
        daily_yield: Returns the yield of a system on a day, kWh/kWp; None if not known. It is
            called only for the areas and days needed.
        least: The number of others that are needed.
    """

    def __init__(
        self,
        places: Mapping[int, Placed],
        daily_yield: Callable[[int, int], float | None],
        *,
        least: int,
    ) -> None:
        self._yield = daily_yield
        self._least = least
        self._inside: dict[_Area, list[int]] = defaultdict(list)
        self._known: dict[tuple[_Area, int], Ordered] = {}
        for system_id, place in places.items():
            for area in areas_of(place):
                self._inside[area].append(system_id)
        self._serve = set(places)

    def area(self, system_id: int, place: Placed) -> _Area | None:
        """The narrowest area with enough others; None where none has."""
        needed = self._least + (system_id in self._serve)
        return next((a for a in areas_of(place) if len(self._inside.get(a, ())) >= needed), None)

    def others(self, system_id: int, area: _Area) -> int:
        """How many others an area has."""
        return len(self._inside.get(area, ())) - (system_id in self._serve)

    def median(self, system_id: int, area: _Area | None, ordinal: int) -> float | None:
        """Median yield of the others on a day; None where too few are known.

        Args:
            system_id: The system that is left out.
            area: From `area`.
            ordinal: The day, `date.toordinal()`.
        """
        if area is None:
            return None
        values = self._known.get((area, ordinal))
        if values is None:
            values = self._known[area, ordinal] = Ordered(
                y for one in self._inside[area] if (y := self._yield(one, ordinal)) is not None
            )
        own = self._yield(system_id, ordinal) if system_id in self._serve else None
        others = values if own is None else values.without(own)
        return others.median() if len(others) >= self._least else None

    def medians(
        self, system_id: int, area: _Area | None, days: Iterable[date]
    ) -> dict[date, float | None]:
        """Median yield of the others on each day, kWh/kWp."""
        return {day: self.median(system_id, area, day.toordinal()) for day in days}
