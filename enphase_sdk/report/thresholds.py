"""The limits by which a fleet is judged, with names and units; all can be changed."""

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
    """One limit, as shown on a page or in a table.

    Attributes:
        name: Its name in settings.
        value: Its value.
        unit: Its unit, such as `h` or `kWh/kWp`; `` for a plain number, `share` for 0 to 1.
        words: What it decides.
        default: Its value if it is not changed.
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
        InvalidArgumentError: a value is not a number, or less than the limit allows.
    """

    offline_h: float = _limit(6.0, "h", "without a report: offline")
    offline_cellular_h: float = _limit(12.0, "h", "without a report over cellular: offline")
    visit_after_h: float = _limit(72.0, "h", "offline: a visit instead of a call")
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
        0.5, "kWh/kWp", "made by the neighbours: the system should have produced on that day"
    )
    low_ratio: float = _limit(0.7, "share", "of the usual ratio to the neighbours, day by day: low")
    low_days: int = _limit(3, "days", "below that share on consecutive days: low", at_least=1)
    slow_ratio: float = _limit(0.85, "share", "of the usual ratio over the longer span: low")
    slow_days: int = _limit(14, "days", "in the longer span", at_least=2)
    baseline_days: int = _limit(
        60, "days", "before that span, from which the usual ratio is computed", at_least=1
    )
    min_baseline_days: int = _limit(
        30, "days", "with energy among them, needed for a usual ratio", at_least=1
    )
    min_neighbours: int = _limit(5, "other systems", "needed for a comparison", at_least=1)
    min_days_ranked: int = _limit(14, "days", "of data before a system is ranked", at_least=1)
    min_days_peer: int = _limit(30, "days", "of data before others are compared with it")
    microinverter_days: float = _limit(
        3.0, "days", "without a report of a microinverter: not reporting"
    )
    weak_ratio: float = _limit(
        0.85, "share", "of the median of the like microinverters: weak, if also"
    )
    weak_z: float = _limit(3.5, "", "robust standard deviations or more below that median")
    weak_days: int = _limit(
        7, "days", "over which microinverters are compared, at least", at_least=1
    )
    weak_inverters: int = _limit(
        6, "microinverters", "of one model and array, needed for a comparison", at_least=3
    )
    weak_gap: float = _limit(
        0.25, "share", "less than the next one: microinverters of another array (east and west)"
    )
    weak_kwh: float = _limit(1.0, "kWh", "made by the median one: enough for a comparison")
    weak_lag_h: float = _limit(
        3.0, "h", "between the last reports of microinverters, at most, for a comparison"
    )
    weak_old_days: int = _limit(31, "days", "until readings of microinverters are too old to judge")
    estimate_ratio: float = _limit(0.9, "share", "of the owner's estimate: below it")
    estimate_days: int = _limit(90, "days", "over which the estimate is compared", at_least=2)
    meter_ratio: float = _limit(
        0.05, "share", "between meter and microinverters: a meter looks wrong"
    )
    meter_days: int = _limit(30, "days", "over which they are compared", at_least=1)
    max_day_yield: float = _limit(9.0, "kWh/kWp", "in a day: the size must be wrong")
    max_year_yield: float = _limit(2600.0, "kWh/kWp", "in a year: the size must be wrong")
    clear_days: int = _limit(2, "good days", "until a problem counts as resolved", at_least=1)
    area_share: float = _limit(0.5, "share", "of a city's systems that stop together: one outage")
    area_systems: int = _limit(5, "systems", "of a city that stop together, at least", at_least=2)
    area_hours: float = _limit(2.0, "h", "within which they stop together")
    provisional_days: int = _limit(7, "newest days", "whose energy may still increase")

    def __attrs_post_init__(self) -> None:
        for limit in fields(Thresholds):
            value = getattr(self, limit.name)
            whole = isinstance(limit.default, int)
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not number or not isfinite(value) or (whole and value != int(value)):
                kind = "a whole number" if whole else "a number"
                raise InvalidArgumentError(f"{limit.name} must be {kind}, not {value!r}")
            if value < limit.metadata["at_least"]:
                least = limit.metadata["at_least"]
                raise InvalidArgumentError(f"{limit.name} must be {least:g} or more, not {value!r}")
            if limit.metadata["unit"] == "share" and value > 1:
                raise InvalidArgumentError(
                    f"{limit.name} is a share, from 0 to 1 (0.7 is 70 %), not {value!r}"
                )
            if whole and not isinstance(value, int):
                object.__setattr__(self, limit.name, int(value))

    def changed(self, changes: Mapping[str, Any]) -> Thresholds:
        """These limits with some changes.

        Raises:
            InvalidArgumentError: there is no such limit, or the value is not valid.
        """
        names = [limit.name for limit in fields(Thresholds)]
        for name in changes:
            if name not in names:
                raise InvalidArgumentError(f"there is no limit {name!r}; use {', '.join(names)}")
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
        """Silence after which a system that reports over cellular is offline."""
        return timedelta(hours=self.offline_cellular_h)


DEFAULT_THRESHOLDS = Thresholds()
