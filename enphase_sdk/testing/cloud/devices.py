"""``envoys``, ``inventory``, ``inverters_summary`` and ``search_system_id``: the hardware."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise

from enphase_sdk.testing.cloud.question import Question, View
from enphase_sdk.testing.cloud.refusal import not_found
from enphase_sdk.testing.cloud.summary import current_power
from enphase_sdk.testing.world.archetypes import Kind
from enphase_sdk.testing.world.chance import roll
from enphase_sdk.testing.world.system import System, Weakness
from enphase_sdk.testing.world.traits import Trait, roll_trait

__all__ = ["envoys", "inventory", "inverters_summary", "search_system_id"]

_GATEWAY = ("Envoy-S-Metered-NA", "ENV-IQ-AM1-240", "800-00555-r03")
_OLD_GATEWAY = ("Envoy", "ENV-120-02", "800-00069-r05")
_INVERTER = ("IQ7PLUS-72-2-US", "IQ7PLUS-72-2-US", "800-01103-r02")
_OLD_INVERTER = ("M215", "M215-60-2LL-S22-NA", "800-00107-r01")
_EVENNESS = (
    1 << 40
)  # larger than every number of a day or an interval, so that random values differ


def envoys(question: Question) -> object:
    """The gateways with their last report."""
    view = question.subject
    part_number = _gateway_model(view.system)[2]
    return {
        "system_id": view.system.system_id,
        "envoys": [
            {
                "envoy_id": gateway.envoy_id,
                "last_report_at": None if gateway.never_reported else view.report.last_report_at,
                "name": f"Envoy {gateway.serial_number}",
                "part_number": part_number,
                "serial_number": gateway.serial_number,
                "status": "comm" if view.status == "comm" else "normal",
            }
            for gateway in view.system.gateways
        ],
    }


def inventory(question: Question) -> object:
    """The active devices, without retired meters."""
    view = question.subject
    system = view.system
    gateway_model, gateway_sku, _ = _gateway_model(system)
    model, sku, _ = _inverter_model(system)
    serials = [meter.serial_number for meter in system.meters if meter.retired_at is None]
    if system.consumption_metered:
        serials.append(f"91{system.index:07d}9EIM2")
    return {
        "system_id": system.system_id,
        "envoys": [
            {"sn": gateway.serial_number, "model": gateway_model, "sku": gateway_sku}
            for gateway in system.gateways
        ],
        "inverters": [
            {"sn": _inverter_serial(system, number), "model": model, "sku": sku}
            for number in range(system.modules)
        ],
        "meters": [
            {
                "sn": serial,
                "manufacturer": "Enphase",
                "model": "EM200",
                "status": "normal",
                "state": "enabled",
            }
            for serial in serials
        ],
        "meta": view.meta(),
    }


def inverters_summary(question: Question) -> object:
    """The microinverters of each gateway; their energies add up to the system's lifetime."""
    view = question.subject
    system = view.system
    gateways = system.reporting_gateways
    inverters = list(_inverters(view))
    per_gateway = -(-len(inverters) // len(gateways))
    return [
        {
            "signal_strength": 1 + int(roll_trait(system.traits, Trait.SIGNAL) * 5),
            "micro_inverters": [
                {**inverter, "envoy_serial_number": gateway.serial_number}
                for inverter in inverters[number * per_gateway : (number + 1) * per_gateway]
            ],
        }
        for number, gateway in enumerate(gateways)
    ]


def search_system_id(question: Question) -> object:
    """The system that has a gateway."""
    system = question.world.owner_of(question.parameters["serial_num"])
    if system is None:
        raise not_found("Envoy not found with this serial number")
    return {"system_id": system.system_id}


def _inverters(view: View) -> Iterator[dict[str, object]]:
    system = view.system
    model, sku, part_number = _inverter_model(system)
    kilojoules = system.kind is Kind.LEGACY
    dead = system.dead_module if system.dead_since is not None else None
    power = _shared(system, current_power(view), without=dead, weak=system.weaknesses)
    for number, energy in enumerate(_energies(view)):
        failed = number == dead
        yield {
            "id": 1_000_000_000 + system.index * 1_000 + number,
            "serial_number": _inverter_serial(system, number),
            "model": model,
            "part_number": part_number,
            "sku": sku,
            "status": _inverter_status(view, failed=failed),
            "power_produced": power[number]
            if system.kind is Kind.LEGACY
            else {"value": power[number], "units": "W", "precision": 0},
            "proc_load": "520-00082-r01-v04.27.04",
            "param_table": "540-00134-r01-v04.22.09",
            "energy": {
                "value": round(energy * 3.6) if kilojoules else energy,
                "units": "kJ" if kilojoules else "Wh",
                "precision": 0,
            },
            "grid_profile": f"{system.key & 0xFFFFFFFFFFFF:024x}",
            "last_report_date": system.dead_since if failed else view.report.last_energy_at,
        }


def _inverter_status(view: View, *, failed: bool) -> str:
    if failed or view.status == "comm":
        return "micro"
    return "power" if view.status == "power" else "normal"


def _energies(view: View) -> list[int]:
    """Each microinverter's lifetime energy, Wh: the sum of its energies between changes."""
    system = view.system
    changes = [system.dead_since, *(weakness.since for weakness in system.weaknesses)]
    energies, shared = [0] * system.modules, 0
    for change in [*sorted(filter(None, changes)), None]:
        made = view.made_by_now
        if change is not None:
            made = min(view.production.until(change), made)
        before, shared = shared, math.floor(made)
        dead = system.dead_since is not None and _is_later(change, system.dead_since)
        part = _shared(
            system,
            shared - before,
            without=system.dead_module if dead else None,
            weak=[each for each in system.weaknesses if _is_later(change, each.since)],
        )
        energies = [a + b for a, b in zip(energies, part, strict=True)]
    return energies


def _is_later(instant: int | None, than: int) -> bool:
    return instant is None or instant > than


def _shared(
    system: System, amount: int, *, without: int | None = None, weak: Iterable[Weakness] = ()
) -> list[int]:
    """`amount` split over the microinverters, slightly unevenly and without a remainder."""
    weights = [
        0.0 if number == without else 0.94 + 0.06 * roll(system.key, _EVENNESS + number)
        for number in range(system.modules)
    ]
    for module, share in {each.module: each.share for each in weak}.items():
        weights[module] *= share
    sums = list(accumulate(weights, initial=0.0))
    bounds = [math.floor(amount * part / sums[-1]) for part in sums[:-1]] + [amount]
    return [after - before for before, after in pairwise(bounds)]


def _inverter_serial(system: System, number: int) -> str:
    return f"48{system.index:07d}{number:03d}"


def _gateway_model(system: System) -> tuple[str, str, str]:
    return _OLD_GATEWAY if system.kind is Kind.LEGACY else _GATEWAY


def _inverter_model(system: System) -> tuple[str, str, str]:
    return _OLD_INVERTER if system.kind is Kind.LEGACY else _INVERTER
