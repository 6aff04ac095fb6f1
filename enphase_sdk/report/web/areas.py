"""Which systems are compared: those of the same postal code, else city, else state."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from attrs import field, frozen

from enphase_sdk.report.formats import plain
from enphase_sdk.report.rows import ReportRow

__all__ = ["Areas"]


@frozen
class Areas:
    """The areas of a fleet's rows.

    Attributes:
        named: The name of each area, and the indexes of its rows.
        places: For each row the index of its area; None if no area has enough neighbours.
        differences: For each row its yield against the median of the others in its area, as a
            ratio - 1; None if it is not compared.
    """

    named: Sequence[tuple[str, Sequence[int]]] = field(repr=False)
    places: Sequence[int | None] = field(repr=False)
    differences: Sequence[float | None] = field(repr=False)

    @classmethod
    def of(cls, rows: Sequence[ReportRow], yields: Sequence[float | None], least: int) -> Areas:
        """The areas of `rows`, by their yields (kWh/kW) over the same days.

        A row belongs to the smallest area with `least` others whose yield is known. A row whose
        last day is more than 3 days older than that of the others is not compared.
        """
        newest = max((row.last_day for row in rows if row.last_day), default=None)
        compared = [
            value if row.last_day and newest and (newest - row.last_day).days <= 3 else None
            for row, value in zip(rows, yields, strict=True)
        ]
        inside: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for number, row in enumerate(rows):
            for area, _ in _areas(row):
                inside[area].append(number)
        known = {
            area: sorted(v for n in numbers if (v := compared[n]) is not None)
            for area, numbers in inside.items()
        }
        named: list[tuple[str, Sequence[int]]] = []
        found: dict[tuple[str, ...], int] = {}
        places: list[int | None] = []
        differences: list[float | None] = []
        for row, own in zip(rows, compared, strict=True):
            place = difference = None
            for area, name in _areas(row):
                if len(known[area]) - (own is not None) >= least:
                    if area not in found:
                        found[area] = len(named)
                        named.append((name, inside[area]))
                    place, difference = found[area], _difference(own, known[area])
                    break
            places.append(place)
            differences.append(difference)
        return cls(named, places, differences)


def _areas(row: ReportRow) -> list[tuple[tuple[str, ...], str]]:
    """Key and name of the areas of a row, the smallest first."""
    country, state, city, code = (
        plain(text) if text and text.strip() else ""
        for text in (row.country, row.state, row.city, row.postal_code)
    )
    areas = [
        (("code", code, country), code),
        (("city", city, state, country), city),
        (("state", state, country), state),
    ]
    return [(tuple(part.casefold() for part in key), name) for key, name in areas if name]


def _difference(own: float | None, values: list[float]) -> float | None:
    """Own yield against the median of the others, without itself."""
    if own is None:
        return None
    others = values.copy()
    others.pop(bisect_left(others, own))
    middle = (others[(len(others) - 1) // 2] + others[len(others) // 2]) / 2
    return own / middle - 1 if middle > 0 else None
