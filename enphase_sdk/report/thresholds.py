"""The limits by which a fleet is judged: named, with their units, and settable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from math import isfinite
from typing import Any

from attrs import asdict, evolve, field, fields, frozen

from enphase_sdk.errors import InvalidArgumentError

__all__ = ["DEFAULT_THRESHOLDS", "Threshold", "Thresholds"]


@frozen
class Threshold:
    """One limit as a page or a table names it.

    Attributes:
        name: The name it is set by.
        value: Its value.
        unit: Its unit, such as `h` or `kWh/kWp`; `` for a plain number, `share` for 0 to 1.
        words: What it decides.
        default: The value it has unless it is set.
    """

    name: str
    value: float
    unit: str
    words: str
    default: float


def _limit(default: float, unit: str, words: str, *, at_least: float = 0) -> Any:
    return field(
        default=default, metadata={"unit": unit, "words": words, "at_least": float(at_least)}
    )


@frozen
class Thresholds:
    """The limits of every judgement; `listed()` gives them with their units and meanings.

    Raises:
        InvalidArgumentError: a value is no number, or less than the limit allows.
    """

    offline_h: float = _limit(6.0, "h", "without a report: offline")
    offline_cellular_h: float = _limit(12.0, "h", "without a report over cellular: offline")
    visit_after_h: float = _limit(72.0, "h", "offline: a visit, no longer a call")
    settled_h: float = _limit(
        24.0, "h", "of reports after a day without energy, until that day counts as one"
    )
    zero_days: int = _limit(
        1, "days", "without energy while the neighbours produced: not producing", at_least=1
    )
    zero_days_alone: int = _limit(
        2, "days", "without energy, no neighbours known: not producing", at_least=1
    )
    peer_yield: float = _limit(
        0.5, "kWh/kWp", "made by the neighbours on a day on which a system should have produced"
    )
    low_ratio: float = _limit(0.7, "share", "of the usual ratio to the neighbours, day by day: low")
    low_days: int = _limit(3, "days", "below that share, one after the other: low", at_least=1)
    slow_ratio: float = _limit(0.85, "share", "of the usual ratio over the longer span: low")
    slow_days: int = _limit(14, "days", "in the longer span", at_least=2)
    baseline_days: int = _limit(60, "days", "before it, of which the usual ratio is", at_least=1)
    min_baseline_days: int = _limit(
        30, "days", "of them with energy, for a usual ratio", at_least=1
    )
    min_neighbours: int = _limit(5, "systems", "others, to be compared with", at_least=1)
    min_days_ranked: int = _limit(14, "days", "of data before a system is ranked", at_least=1)
    min_days_peer: int = _limit(30, "days", "of data before others are compared with it")
    microinverter_days: float = _limit(3.0, "days", "a microinverter is silent: not reporting")
    estimate_ratio: float = _limit(0.9, "share", "of the owner's estimate: below it")
    estimate_days: int = _limit(90, "days", "over which the estimate is compared", at_least=2)
    meter_ratio: float = _limit(
        0.05, "share", "between meter and microinverters: a meter looks wrong"
    )
    meter_days: int = _limit(30, "days", "over which they are compared", at_least=1)
    max_day_yield: float = _limit(9.0, "kWh/kWp", "in a day: the size must be wrong")
    max_year_yield: float = _limit(2600.0, "kWh/kWp", "in a year: the size must be wrong")
    clear_days: int = _limit(2, "good days", "until a trouble counts as over", at_least=1)
    area_share: float = _limit(0.5, "share", "of a city's systems that stop together: one outage")
    area_systems: int = _limit(5, "systems", "of a city that stop together, at least", at_least=2)
    area_hours: float = _limit(2.0, "h", "within which they stop together")
    provisional_days: int = _limit(7, "newest days", "whose energy may still be added to")

    def __attrs_post_init__(self) -> None:
        for limit in fields(Thresholds):
            value = getattr(self, limit.name)
            whole = isinstance(limit.default, int)
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not number or not isfinite(value) or (whole and value != int(value)):
                kind = "a whole number" if whole else "a number"
                raise InvalidArgumentError(f"{limit.name}: {kind} is wanted, not {value!r}")
            if value < limit.metadata["at_least"]:
                least = limit.metadata["at_least"]
                raise InvalidArgumentError(
                    f"{limit.name}: {least:g} or more is wanted, not {value!r}"
                )
            if whole and not isinstance(value, int):
                object.__setattr__(self, limit.name, int(value))

    def changed(self, changes: Mapping[str, Any]) -> Thresholds:
        """The same with some limits changed.

        Raises:
            InvalidArgumentError: there is no such limit, or its value cannot be one.
        """
        names = [limit.name for limit in fields(Thresholds)]
        for name in changes:
            if name not in names:
                raise InvalidArgumentError(
                    f"there is no limit {name!r}; there are {', '.join(names)}"
                )
        return evolve(self, **changes)

    def listed(self) -> list[Threshold]:
        """Every limit with its unit and meaning, in the order of the rules."""
        usual = asdict(DEFAULT_THRESHOLDS)
        return [
            Threshold(
                name=limit.name,
                value=getattr(self, limit.name),
                unit=limit.metadata["unit"],
                words=limit.metadata["words"],
                default=usual[limit.name],
            )
            for limit in fields(Thresholds)
        ]

    def to_dict(self) -> dict[str, float]:
        """Name and value of each limit."""
        return asdict(self)

    @property
    def offline_after(self) -> timedelta:
        """Silence after which a system is offline."""
        return timedelta(hours=self.offline_h)

    @property
    def offline_after_on_cellular(self) -> timedelta:
        """The same for one that reports over cellular."""
        return timedelta(hours=self.offline_cellular_h)


DEFAULT_THRESHOLDS = Thresholds()
