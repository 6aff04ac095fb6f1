"""What the owner of a simulated gateway has set: the documents that writes change."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from enphase_sdk.testing.gateway.plant import Controls
from enphase_sdk.testing.gateway.profiles import Profile

__all__ = ["Settings", "installed"]

_CONTACTS = ("NC1", "NC2", "NO1", "NO2")
_WEEK = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_MODE_CODES = {"backup": "CP", "self-consumption": "ZN"}


@define
class Settings:
    """The documents as they stand.

    Attributes:
        controls: What the plant obeys.
        contacts: State of each dry contact, ``open`` or ``closed``.
        contact_settings: Whole record of each dry contact.
        tariff: The document under ``tariff``.
        tariff_seconds: When the tariff was last written, epoch seconds.
        generator_config: Empty without a generator.
        generator_schedule: Empty without a generator.
        acb_sleep: Lowest and highest charge (percent) of each sleeping AC battery.
        live_until: When live data stops to be renewed, epoch seconds.
    """

    controls: Controls
    contacts: dict[str, str]
    contact_settings: dict[str, dict[str, Any]]
    tariff: dict[str, Any]
    tariff_seconds: int
    generator_config: dict[str, Any]
    generator_schedule: dict[str, Any]
    acb_sleep: dict[str, tuple[int, int]] = field(factory=dict[str, tuple[int, int]])
    live_until: float = 0.0

    def obey_tariff(self) -> None:
        """Let the plant run by the tariff's storage settings."""
        storage = self.tariff.get("storage_settings")
        if storage is None:
            return
        self.controls.mode = storage["mode"]
        self.controls.reserve = float(storage["reserved_soc"])
        self.controls.lowest = float(storage["very_low_soc"])
        self.controls.charge_from_grid = storage["charge_from_grid"]

    def obey_generator(self) -> None:
        """Let the plant run its generator by the generator's documents."""
        if self.generator_config:
            limits = self.generator_schedule["default_soc"]
            self.controls.generator_start = float(limits["start_soc"])
            self.controls.generator_stop = float(limits["stop_soc"])
            self.controls.charge_from_generator = self.generator_config["charge_from_generator"]

    def sleeping(self) -> dict[str, Any]:
        """``/admin/lib/acb_config``: the AC batteries that sleep."""
        return {
            "acb_sleep": [
                {"serial_num": serial, "sleep_min_soc": low, "sleep_max_soc": high}
                for serial, (low, high) in self.acb_sleep.items()
            ]
        }

    def schedule(self) -> dict[str, Any]:
        """The ``schedule`` beside the tariff, which follows it."""
        storage = self.tariff.get("storage_settings", {})
        mode = storage.get("mode", "self-consumption")
        everywhere = {
            day: [{"start": 0, "duration": 1440, "setting": _MODE_CODES.get(mode, "ZN")}]
            for day in _WEEK
        }
        return {
            "source": "Tariff",
            "version": "00.00.02",
            "reserved_soc": storage.get("reserved_soc", 0.0),
            "very_low_soc": storage.get("very_low_soc", 5),
            "charge_from_grid": storage.get("charge_from_grid", False),
            "battery_mode": mode,
            "operation_mode_sub_type": storage.get("operation_mode_sub_type", ""),
            "schedule": {
                "Disable": [
                    {day: [{"start": 0, "duration": 1440, "setting": "ID"}]} for day in _WEEK
                ],
                "tariff": [{"start": "1/1", "end": "1/1", **everywhere}],
            },
        }


def installed(profile: Profile, now: float) -> Settings:
    """The settings an installer leaves behind on such a gateway."""
    settings = Settings(
        controls=Controls(),
        contacts=dict.fromkeys(_CONTACTS, "closed" if profile.enpower else "open"),
        contact_settings={
            name: _contact(name, priority, profile)
            for priority, name in enumerate(_CONTACTS, start=1)
        },
        tariff=_tariff(profile, now),
        tariff_seconds=int(now) - 40 * 86400,
        generator_config=_generator_config() if profile.generator else {},
        generator_schedule=_generator_schedule() if profile.generator else {},
    )
    settings.obey_tariff()
    settings.obey_generator()
    return settings


