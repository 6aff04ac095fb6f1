"""The powers of a site, from one reading of its gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enphase_sdk.gateway.models.energy import SystemEnergy
    from enphase_sdk.gateway.snapshot import Snapshot

__all__ = ["POWERS", "has_batteries", "powers"]

# The keys of `powers` (W), with their names for people.
POWERS = {
    "production_w": "Production",
    "house_w": "House",
    "production_and_grid_w": "Production and grid",
    "grid_w": "From the grid",
    "batteries_w": "From the batteries",
}


def powers(snapshot: Snapshot) -> dict[str, float | None]:
    """The powers of a site in W, with the keys of `POWERS`; None means not known.

    If the gateway's meter measures the grid, its "consumption" is production plus grid power.
    The house's consumption is that plus the power of the batteries.
    """
    production = _watts(snapshot.system_production)
    grid = _watts(snapshot.system_net_consumption)
    consumption = _watts(snapshot.system_consumption)
    batteries = _from_batteries(snapshot)
    both = None if production is None or grid is None else production + grid
    if "total-consumption" in snapshot.ctmeters:
        house = consumption
    else:
        house = None if both is None or batteries is None else both + batteries
    return {
        "production_w": production,
        "house_w": house,
        "production_and_grid_w": both if house is None else None,
        "grid_w": grid,
        "batteries_w": batteries if has_batteries(snapshot) else None,
    }


def _watts(energy: SystemEnergy | None) -> float | None:
    return None if energy is None else energy.watts_now


def has_batteries(snapshot: Snapshot) -> bool:
    """Whether the reading has any battery."""
    return bool(
        "storage" in snapshot.ctmeters
        or snapshot.encharge_inventory
        or snapshot.encharge_power
        or snapshot.encharge_aggregate
        or snapshot.acb_inventory
        or snapshot.acb_power
    )


def _from_batteries(snapshot: Snapshot) -> float | None:
    """Power of all batteries, W, negative for charging; 0 without batteries; None if unknown."""
    storage = snapshot.ctmeters.get("storage")
    if storage is not None and storage.active_power is not None:
        return storage.active_power
    if snapshot.encharge_power is None and (
        snapshot.encharge_inventory or snapshot.encharge_aggregate
    ):
        return None
    if snapshot.acb_power is None and snapshot.acb_inventory:
        return None
    told = [battery.real_power_mw for battery in (snapshot.encharge_power or {}).values()]
    watts = [None if power is None else power / 1000 for power in told]
    if snapshot.acb_power is not None:
        watts.append(snapshot.acb_power.power)
    known = [power for power in watts if power is not None]
    return sum(known) if len(known) == len(watts) else None
