"""The microinverters of a simulated gateway and the answers that list them one by one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from attrs import frozen

from enphase_sdk.testing.gateway.plant import Counters, Moment
from enphase_sdk.testing.gateway.profiles import Profile

__all__ = [
    "DEVICE_DATA_LIMIT",
    "METER_LOSS",
    "Inverter",
    "device_data",
    "fleet",
    "inventory_devices",
    "production_inverters",
    "whole_parts",
]

DEVICE_DATA_LIMIT = 50
METER_LOSS = 0.004  # share of the energy lost in the wires between the inverters and the meter

_FIRST_EID = 553648384
_FIRST_CHANNEL_EID = 1627390225
_EID_STEP = 256
_REPORT_SECONDS = 903
_ALIVE_SINCE = 1_600_000_000


@frozen
class Inverter:
    """One microinverter.

    Attributes:
        index: Its place in every list.
        serial: Its serial number.
        share: Its part of the site's production; 0 once removed.
        rated: Greatest power it ever reported (W).
        phase: The phase it feeds, from 0.
        removed: Whether it was removed from the roof.
    """

    index: int
    serial: str
    share: float
    rated: int
    phase: int
    removed: bool


def fleet(profile: Profile, *, seed: int, count: int, removed: int) -> tuple[Inverter, ...]:
    """`count` inverters in use and `removed` ones behind them, the same for the same seed."""
    chance = random.Random(f"{seed}:inverters")
    weights = [chance.uniform(0.95, 1.05) for _ in range(count)]
    whole = sum(weights)
    shares = [weight / whole for weight in weights] + [0.0] * removed
    first = 482_200_000_000 + chance.randrange(10**8)
    return tuple(
        Inverter(
            index=index,
            serial=str(first + 17 * index),
            share=share,
            rated=round(profile.inverter_watts * chance.uniform(0.93, 0.99)),
            phase=index % profile.phases,
            removed=index >= count,
        )
        for index, share in enumerate(shares)
    )


def whole_parts(total: float, inverters: Sequence[Inverter]) -> list[int]:
    """`total` split by share into whole numbers whose sum is `total`."""
    parts: list[int] = []
    given, running = 0, 0.0
    for inverter in inverters:
        running += inverter.share
        until = round(total * running)
        parts.append(until - given)
        given = until
    return parts


def reported_at(inverter: Inverter, moment: Moment) -> int:
    """Time of its last report, epoch seconds; at night that is sunset."""
    if inverter.removed:
        return _ALIVE_SINCE + 86400 * 30
    return int(moment.reported_at) - inverter.index * 7 % 240


def production_inverters(
    inverters: Sequence[Inverter], moment: Moment, version: tuple[int, ...]
) -> list[dict[str, Any]]:
    """``/api/v1/production/inverters``: W now and at most.

    Firmware before 7 still lists removed inverters with their last values.
    """
    watts = whole_parts(moment.production * (1 + METER_LOSS), inverters)
    return [
        {
            "serialNumber": inverter.serial,
            "lastReportDate": reported_at(inverter, moment),
            **({"devType": 1} if version >= (5,) else {}),
            "lastReportWatts": now,
            "maxReportWatts": inverter.rated,
        }
        for inverter, now in zip(inverters, watts, strict=True)
        if version < (7,) or not inverter.removed
    ]


def device_data(
    inverters: Sequence[Inverter],
    moment: Moment,
    meters: Sequence[tuple[int, dict[str, Any]]],
    profile: Profile,
) -> dict[str, Any]:
    """``/ivp/pdm/device_data``: every device, limited to 50."""
    watts = whole_parts(moment.production * (1 + METER_LOSS), inverters)
    devices = [
        (
            str(_FIRST_EID + _EID_STEP * inverter.index),
            _device(inverter, moment, now, profile),
        )
        for inverter, now in zip(inverters, watts, strict=True)
    ]
    devices += [(str(eid), meter) for eid, meter in meters]
    return {
        **dict(devices[:DEVICE_DATA_LIMIT]),
        "deviceCount": len(devices),
        "deviceDataLimit": DEVICE_DATA_LIMIT,
    }


def _device(inverter: Inverter, moment: Moment, watts: int, profile: Profile) -> dict[str, Any]:
    channel = _FIRST_CHANNEL_EID + _EID_STEP * inverter.index
    date = reported_at(inverter, moment)
    return {
        "devName": "pcu",
        "sn": inverter.serial,
        "active": not inverter.removed,
        "modGone": inverter.removed or moment.production == 0.0,
        "channels": [
            {
                "chanEid": channel,
                "created": date,
                "wattHours": {
                    "today": _energy(inverter, moment.today),
                    "yesterday": _energy(inverter, moment.yesterday),
                    "week": _energy(inverter, moment.week),
                },
                "watts": {"now": watts, "nowUsed": 0, "max": inverter.rated},
                "lastReading": {}
                if inverter.removed
                else _reading(inverter, channel, date, watts, profile),
                "lifetime": {
                    "createdTime": _ALIVE_SINCE + inverter.index,
                    "duration": date - _ALIVE_SINCE,
                    "joulesProduced": 3600 * _energy(inverter, moment.totals),
                },
            }
        ],
    }


def _reading(
    inverter: Inverter, channel: int, date: int, watts: int, profile: Profile
) -> dict[str, Any]:
    millivolts = round(profile.volts * (2 if profile.phase_mode == "split" else 1) * 1000)
    panel_millivolts = 32000 + 40 * inverter.index
    return {
        "eid": channel,
        "interval_type": 0,
        "endDate": date,
        "duration": _REPORT_SECONDS,
        "flags": 0,
        "flags_hex": "0x0000000000000000",
        "joulesProduced": watts * _REPORT_SECONDS,
        "acVoltageINmV": millivolts,
        "acFrequencyINmHz": round(profile.hertz * 1000),
        "dcVoltageINmV": panel_millivolts,
        "dcCurrentINmA": round(watts * 1e6 / panel_millivolts / 0.97),
        "channelTemp": 18 + watts // 12,
        "pwrConvErrSecs": 0,
        "pwrConvMaxErrCycles": 0,
        "joulesUsed": 0,
        "leadingVArs": 0,
        "laggingVArs": 38,
        "acCurrentInmA": round(watts * 1e6 / millivolts),
        "l1NAcVoltageInmV": 0,
        "l2NAcVoltageInmV": 0,
        "l3NAcVoltageInmV": 0,
        "rssi": 110,
        "issi": 70,
    }


def inventory_devices(inverters: Sequence[Inverter], moment: Moment) -> list[dict[str, Any]]:
    """The PCU devices of ``/inventory.json``, removed ones too."""
    return [
        {
            "part_num": "800-01391-r03",
            "installed": str(_ALIVE_SINCE + inverter.index),
            "serial_num": inverter.serial,
            "device_status": ["envoy.cond_flags.obs_strs.failure"]
            if inverter.removed
            else ["envoy.global.ok"],
            "last_rpt_date": str(reported_at(inverter, moment)),
            "admin_state": 3 if inverter.removed else 1,
            "dev_type": 1,
            "created_date": str(_ALIVE_SINCE + inverter.index),
            "img_load_date": str(_ALIVE_SINCE + inverter.index),
            "img_pnum_running": "520-00082-r01-v04.27.04",
            "ptpn": "540-00169-r01-v04.27.13",
            "chaneid": _FIRST_CHANNEL_EID + _EID_STEP * inverter.index,
            "device_control": [{"gficlearset": False}],
            "producing": not inverter.removed and moment.production > 0.0,
            "communicating": not inverter.removed,
            "provisioned": True,
            "operating": not inverter.removed and moment.production > 0.0,
        }
        for inverter in inverters
    ]


def _energy(inverter: Inverter, counters: Counters) -> int:
    return round(counters.produced * (1 + METER_LOSS) * inverter.share)
