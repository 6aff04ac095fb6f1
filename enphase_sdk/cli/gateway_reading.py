"""A gateway's reading for people: sections, each with a small table of names and values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from enphase_sdk.cli.gateway_views import POWERS, powers
from enphase_sdk.cli.output import Heading
from enphase_sdk.report.formats import UNKNOWN, instant, kilo, number, plain

if TYPE_CHECKING:
    from enphase_sdk.gateway.models.energy import CtMeter
    from enphase_sdk.gateway.snapshot import Snapshot

__all__ = ["print_reading"]

Section: TypeAlias = tuple[str, Sequence[Heading], list[list[str]]]

_one = partial(number, decimals=1)


def print_reading(snapshot: Snapshot) -> None:
    """Print the known values, section by section, without those that the gateway lacks."""
    from enphase_sdk.cli.tables import print_table

    for title, headings, rows in _sections(snapshot):
        if rows:
            print(f"\n{title}")
            print_table(headings, rows, elsewhere="a wider terminal, --json and --csv show all")


def _sections(snapshot: Snapshot) -> Iterator[Section]:
    now = {name: watts for name, watts in powers(snapshot).items() if watts is not None}
    yield "Power", _heads("What", "W"), [[POWERS[name], number(now[name])] for name in now]
    yield "Energy", _heads("What", "Today kWh", "7 days kWh", "Lifetime kWh"), _energies(snapshot)
    yield (
        "Meters",
        _heads("Meter", "Phase", "Power W", "Delivered kWh", "Received kWh", "V", "A", text=2),
        list(_meters(snapshot)),
    )
    yield (
        "Batteries",
        _heads("Serial number", "Charge %", "Power W", "Capacity kWh", "Temperature", "Working"),
        list(_batteries(snapshot)),
    )
    yield "All batteries", _heads("What", "Value", text=2), list(_all_batteries(snapshot))
    yield "Grid and relays", _heads("What", "Value", text=2), list(_relays(snapshot))
    yield "Settings", _heads("What", "Value", text=2), list(_settings(snapshot))
    yield (
        "Microinverters",
        _heads("Serial number", "Power W", "Greatest W", "Lifetime kWh", "Last report"),
        [
            [
                plain(each.serial_number),
                number(each.last_report_watts),
                number(each.max_report_watts),
                kilo(each.lifetime_energy),
                _when(each.last_report_date),
            ]
            for each in snapshot.inverters.values()
        ],
    )


def _heads(*names: str, text: int = 1) -> list[Heading]:
    """Headings: the first `text` columns hold text, the others numbers."""
    return [
        Heading(name, numeric=n >= text, spare=n, stays=n < text) for n, name in enumerate(names)
    ]


def _energies(snapshot: Snapshot) -> list[list[str]]:
    told = {
        "Production": snapshot.system_production,
        "Consumption": snapshot.system_consumption,
    }
    rows = [
        [
            name,
            kilo(energy.watt_hours_today),
            kilo(energy.watt_hours_last_7_days),
            kilo(energy.watt_hours_lifetime),
        ]
        for name, energy in told.items()
        if energy is not None
    ]
    net = snapshot.system_net_consumption
    if net is not None:
        # Gateways always send 0 for the others, which means not known.
        rows.append(["Import less export", UNKNOWN, UNKNOWN, kilo(net.watt_hours_lifetime)])
    return rows


def _meters(snapshot: Snapshot) -> Iterator[list[str]]:
    for kind, meter in snapshot.ctmeters.items():
        yield _meter(kind, "", meter)
        for phase, part in snapshot.ctmeters_phases.get(kind, {}).items():
            yield _meter(kind, phase, part)


def _meter(kind: str, phase: str, meter: CtMeter) -> list[str]:
    return [
        plain(kind),
        plain(phase) if phase else "all",
        number(meter.active_power),
        kilo(meter.energy_delivered),
        kilo(meter.energy_received),
        _one(meter.voltage),
        number(meter.current, 2),
    ]


def _batteries(snapshot: Snapshot) -> Iterator[list[str]]:
    running = snapshot.encharge_power or {}
    for serial, battery in (snapshot.encharge_inventory or {}).items():
        power = running[serial].real_power_mw if serial in running else None
        yield [
            plain(serial),
            number(battery.percent_full),
            number(None if power is None else power / 1000),
            _one(None if battery.encharge_capacity is None else battery.encharge_capacity / 1000),
            _degrees(battery.temperature, battery.temperature_unit),
            _yes(battery.operating),
        ]
    for serial, each in (snapshot.acb_inventory or {}).items():
        temperature = _degrees(each.max_cell_temp, "C")
        yield [plain(serial), number(each.percent_full), UNKNOWN, UNKNOWN, temperature, UNKNOWN]


def _all_batteries(snapshot: Snapshot) -> Iterator[list[str]]:
    found = snapshot.encharge_aggregate
    if found is None:
        return
    yield ["State of charge", f"{number(found.state_of_charge)} %"]
    yield ["Energy in them", f"{kilo(found.available_energy)} kWh"]
    yield ["Capacity", f"{kilo(found.max_available_capacity)} kWh"]
    yield ["Reserve in force", f"{number(found.reserve_state_of_charge)} %"]


def _relays(snapshot: Snapshot) -> Iterator[list[str]]:
    controller = snapshot.enpower
    if controller is not None:
        yield ["System Controller", plain(controller.serial_number)]
        yield ["Relay to the grid", plain(controller.mains_oper_state)]
        yield ["Mode", plain(controller.grid_mode)]
        temperature = _degrees(controller.temperature, controller.temperature_unit)
        yield ["Temperature", temperature]
    if snapshot.collar is not None:
        yield ["Meter Collar", plain(snapshot.collar.serial_number)]
        yield ["Its switch to the grid", plain(snapshot.collar.mid_state)]
    for name, contact in snapshot.dry_contact_status.items():
        settings = snapshot.dry_contact_settings.get(name)
        label = f" ({plain(settings.load_name)})" if settings and settings.load_name else ""
        yield [f"Dry contact {plain(name)}{label}", plain(contact.status)]


def _settings(snapshot: Snapshot) -> Iterator[list[str]]:
    storage = snapshot.tariff.storage_settings if snapshot.tariff else None
    if storage is not None:
        yield ["Storage mode", plain(storage.mode)]
        yield ["Reserve", f"{number(storage.reserved_soc)} %"]
        yield ["Charging from the grid", _yes(storage.charge_from_grid)]
    if snapshot.generator_mode is not None:
        yield ["Generator", plain(snapshot.generator_mode.gen_cmd)]


def _degrees(value: float | None, unit: str) -> str:
    return UNKNOWN if value is None else f"{number(value)} °{unit}"


def _yes(value: bool | None) -> str:
    return UNKNOWN if value is None else "yes" if value else "no"


def _when(at: int | None) -> str:
    try:
        return UNKNOWN if at is None else instant(datetime.fromtimestamp(at, UTC))
    except (ValueError, OverflowError, OSError):
        return str(at)
