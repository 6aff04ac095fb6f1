"""Which endpoints a reading asks, in which order, and when each is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen

from enphase_sdk.gateway import sources
from enphase_sdk.gateway.gathered import Gathered
from enphase_sdk.gateway.production_source import v1_may_be_it
from enphase_sdk.gateway.sources import Source

__all__ = ["PLAN", "Step"]


@frozen
class Step:
    """One endpoint of a reading.

    Attributes:
        source: What to ask and how to read it.
        needed: Whether to ask, given what this reading and those before have learnt.
    """

    source: Source[Any]
    needed: Callable[[Gathered], bool]


def _always(_gathered: Gathered) -> bool:
    return True


def _has_meters(gathered: Gathered) -> bool:
    return bool(gathered.enabled_meters)


def _needs_page(gathered: Gathered) -> bool:
    profile = gathered.profile
    return (
        profile.production_source != "v1"
        or bool(profile.consumption)
        or bool(profile.acb_count)
        or gathered.measures("net-consumption", "total-consumption")
    )


def _needs_older_page(gathered: Gathered) -> bool:
    return gathered.absent(sources.PRODUCTION_JSON) and _needs_page(gathered)


def _needs_inverter_list(gathered: Gathered) -> bool:
    return not gathered.all_inverters_detailed


def _has_batteries(gathered: Gathered) -> bool:
    return gathered.has_device("encharge")


def _has_any_batteries(gathered: Gathered) -> bool:
    return _has_batteries(gathered) or gathered.has_ac_batteries


def _has_ac_batteries(gathered: Gathered) -> bool:
    return gathered.has_ac_batteries


def _has_relays(gathered: Gathered) -> bool:
    return gathered.has_device("enpower")


def _can_leave_grid(gathered: Gathered) -> bool:
    return gathered.has_device("enpower", "collar")


def _has_generator(gathered: Gathered) -> bool:
    return gathered.has_generator


def _on_demand(source: Source[Any]) -> Step:
    return Step(source, lambda gathered: source in gathered.wanted)


PLAN: tuple[Step, ...] = (
    Step(sources.METERS, _always),
    Step(sources.METER_READINGS, _has_meters),
    Step(sources.PRODUCTION_JSON, _needs_page),
    Step(sources.PRODUCTION, _needs_older_page),
    Step(sources.PRODUCTION_V1, v1_may_be_it),
    Step(sources.DEVICE_DATA, _always),
    Step(sources.INVERTERS, _needs_inverter_list),
    Step(sources.ENSEMBLE_INVENTORY, _always),
    Step(sources.SECONDARY_CONTROL, _has_any_batteries),
    Step(sources.ENCHARGE_POWER, _has_batteries),
    Step(sources.DRY_CONTACTS, _has_relays),
    Step(sources.DRY_CONTACT_SETTINGS, _has_relays),
    Step(sources.ACB_INVENTORY, _has_ac_batteries),
    Step(sources.TARIFF, _always),
    Step(sources.GENERATOR_CONFIG, _can_leave_grid),
    Step(sources.GENERATOR, _has_generator),
    Step(sources.GENERATOR_SCHEDULE, _has_generator),
    Step(sources.GENERATOR_MODE, _has_generator),
    _on_demand(sources.DEVICES),
    _on_demand(sources.HOME),
)
"""The steps of a reading: first what later steps depend on, then cheapest first, slow ones last.

A step is passed over where the endpoint is known to be absent, or newer than the firmware.
"""
