"""What owners and installers can set of simulated systems; a change is kept and read back."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from enphase_sdk.testing.cloud.question import Question
from enphase_sdk.testing.cloud.v4.refusals import unprocessable
from enphase_sdk.testing.world.flows import has_battery

__all__ = ["Settings"]

_MODES = {
    "self-consumption": "Self - Consumption",
    "savings mode": "Savings Mode",
    "full backup": "Full Backup",
}
_SWITCH = ("enabled", "disabled")


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
            "battery_shutdown_level": 13,
        }

    def set_battery(self, question: Question) -> object:
        """PUT battery_settings: what is named changes; the answer spells the mode anew."""
        kept, body = self._of(question), _body(question)
        mode = body.get("battery_mode")
        if mode is not None:
            known = {"Self-consumption": "self-consumption", "Savings Mode": "savings mode",
                     "Full Backup": "full backup"}  # fmt: skip
            if mode not in known:
                raise unprocessable("battery_mode is invalid at Json body location")
            kept.battery_mode = _MODES[known[mode]]
        reserve = body.get("reserve_soc")
        if reserve is not None:
            if not isinstance(reserve, int) or not 5 <= reserve <= 100:
                raise unprocessable("reserve_soc is invalid at Json body location")
            kept.reserve_soc = reserve
        kept.energy_independence = _switch(body, "energy_independence", kept.energy_independence)
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
        kept, body = self._of(question), _body(question)
        kept.storm_guard = _switch(body, "storm_guard_status", kept.storm_guard)
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
        """PUT load_control: one load, named by `name`."""
        kept, body = self._of(question), _body(question)
        for load in kept.loads:
            if load["name"] == body.get("name"):
                load.update({name: value for name, value in body.items() if name in load})
                return self.load_control(question)
        raise unprocessable("name is invalid at Json body location")

    def _of(self, question: Question) -> _Kept:
        system = question.subject.system
        if not has_battery(system):
            raise unprocessable("System doesn't have encharge(s)")
        return self._kept.setdefault(system.system_id, _Kept())


def _body(question: Question) -> dict[str, Any]:
    body = question.parameters.get("body")
    if not isinstance(body, dict):
        raise unprocessable("Json body is missing")
    return body


def _switch(body: dict[str, Any], name: str, now: str) -> str:
    value = body.get(name, now)
    if value not in _SWITCH:
        raise unprocessable(f"{name} is invalid at Json body location")
    return str(value)
