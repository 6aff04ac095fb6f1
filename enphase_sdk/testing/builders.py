"""Results and error bodies for tests: give the fields that matter; the others have defaults.

builders.summary(energy_today=25_639)                    # a models.Summary
builders.systems_page(systems=[builders.system(system_id=67)]).to_dict()
builders.conflict_body(period="month")                   # the JSON of a 409

The defaults describe system 67 at the start of a `FakeClock`, 2024-06-15 12:00 UTC. Values have
the types of the models or those of JSON; `msgspec.UNSET` leaves out a field that the contract does
not require. A field that does not exist, or a value that the contract does not allow, raises
`InvalidArgumentError`.
"""

from __future__ import annotations

from typing import Any, Unpack

from enphase_sdk_api_v2 import models as wire

from enphase_sdk import models
from enphase_sdk.testing import accepted
from enphase_sdk.testing.building import body, built

__all__ = [
    "client_error_body",
    "conflict_body",
    "consumption_lifetime",
    "consumption_stats",
    "consumption_stats_interval",
    "energy_lifetime",
    "energy_produced",
    "envoy_record",
    "envoys_response",
    "inventory",
    "inventory_envoy",
    "inventory_inverter",
    "inventory_meter",
    "inverters_summary",
    "meta",
    "meter_interval",
    "meter_intervals",
    "meter_reading",
    "micro_inverter",
    "monthly_meter_reading",
    "monthly_production",
    "not_found_body",
    "power_produced",
    "production_meter_readings",
    "rgm_stats",
    "rgm_stats_interval",
    "server_error_body",
    "stats",
    "stats_interval",
    "summary",
    "system",
    "system_id_found",
    "systems_page",
    "unprocessable_body",
]

_NOW = 1_718_452_800
_OPERATIONAL = 1_588_310_100
_GATEWAY = "122100000067"
_METER = "122100000067EIM1"


def system(**fields: Unpack[accepted.System]) -> models.System:
    """A system of the listing; its deprecated `status` is not the one in `meta`."""
    return built(
        models.System,
        fields,
        system_id=67,
        system_name="Green Cottage",
        system_public_name="Green Cottage",
        status="normal",
        timezone="Europe/Berlin",
        country="DE",
        state="BW",
        city="Freiburg",
        postal_code="79098",
        connection_type="ethernet",
        meta=meta(),
    )


def systems_page(**fields: Unpack[accepted.SystemsPage]) -> models.SystemsPage:
    """A page of the listing, the last one unless `next` is given."""
    return built(models.SystemsPage, fields, systems=[system()])


def meta(**fields: Unpack[accepted.Meta]) -> models.Meta:
    """The `meta` of an answer: status and times of the last reports, epoch seconds."""
    return built(
        models.Meta,
        fields,
        status="normal",
        last_report_at=_NOW - 240,
        last_energy_at=_NOW - 300,
        operational_at=_OPERATIONAL,
    )


def summary(**fields: Unpack[accepted.Summary]) -> models.Summary:
    """One system on one day; power in W, energies in Wh."""
    return built(
        models.Summary,
        fields,
        system_id=67,
        summary_date="2024-06-15",
        modules=20,
        size_w=6_000,
        current_power=4_116,
        energy_today=16_742,
        energy_lifetime=24_310_058,
        source="microinverters",
        status="normal",
        operational_at=_OPERATIONAL,
        last_report_at=_NOW - 240,
        last_interval_end_at=_NOW - 300,
    )


def energy_lifetime(**fields: Unpack[accepted.EnergyLifetime]) -> models.EnergyLifetime:
    """Energy produced on each day from `start_date`, Wh."""
    return built(
        models.EnergyLifetime,
        fields,
        system_id=67,
        start_date="2024-06-12",
        production=[31_220, 28_914, 33_507],
        meta=meta(),
    )


def consumption_lifetime(
    **fields: Unpack[accepted.ConsumptionLifetime],
) -> models.ConsumptionLifetime:
    """Energy consumed on each day from `start_date`, Wh."""
    return built(
        models.ConsumptionLifetime,
        fields,
        system_id=67,
        start_date="2024-06-12",
        consumption=[11_480, 12_055, 9_872],
        meta=meta(),
    )


def stats(**fields: Unpack[accepted.Stats]) -> models.Stats:
    """5-minute intervals, each with its end (epoch seconds, UTC); `powr` in W, `enwh` in Wh."""
    return built(
        models.Stats,
        fields,
        system_id=67,
        total_devices=20,
        intervals=[
            stats_interval(end_at=_NOW - 600, powr=4_080, enwh=340),
            stats_interval(end_at=_NOW - 300),
        ],
        meta=meta(),
    )


