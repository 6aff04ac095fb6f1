"""Where the ecosystem's client is wrong: every deliberate difference from what it makes of the
recordings, with its reason. All else is equal, value for value and type for type."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["DIFFERENCES", "Difference"]


class Difference(NamedTuple):
    """One value that differs on purpose."""

    recording: str
    path: str
    expected: Any
    ours: Any
    reason: str


_UNKNOWN_DAY = (
    "production comes from the microinverters' entry, which has no daily energy: that client "
    "takes it from the entry of the disabled meter, another source"
)

DIFFERENCES = (
    Difference(
        "7.3.466_metered_disabled_cts",
        "$.system_production.watt_hours_today",
        4425,
        None,
        _UNKNOWN_DAY,
    ),
    Difference(
        "7.3.466_metered_disabled_cts",
        "$.system_production.watt_hours_last_7_days",
        111093,
        None,
        _UNKNOWN_DAY,
    ),
)
