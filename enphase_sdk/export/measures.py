"""The one list of what is exported: names, units, kinds, and where a reading has each value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from enum import Enum, StrEnum
from typing import Any

from attrs import field, frozen

from enphase_sdk.export.subjects import SUBJECTS, Subject
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.live import LiveSample

__all__ = [
    "MEASURES",
    "Kind",
    "Labels",
    "Measure",
    "Unit",
    "Value",
    "live_values_of",
    "measure_named",
    "values_of",
]

Labels = tuple[tuple[str, str], ...]


class Unit(Enum):
    """A unit: its symbol, and how it is written at the end of a name."""

    WATT = ("W", "w")
    WATT_HOUR = ("Wh", "wh")
    VOLT = ("V", "v")
    AMPERE = ("A", "a")
    HERTZ = ("Hz", "hz")
    PERCENT = ("%", "percent")
    CELSIUS = ("°C", "celsius")
    EPOCH = ("s", "timestamp_seconds")
    NUMBER = ("", "")

    @property
    def symbol(self) -> str:
        """The unit's symbol; empty for a plain number."""
        return self.value[0]

    @property
    def suffix(self) -> str:
        """The unit as the last part of a name, without an underscore."""
        return self.value[1]


class Kind(StrEnum):
    """How a value changes.

    Attributes:
        LEVEL: Up and down.
        COUNTER: Only up, for years.
        TODAY: Only up, and back to 0 at midnight in the gateway's time zone.
        STORED: An amount of stored energy, up and down.
        STATE: 1 for yes, 0 for no.
        MOMENT: An instant.
    """

    LEVEL = "level"
    COUNTER = "counter"
    TODAY = "today"
    STORED = "stored"
    STATE = "state"
    MOMENT = "moment"


@frozen
class Measure:
    """Something that is exported.

    Attributes:
        name: Its name without the unit. It never changes once it has been published.
        unit: Its unit.
        kind: How it changes.
        title: Its name for people.
        subject: What has it: the site, or each device of a kind.
        read: Reads it from one of the subject's members; None if it is not known.
        live: The attribute of `LiveSample` that has it too, if one has.
        sourced: Whether its count depends on the gateway's source of production.
    """

    name: str
    unit: Unit
    kind: Kind
    title: str
    subject: Subject
    read: Callable[[Any], float | None] = field(repr=False, eq=False)
    live: str | None = None
    sourced: bool = False

    @property
    def key(self) -> str:
        """The name with the unit: ``production_power_w``."""
        return f"{self.name}_{self.unit.suffix}" if self.unit.suffix else self.name

    @property
    def counts(self) -> bool:
        """Whether its value must not fall."""
        return self.kind in (Kind.COUNTER, Kind.TODAY)


@frozen
class Value:
    """A measure's value.

    Attributes:
        measure: What was measured.
        labels: Which device, as pairs of a label's name and its text; empty for the site.
        number: The value in the measure's unit; always a finite number.
        at: When it was read, epoch seconds UTC.
    """

    measure: Measure
    labels: Labels
    number: float
    at: float

    @property
    def identity(self) -> tuple[str, Labels]:
        """The name and labels that identify a series."""
        return self.measure.key, self.labels


def values_of(snapshot: Snapshot, at: float) -> Iterator[Value]:
    """All values of a reading; unknown values are left out.

    Args:
        snapshot: The reading.
        at: When it was read, epoch seconds UTC.
    """
    for subject in SUBJECTS:
        measures = [measure for measure in MEASURES if measure.subject is subject]
        for labels, member in subject.members(snapshot, at):
            for measure in measures:
                number = measure.read(member)
                if number is not None and math.isfinite(number):
                    yield Value(measure, labels, float(number), at)


def live_values_of(sample: LiveSample, at: float) -> Iterator[Value]:
    """The values of a sample of live data; unknown values are left out.

    Args:
        sample: The sample.
        at: When it was measured, epoch seconds UTC by this machine's clock.
    """
    for measure in MEASURES:
        number = getattr(sample, measure.live) if measure.live else None
        # If the house's power is known, the sum of production and grid is not exported.
        is_part = measure.live == "consumption_w" and sample.load_w is not None
        if number is not None and math.isfinite(number) and not is_part:
            yield Value(measure, (), float(number), at)


def _unread(_: object) -> None:
    """None: only live data has this value."""


