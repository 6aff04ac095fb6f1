"""Made-up houses: what their gateways answer, small enough to be seen through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from enphase_sdk.core.effects import Flow
from enphase_sdk.gateway.identity import GatewayInfo
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.reading import read
from enphase_sdk.gateway.snapshot import Snapshot
from tests.gateway.gateways import Answer, FakeGateway, ok

METERS = "/ivp/meters"
READINGS = "/ivp/meters/readings"
PAGE = "/production.json?details=1"
OLDER_PAGE = "/production"
V1 = "/api/v1/production"
DEVICE_DATA = "/ivp/pdm/device_data"
INVERTERS = "/api/v1/production/inverters"
INVENTORY = "/ivp/ensemble/inventory"
SECCTRL = "/ivp/ensemble/secctrl"
POWER = "/ivp/ensemble/power"
DRY_CONTACTS = "/ivp/ensemble/dry_contacts"
CONTACT_SETTINGS = "/ivp/ss/dry_contact_settings"
ACB_INVENTORY = "/inventory.json?deleted=1"
TARIFF = "/admin/lib/tariff"
GEN_CONFIG = "/ivp/ss/gen_config"
GENERATOR = "/ivp/ensemble/generator"
GEN_SCHEDULE = "/ivp/ss/gen_schedule"
GEN_MODE = "/ivp/ss/gen_mode"

Json = dict[str, Any]


def info(firmware: str = "8.2.4286", *, imeter: bool = True) -> GatewayInfo:
    """Who the gateway is."""
    return GatewayInfo(
        serial_number="122233334444",
        part_number="800-00654-r08",
        firmware=firmware,
        version=tuple(int(part) for part in firmware.split(".")),
        is_metered=imeter,
    )


def reading(
    answers: dict[str, Answer],
    firmware: str = "8.2.4286",
    *,
    imeter: bool = True,
    profile: GatewayProfile | None = None,
) -> Snapshot:
    """One reading of a gateway with these answers."""
    profile = GatewayProfile() if profile is None else profile
    return FakeGateway(answers).run(read(info(firmware, imeter=imeter), profile, now=0.0))


def first_flow() -> Flow[Snapshot]:
    """The first reading of a gateway, yet to be run."""
    return read(info(), GatewayProfile(), now=0.0)


def inverters_entry(watts: float = 800, lifetime: float = 500_000) -> Json:
    """What microinverters reported, in a production page."""
    return {"type": "inverters", "activeCount": 9, "wNow": watts, "whLifetime": lifetime}


def figures(watts: float, lifetime: float, today: float = 0.0, week: float = 0.0) -> Json:
    """Power and energy of an entry or a line."""
    return {"wNow": watts, "whLifetime": lifetime, "whToday": today, "whLastSevenDays": week}


def entry(
    measured: str | None, values: Json, *, active: int = 1, lines: Sequence[Json] = ()
) -> Json:
    """A metered entry of a production page."""
    kind = {} if measured is None else {"measurementType": measured}
    details = {"lines": list(lines)} if lines else {}
    return {"type": "eim", "activeCount": active} | kind | values | details


def page(
    *production: Json, consumption: Sequence[Json] = (), storage: Sequence[Json] = ()
) -> Answer:
    """A production page."""
    return ok(
        {
            "production": list(production),
            "consumption": list(consumption),
            "storage": list(storage),
        }
    )


def meter(eid: int, measured: str, *, enabled: bool = True, phases: int = 1) -> Json:
    """How a current transformer is set up."""
    return {
        "eid": eid,
        "state": "enabled" if enabled else "disabled",
        "measurementType": measured,
        "phaseMode": "split" if phases == 2 else "three",
        "phaseCount": phases,
        "meteringStatus": "normal",
        "statusFlags": [],
    }


def meter_reading(eid: int, watts: float = 100.4, channels: Sequence[Json] = ()) -> Json:
    """What a current transformer measures."""
    return {
        "eid": eid,
        "timestamp": 1_722_967_007,
        "actEnergyDlvd": 2000.6,
        "actEnergyRcvd": 10.2,
        "activePower": watts,
        "pwrFactor": 0.9,
        "voltage": 240.5,
        "current": 1.5,
        "freq": 60.0,
        "channels": list(channels),
    }


def v1(watts: int = 700, today: int = 3000, week: int = 20_000, lifetime: int = 900_000) -> Answer:
    """The gateway's own sum over its microinverters."""
    return ok(
        {
            "wattHoursToday": today,
            "wattHoursSevenDays": week,
            "wattHoursLifetime": lifetime,
            "wattsNow": watts,
        }
    )


