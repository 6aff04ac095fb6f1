"""The settings of simulated systems; a change is stored and can be read back."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from enphase_sdk.testing.cloud.question import Question
from enphase_sdk.testing.cloud.v4.bodies import one_of, read_fields, text, whole
from enphase_sdk.testing.cloud.v4.refusals import unprocessable
from enphase_sdk.testing.world.flows import has_battery

__all__ = ["Settings"]

# The spelling of a mode in a request, and in answers to GET.
_MODES = {
    "Self-consumption": "Self - Consumption",
    "Savings Mode": "Savings Mode",
    "Full Backup": "Full Backup",
}
_SHUTDOWN_LEVEL = 13
_SWITCH = one_of("enabled", "disabled")
_TIME_OF_DAY = whole(0, 86_400)
_ADVANCED = "Advanced_BatteryPowered"
_LOAD = {
    "name": text,
    "load_name": text,
    "mode": one_of(
        "Basic",
        "Scheduled",
        _ADVANCED,
        "Advanced_GeneratorPowered",
        "Manual_always_powered",
        "Manual_always_not_powered",
    ),
    "soc_low": whole(10, 90),
    "essential_start_time": _TIME_OF_DAY,
    "essential_end_time": _TIME_OF_DAY,
}


@define
class _Kept:
    """The settings of one system."""

    battery_mode: str = "Self - Consumption"
    reserve_soc: int = 20
    energy_independence: str = "enabled"
    charge_from_grid: str = "disabled"
    storm_guard: str = "disabled"
    loads: list[dict[str, object]] = field(
        factory=lambda: [
            {
                "name": name,
                "load_name": load,
                "owner_can_override": True,
                "mode": "Basic",
                "soc_low": 30,
                "soc_high": 50,
                "status": "enabled",
                "essential_start_time": 32_400,
                "essential_end_time": 57_600,
            }
            for name, load in (("NC1", "Upstairs A/C"), ("NC2", "Pool pump"))
        ]
    )


class Settings:
    """The settings of every system of a fleet that has a battery."""

    def __init__(self) -> None:
        self._kept: dict[int, _Kept] = {}

    def battery(self, question: Question) -> object:
        """GET battery_settings."""
        kept = self._of(question)
        return {
            "system_id": question.subject.system.system_id,
            "battery_mode": kept.battery_mode,
            "reserve_soc": kept.reserve_soc,
            "energy_independence": kept.energy_independence,
            "charge_from_grid": kept.charge_from_grid,
            "battery_shutdown_level": _SHUTDOWN_LEVEL,
        }

    def set_battery(self, question: Question) -> object:
        """PUT battery_settings: changes the named settings; the answer spells the mode anew."""
        kept = self._of(question)
        changes = read_fields(
            question.parameters["body"],
            {
                "battery_mode": one_of(*_MODES),
                "reserve_soc": whole(_SHUTDOWN_LEVEL, 100),
                "energy_independence": _SWITCH,
            },
        )
        if "battery_mode" in changes:
            kept.battery_mode = _MODES[changes["battery_mode"]]
        kept.reserve_soc = changes.get("reserve_soc", kept.reserve_soc)
        kept.energy_independence = changes.get("energy_independence", kept.energy_independence)
        shown: Any = self.battery(question)
        spelt = "self-consumption" if "Self" in kept.battery_mode else kept.battery_mode
        return {**shown, "battery_mode": spelt}

    def storm_guard(self, question: Question) -> object:
        """GET storm_guard; booleans are sent as text."""
        return {
            "system_id": question.subject.system.system_id,
            "storm_guard_status": self._of(question).storm_guard,
            "storm_alert": "false",
        }

    def set_storm_guard(self, question: Question) -> object:
        """PUT storm_guard."""
        kept = self._of(question)
        status = "storm_guard_status"
        body = question.parameters["body"]
        kept.storm_guard = read_fields(body, {status: _SWITCH}, required=(status,))[status]
        return self.storm_guard(question)

    def grid_status(self, question: Question) -> object:
        """GET grid_status."""
        view = question.subject
        return {
            "system_id": view.system.system_id,
            "grid_state": "Unknown" if view.status == "comm" else "On Grid",
            "last_report_date": view.report.last_report_at,
        }

    def load_control(self, question: Question) -> object:
        """GET load_control."""
        return {
            "system_id": question.subject.system.system_id,
            "load_control_data": self._of(question).loads,
        }

    def set_load_control(self, question: Question) -> object:
        """PUT load_control: one load, named by `name`; its `load_name` stays."""
        kept = self._of(question)
        changes = read_fields(question.parameters["body"], _LOAD, required=("name",))
        if changes.get("mode") == _ADVANCED and "soc_low" not in changes:
            raise unprocessable(f"soc_low is mandatory for {_ADVANCED} mode")
        for load in kept.loads:
            if load["name"] == changes["name"]:
                load.update(changes, load_name=load["load_name"])
                return self.load_control(question)
        raise unprocessable("name is invalid at Json body location")

    def _of(self, question: Question) -> _Kept:
        system = question.subject.system
        if not has_battery(system):
            raise unprocessable("System doesn't have encharge(s)")
        return self._kept.setdefault(system.system_id, _Kept())
