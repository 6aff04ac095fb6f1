"""The columns of each operation's frame, and how they are filled from its answer.

The functions accept models and the partial structs of `_wire`; both use the names of the JSON.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from typing import Any

from enphase_sdk.core.json import is_array
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.frames._columns import NOTHING, Column, Kind, is_instant
from enphase_sdk.frames._wire import MOST_PLACES

__all__ = [
    "EPOCH",
    "FIVE_MINUTES",
    "QUARTER_HOUR",
    "consumption_lifetime",
    "consumption_stats",
    "daily",
    "each",
    "energy_lifetime",
    "envoys",
    "inventory",
    "inverters_summary",
    "of_system",
    "production_meter_readings",
    "rgm_stats",
    "rgm_totals",
    "stats",
    "summaries",
    "summary",
    "systems",
]

FIVE_MINUTES = 300
QUARTER_HOUR = 900

EPOCH = date(1970, 1, 1).toordinal()
_W = {"W": 1.0}
_WH = {"Wh": 1.0, "kJ": 1 / 3.6}


def stats(answer: Any, _zone: tzinfo) -> list[Column]:
    """Production by the microinverters."""
    intervals = answer.intervals or ()
    return [
        of_system(answer, len(intervals)),
        Column("interval", Kind.INTERVAL, [i.end_at for i in intervals], FIVE_MINUTES),
        Column("power_w", Kind.MEASURE, [i.powr for i in intervals]),
        Column("energy_wh", Kind.MEASURE, [i.enwh for i in intervals]),
        Column("devices_reporting", Kind.NUMBER, [i.devices_reporting for i in intervals]),
    ]


def consumption_stats(answer: Any, _zone: tzinfo) -> list[Column]:
    """Consumption by the meters."""
    intervals = answer.intervals or ()
    return [
        of_system(answer, len(intervals)),
        Column("interval", Kind.INTERVAL, [i.end_at for i in intervals], QUARTER_HOUR),
        Column("energy_wh", Kind.MEASURE, [i.enwh for i in intervals]),
        Column("devices_reporting", Kind.NUMBER, [i.devices_reporting for i in intervals]),
    ]


def rgm_stats(answer: Any, _zone: tzinfo) -> list[Column]:
    """Production by meter and channel."""
    meters = [(m, m.intervals or ()) for m in answer.meter_intervals or ()]
    ends = [i.end_at for _, intervals in meters for i in intervals]
    serials = [(m.meter_serial_number, len(intervals)) for m, intervals in meters]
    envoys = [(m.envoy_serial_number, len(intervals)) for m, intervals in meters]
    return [
        of_system(answer, len(ends)),
        Column("interval", Kind.INTERVAL, ends, QUARTER_HOUR),
        Column("envoy_serial_number", Kind.LABEL, envoys),
        Column("meter_serial_number", Kind.LABEL, serials),
        Column("channel", Kind.NUMBER, [i.channel for _, it in meters for i in it]),
        Column("power_w", Kind.MEASURE, [i.curr_w for _, it in meters for i in it]),
        Column("energy_wh", Kind.MEASURE, [i.wh_del for _, it in meters for i in it]),
    ]


def rgm_totals(answer: Any, _zone: tzinfo) -> list[Column]:
    """Production of all meters together."""
    intervals = answer.intervals or ()
    return [
        of_system(answer, len(intervals)),
        Column("interval", Kind.INTERVAL, [i.end_at for i in intervals], QUARTER_HOUR),
        Column("energy_wh", Kind.MEASURE, [i.wh_del for i in intervals]),
        Column("devices_reporting", Kind.NUMBER, [i.devices_reporting for i in intervals]),
    ]


def energy_lifetime(answer: Any, zone: tzinfo) -> list[Column]:
    """Production by day; also that of meter and microinverters if it was requested."""
    return daily(
        answer,
        zone,
        energy_wh=answer.production,
        meter_energy_wh=answer.meter_production,
        micro_energy_wh=answer.micro_production,
    )


def consumption_lifetime(answer: Any, zone: tzinfo) -> list[Column]:
    """Consumption by day."""
    return daily(answer, zone, energy_wh=answer.consumption)


def daily(answer: Any, zone: tzinfo, **series: Any) -> list[Column]:
    """Series with one value for each day from `start_date` on."""
    given = {name: list(values or ()) for name, values in series.items()}
    length = max(map(len, given.values()))
    days = Column("date", Kind.DATE, [None] * length)
    columns = [of_system(answer, length), days]
    if answer.start_date:
        first = answer.start_date.toordinal()
        days.values = list(range(first - EPOCH, first - EPOCH + length))
        reported = _days_reported(getattr(answer, "meta", None), first, zone)
        for values in given.values():
            _forget_unreported(values, reported)
    for name, values in given.items():
        columns.append(Column(name, Kind.MEASURE, values + [None] * (length - len(values))))
    return columns


def _days_reported(meta: Any, first: int, zone: tzinfo) -> float:
    if not meta:
        return float("inf")
    if not is_instant(meta.last_energy_at):
        return 0
    # The last interval of a complete day ends at midnight, when the next day begins.
    return datetime.fromtimestamp(meta.last_energy_at - 1, zone).toordinal() - first + 1


def _forget_unreported(values: list[Any], reported: float) -> None:
    """Set days after the last report to None: zeros or nulls at the end are not known yet."""
    for position in range(len(values) - 1, -1, -1):
        if values[position] not in (0, None) or position < reported:
            break
        values[position] = None


def systems(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each system of a page, or for one system."""
    found = [answer] if hasattr(answer, "system_id") else answer.systems or ()
    metas = [s.meta for s in found]
    return [
        each("system_id", Kind.NUMBER, found),
        each("system_name", Kind.TEXT, found),
        each("system_public_name", Kind.TEXT, found),
        each("reference", Kind.TEXT, found),
        each("other_references", Kind.TEXTS, found),
        each("city", Kind.TEXT, found),
        each("state", Kind.TEXT, found),
        each("postal_code", Kind.TEXT, found),
        each("country", Kind.TEXT, found),
        each("timezone", Kind.TEXT, found),
        each("connection_type", Kind.TEXT, found),
        each("status", Kind.TEXT, metas),
        each("operational_at", Kind.INSTANT, metas),
        each("last_report_at", Kind.INSTANT, metas),
        each("last_energy_at", Kind.INSTANT, metas),
    ]