def listed_inverter(serial: str) -> Json:
    """A microinverter, as the list has it."""
    return {
        "serialNumber": serial,
        "lastReportDate": 1_748_576_887,
        "devType": 1,
        "lastReportWatts": 255,
        "maxReportWatts": 371,
    }


def pcu(serial: str, **changes: Any) -> Json:
    """A microinverter, as ``device_data`` has it."""
    return {
        "devName": "pcu",
        "sn": serial,
        "active": True,
        "modGone": False,
        "channels": [
            {
                "wattHours": {"today": 1239, "yesterday": 455, "week": 7466},
                "watts": {"now": 255, "nowUsed": 0, "max": 371},
                "lastReading": {
                    "endDate": 1_748_576_887,
                    "duration": 900,
                    "joulesProduced": 229_500,
                    "acVoltageINmV": 248_156,
                    "acFrequencyINmHz": 50_013,
                    "dcVoltageINmV": 32_363,
                    "dcCurrentINmA": 8078,
                    "channelTemp": 38,
                    "acCurrentInmA": 1049,
                },
                "lifetime": {"joulesProduced": 354_281_850},
            }
        ],
    } | changes


def device_data(*devices: Json, count: int | None = None, limit: int = 50) -> Answer:
    """Details of devices."""
    listed: Json = {str(553_648_384 + i): device for i, device in enumerate(devices)}
    counts = {"deviceCount": len(devices) if count is None else count, "deviceDataLimit": limit}
    return ok(listed | counts)


def battery(serial: str, **changes: Any) -> Json:
    """An IQ Battery of the ensemble inventory."""
    return {
        "part_num": "836-01826-r76",
        "serial_num": serial,
        "installed": 1_691_560_591,
        "last_rpt_date": 1_692_385_816,
        "admin_state": 6,
        "admin_state_str": "ENCHG_STATE_READY",
        "img_load_date": 1_691_560_591,
        "img_pnum_running": "3.0.5949_rel/31.07",
        "bmu_fw_version": "3.8.53",
        "communicating": True,
        "percentFull": 85,
        "temperature": 42,
        "maxCellTemp": 43,
        "comm_level_sub_ghz": 0,
        "comm_level_2_4_ghz": 0,
        "led_status": 14,
        "dc_switch_off": False,
        "encharge_rev": 3,
        "encharge_capacity": 4960,
    } | changes


ENPOWER: Json = {
    "part_num": "865-00377-r28",
    "serial_num": "482326083757",
    "installed": 1_691_648_499,
    "last_rpt_date": 1_692_386_076,
    "admin_state": 24,
    "admin_state_str": "ENPWR_STATE_OPER_CLOSED",
    "img_load_date": 1_691_648_499,
    "img_pnum_running": "3.0.5177_rel/31.07",
    "communicating": True,
    "temperature": 113,
    "comm_level_sub_ghz": 5,
    "comm_level_2_4_ghz": 5,
    "mains_admin_state": "closed",
    "mains_oper_state": "closed",
    "Enpwr_grid_mode": "multimode-ongrid",
}

COLLAR: Json = {
    "part_num": "865-00400-r22",
    "serial_num": "482520020939",
    "temperature": 42,
    "mid_state": "close",
    "grid_state": "on_grid",
    "control_error": 0,
    "collar_state": "Installed",
}

SECCTRL_ANSWER: Json = {
    "configured_backup_soc": 30,
    "adjusted_backup_soc": 31,
    "agg_soc": 50,
    "Max_energy": 8560,
    "ENC_agg_soc": 85,
    "ENC_agg_backup_energy": 1488,
    "ENC_agg_avail_energy": 4216,
    "Enc_max_available_capacity": 4960,
    "ACB_agg_soc": 10,
    "ACB_agg_energy": 360,
}

CONTACT: Json = {
    "id": "NC1",
    "type": "LOAD",
    "grid_action": "apply",
    "micro_grid_action": "shed",
    "gen_action": "none",
    "essential_start_time": 32400.0,
    "essential_end_time": 57600.0,
    "priority": 1.0,
    "black_s_start": 5.0,
    "override": "true",
    "manual_override": "false",
    "load_name": "Furnace",
    "mode": "soc",
    "soc_low": 30.0,
    "soc_high": 40.0,
    "pv_serial_nb": [],
}

