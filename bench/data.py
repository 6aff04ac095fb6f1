"""The bytes everyone works on: made up, in the sizes the goals name, the same in every run."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import msgspec

__all__ = [
    "DAY",
    "DAY_V4",
    "INVERTERS",
    "LIFETIME",
    "MONTH",
    "PAGE_V4",
    "PLAIN_PAGE",
    "SUMMARY",
    "page",
    "systems",
]

START = 1_700_000_100
QUARTER_HOUR = 900

_random = random.Random(67)

META = {
    "status": "normal",
    "last_report_at": START + 86_000,
    "last_energy_at": START + 86_000,
    "operational_at": START - 10**8,
}


def systems(first: int, count: int = 1000) -> list[dict[str, Any]]:
    """Systems of a listing, with everything that the contract has for them."""
    return [_system(first + number) for number in range(count)]


def _system(number: int) -> dict[str, Any]:
    return {
        "system_id": number,
        "system_name": f"Solar house {number}",
        "system_public_name": f"Residential System {number}",
        "status": "normal",
        "timezone": "America/Denver",
        "country": "US",
        "state": "CO",
        "city": f"Town {number % 90}",
        "postal_code": f"80{number % 1000:03d}",
        "connection_type": ("ethernet", "wifi", "cellular")[number % 3],
        "meta": {**META, "last_report_at": START + number, "operational_at": START - number},
        "reference": f"R-{number}",
        "other_references": [f"A{number}", f"B{number}"],
    }


def _page_v4() -> dict[str, Any]:
    rows = [
        {
            "system_id": number,
            "name": f"Solar house {number}",
            "public_name": "Residential System",
            "timezone": "America/Denver",
            "address": {"city": "Town", "state": "CO", "country": "US", "postal_code": "80302"},
            "connection_type": ("ethernet", "wifi", "cellular")[number % 3],
            "energy_lifetime": -1,
            "energy_today": -1,
            "system_size": -1,
            "status": "normal",
            "last_report_at": START + number,
            "last_energy_at": START + number,
            "operational_at": START - number,
            "attachment_type": None,
            "interconnect_date": None,
            "reference": f"R-{number}",
            "other_references": [f"A{number}", f"B{number}"],
        }
        for number in range(100)
    ]
    return {
        "total": 1_000, "current_page": 1, "size": 100, "count": 100, "items": "systems",
        "systems": rows,
    }  # fmt: skip


def _day_v4() -> dict[str, Any]:
    return {
        "system_id": 67, "granularity": "day", "total_devices": 25, "start_at": START,
        "end_at": START + 86_400, "items": "intervals", "intervals": _intervals(), "meta": META,
    }  # fmt: skip


def _plain_page() -> dict[str, Any]:
    optional = ("reference", "other_references")
    return {
        "systems": [
            {name: value for name, value in system.items() if name not in optional}
            for system in systems(0)
        ]
    }


@cache
def _half_page(parity: int) -> bytes:
    return msgspec.json.encode(systems(1000 * parity))


def page(number: int, pages: int) -> bytes:
    """Page `number` of `pages`, each of 1,000 systems; neighbours hold different ones."""
    following = b',"next":"%d"' % (number + 1) if number + 1 < pages else b""
    return b'{"systems":' + _half_page(number % 2) + following + b"}"


def _intervals() -> list[dict[str, int]]:
    return [
        {"end_at": START + 300 * n, "devices_reporting": 25, "powr": _random.randrange(6000),
         "enwh": _random.randrange(500)}
        for n in range(288)
    ]  # fmt: skip


def _day() -> dict[str, Any]:
    return {"system_id": 67, "total_devices": 25, "meta": META, "intervals": _intervals()}


def _month() -> dict[str, Any]:
    times = [START + QUARTER_HOUR * n for n in range(31 * 96)]
    sums = [{"end_at": t, "devices_reporting": 4, "wh_del": _random.randrange(2000)} for t in times]
    return {
        "system_id": 67,
        "total_devices": 4,
        "meta": META,
        "intervals": sums,
        "meter_intervals": [_meter(number, times) for number in range(4)],
    }


def _meter(number: int, times: list[int]) -> dict[str, Any]:
    # One reading in about 200 is missing.
    return {
        "meter_serial_number": f"1216{number:08d}EIM1",
        "envoy_serial_number": "121512006273",
        "intervals": [
            {"channel": 1, "end_at": t, "wh_del": energy, "curr_w": energy and energy * 4}
            for t in times
            for energy in [_random.randrange(500) if _random.random() > 0.005 else None]
        ],
    }


def _inverters() -> list[dict[str, Any]]:
    members = [
        {
            "id": 30_000_000 + number,
            "serial_number": f"1220{number:08d}",
            "model": "M250",
            "part_number": "800-00103-r06",
            "sku": "M250-60-2LL-S22-US",
            "status": "normal",
            "power_produced": {"value": _random.randrange(250), "units": "W", "precision": 0},
            "proc_load": "520-00082-r01-v04.27.04",
            "param_table": "540-00134-r01-v04.22.09",
            "envoy_serial_number": "121512006273",
            "energy": {"value": _random.randrange(10**7), "units": "Wh", "precision": 0},
            "grid_profile": "0c1e5a4fe5d1b6ee6d7ffd10",
            "last_report_date": START + number,
        }
        for number in range(1000)
    ]
    return [{"signal_strength": 5, "micro_inverters": members}]


def _lifetime() -> dict[str, Any]:
    days = 15 * 365
    series = [[_random.randrange(60_000) for _ in range(days)] for _ in range(3)]
    return {
        "system_id": 67,
        "start_date": "2009-01-05",
        "meta": META,
        "production": series[0],
        "micro_production": series[1],
        "meter_production": series[2],
        "meter_start_date": "2010-01-05",
    }


_summary = {
    "system_id": 67,
    "modules": 25,
    "size_w": 6000,
    "current_power": 2710,
    "energy_today": 12_640,
    "energy_lifetime": 44_310_770,
    "summary_date": "2024-06-21",
    "source": "microinverters",
    "status": "normal",
    "operational_at": START - 10**8,
    "last_report_at": START,
    "last_interval_end_at": START,
}

PLAIN_PAGE = msgspec.json.encode(_plain_page())
DAY = msgspec.json.encode(_day())
PAGE_V4 = msgspec.json.encode(_page_v4())
DAY_V4 = msgspec.json.encode(_day_v4())
MONTH = msgspec.json.encode(_month())
INVERTERS = msgspec.json.encode(_inverters())
LIFETIME = msgspec.json.encode(_lifetime())
SUMMARY = msgspec.json.encode(_summary)