def stats_interval(**fields: Unpack[accepted.StatsInterval]) -> models.StatsInterval:
    """One 5-minute interval of all microinverters."""
    defaults = {"end_at": _NOW - 300, "powr": 4_116, "enwh": 343, "devices_reporting": 20}
    return built(models.StatsInterval, fields, **defaults)


def rgm_stats(**fields: Unpack[accepted.RgmStats]) -> models.RgmStats:
    """15-minute intervals of all meters together and of each meter, Wh."""
    return built(
        models.RgmStats,
        fields,
        system_id=67,
        total_devices=1,
        intervals=[
            rgm_stats_interval(end_at=_NOW - 900, wh_del=1_013),
            rgm_stats_interval(end_at=_NOW),
        ],
        meter_intervals=[meter_intervals()],
        meta=meta(),
    )


def rgm_stats_interval(**fields: Unpack[accepted.RgmStatsInterval]) -> models.RgmStatsInterval:
    """One 15-minute interval of all meters together."""
    defaults = {"end_at": _NOW, "wh_del": 1_027, "devices_reporting": 1}
    return built(models.RgmStatsInterval, fields, **defaults)


def meter_intervals(**fields: Unpack[accepted.MeterIntervals]) -> models.MeterIntervals:
    """The intervals of one meter."""
    return built(
        models.MeterIntervals,
        fields,
        meter_serial_number=_METER,
        envoy_serial_number=_GATEWAY,
        intervals=[
            meter_interval(end_at=_NOW - 900, wh_del=1_013, curr_w=4_052),
            meter_interval(end_at=_NOW),
        ],
    )


def meter_interval(**fields: Unpack[accepted.MeterInterval]) -> models.MeterInterval:
    """One 15-minute interval of a meter's channel: energy in Wh, mean power in W."""
    defaults = {"channel": 1, "end_at": _NOW, "wh_del": 1_027, "curr_w": 4_108}
    return built(models.MeterInterval, fields, **defaults)


def consumption_stats(**fields: Unpack[accepted.ConsumptionStats]) -> models.ConsumptionStats:
    """15-minute intervals, each with its end (epoch seconds, UTC); Wh."""
    return built(
        models.ConsumptionStats,
        fields,
        system_id=67,
        total_devices=1,
        intervals=[
            consumption_stats_interval(end_at=_NOW - 900, enwh=118),
            consumption_stats_interval(end_at=_NOW),
        ],
        meta=meta(),
    )


def consumption_stats_interval(
    **fields: Unpack[accepted.ConsumptionStatsInterval],
) -> models.ConsumptionStatsInterval:
    """One 15-minute interval of consumption."""
    defaults = {"end_at": _NOW, "enwh": 131, "devices_reporting": 1}
    return built(models.ConsumptionStatsInterval, fields, **defaults)


def production_meter_readings(
    **fields: Unpack[accepted.ProductionMeterReadings],
) -> models.ProductionMeterReadings:
    """The lifetime energy readings of the production meters."""
    return built(
        models.ProductionMeterReadings,
        fields,
        system_id=67,
        meter_readings=[meter_reading()],
        meta=meta(),
    )


def meter_reading(**fields: Unpack[accepted.MeterReading]) -> models.MeterReading:
    """One meter's lifetime energy reading, Wh."""
    defaults = {"serial_number": _METER, "value": 24_326_800, "read_at": _NOW}
    return built(models.MeterReading, fields, **defaults)


def monthly_production(**fields: Unpack[accepted.MonthlyProduction]) -> models.MonthlyProduction:
    """Energy produced in the month that begins on `start_date`, Wh."""
    return built(
        models.MonthlyProduction,
        fields,
        system_id=67,
        start_date="2024-05-01",
        end_date="2024-05-31",
        production_wh=842_310,
        meter_readings=[monthly_meter_reading()],
        meta=meta(),
    )


def monthly_meter_reading(
    **fields: Unpack[accepted.MonthlyMeterReading],
) -> models.MonthlyMeterReading:
    """One meter's lifetime energy readings at both ends of a month, Wh."""
    defaults = {"serial_number": _METER, "start": 23_021_746, "end": 23_864_056}
    return built(models.MonthlyMeterReading, fields, **defaults)


def envoys_response(**fields: Unpack[accepted.EnvoysResponse]) -> models.EnvoysResponse:
    """The gateways of a system."""
    return built(models.EnvoysResponse, fields, system_id=67, envoys=[envoy_record()])


def envoy_record(**fields: Unpack[accepted.EnvoyRecord]) -> models.EnvoyRecord:
    """One gateway in the list of gateways."""
    return built(
        models.EnvoyRecord,
        fields,
        envoy_id=500_067,
        name=f"Envoy {_GATEWAY}",
        serial_number=_GATEWAY,
        part_number="800-00555-r03",
        status="normal",
        last_report_at=_NOW - 240,
    )