STORAGE: Json = {
    "mode": "self-consumption",
    "operation_mode_sub_type": "",
    "reserved_soc": 30.0,
    "very_low_soc": 5,
    "charge_from_grid": False,
    "date": "1716803909",
    "opt_schedules": True,
}

SEASON: Json = {"id": "all_year_long", "start": "1/1", "days": [{"id": "all_days"}], "tiers": []}

TARIFF_ANSWER: Json = {
    "tariff": {
        "currency": {"code": "EUR"},
        "logger": "mylogger",
        "date": "1701165193",
        "storage_settings": STORAGE,
        "single_rate": {"rate": 0.2, "sell": 0},
        "seasons": [SEASON],
        "seasons_sell": [],
    },
    "schedule": {"source": "Tariff"},
}


def producing(answers: dict[str, Answer]) -> dict[str, Answer]:
    """Those answers of a gateway that is up: it counts energy too."""
    return {PAGE: page(inverters_entry())} | answers


def everything() -> dict[str, Answer]:
    """A house that has all there is: split phase, three meters, batteries, generator."""
    channels = [meter_reading(101, 60.4), meter_reading(102, 40.0), meter_reading(103, 0.0)]
    lines = [figures(60.4, 3000.4, 40.0), figures(40.0, 2000.2, 20.0), figures(0.0, 0.0)]
    return {
        METERS: ok(
            [
                meter(1, "production", phases=2),
                meter(2, "net-consumption", phases=2),
                meter(3, "storage", phases=2),
                meter(4, "evse", enabled=False),
            ]
        ),
        READINGS: ok([meter_reading(eid, channels=channels) for eid in (9, 3, 2, 1)]),
        PAGE: page(
            inverters_entry(),
            entry("production", figures(100.4, 5000.6, 60.0, 400.0), lines=lines),
            consumption=[
                entry("total-consumption", figures(150.4, 7000.6, 90.0), lines=lines),
                entry("net-consumption", figures(50.0, 2000.0), lines=lines),
            ],
            storage=[
                {
                    "type": "acb",
                    "activeCount": 3,
                    "wNow": 260,
                    "whNow": 930,
                    "state": "discharging",
                    "percentFull": 25,
                }
            ],
        ),
        V1: v1(),
        DEVICE_DATA: device_data(pcu("202000000001"), pcu("202000000002")),
        INVERTERS: ok([listed_inverter("202000000001"), listed_inverter("202000000002")]),
        INVENTORY: ok(
            [
                {"type": "ENCHARGE", "devices": [battery("492000000001"), battery("492000000002")]},
                {"type": "ENPOWER", "devices": [ENPOWER]},
                {"type": "COLLAR", "devices": [COLLAR]},
                {
                    "type": "C6 COMBINER CONTROLLER",
                    "devices": [{"serial_num": "482523040549", "fw_version": "0.1.20-D1"}],
                },
            ]
        ),
        SECCTRL: ok(SECCTRL_ANSWER),
        POWER: ok(
            {
                "devices:": [
                    {
                        "serial_num": "492000000001",
                        "real_power_mw": -24000,
                        "apparent_power_mva": -24100,
                        "soc": 85,
                    }
                ]
            }
        ),
        DRY_CONTACTS: ok({"dry_contacts": [{"id": "NC1", "status": "closed"}]}),
        CONTACT_SETTINGS: ok({"dry_contacts": [CONTACT]}),
        ACB_INVENTORY: ok(
            [
                {"type": "PCU", "devices": [{"serial_num": "202000000001"}]},
                {
                    "type": "ACB",
                    "devices": [
                        {
                            "serial_num": "121000000001",
                            "part_num": "800-00560-r03",
                            "installed": "1504015900",
                            "percentFull": 25,
                            "sleep_enabled": False,
                            "charge_status": "discharging",
                        }
                    ],
                },
            ]
        ),
        TARIFF: ok(TARIFF_ANSWER),
        GEN_CONFIG: ok({"manufacturer": "Generac", "charge_from_generator": True}),
        GENERATOR: ok({"admin_state": "close", "oper_state": "close", "present": 1, "type": 1}),
        GEN_SCHEDULE: ok(
            {
                "exercise_config": {"freq_in_weeks": 1, "start": 750, "duration": 30, "day": "Sun"},
                "default_soc": {"start_soc": 30, "stop_soc": 70},
                "schedule": {"default": []},
                "last_updated_by": "ITK",
            }
        ),
        GEN_MODE: ok({"gen_cmd": "auto"}),
    }
