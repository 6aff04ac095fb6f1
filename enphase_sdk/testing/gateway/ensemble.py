"""Batteries, controllers and the generator of a simulated gateway, as its answers show them."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from enphase_sdk.testing.gateway.plant import Moment
from enphase_sdk.testing.gateway.profiles import Profile
from enphase_sdk.testing.gateway.settings import Settings

__all__ = ["Ensemble", "acb_serials"]

_ASLEEP = "envoy.cond_flags.pcu_ctrl.sleep-mode"
_OK = ["envoy.global.ok", "prop.done"]
_INSTALLED = 1_700_000_000
_SCHEDULE_KEY = (
    "ID - Idle",
    "ZN - Zero Net",
    "CG - Charge From Grid",
    "DG - Discharge to Grid",
    "ND - No Discharge",
    "DL - Discharge to Load",
    "CP - Charge From PV",
)
_SCHEDULE_MODES = {"self-consumption": 1, "backup": 6, "economy": 5, "savings-mode": 5}
_GENERATOR_MODES = {"off": 0, "on": 1, "auto": 2}


def acb_serials(profile: Profile) -> list[str]:
    """Serial numbers of the AC batteries."""
    return [str(121_700_000_100 + 11 * index) for index in range(profile.acbs)]


@frozen
class Ensemble:
    """Every answer under ``/ivp/ensemble``, for one instant.

    Attributes:
        profile: The gateway's equipment.
        settings: What the owner has set.
        moment: The plant at the instant.
    """

    profile: Profile
    settings: Settings
    moment: Moment

    def inventory(self) -> list[dict[str, Any]]:
        """``/ivp/ensemble/inventory``; an empty list without batteries and controllers."""
        groups: list[tuple[str, list[dict[str, Any]]]] = []
        if self.profile.batteries or self.profile.enpower:
            groups.append(("ENCHARGE", self._encharges()))
        if self.profile.enpower:
            groups.append(("ENPOWER", [self._enpower()]))
        if self.profile.collar:
            groups += [
                ("COLLAR", [self._collar()]),
                ("C6 COMBINER CONTROLLER", [self._combiner()]),
                ("C6 RGM", [self._combiner_meter()]),
            ]
        return [{"type": kind, "devices": devices} for kind, devices in groups]

    def power(self) -> dict[str, Any]:
        """``/ivp/ensemble/power``; the colon in the name is the gateway's own."""
        each = self._encharge_watts() / max(1, self.profile.batteries)
        return {
            "devices:": [
                {
                    "serial_num": serial,
                    "real_power_mw": round(each * 1000),
                    "apparent_power_mva": round(each * 1000),
                    "soc": self.level,
                }
                for serial in self._encharge_serials()
            ]
        }

    def secctrl(self) -> dict[str, Any]:
        """``/ivp/ensemble/secctrl``."""
        encharge = self.profile.batteries * self.profile.battery_wh
        acb = self.profile.acbs * self.profile.acb_wh
        reserve = round(self.settings.controls.reserve) if self.profile.stored else 0
        biases = {
            f"{kind}{phase}": value
            for phase in ("", "_phaseb", "_phasec")
            for kind, value in (("freq_bias_hz", 0.0), ("voltage_bias_v", 0.0))
        }
        return {
            "shutdown": False,
            **biases,
            "configured_backup_soc": reserve,
            "adjusted_backup_soc": reserve,
            "agg_soc": self.level,
            "Max_energy": round(encharge + acb),
            "ENC_agg_soc": self.level if encharge else 0,
            "ENC_agg_soh": 100 if encharge else 0,
            "ENC_agg_backup_energy": round(encharge * reserve / 100),
            "ENC_agg_avail_energy": round(encharge * self._part),
            "Enc_commissioned_capacity": round(encharge),
            "Enc_max_available_capacity": round(encharge),
            "ACB_agg_soc": self.level if acb else 0,
            "ACB_agg_energy": round(acb * self._part),
            "VLS_Limit": round(self.settings.controls.lowest),
            "soc_rec_enabled": True,
            "soc_recovery_entry": 0,
            "soc_recovery_exit": 10,
            "Commission_in_progress": False,
            "ESS_in_progress": False,
        }

    def status(self) -> dict[str, Any]:
        """``/ivp/ensemble/status``."""
        devices = [device for group in self.inventory() for device in group["devices"]]
        return {
            "inventory": {
                "serial_nums": {
                    device["serial_num"]: {
                        "device_id": device["serial_num"],
                        "admin_state": device.get("admin_state", 1),
                        "admin_state_str": device.get("admin_state_str", ""),
                        "part_number": device["part_num"],
                        "app_fw_version": device.get("img_pnum_running", ""),
                        "submodule_count": 0,
                        "submodules": {},
                    }
                    for device in devices
                }
            },
            "counters": {"api_ecagtInit": 1, "api_ecagtTick": int(self.moment.at) - _INSTALLED},
            "secctrl": self.secctrl(),
            "relay": self.relay(),
        }

    def relay(self) -> dict[str, Any]:
        """``/ivp/ensemble/relay``, which ``/ivp/ensemble/status`` holds too."""
        return {
            "mains_admin_state": self.settings.mains,
            # Off the grid it tells of its synchronizing too.
            "mains_oper_state": "closed" if self.settings.controls.on_grid else "open synchronized",
            "der1_state": 1,
            "der2_state": 1,
            "der3_state": 1 if self.profile.generator else 0,
            "Enchg_grid_mode": self._grid_mode,
            "Solar_grid_mode": self._grid_mode,
        }

    def generator(self) -> dict[str, Any]:
        """``/ivp/ensemble/generator``; an idle stub where there is none."""
        running = self.moment.generator_running
        present = self.profile.generator
        mode = self.settings.controls.generator
        return {
            "admin_state": ("close" if running else "open") if present else "unknown",
            "oper_state": "close" if running else "open",
            "admin_mode": _GENERATOR_MODES[mode] if present else 0,
            "schedule": int(present),
            "start_soc": 100,
            "stop_soc": -1,
            "exc_on": 0,
            "present": 1,
            "type": int(present),
        }

    def dry_contacts(self) -> dict[str, Any]:
        """``/ivp/ensemble/dry_contacts``; wrong about the NC ones for a while after a change."""
        unsettled = self.moment.at < self.settings.unsettled_until
        return {
            "dry_contacts": [
                {"id": name, "status": "open" if unsettled and name.startswith("NC") else status}
                for name, status in self.settings.contacts.items()
            ]
        }

    def schedule(self) -> dict[str, Any]:
        """``/ivp/sc/sched``: the last command of the controller, under names with blanks."""
        capacity = self.profile.batteries * self.profile.battery_wh
        controls = self.settings.controls
        return {
            "acb_current_mode": _SCHEDULE_MODES[controls.mode],
            "acb_debug_mode": -1,
            "ENC_agg_energy": round(capacity * self._part),
            "Agg Backup Energy": round(capacity * controls.reserve / 100),
            "Agg VLS Energy": round(capacity * controls.lowest / 100),
            "Num_of_enc": self.profile.batteries,
            "ENC_agg_soc": self.level if capacity else 0,
            "Force Discharge": False,
            "Charge From Grid Allowed": controls.charge_from_grid,
            "Num_of_acb": self.profile.acbs,
            "agg_soc": self.level,
            "max_energy": round(self._capacity),
            "sched_mode_key": list(_SCHEDULE_KEY),
        }

    def acb_summary(self) -> dict[str, Any]:
        """The ``storage`` entry of ``/production.json``: all AC batteries together."""
        watts = self._acb_watts()
        entry: dict[str, Any] = {
            "type": "acb",
            "activeCount": self.profile.acbs,
            "readingTime": int(self.moment.at) if self.profile.acbs else 0,
            "wNow": round(watts),
            "whNow": round(self.profile.acbs * self.profile.acb_wh * self._part),
            "state": _flowing(watts),
        }
        return entry | ({"percentFull": self.level} if self.profile.acbs else {})

    def acb_devices(self) -> list[dict[str, Any]]:
        """The ACB devices of ``/inventory.json``."""
        told, asleep = self.settings.acb_sleep, self.settings.asleep
        return [
            {
                "part_num": "800-00930-r03",
                "installed": str(_INSTALLED),
                "serial_num": serial,
                "device_status": [*_OK, _ASLEEP] if serial in asleep else _OK,
                "last_rpt_date": str(int(self.moment.at) // 300 * 300),
                "admin_state": 1,
                "dev_type": 11,
                "communicating": True,
                "operating": True,
                "sleep_enabled": serial in told,
                "percentFull": self.level,
                "maxCellTemp": 24,
                "sleep_min_soc": told.get(serial, (20, 30))[0],
                "sleep_max_soc": told.get(serial, (20, 30))[1],
                "charge_status": "idle" if serial in asleep else _flowing(self._acb_watts()),
            }
            for serial in acb_serials(self.profile)
        ]

    @property
    def level(self) -> int:
        """Charge of the batteries, in percent."""
        return round(100 * self._part)

    @property
    def _capacity(self) -> float:
        return (
            self.profile.batteries * self.profile.battery_wh
            + self.profile.acbs * self.profile.acb_wh
        )

    @property
    def _part(self) -> float:
        return self.moment.charge / self._capacity if self._capacity else 0.0

    @property
    def _mains(self) -> str:
        return "closed" if self.settings.controls.on_grid else "open"

    @property
    def _grid_mode(self) -> str:
        if not self.settings.controls.on_grid:
            return "multimode-generator" if self.moment.generator_running else "multimode-offgrid"
        return "multimode-ongrid" if self.profile.enpower or self.profile.collar else "grid-tied"

    def _acb_watts(self) -> float:
        awake = self.profile.acbs - len(self.settings.asleep)
        encharge = self.profile.batteries * self.profile.battery_wh
        sharing = encharge + awake * self.profile.acb_wh
        return self.moment.battery * awake * self.profile.acb_wh / sharing if sharing else 0.0

    def _encharge_watts(self) -> float:
        return self.moment.battery - self._acb_watts()

    def _encharge_serials(self) -> list[str]:
        return [str(492_320_000_140 + 9 * index) for index in range(self.profile.batteries)]

    def _encharges(self) -> list[dict[str, Any]]:
        modern = self.profile.collar
        return [
            {
                "part_num": "836-01250-r00" if modern else "836-01826-r76",
                **self._device(serial),
                "device_status": _OK,
                "admin_state": 63 if modern else 6,
                "admin_state_str": "ENCMN_MDE_ENCHARGE_READY" if modern else "ENCHG_STATE_READY",
                "img_pnum_running": "4.5.35" if modern else "3.0.7545_rel/31.33",
                "bmu_fw_version": "4.5.35" if modern else "3.8.63",
                "communicating": True,
                "sleep_enabled": False,
                "percentFull": self.level,
                "temperature": 22 + index,
                "maxCellTemp": 23 + index,
                "reported_enc_grid_state": "grid-tied"
                if self.settings.controls.on_grid
                else "grid-forming",
                "comm_level_sub_ghz": 0 if modern else 3,
                "comm_level_2_4_ghz": 0 if modern else 3,
                "led_status": 12 if self.moment.battery < 0 else 17,
                "dc_switch_off": False,
                "encharge_rev": 4 if modern else 3,
                "encharge_capacity": round(self.profile.battery_wh),
                "phase": "ph-a",
                "der_index": 2,
            }
            for index, serial in enumerate(self._encharge_serials())
        ]

    def _enpower(self) -> dict[str, Any]:
        closed = self.settings.controls.on_grid
        return {
            "part_num": "865-00378-r27",
            **self._device("482326107450"),
            "device_status": _OK,
            "admin_state": 24 if closed else 30,
            "admin_state_str": "ENPWR_STATE_OPER_CLOSED" if closed else "ENPWR_STATE_OPER_OPEN",
            "img_pnum_running": "3.0.6297_rel/31.33",
            "communicating": True,
            "temperature": 83,
            "comm_level_sub_ghz": 5,
            "comm_level_2_4_ghz": 5,
            "mains_admin_state": self.settings.mains,
            "mains_oper_state": self._mains,
            "Enpwr_grid_mode": self._grid_mode,
            "Enchg_grid_mode": self._grid_mode,
            "Enpwr_relay_state_bm": 975,
            "Enpwr_curr_state_id": 16,
        }

    def _collar(self) -> dict[str, Any]:
        closed = self.settings.controls.on_grid
        return {
            "part_num": "865-00400-r22",
            **self._device("482520020939"),
            "device_status": _OK,
            "admin_state": 88 if closed else 89,
            "admin_state_str": "ENCMN_MDE_ON_GRID" if closed else "ENCMN_MDE_OFF_GRID",
            "img_pnum_running": "3.0.6-D0",
            "communicating": True,
            "temperature": 42,
            "mid_state": "close" if closed else "open",
            "grid_state": "on_grid" if closed else "off_grid",
            "control_error": 0,
            "collar_state": "Installed",
        }

    def _combiner(self) -> dict[str, Any]:
        return {
            "part_num": "800-02403-r08",
            **self._device("482523040549"),
            "admin_state": 82,
            "admin_state_str": "ENCMN_C6_CC_READY",
            "fw_version": "0.1.20-D1",
            "dmir_version": "0.1.20-D1",
            "communicating": True,
        }

    def _combiner_meter(self) -> dict[str, Any]:
        return {
            "part_num": "800-02403-r08",
            "serial_num": "482523040550",
            "installed": _INSTALLED,
            "FW Version": "2.2.1-D4119",
            "Device State": 80,
        }

    def _device(self, serial: str) -> dict[str, Any]:
        return {
            "serial_num": serial,
            "installed": _INSTALLED,
            "last_rpt_date": int(self.moment.at) // 60 * 60,
            "created_date": _INSTALLED,
            "img_load_date": _INSTALLED,
        }


def _flowing(watts: float) -> str:
    if round(watts) == 0:
        return "idle"
    return "discharging" if watts > 0 else "charging"
