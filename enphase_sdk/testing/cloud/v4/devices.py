"""The devices of a system and their measured values, in the formats of API v4."""

from __future__ import annotations

from typing import Any

from enphase_sdk.testing.cloud.devices import envoys, inventory
from enphase_sdk.testing.cloud.devices import inverters_summary as inverters_by_gateway
from enphase_sdk.testing.cloud.intervals import micro_rows
from enphase_sdk.testing.cloud.periods import Intervals
from enphase_sdk.testing.cloud.question import Question, View
from enphase_sdk.testing.cloud.summary import current_power
from enphase_sdk.testing.cloud.v4.refusals import not_found, unprocessable
from enphase_sdk.testing.cloud.v4.site import produced, reported, require_consumption
from enphase_sdk.testing.cloud.v4.windows import window, window_fields
from enphase_sdk.testing.world.consumption import Consumption
from enphase_sdk.testing.world.flows import CAPACITY_WH, flows_of, has_battery, has_charger
from enphase_sdk.testing.world.system import QUARTER_HOUR, System

__all__ = [
    "battery_serial",
    "charger_serial",
    "consumption_meter_readings",
    "devices",
    "encharge_telemetry",
    "export_telemetry",
    "import_telemetry",
    "latest_telemetry",
    "live_values",
    "micro_telemetry",
    "micros_telemetry",
    "storage_meter_readings",
    "telemetry_battery",
]

_FIVE_MINUTES = 300
_LARGEST_PAGE = 20


def battery_serial(system: System) -> str:
    """The serial number of a system's battery."""
    return f"49{system.index:08d}1"


def charger_serial(system: System) -> str:
    """The serial number of a system's EV charger."""
    return f"2029{system.index:08d}"


def devices(question: Question) -> object:
    """The active devices by kind; kinds without one are left out."""
    view = question.subject
    system, stock, gateways = view.system, inventory(question), envoys(question)
    found: Any = {"stock": stock, "gateways": gateways}
    micros = [
        _device(view, 1_000_000_000 + system.index * 1_000 + number, "Microinverter", each)
        for number, each in enumerate(found["stock"]["inverters"])
    ]
    meters = [
        {
            **_device(view, 600_000_000 + system.index * 10 + number, "Meter", each),
            "name": "consumption" if each["sn"].endswith("EIM2") else "production",
            "state": each["state"],
            "config_type": "Net" if each["sn"].endswith("EIM2") else "Production",
            "config_phase": "single",
        }
        for number, each in enumerate(found["stock"]["meters"])
    ]
    shown = [
        {
            **_device(view, each["envoy_id"], "Gateway", kind),
            "last_report_at": each["last_report_at"],
            "name": each["name"],
            "part_number": each["part_number"],
            "status": each["status"],
            "emu_sw_version": "D8.2.4286",
        }
        for each, kind in zip(found["gateways"]["envoys"], found["stock"]["envoys"], strict=True)
    ]
    kinds: dict[str, list[dict[str, object]]] = {
        "micros": micros,
        "meters": meters,
        "gateways": shown,
        "encharges": [],
        "ev_chargers": [],
    }
    if has_battery(system):
        battery = {"sn": battery_serial(system), "model": "IQ Battery 10", "sku": "ENCHARGE-10"}
        kinds["encharges"] = [_device(view, 700_000_000 + system.index, "Encharge", battery)]
    if has_charger(system):
        charger = {"sn": charger_serial(system), "model": "IQ-EVSE-60R", "sku": "IQ-EVSE-60R"}
        sold = _device(view, 0, "EV Charger", charger)
        identity = f"{charger['sn']}:{system.system_id}"
        kinds["ev_chargers"] = [{**sold, "id": identity, "firmware": "v0.04.22"}]
    present = {kind: those for kind, those in kinds.items() if those}
    return {
        "system_id": system.system_id,
        "total_devices": sum(map(len, present.values())),
        "items": "devices",
        "devices": present,
    }


def _device(view: View, number: int, name: str, kind: dict[str, Any]) -> dict[str, object]:
    return {
        "id": number,
        "last_report_at": view.report.last_report_at,
        "name": f"{name} {kind['sn']}",
        "serial_number": kind["sn"],
        "part_number": "800-01103-r02",
        "sku": kind.get("sku"),
        "model": kind["model"],
        "status": kind.get("status", "normal"),
        "active": True,
        "product_name": kind["model"],
    }


def consumption_meter_readings(question: Question) -> object:
    """The lifetime energy reading of the consumption meter."""
    view = question.subject
    require_consumption(view)
    at = _read_at(question)
    readings: list[dict[str, object]] = []
    if view.system.consumption_metered:
        value = int(Consumption(view.system).until(at))
        serial = f"91{view.system.index:07d}9EIM2"
        readings.append({"serial_num": serial, "value": value, "read_at": at})
    return _readings(view, readings)


