"""A microinverter among those of its array: weak, without energy, or not reporting."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TypeVar

from attrs import frozen

from enphase_sdk.report.days import known
from enphase_sdk.report.neighbours import robust_z

__all__ = [
    "Inverters",
    "like_microinverters",
    "microinverters_not_reporting",
    "weak_microinverters",
]

_Key = TypeVar("_Key", bound=Hashable)

# Fewer that stand out together are weak; as many, and a tenth, are another direction of the roof.
_LEAST_OF_AN_ARRAY, _LEAST_SHARE = 3, 0.1


@frozen
class Inverters:
    """Microinverters that should be checked.

    Attributes:
        weak: Far below the others and below the limit; None if too few microinverters or days
            are known.
        dead: At 0 Wh or below.
        not_reporting: Without known energy.
    """

    weak: tuple[Hashable, ...] | None
    dead: tuple[Hashable, ...]
    not_reporting: tuple[Hashable, ...]


def weak_microinverters(
    energy_wh: Mapping[_Key, float | None],
    *,
    days: int,
    z_limit: float = -3.5,
    ratio_limit: float = 0.85,
    min_inverters: int = 6,
    min_days: int = 7,
) -> Inverters:
    """Microinverters with robust z < `z_limit` and less than `ratio_limit` of the median.

    Both must hold: equal modules differ by only 1 %, so z alone would report too many. Judge east
    and west arrays separately. Permanent shade looks the same: compare with last year.

    Args:
        energy_wh: Energy of each microinverter of one array over the same whole days.
        days: How many whole days that is.
        z_limit: Robust z-score below which it is an outlier.
        ratio_limit: Share of the median.
        min_inverters: The number of microinverters that must be known.
        min_days: The number of days that must be known.
    """
    seen = {serial: wh for serial, value in energy_wh.items() if (wh := known(value)) is not None}
    dead = tuple(serial for serial, wh in seen.items() if wh <= 0)
    silent = tuple(serial for serial in energy_wh if serial not in seen)
    if len(seen) < min_inverters or days < min_days:
        return Inverters(None, dead, silent)
    middle = median(seen.values())
    weak = tuple(
        serial
        for serial, wh in seen.items()
        if wh > 0
        and wh < ratio_limit * middle
        and (z := robust_z(wh, seen.values())) is not None
        and z < z_limit
    )
    return Inverters(weak, dead, silent)


def microinverters_not_reporting(
    last_report_at: Mapping[_Key, datetime | None],
    *,
    read_at: datetime,
    after: timedelta = timedelta(days=3),
) -> tuple[_Key, ...]:
    """Microinverters whose last report lies `after` or more before `read_at`.

    A microinverter without a known last report is left out. Source: `inventory`,
    `inverters_summary_by_envoy_or_site`, or a gateway's `inverters`.
    """
    now = read_at.astimezone(UTC)
    return tuple(
        serial
        for serial, heard_at in last_report_at.items()
        if heard_at is not None and now - heard_at >= after
    )


def like_microinverters(
    energy_wh: Mapping[_Key, float | None], *, gap: float = 0.25
) -> list[Sequence[_Key]]:
    """The arrays among microinverters of one model, by their energies over the same days.

    East and west make different amounts: microinverters are divided where the next lower energy is
    lower by more than `gap`. A part of fewer than 3, or of less than a tenth, is not an array: its
    microinverters belong to the next higher part (those of the highest part to the next lower).
    Those at 0 Wh or without a known energy belong to the largest array.

    Args:
        energy_wh: Energy of each microinverter.
        gap: Share of the higher energy.
    """
    ordered = sorted(
        ((wh, serial) for serial, value in energy_wh.items() if (wh := known(value) or 0) > 0),
        key=lambda one: one[0],
        reverse=True,
    )
    parts: list[list[_Key]] = []
    above = 0.0
    for wh, serial in ordered:
        if not parts or wh < (1 - gap) * above:
            parts.append([])
        parts[-1].append(serial)
        above = wh
    arrays: list[list[_Key]] = []
    least = max(_LEAST_OF_AN_ARRAY, _LEAST_SHARE * len(ordered))
    for part in parts:
        if arrays and (len(part) < least or len(arrays[0]) < least):
            arrays[-1] += part
        else:
            arrays.append(part)
    others = [serial for serial, value in energy_wh.items() if (known(value) or 0) <= 0]
    if arrays:
        max(arrays, key=len).extend(others)
    elif others:
        arrays = [others]
    return list(arrays)
