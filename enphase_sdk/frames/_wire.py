"""The parts of long answers that frames need, as structs to decode into.

They have the structure of the JSON; every field may be null or missing. If a value has another
type than declared, decoding fails, and the answer is read leniently through the models. Fields are
in the order of the JSON, in which msgspec finds them fastest.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from msgspec import Meta, Struct

from enphase_sdk.frames._columns import LATEST

__all__ = ["MOST_PLACES", "PARTS"]

# Decimal places that a scaled value can sensibly have.
MOST_PLACES = 30

Epoch: TypeAlias = Annotated[int, Meta(ge=0, lt=LATEST)] | None
Whole: TypeAlias = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | None
Measure: TypeAlias = float | None
Text: TypeAlias = str | None


class Interval(Struct, gc=False):
    """Of `stats` and `consumption_stats`, of the sums of `rgm_stats`, of v4's telemetry."""

    end_at: Epoch = None
    devices_reporting: Whole = None
    powr: Measure = None
    enwh: Measure = None
    wh_del: Measure = None


class Intervals(Struct, gc=False):
    """Of `stats` and `consumption_stats`; of `rgm_stats` the sums over its meters."""

    intervals: list[Interval]
    system_id: Whole = None


class ChannelInterval(Struct, gc=False):
    """Of one channel of a meter."""

    channel: Whole = None
    end_at: Epoch = None
    wh_del: Measure = None
    curr_w: Measure = None


class Meter(Struct, gc=False):
    """Of `rgm_stats`."""

    intervals: list[ChannelInterval]
    envoy_serial_number: Text = None
    meter_serial_number: Text = None


class Meters(Struct, gc=False):
    """The whole of `rgm_stats`."""

    meter_intervals: list[Meter]
    system_id: Whole = None


class Scaled(Struct, gc=False):
    """A value with its unit and its number of decimal places."""

    value: Measure = None
    units: Text = None
    precision: Annotated[int, Meta(ge=-MOST_PLACES, le=MOST_PLACES)] | None = 0


class Inverter(Struct, gc=False):
    """Of `inverters_summary_by_envoy_or_site`."""

    id: Whole = None
    serial_number: Text = None
    envoy_serial_number: Text = None
    model: Text = None
    part_number: Text = None
    sku: Text = None
    status: Text = None
    power_produced: float | Scaled | None = None
    energy: Scaled | None = None
    last_report_date: Epoch = None
    grid_profile: Text = None


class InverterGroup(Struct, gc=False):
    """Of `inverters_summary_by_envoy_or_site`."""

    micro_inverters: list[Inverter]
    signal_strength: Whole = None


class Freshness(Struct, gc=False):
    """The `meta` of a system."""

    status: Text = None
    last_report_at: Epoch = None
    last_energy_at: Epoch = None
    operational_at: Epoch = None


class System(Struct, gc=False):
    """Of `systems`."""

    meta: Freshness
    system_id: Whole = None
    system_name: Text = None
    system_public_name: Text = None
    reference: Text = None
    other_references: list[str] | None = None
    city: Text = None
    state: Text = None
    postal_code: Text = None
    country: Text = None
    timezone: Text = None
    connection_type: Text = None


class Systems(Struct, gc=False):
    """A page of `systems`."""

    systems: list[System]


# By operation, and whether sums over all meters are requested. The other answers are short or
# plain series; the models read them as fast.
PARTS: dict[tuple[str, bool], Any] = {
    ("consumption_stats", False): Intervals,
    ("inverters_summary_by_envoy_or_site", False): list[InverterGroup],
    ("rgm_stats", False): Meters,
    ("rgm_stats", True): Intervals,
    ("stats", False): Intervals,
    ("systems", False): Systems,
    ("telemetry_consumption_meter", False): Intervals,
    ("telemetry_production_meter", False): Intervals,
    ("telemetry_production_micro", False): Intervals,
}