def storage_meter_readings(question: Question) -> object:
    """The lifetime energy readings of the battery's meter: charged and discharged, up to now."""
    view = question.subject
    require_consumption(view)
    at = _read_at(question)
    readings: list[dict[str, object]] = []
    if has_battery(view.system):
        begun = view.midnight(view.system.place.ordinal(at))
        flow = flows_of(view.system).between(begun, at)
        readings.append(
            {
                "serial_num": f"{battery_serial(view.system)}EIM4",
                "value_charged": flow.charge,
                "value_discharged": flow.discharge,
                "read_at": at,
            }
        )
    return _readings(view, readings)


def _readings(view: View, readings: list[dict[str, object]]) -> object:
    return {
        "system_id": view.system.system_id,
        "meter_readings": readings,
        "meta": view.meta(),
    }


def _read_at(question: Question) -> int:
    view, asked = question.subject, question.integer("end_at")
    if asked is not None and asked > view.now:
        raise unprocessable("Requested date is in the future")
    end = min(view.now if asked is None else asked, view.report.through)
    return int(end // QUARTER_HOUR) * QUARTER_HOUR


def telemetry_battery(question: Question) -> object:
    """Charge and discharge of the batteries in 15-minute intervals, and their state of charge."""
    return {
        **_battery(question, together=True),
        "last_reported_aggregate_soc": _percent(question.subject),
    }


def encharge_telemetry(question: Question) -> object:
    """The same of one battery."""
    view = question.subject
    if not has_battery(view.system) or question.parameters["serial_no"] != battery_serial(
        view.system
    ):
        raise not_found("Encharge not found with this serial number")
    return {
        **_battery(question, together=False),
        "serial_number": battery_serial(view.system),
        "last_reported_time": view.report.last_report_at,
        "last_reported_soc": _percent(view),
    }


def _battery(question: Question, *, together: bool) -> dict[str, object]:
    view = question.subject
    require_consumption(view)
    period = window(question, step=QUARTER_HOUR)
    there = has_battery(view.system)
    flows = flows_of(view.system)
    counted: dict[str, object] = {"devices_reporting": 1} if together else {}
    rows: list[object] = []
    for end in _ends(view, period) if there else ():
        flow = flows.between(end - QUARTER_HOUR, end)
        percent = _stored_percent(view.system, end)
        rows.append(
            {
                "end_at": end,
                "charge": {"enwh": flow.charge, **counted},
                "discharge": {"enwh": flow.discharge, **counted},
                "soc": {"percent": percent, **counted},
            }
        )
    return {
        "system_id": view.system.system_id,
        "granularity": question.parameters.get("granularity", "day"),
        "total_devices": int(there),
        **window_fields(question, period),
        "items": "intervals",
        "intervals": rows,
    }


def _percent(view: View) -> str | None:
    if not has_battery(view.system):
        return None
    return f"{_stored_percent(view.system, view.report.through)}%"


def _stored_percent(system: System, instant: int) -> int:
    return flows_of(system).stored(instant) * 100 // CAPACITY_WH


def import_telemetry(question: Question) -> object:
    """Energy imported from the grid in 15-minute intervals."""
    return _grid(question, "wh_imported")


def export_telemetry(question: Question) -> object:
    """Energy exported to the grid in 15-minute intervals."""
    return _grid(question, "wh_exported")


def _grid(question: Question, name: str) -> object:
    view = question.subject
    require_consumption(view)
    period = window(question, step=QUARTER_HOUR)
    flows = flows_of(view.system)
    rows: list[dict[str, int]] = []
    for end in _ends(view, period) if view.system.consumption_metered else ():
        flow = flows.between(end - QUARTER_HOUR, end)
        energy = flow.import_ if name == "wh_imported" else flow.export
        rows.append({"end_at": end, name: energy})
    return {
        "system_id": view.system.system_id,
        "granularity": question.parameters.get("granularity", "day"),
        "total_devices": 0,
        **window_fields(question, period),
        "items": "intervals",
        "intervals": [rows],  # one list deeper than declared, as in real answers
        "meta": view.meta(),
    }


def _ends(view: View, period: Intervals) -> range:
    part = reported(view, period)
    return range(part.start + QUARTER_HOUR, part.end + 1, QUARTER_HOUR)


def latest_telemetry(question: Question) -> object:
    """The newest power of each meter and battery."""
    view = question.subject
    require_consumption(view)
    system = view.system
    found: dict[str, list[dict[str, object]]] = {}
    at = view.report.through
    meters: list[dict[str, object]] = []
    if system.meters:
        meters.append(
            _latest(600_000_000 + system.index * 10, "production", current_power(view), at)
        )
    if system.consumption_metered:
        used = Consumption(system)
        power = round((used.until(at) - used.until(at - QUARTER_HOUR)) * 4)
        meters.append(_latest(600_000_001 + system.index * 10, "consumption", power, at))
    if meters:
        found["meters"] = meters
    if has_battery(system):
        flow = flows_of(system).between(at - QUARTER_HOUR, at)
        power = (flow.discharge - flow.charge) * 4
        mode = "Discharging" if power > 0 else "Charging" if power < 0 else "Idle"
        name = f"Encharge {battery_serial(system)}"
        battery = _latest(700_000_000 + system.index, name, power, at)
        found["encharges"] = [{**battery, "operational_mode": mode}]
    if has_charger(system):
        found["evse"] = [
            {
                "serial_number": charger_serial(system),
                "name": "IQ EV Charger",
                "last_report_at": at,
                "operational_mode": "PLUGGED_OUT",
            }
        ]
    return {"system_id": system.system_id, "items": "devices", "devices": found}


def live_values(view: View) -> dict[str, object]:
    """The powers of the current 15-minute interval, W; their sum is the consumption."""
    system = view.system
    start = int(view.now) // QUARTER_HOUR * QUARTER_HOUR
    made, flow = _produced(view, start), flows_of(system).between(start, start + QUARTER_HOUR)
    battery, grid = flow.discharge - flow.charge, flow.import_ - flow.export
    return {
        "battery_mode": "Self - Consumption" if has_battery(system) else "",
        "battery_power": battery * 4,
        "battery_soc": _stored_percent(system, start) if has_battery(system) else 0,
        "consumption_power": (made + battery + grid) * 4,
        "envoy_serial_number": [each.serial_number for each in system.gateways],
        "generator_power": 0,
        "grid_power": grid * 4,
        "grid_status": "On Grid",
        "pv_power": made * 4,
        "system_id": system.system_id,
    }


def _produced(view: View, start: int) -> int:
    """Wh produced in the 15-minute interval that begins at `start`, as in lifetime series."""
    before, after = (view.production.until(mark) for mark in (start, start + QUARTER_HOUR))
    return view.metering.merged(after) - view.metering.merged(before)


def _latest(number: int, name: str, power: int, at: int) -> dict[str, object]:
    return {"id": number, "name": name, "channel": 1, "last_report_at": at, "power": power}


def micros_telemetry(question: Question) -> object:
    """Production of each microinverter of one page in 5-minute intervals."""
    page = question.integer("page") or 1
    size = min(question.integer("size") or 10, _LARGEST_PAGE)
    view = question.subject
    period = window(question, step=_FIVE_MINUTES)
    serials = _micro_serials(question)
    shown = range((page - 1) * size, min(page * size, len(serials)))
    return {
        "system_id": view.system.system_id,
        "total_devices": len(serials),
        "page": page,
        "page_size": size,
        **window_fields(question, period),
        "granularity": question.parameters.get("granularity", "day"),
        "items": "intervals",
        "devices": [
            {
                "serial_number": serials[number],
                "intervals": _micro_intervals(view, period, number, len(serials)),
            }
            for number in shown
        ],
    }


def micro_telemetry(question: Question) -> object:
    """Production of one microinverter in 5-minute intervals."""
    view = question.subject
    serials = _micro_serials(question)
    serial = question.parameters["serial_no"]
    if serial not in serials:
        raise not_found("Microinverter not found with this serial number")
    period = window(question, step=_FIVE_MINUTES)
    return {
        "system_id": view.system.system_id,
        "serial_number": serial,
        "granularity": question.parameters.get("granularity", "day"),
        "total_devices": 1,
        **window_fields(question, period),
        "items": "intervals",
        "intervals": _micro_intervals(view, period, serials.index(serial), len(serials)),
    }


def _micro_serials(question: Question) -> list[str]:
    gateways: Any = inverters_by_gateway(question)
    return [each["serial_number"] for gateway in gateways for each in gateway["micro_inverters"]]


def _micro_intervals(
    view: View, period: Intervals, number: int, count: int
) -> list[dict[str, int]]:
    """An even share of each interval, so that all microinverters add up to the system."""
    return [
        {
            "end_at": each["end_at"],
            "powr": each["powr"] // count,
            "enwh": each["enwh"] * (number + 1) // count - each["enwh"] * number // count,
        }
        for each in micro_rows(view, produced(view, period))
    ]
