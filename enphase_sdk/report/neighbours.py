"""A system among its neighbours.

Neighbours share the weather, so the energy for each kW against the median of the others shows more
than the energy alone. Values that are None are not known and are not used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from statistics import median
from typing import Protocol, TypeAlias

from attrs import frozen

from enphase_sdk.report.days import Daily, Period, known
from enphase_sdk.report.ordered import Ordered

__all__ = [
    "Availability",
    "Comparison",
    "Located",
    "Neighbourhoods",
    "Placed",
    "ZeroDays",
    "against_own_baseline",
    "areas_of",
    "availability",
    "compare",
    "energy_availability",
    "outage_loss",
    "robust_z",
    "zero_days",
]

_Area: TypeAlias = tuple[str | None, ...]

# Factors from a median deviation, and a mean deviation, to a standard deviation (normal).
_SIGMA_FROM_MAD = 1 / 0.6744897501960817
_SIGMA_FROM_MEAN = 1.2533141373155001  # sqrt(pi / 2)

MIN_NEIGHBOURS = 5
MIN_PEER_YIELD = 0.5  # kWh/kWp of a day; below it no system could produce


@frozen
class Comparison:
    """A value compared with its neighbours; the median is without the value itself.

    Attributes:
        area: "postal_code", "city" or "state": the area of the neighbours.
        neighbours: The number of other systems with a known value.
        median: The median of the others.
        mad: Median of their absolute deviations from it.
        ratio: Own / median; None where the median is 0.
        z: Robust z-score; beyond -3.5 it is an outlier. None where all others are the same.
        rank: 1 is the best; the same values share a rank.
        of: The number of ranked systems, including itself.
    """

    area: str | None
    neighbours: int
    median: float
    mad: float
    ratio: float | None
    z: float | None
    rank: int
    of: int

    @property
    def percent(self) -> float | None:
        """Difference from the median in %."""
        return None if self.ratio is None else (self.ratio - 1) * 100


def robust_z(own: float, values: Iterable[float | None]) -> float | None:
    """How many standard deviations a value lies from the median: 0.67449 (x - median) / MAD.

    If the MAD is 0, the mean absolute deviation x sqrt(pi/2) is used instead; if that is 0 too, or
    nothing is known, the score is None.
    """
    others = Ordered(_all_known(values))
    return _z(own, others, others.median()) if known(own) is not None and len(others) else None


def _z(own: float, others: Ordered, middle: float) -> float | None:
    sigma = others.median_deviation(middle) * _SIGMA_FROM_MAD
    if sigma <= 0:
        sigma = others.mean_deviation(middle) * _SIGMA_FROM_MEAN
    return (own - middle) / sigma if sigma > 0 else None


def compare(
    own: float | None,
    others: Iterable[float | None],
    *,
    min_neighbours: int = MIN_NEIGHBOURS,
    area: str | None = None,
) -> Comparison | None:
    """Performance to peers: own yield / median yield of the others, on the same days, and rank.

    None where the own value is not known or fewer than `min_neighbours` others are.

    Args:
        own: Final yield in kWh/kWp.
        others: The yields of the neighbours over the same days, without the own one.
        min_neighbours: The number of others that must be known.
        area: The area of the neighbours, for the result.
    """
    values = _all_known(others)
    if own is None or known(own) is None or len(values) < max(1, min_neighbours):
        return None
    return _compared(own, Ordered(values), area)


def _compared(own: float, others: Ordered, area: str | None) -> Comparison:
    middle = others.median()
    return Comparison(
        area=area,
        neighbours=len(others),
        median=middle,
        mad=others.median_deviation(middle),
        ratio=own / middle if middle > 0 else None,
        z=_z(own, others, middle),
        rank=1 + others.above(own),
        of=len(others) + 1,
    )


class Placed(Protocol):
    """An object with an address; an empty field of a listing is None."""

    @property
    def postal_code(self) -> str | None:
        """Postal code."""

    @property
    def city(self) -> str | None:
        """City."""

    @property
    def state(self) -> str | None:
        """State or province."""

    @property
    def country(self) -> str | None:
        """Country."""


@frozen
class Located:
    """The place of a system from its listing, and its final yield in kWh/kWp."""

    system_id: int
    specific_yield: float | None
    postal_code: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None


class Neighbourhoods:
    """The systems of a fleet by postal code, city and state, of the same days."""

    def __init__(self, systems: Iterable[Located]) -> None:
        yields: dict[_Area, list[float]] = defaultdict(list)
        self._own: dict[tuple[_Area, int], float] = {}
        for system in {one.system_id: one for one in systems}.values():
            if (made := known(system.specific_yield)) is None:
                continue
            for area in areas_of(system):
                yields[area].append(made)
                self._own[area, system.system_id] = made
        self._yields = {area: Ordered(values).prepared() for area, values in yields.items()}

    def rank(self, system: Located, *, min_neighbours: int = MIN_NEIGHBOURS) -> Comparison | None:
        """The system among its neighbours: those of its postal code, else city, else state.

        The first area with `min_neighbours` others of known yield is taken; None where none is.
        """
        own = known(system.specific_yield)
        if own is None:
            return None
        for area in areas_of(system):
            values = self._yields.get(area)
            if values is None:
                continue
            itself = self._own.get((area, system.system_id))
            others = values if itself is None else values.without(itself)
            if len(others) >= max(1, min_neighbours):
                return _compared(own, others, area[0])
        return None


def areas_of(place: Placed) -> list[_Area]:
    """The areas of a place, the smallest first; an empty field of a listing gives no area."""
    country, state, city, postal_code = (
        text.strip().casefold() if text else None
        for text in (place.country, place.state, place.city, place.postal_code)
    )
    areas: list[_Area] = [
        ("postal_code", postal_code, country),
        ("city", city, state, country),
        ("state", state, country),
    ]
    return [area for area in areas if area[1]]


def against_own_baseline(
    own: Daily, peer_median: Daily, day: date, *, baseline: Iterable[date]
) -> tuple[float, float] | None:
    """Usual ratio to the peers, and the day's ratio against it: tilt, azimuth and shade removed.

    The usual ratio is the median of own / peer median over the days of the baseline (30 to 60 good
    days). A fault older than the baseline looks normal: show the raw ratio too. None if one of
    them cannot be computed.

    Args:
        own: Own daily yields in kWh/kWp.
        peer_median: Those of the peers.
        day: The day to judge.
        baseline: The days to compare with.
    """
    usual = _all_known(_ratio(own.get(one), peer_median.get(one)) for one in baseline)
    today = _ratio(own.get(day), peer_median.get(day))
    if not usual or today is None or median(usual) <= 0:
        return None
    return median(usual), today / median(usual)


@frozen
class ZeroDays:
    """Days without energy.

    Attributes:
        zero: Days without energy although the neighbours produced.
        excused: The same while the neighbours did not produce (snow, storm, polar night).
        unknown: Days without a known value, or without energy and known neighbours.
    """

    zero: tuple[date, ...]
    excused: tuple[date, ...]
    unknown: tuple[date, ...]


def zero_days(
    own: Daily, peer_median: Daily, period: Period, *, min_peer_yield: float = MIN_PEER_YIELD
) -> ZeroDays:
    """Days at 0 Wh or below, classified by the neighbours' median yield (kWh/kWp) of the day.

    A meter tells less than 0 where a system only used energy. The newest 0 may be a late report as
    long as no later day has energy.
    """
    zero, excused, unknown = list[date](), list[date](), list[date]()
    for day in period:
        wh, peers = known(own.get(day)), known(peer_median.get(day))
        if wh is None or (wh <= 0 and peers is None):
            unknown.append(day)
        elif wh <= 0 and peers is not None:
            (zero if peers >= min_peer_yield else excused).append(day)
    return ZeroDays(tuple(zero), tuple(excused), tuple(unknown))


@frozen
class Availability:
    """Production availability, by days.

    Attributes:
        available: Days with energy.
        judged: Days with energy, and the zero days on which neighbours produced.
        ratio: available / judged; None where no day is judged.
        worst_case: The same, with unknown days counted as days without energy.
    """

    available: int
    judged: int
    ratio: float | None
    worst_case: float | None


def availability(
    own: Daily, peer_median: Daily, period: Period, *, min_peer_yield: float = MIN_PEER_YIELD
) -> Availability:
    """Days with energy / (days with energy + zero days while neighbours produced), 0 to 1.

    A day that is unknown or excused is in neither.
    """
    none = zero_days(own, peer_median, period, min_peer_yield=min_peer_yield)
    available = sum((known(own.get(day)) or 0) > 0 for day in period)
    judged = available + len(none.zero)
    worst = judged + len(none.unknown)
    return Availability(
        available,
        judged,
        available / judged if judged else None,
        available / worst if worst else None,
    )


def outage_loss(
    own: Daily,
    peer_median: Daily,
    days: Iterable[date],
    *,
    size_w: float | None,
    baseline: float = 1.0,
) -> dict[date, float | None]:
    """Estimated loss of each day in Wh: max(0, baseline x peer median x P0 - E).

    None for a day on which own energy or peers are not known: an offline gateway is not a loss,
    because it reports later.

    Args:
        own: Own daily energy in Wh.
        peer_median: Median yield of the neighbours in kWh/kWp.
        days: The days judged to have no or low production.
        size_w: Rated power; 0 is unknown.
        baseline: The system's usual ratio to its neighbours.
    """
    size = known(size_w) or 0

    def lost(wh: float | None, peers: float | None) -> float | None:
        if wh is None or peers is None or size <= 0:
            return None
        return max(0.0, baseline * peers * size - wh)

    return {day: lost(known(own.get(day)), known(peer_median.get(day))) for day in days}


def energy_availability(actual: float | None, lost: float | None) -> float | None:
    """Energy / (energy + estimated loss), in the same unit; an estimate. None if not known."""
    if known(actual) is None or known(lost) is None or actual is None or lost is None:
        return None
    return actual / (actual + lost) if actual + lost > 0 else None


def _all_known(values: Iterable[float | None]) -> Sequence[float]:
    return [number for value in values if (number := known(value)) is not None]


def _ratio(own: float | None, peers: float | None) -> float | None:
    own, peers = known(own), known(peers)
    return own / peers if own is not None and peers else None