def _contact(name: str, priority: int, profile: Profile) -> dict[str, Any]:
    used = profile.enpower and name.startswith("NO")
    action = ("shed" if used else "apply") if profile.enpower else "none"
    record: dict[str, Any] = {
        "id": name,
        "type": "LOAD" if used else "NONE",
        "grid_action": action,
        "micro_grid_action": action,
        "gen_action": action,
    }
    if profile.enpower or profile.version >= (8, 3):
        record |= {
            "essential_start_time": 32400.0,
            "essential_end_time": 57600.0,
            "priority": float(priority),
            "black_s_start": 5.0,
            "manual_override": "true",
        }
    return record | {
        "override": "true" if used else "false",
        "load_name": f"Load {priority}" if used else "",
        "mode": "manual",
        "soc_low": 30.0,
        "soc_high": 70.0,
        "pv_serial_nb": [],
    }


def _tariff(profile: Profile, now: float) -> dict[str, Any]:
    date = str(int(now) - 40 * 86400)
    currency = {"code": "USD" if profile.zone.startswith("US/") else "EUR"}
    if profile.version < (7,):
        return {
            "currency": currency,
            "single_rate": {"rate": 0.0, "sell": 0.0},
            "seasons": [],
            "seasons_sell": [],
        }
    storage: dict[str, Any] = {
        "mode": "self-consumption",
        "operation_mode_sub_type": "",
        "reserved_soc": 20.0 if profile.stored else 0.0,
        "very_low_soc": 10 if profile.stored else 5,
        "charge_from_grid": False,
        "date": date,
    }
    if profile.version >= (8, 2):
        storage["opt_schedules"] = profile.stored
    periods = [
        {"id": "filler", "start": 0, "rate": 0.21},
        {"id": "period_1", "start": 960, "rate": 0.38},
        {"id": "filler", "start": 1260, "rate": 0.21},
    ]
    days = {
        "id": "all_days",
        "days": "Mon,Tue,Wed,Thu,Fri,Sat,Sun",
        "must_charge_start": 0,
        "must_charge_duration": 0,
        "must_charge_mode": "CP",
        "peak_rule": "DL",
        "enable_discharge_to_grid": False,
        "periods": periods,
    }
    return {
        "currency": currency,
        "logger": "mylogger",
        "date": date,
        "storage_settings": storage,
        "single_rate": {"rate": 0.21, "sell": 0.08},
        "seasons": [{"id": "all_year_long", "start": "1/1", "days": [days], "tiers": []}],
        "seasons_sell": [],
    }


def _generator_config() -> dict[str, Any]:
    return {
        "max_cont_gen_amps": 45.8,
        "min_gen_loading_perc": 5,
        "max_gen_efficiency_perc": 100,
        "name_plate_rating_wat": 11.0,
        "start_method": "Auto",
        "warm_up_mins": 0,
        "cool_down_mins": 0,
        "gen_type": "Standby",
        "model": "11kW",
        "manufacturer": "Simulated",
        "last_updated_by": "ITK",
        "generator_id": "",
        "charge_from_generator": True,
    }


def _generator_schedule() -> dict[str, Any]:
    period = {
        "id": "normal_1",
        "start": 0.0,
        "duration": 1440.0,
        "start_soc": 100.0,
        "stop_soc": -1.0,
        "setting": "AON",
    }
    day = {"id": "all_days", "week_days": "Mon,Tue,Wed,Thu,Fri,Sat,Sun", "periods": [period]}
    return {
        "exercise_config": {"freq_in_weeks": 1, "start": 750, "duration": 30, "day": "Sun"},
        "default_soc": {"start_soc": 30, "stop_soc": 70},
        "schedule": {
            "default": [{"id": "always_on", "start": "1/1", "end": "12/31", "days": [day]}]
        },
        "last_updated_by": "ITK",
    }
