"""System production and consumption, from whatever this gateway tells of them."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any, TypeAlias

from attrs import evolve, frozen

from enphase_sdk.gateway.mapping.meters import PHASES
from enphase_sdk.gateway.mapping.production import Entry, Figures
from enphase_sdk.gateway.models.energy import SystemEnergy
from enphase_sdk.gateway.sources import PRODUCTION_V1, Source
from enphase_sdk.gateway.told import Told

__all__ = ["Measured", "system_energies"]

_NET, _TOTAL = "net-consumption", "total-consumption"
_NETTING_SINCE = (7,)
_NOTHING = Figures(watts=None)

_Parts: TypeAlias = tuple[Figures, ...]
"""The whole, then the phases where there are several; empty if not known."""


@frozen(kw_only=True, hash=False)
class Measured:
    """One quantity as a `Snapshot` has it: the whole, and by phase where there are several."""

    system: SystemEnergy | None
    phases: dict[str, SystemEnergy] | None


def system_energies(told: Told) -> tuple[Measured, Measured, Measured]:
    """Production, total consumption and net consumption."""
    production = _production(told)
    total, net = _consumption(told, _TOTAL), _consumption(told, _NET)
    if told.production_source == "meter" and told.info.version >= _NETTING_SINCE:
        total_is_measured = told.profile.consumption_meter_type == _TOTAL
        told_apart = [
            _told_apart(*figures, total_is_measured=total_is_measured)
            for figures in zip_longest(total, net, production, fillvalue=_NOTHING)
        ]
        total = tuple(figures[0] for figures in told_apart[: len(total)])
        net = tuple(figures[1] for figures in told_apart[: len(net)])
    return _measured(production), _measured(total), _measured(net)


def _production(told: Told) -> _Parts:
    source = told.production_source
    if source == "v1":
        figures = told.of(PRODUCTION_V1)
        if figures is None or figures.any_energy:
            return () if figures is None else (figures,)
        return _nothing(told, PRODUCTION_V1, "zeros only, as for minutes after a restart")
    if source is None or told.page is None:
        return ()
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
    # Some firmwares now and then say that no meter is active, and go on counting.
    if entry is None or not (entry.active or entry.figures.any_energy):
        return _nothing(told, told.page_source, f"{name} counts no energy")
    phase_count = told.profile.phase_count
    return (entry.figures, *entry.lines[: phase_count if phase_count > 1 else 0])


def _nothing(told: Told, source: Source[Any], reason: str) -> _Parts:
    told.problems.add(source.endpoint, reason)
    return ()


def _told_apart(
    total: Figures, net: Figures, production: Figures, *, total_is_measured: bool
) -> tuple[Figures, Figures]:
    """Mend total and net consumption where 8.3.5433 reports one for the other.

    They can only be equal while nothing is produced. The one that no meter measures is wrong.
    """
    watts = (production.watts or 0) if total.watts == net.watts else 0
    lifetime = (production.lifetime or 0) if total.lifetime == net.lifetime else 0
    if total_is_measured:
        net = evolve(net, watts=_plus(net.watts, -watts), lifetime=_plus(net.lifetime, -lifetime))
    elif watts or lifetime:
        # Net energy of a day is always sent as 0; a total equal to it is as little known.
        total = Figures(
            watts=_plus(total.watts, watts),
            lifetime=_plus(total.lifetime, lifetime),
            today=None if lifetime and total.today == net.today else total.today,
            last_7_days=None
            if lifetime and total.last_7_days == net.last_7_days
            else total.last_7_days,
        )
    return total, net


def _plus(value: float | None, more: float) -> float | None:
    return None if value is None else value + more


def _measured(parts: _Parts) -> Measured:
    if not parts:
        return Measured(system=None, phases=None)
    by_phase = {phase: figures.rounded() for phase, figures in zip(PHASES, parts[1:], strict=False)}
    return Measured(system=parts[0].rounded(), phases=by_phase or None)