def _site() -> Iterable[Measure]:
    site = Subject.SITE
    watt, energy, level, counter = Unit.WATT, Unit.WATT_HOUR, Kind.LEVEL, Kind.COUNTER
    yield Measure(
        "production_power", watt, level, "Production", site, lambda s: s.production_w, "pv_w"
    )
    yield Measure("house_power", watt, level, "House", site, lambda s: s.house_w, "load_w")
    yield Measure(
        "grid_power", watt, level, "From the grid", site, lambda s: s.grid_w, "grid_w"
    )  # negative: to the grid
    yield Measure(
        "battery_power", watt, level, "From the batteries", site, lambda s: s.batteries_w,
        "battery_w",
    )  # negative: charging  # fmt: skip
    yield Measure(
        "production_and_grid_power", watt, level, "Production and grid", site,
        lambda s: s.production_and_grid_w, "consumption_w",
    )  # fmt: skip
    yield Measure(
        "production_energy", energy, counter, "Energy produced", site,
        lambda s: s.production_wh, sourced=True,
    )  # fmt: skip
    yield Measure(
        "production_energy_today", energy, Kind.TODAY, "Energy produced today", site,
        lambda s: s.production_today_wh, sourced=True,
    )  # fmt: skip
    yield Measure("house_energy", energy, counter, "Energy consumed", site, lambda s: s.house_wh)
    yield Measure(
        "house_energy_today", energy, Kind.TODAY, "Energy consumed today", site,
        lambda s: s.house_today_wh,
    )  # fmt: skip
    yield Measure(
        "grid_import_energy", energy, counter, "Energy imported", site, lambda s: s.imported_wh
    )
    yield Measure(
        "grid_export_energy", energy, counter, "Energy exported", site, lambda s: s.exported_wh
    )
    yield Measure(
        "battery_discharge_energy", energy, counter, "Energy from the batteries", site,
        lambda s: s.discharged_wh,
    )  # fmt: skip
    yield Measure(
        "battery_charge_energy", energy, counter, "Energy into the batteries", site,
        lambda s: s.charged_wh,
    )  # fmt: skip
    yield Measure(
        "battery_state_of_charge", Unit.PERCENT, level, "Batteries' charge", site,
        lambda s: s.state_of_charge, "state_of_charge",
    )  # fmt: skip
    yield Measure(
        "battery_reserve", Unit.PERCENT, level, "Batteries' reserve", site, lambda s: s.reserve
    )
    yield Measure(
        "battery_stored_energy", energy, Kind.STORED, "Energy in the batteries", site,
        lambda s: s.stored_wh,
    )  # fmt: skip
    yield Measure("generator_power", watt, level, "Generator", site, _unread, "generator_w")
    yield Measure(
        "grid_connected", Unit.NUMBER, Kind.STATE, "Connected to the grid", site,
        lambda s: s.on_grid,
    )  # fmt: skip
    yield Measure("inverters", Unit.NUMBER, level, "Inverters", site, lambda s: s.inverters)
    yield Measure(
        "inverters_reporting", Unit.NUMBER, level, "Inverters that report", site,
        lambda s: s.inverters_reporting,
    )  # fmt: skip


def _devices() -> Iterable[Measure]:
    meter, inverter, battery = Subject.METER, Subject.INVERTER, Subject.BATTERY
    level, counter = Kind.LEVEL, Kind.COUNTER
    yield Measure("meter_power", Unit.WATT, level, "Power", meter, lambda m: m.active_power)
    yield Measure("meter_voltage", Unit.VOLT, level, "Voltage", meter, lambda m: m.voltage)
    yield Measure("meter_current", Unit.AMPERE, level, "Current", meter, lambda m: m.current)
    yield Measure("meter_frequency", Unit.HERTZ, level, "Frequency", meter, lambda m: m.frequency)
    yield Measure("inverter_power", Unit.WATT, level, "Power", inverter, lambda i: i.watts)
    yield Measure("inverter_energy", Unit.WATT_HOUR, counter, "Energy", inverter, lambda i: i.wh)
    yield Measure(
        "inverter_temperature", Unit.CELSIUS, level, "Temperature", inverter,
        lambda i: i.temperature,
    )  # fmt: skip
    yield Measure(
        "inverter_last_report", Unit.EPOCH, Kind.MOMENT, "Last report", inverter,
        lambda i: i.reported_at,
    )  # fmt: skip
    yield Measure("battery_unit_power", Unit.WATT, level, "Power", battery, lambda b: b.watts)
    yield Measure(
        "battery_unit_state_of_charge", Unit.PERCENT, level, "Charge", battery,
        lambda b: b.state_of_charge,
    )  # fmt: skip
    yield Measure(
        "battery_unit_temperature", Unit.CELSIUS, level, "Temperature", battery,
        lambda b: b.temperature,
    )  # fmt: skip


MEASURES: tuple[Measure, ...] = (*_site(), *_devices())
"""Everything that is exported, in the order in which exporters write it."""

_BY_NAME = {measure.name: measure for measure in MEASURES}


def measure_named(name: str) -> Measure:
    """A measure by its name."""
    return _BY_NAME[name]