def inventory(**fields: Unpack[accepted.Inventory]) -> models.Inventory:
    """The devices in use on a system."""
    return built(
        models.Inventory,
        fields,
        system_id=67,
        envoys=[inventory_envoy()],
        inverters=[inventory_inverter()],
        meters=[inventory_meter()],
        meta=meta(),
    )


def inventory_envoy(**fields: Unpack[accepted.InventoryEnvoy]) -> models.InventoryEnvoy:
    """A gateway of the inventory."""
    defaults = {"sn": _GATEWAY, "model": "Envoy-S-Metered-EU", "sku": "ENV-S-WM-230"}
    return built(models.InventoryEnvoy, fields, **defaults)


def inventory_inverter(**fields: Unpack[accepted.InventoryInverter]) -> models.InventoryInverter:
    """A microinverter of the inventory."""
    defaults = {"sn": "480000067001", "model": "IQ7PLUS", "sku": "IQ7PLUS-72-2-INT"}
    return built(models.InventoryInverter, fields, **defaults)


def inventory_meter(**fields: Unpack[accepted.InventoryMeter]) -> models.InventoryMeter:
    """A meter of the inventory."""
    return built(
        models.InventoryMeter,
        fields,
        sn=_METER,
        manufacturer="Enphase",
        model="EM200",
        status="normal",
        state="enabled",
    )


def inverters_summary(**fields: Unpack[accepted.InvertersSummary]) -> models.InvertersSummary:
    """The microinverters of one gateway; the operation returns a list of these."""
    return built(
        models.InvertersSummary, fields, signal_strength=5, micro_inverters=[micro_inverter()]
    )


def micro_inverter(**fields: Unpack[accepted.MicroInverter]) -> models.MicroInverter:
    """One microinverter: last reported power (W) and lifetime energy."""
    return built(
        models.MicroInverter,
        fields,
        id=1_000_067_001,
        serial_number="480000067001",
        model="IQ7PLUS",
        part_number="800-01103-r02",
        sku="IQ7PLUS-72-2-INT",
        status="normal",
        power_produced=power_produced(),
        proc_load="520-00082-r01-v04.27.04",
        param_table="540-00134-r01-v04.22.09",
        envoy_serial_number=_GATEWAY,
        energy=energy_produced(),
        grid_profile="57227c50e4d7973ae602c4e6",
        last_report_date=_NOW - 300,
    )


def power_produced(**fields: Unpack[accepted.PowerProduced]) -> models.PowerProduced:
    """A power, W."""
    return built(models.PowerProduced, fields, value=206, units="W", precision=0)


def energy_produced(**fields: Unpack[accepted.EnergyProduced]) -> models.EnergyProduced:
    """An energy, in its `units`: Wh or kJ."""
    return built(models.EnergyProduced, fields, value=1_216_340, units="Wh", precision=0)


def system_id_found(**fields: Unpack[accepted.SystemIdFound]) -> models.SystemIdFound:
    """The system that a gateway belongs to."""
    return built(models.SystemIdFound, fields, system_id=67)


def client_error_body(**fields: Unpack[accepted.ClientError]) -> dict[str, Any]:
    """The JSON of a 401: wrong key, another owner's system, or no permission."""
    message = ["Not authorized to access requested resource."]
    return body(wire.ClientError, fields, reason="401", message=message)


def not_found_body(**fields: Unpack[accepted.NotFoundError]) -> dict[str, Any]:
    """The JSON of a 404."""
    message = ["Envoy not found with this serial number"]
    return body(wire.NotFoundError, fields, reason="404", errorMessages=message)


def conflict_body(**fields: Unpack[accepted.ConflictError]) -> dict[str, Any]:
    """The JSON of a 409: the plan's hits are used up until `period_end`, epoch seconds."""
    return body(
        wire.ConflictError,
        fields,
        reason="409",
        message=["Usage limit exceeded for plan Watt"],
        period="minute",
        period_start=_NOW,
        period_end=_NOW + 60,
        limit=10,
    )


def unprocessable_body(**fields: Unpack[accepted.UnprocessableEntityError]) -> dict[str, Any]:
    """The JSON of a 422: exactly the given fields; without fields a period out of range.

    Real answers have one of three shapes: `reason` with the period, `message`, `errorMessages`.
    """
    period: dict[str, Any] = {
        "reason": "Requested date range is invalid for this system",
        "start_at": _NOW,
        "end_at": _NOW + 86_400,
        "first_interval": _OPERATIONAL,
        "last_interval": _NOW - 300,
    }
    return body(wire.UnprocessableEntityError, fields, **({} if fields else period))


def server_error_body(**fields: Unpack[accepted.ServerError]) -> dict[str, Any]:
    """The JSON of a 503, or in v4 a 500: the data is temporarily unavailable."""
    message = ["Data temporarily unavailable."]
    return body(wire.ServerError, fields, errorCode=7, errorMessages=message)