def summary(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row; the summaries of many systems make a table of the fleet.

    A summary of a past day does not tell size, modules and power: the API's zeros become null.
    """
    one = [answer]
    day = answer.summary_date
    is_past = answer.size_w == 0 and answer.modules == 0
    return [
        each("system_id", Kind.NUMBER, one),
        Column("summary_date", Kind.DATE, [day.toordinal() - EPOCH if day else None]),
        each("status", Kind.TEXT, one),
        each("source", Kind.TEXT, one),
        Column("modules", Kind.NUMBER, [None if is_past else answer.modules]),
        Column("size_w", Kind.MEASURE, [None if is_past else answer.size_w]),
        Column("current_power_w", Kind.MEASURE, [None if is_past else answer.current_power]),
        Column("energy_today_wh", Kind.MEASURE, [answer.energy_today]),
        Column("energy_lifetime_wh", Kind.MEASURE, [answer.energy_lifetime]),
        each("operational_at", Kind.INSTANT, one),
        each("last_report_at", Kind.INSTANT, one),
        each("last_interval_end_at", Kind.INSTANT, one),
    ]


def summaries(record: Any, zone: tzinfo) -> list[Column]:
    """One row: a system as listed, its summary, and why it has none.

    Raises:
        InvalidArgumentError: the value is the result of another operation.
    """
    value = record.summary if hasattr(record, "summary") else record.value
    if value is not None and not hasattr(value, "summary_date"):
        raise InvalidArgumentError(
            f"the rows of a run over systems are of summaries, not of {type(value).__name__}; "
            "one frame of many systems is Fleet.frame(), that of one result its to_frame()"
        )
    found = record.system or NOTHING
    listed = [column for column in systems(found, zone) if column.name != "system_id"]
    told = [column for column in summary(value or NOTHING, zone) if column.name != "system_id"]
    taken = {column.name for column in listed}
    for column in told:
        if column.name in taken:
            column.name = f"summary_{column.name}"
    number = getattr(record, "system_id", None) or getattr(found, "system_id", None)
    error, read_at = record.error, record.read_at
    return [
        Column("system_id", Kind.NUMBER, [number]),
        *listed,
        *told,
        Column("error_kind", Kind.TEXT, [error and type(error).__name__]),
        Column("error", Kind.TEXT, [error and str(error)]),
        Column("read_at", Kind.INSTANT, [read_at and int(read_at.timestamp())]),
    ]


def inverters_summary(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each microinverter, of one group or of all."""
    groups: list[Any] = answer if is_array(answer) else [answer]
    found = [inverter for group in groups for inverter in group.micro_inverters or ()]
    strengths = [g.signal_strength for g in groups for _ in g.micro_inverters or ()]
    return [
        each("id", Kind.NUMBER, found),
        each("serial_number", Kind.TEXT, found),
        each("envoy_serial_number", Kind.TEXT, found),
        each("model", Kind.TEXT, found),
        each("part_number", Kind.TEXT, found),
        each("sku", Kind.TEXT, found),
        each("status", Kind.TEXT, found),
        Column("power_w", Kind.MEASURE, [_watts(i.power_produced) for i in found]),
        Column("energy_wh", Kind.MEASURE, [_watt_hours(i.energy) for i in found]),
        Column("last_report_at", Kind.INSTANT, [i.last_report_date for i in found]),
        Column("signal_strength", Kind.NUMBER, strengths),
        each("grid_profile", Kind.TEXT, found),
    ]


def _watts(power: Any) -> float | None:
    if power is None or isinstance(power, (int, float)):
        return power
    return _scaled(power, _W.get(power.units))


def _watt_hours(energy: Any) -> float | None:
    return _scaled(energy, _WH.get(energy.units)) if energy else None


def _scaled(given: Any, factor: float | None) -> float | None:
    """The value with its scale applied; None if its unit is not known."""
    places = given.precision or 0
    if given.value is None or factor is None or abs(places) > MOST_PLACES:
        return None
    return float(given.value) * factor / 10.0**places


def envoys(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each gateway."""
    found = answer.envoys or ()
    return [
        of_system(answer, len(found)),
        each("envoy_id", Kind.NUMBER, found),
        each("serial_number", Kind.TEXT, found),
        each("name", Kind.TEXT, found),
        each("part_number", Kind.TEXT, found),
        each("status", Kind.TEXT, found),
        each("last_report_at", Kind.INSTANT, found),
    ]


def inventory(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each device; its type is in `kind`."""
    devices = {
        "envoy": answer.envoys or (),
        "inverter": answer.inverters or (),
        "meter": answer.meters or (),
    }
    found = [device for kind in devices.values() for device in kind]
    return [
        of_system(answer, len(found)),
        Column("kind", Kind.TEXT, [kind for kind, some in devices.items() for _ in some]),
        Column("serial_number", Kind.TEXT, [d.sn for d in found]),
        each("model", Kind.TEXT, found),
        *(
            Column(name, Kind.TEXT, [getattr(d, name, None) for d in found])
            for name in ("sku", "manufacturer", "state", "status")
        ),
    ]


def production_meter_readings(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each meter."""
    found = answer.meter_readings or ()
    return [
        of_system(answer, len(found)),
        Column("meter_serial_number", Kind.TEXT, [r.serial_number for r in found]),
        each("read_at", Kind.INSTANT, found),
        Column("energy_wh", Kind.MEASURE, [r.value for r in found]),
    ]


def of_system(answer: Any, rows: int) -> Column:
    """The system of all rows of an answer."""
    return Column("system_id", Kind.ID, [(answer.system_id, rows)])


def each(name: str, kind: Kind, records: Iterable[Any], field: str = "") -> Column:
    """A field of each record; None where a record does not have it."""
    wire = field or name
    return Column(name, kind, [getattr(record, wire, None) for record in records])
