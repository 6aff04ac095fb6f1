"""System production and consumption, from the answers that this gateway provides."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any, TypeAlias

from attrs import evolve, frozen

from enphase_sdk.gateway.mapping.meters import PHASES, ct_meters
from enphase_sdk.gateway.mapping.production import Entry, Figures
from enphase_sdk.gateway.models.energy import SystemEnergy
from enphase_sdk.gateway.sources import METER_READINGS, PRODUCTION_V1, Source
from enphase_sdk.gateway.told import Told

__all__ = ["Measured", "system_energies"]

_NET, _TOTAL = "net-consumption", "total-consumption"
_NETTING_SINCE = (7,)
_NOTHING = Figures(watts=None)

_Parts: TypeAlias = tuple[Figures, ...]
"""The total, then the phases if there are several; empty if not known."""


@frozen(kw_only=True, hash=False)
class Measured:
    """One quantity as in a `Snapshot`: the total, and the phases if there are several."""

    system: SystemEnergy | None
    phases: dict[str, SystemEnergy] | None


def system_energies(told: Told) -> tuple[Measured, Measured, Measured]:
    """Production, total consumption and net consumption."""
    production = _production(told)
    total, net = _consumption(told, _TOTAL), _consumption(told, _NET)
    if told.production_source != "meter":
        total, net = _with_the_roof(told, total, net, production)
    elif told.info.version >= _NETTING_SINCE:
        total = _not_net(total, net, production, _total_meter(told))
    return _measured(production), _measured(total), _measured(net)


def _production(told: Told) -> _Parts:
    source = told.production_source
    if source == "v1":
        figures = told.of(PRODUCTION_V1)
        if figures is None:
            return _gone(told, PRODUCTION_V1)
        if figures.any_energy:
            return (figures,)
        return _nothing(told, PRODUCTION_V1, "only zeros, as in the first minutes after a restart")
    if source is None:
        return ()
    if told.page is None:
        return _gone(told, told.page_source)
    if source == "meter":
        return _entry(told, "the production meter", told.page.meter)
    inverters = told.page.inverters
    if inverters is None or not inverters.figures.lifetime:
        return _nothing(told, told.page_source, "the microinverters count no energy")
    return (Figures(watts=inverters.figures.watts, lifetime=inverters.figures.lifetime),)


def _consumption(told: Told, kind: str) -> _Parts:
    if told.page is None or kind not in told.consumption:
        return ()
    return _entry(told, f"the {kind} meter", told.page.consumption.get(kind))


def _entry(told: Told, name: str, entry: Entry | None) -> _Parts:
    # Some firmware sometimes reports that no meter is active, although the meter still counts.
    if entry is None or not (entry.active or entry.figures.any_energy):
        return _nothing(told, told.page_source, f"{name} counts no energy")
    phase_count = told.profile.phase_count
    return (entry.figures, *entry.lines[: phase_count if phase_count > 1 else 0])


def _gone(told: Told, source: Source[Any]) -> _Parts:
    """Nothing from an endpoint; why a present one has failed was already told."""
    if told.wants("production") and told.absent(source):
        return _nothing(told, source, "the gateway lacks it now, and production comes from it")
    return ()


def _nothing(told: Told, source: Source[Any], reason: str) -> _Parts:
    told.problems.add(source.endpoint, reason)
    return ()


def _not_net(total: _Parts, net: _Parts, production: _Parts, metered: _Parts) -> _Parts:
    """Total consumption, corrected where firmware 8.3.5433 reports net consumption in its place.

    The two can only be equal while nothing is produced. A total-consumption meter has priority.
    """
    parts = zip_longest(total, net, production, metered, fillvalue=_NOTHING)
    return tuple(_part_not_net(*figures, *production[:1]) for figures in parts)[: len(total)]


def _part_not_net(
    total: Figures, net: Figures, made: Figures, metered: Figures, all_made: Figures = _NOTHING
) -> Figures:
    watts: float | None = 0.0
    lifetime: float | None = 0.0
    if total.watts is not None and total.watts == net.watts:
        # If the total is zero, so is each phase, whether it is reported or not.
        watts = made.watts if made.watts is not None or all_made.watts != 0 else 0.0
    if total.lifetime is not None and total.lifetime == net.lifetime:
        lifetime = made.lifetime if made.lifetime is not None or all_made.lifetime != 0 else 0.0
    if watts != 0:
        total = evolve(total, watts=_first(metered.watts, _used(net.watts, watts)))
    if lifetime != 0:
        # A value of today that equals net consumption's, or lifetime energy, is not known either.
        unknown = (net.today, net.last_7_days, net.lifetime)
        total = evolve(
            total,
            lifetime=_first(metered.lifetime, _used(net.lifetime, lifetime)),
            today=None if total.today in unknown else total.today,
            last_7_days=None if total.last_7_days in unknown else total.last_7_days,
        )
    return total


def _total_meter(told: Told) -> _Parts:
    """The values of the total-consumption meter; empty if there is none or it was not read."""
    meters, phases = ct_meters(told.enabled_meters, told.of(METER_READINGS) or {})
    meter = meters.get(_TOTAL)
    if meter is None:
        return ()
    return tuple(
        Figures(watts=one.active_power, lifetime=one.energy_delivered)
        for one in (meter, *phases.get(_TOTAL, {}).values())
    )


def _with_the_roof(
    told: Told, total: _Parts, net: _Parts, production: _Parts
) -> tuple[_Parts, _Parts]:
    """Consumption without a production meter: the gateway then sends net consumption as total.

    The microinverters report the power of the roof now. Their counters began on another day than
    the meter's, so the energies cannot be added. Values by phase are not known.
    """
    if not total or not _is_told_as_one(told, total[0], net[0] if net else None):
        return total, net
    roof = production[0].watts if production else None
    if roof is None and _has_no_roof(told):
        return total, net
    if told.measures(_TOTAL):
        taken = None if roof is None else _plus(total[0].watts, -roof)
        return total, (Figures(watts=taken),) if net else ()
    return (Figures(watts=_used(total[0].watts, roof)),), net


def _is_told_as_one(told: Told, total: Figures, net: Figures | None) -> bool:
    """Whether total consumption is the sum of net consumption and the unused meter's value."""
    if net is None:
        return told.measures(_NET)
    if total.watts is None or net.watts is None:
        return True
    unused = told.page.meter.figures.watts if told.page and told.page.meter else None
    return abs(total.watts - net.watts - (unused or 0)) < 1


def _has_no_roof(told: Told) -> bool:
    """Whether the gateway has no source of production, for example batteries only."""
    page, v1 = told.page, told.of(PRODUCTION_V1)
    listed = page.inverters if page else None
    return not (listed and listed.active) and not (v1 and v1.any_energy)


def _used(net: float | None, produced: float | None) -> float | None:
    """The consumption of the house, which is never negative."""
    used = None if produced is None else _plus(net, produced)
    return None if used is None or used < 0 else used


def _first(value: float | None, other: float | None) -> float | None:
    return other if value is None else value


def _plus(value: float | None, more: float) -> float | None:
    return None if value is None else value + more


def _measured(parts: _Parts) -> Measured:
    if not parts:
        return Measured(system=None, phases=None)
    by_phase = {phase: figures.rounded() for phase, figures in zip(PHASES, parts[1:], strict=False)}
    return Measured(system=parts[0].rounded(), phases=by_phase or None)
