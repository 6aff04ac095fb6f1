"""A reading of a gateway in the cloud's models.

For a value that a gateway does not know (ids, names, sizes, dates of installation), the caller's
value is used, or None. No value is made up.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from attrs import frozen
from msgspec import UNSET, UnsetType

from enphase_sdk import models
from enphase_sdk.gateway.identity import GatewayInfo
from enphase_sdk.gateway.models.energy import CtMeter, Inverter
from enphase_sdk.gateway.models.site import Device
from enphase_sdk.gateway.profile import ProductionSource
from enphase_sdk.gateway.snapshot import Snapshot

__all__ = ["PRODUCTION_METER", "Reading", "SiteFacts", "made"]

T = TypeVar("T")

# Seconds. A gateway reports to the cloud every 5 to 15 minutes; an older report means that it
# cannot reach the cloud.
REPORT_IS_OLD = 6 * 3600

# Firmware whose day, without current transformers, begins at midnight of winter time all year.
_DAY_BEGINS_LATE = (8, 3, 5286)

# The cloud's names for a gateway's meters: its serial number with one of these.
PRODUCTION_METER = "EIM1"
_CONSUMPTION_METER = "EIM2"


@frozen
class SiteFacts:
    """The values of the site that the caller has given and a gateway does not know.

    Attributes:
        system_id: The site's Enlighten id, or None.
        size_w: The site's rated power, W, or None.
    """

    system_id: int | None = None
    size_w: int | None = None


@frozen
class Reading:
    """One reading with the values that are needed to convert it into the cloud's models.

    Attributes:
        info: The gateway's identity.
        snapshot: The reading.
        facts: The values that the caller has given.
        read_at: When it was read, epoch seconds UTC.
        timezone: The gateway's time zone, or None.
        source: The source of production, or None.
    """

    info: GatewayInfo
    snapshot: Snapshot
    facts: SiteFacts
    read_at: int
    timezone: ZoneInfo | None
    source: ProductionSource | None

    def summary(self) -> models.Summary:
        """Production now, today and before today."""
        production = self.snapshot.system_production
        today = production.watt_hours_today if production else None
        if self._shows_yesterday():
            today = None
        lifetime = production.watt_hours_lifetime if production else None
        before_today = None
        if lifetime is not None and today is not None and lifetime >= today:
            before_today = lifetime - today
        return made(
            models.Summary,
            current_power=production.watts_now if production else None,
            energy_lifetime=before_today,
            energy_today=today,
            last_interval_end_at=self._newest_report(),
            last_report_at=self.read_at,
            modules=len(self.snapshot.inverters) or None,
            operational_at=None,
            size_w=self.facts.size_w,
            source=self._source(),
            status=None,
            summary_date=self.today(),
            system_id=self.facts.system_id,
        )

    def envoys(self) -> models.EnvoysResponse:
        """The gateway itself, as the cloud lists it."""
        home = self.snapshot.home
        reported = home.last_enlighten_report_at if home else None
        status = None
        if reported is not None:
            old = self.read_at - reported > REPORT_IS_OLD
            status = models.EnvoyStatus.COMM if old else models.EnvoyStatus.NORMAL
        record = made(
            models.EnvoyRecord,
            envoy_id=None,
            last_report_at=reported,
            name=None,
            part_number=self.info.part_number,
            serial_number=self.info.serial_number,
            status=status,
        )
        return made(models.EnvoysResponse, system_id=self.facts.system_id, envoys=[record])

    def inventory(self) -> models.Inventory:
        """The gateway, its microinverters and its meters."""
        devices = self._devices()
        gateway = made(
            models.InventoryEnvoy,
            sn=self.info.serial_number,
            model=None,
            sku=_or_unset(self.info.part_number),
        )
        inverters = [
            made(
                models.InventoryInverter,
                sn=sn,
                model=None,
                sku=_or_unset(_part_number(devices.get(sn))),
            )
            for sn in self.snapshot.inverters
        ]
        meters = [
            made(
                models.InventoryMeter,
                sn=serial_number,
                manufacturer="Enphase",
                model=None,
                state=_or_unset(meter.state),
                status=_or_unset(meter.metering_status),
            )
            for serial_number, meter in self._meters()
        ]
        return made(
            models.Inventory,
            system_id=self.facts.system_id,
            envoys=[gateway],
            inverters=inverters,
            meters=meters,
            meta=self._meta(),
        )

    def inverters_summary(self) -> list[models.InvertersSummary]:
        """Each microinverter's power and lifetime energy."""
        devices = self._devices()
        micro_inverters = [
            self._micro_inverter(inverter, devices.get(serial_number))
            for serial_number, inverter in self.snapshot.inverters.items()
        ]
        return [
            made(models.InvertersSummary, signal_strength=None, micro_inverters=micro_inverters)
        ]

    def production_meter_readings(self) -> models.ProductionMeterReadings:
        """The production meter's lifetime energy reading; no meters if none is in use."""
        readings = [
            made(
                models.MeterReading,
                serial_number=serial_number,
                value=meter.energy_delivered,
                read_at=meter.timestamp,
            )
            for serial_number, meter in self._meters()
            if serial_number.endswith(PRODUCTION_METER)
        ]
        return made(
            models.ProductionMeterReadings,
            system_id=self.facts.system_id,
            meter_readings=readings,
            meta=self._meta(),
        )

    def today(self) -> date | None:
        """The current date at the gateway; None if its time zone is not known."""
        if self.timezone is None:
            return None
        return datetime.fromtimestamp(self.read_at, UTC).astimezone(self.timezone).date()

    def _shows_yesterday(self) -> bool:
        """Whether its energy of today is still yesterday's: some firmware ignores summer time."""
        if self.timezone is None or self.source == "meter":
            return False
        local = datetime.fromtimestamp(self.read_at, UTC).astimezone(self.timezone)
        late = self.info.version == _DAY_BEGINS_LATE and bool(local.dst())
        return late and local.hour == 0

    def _devices(self) -> dict[str, Device]:
        return {device.serial_number: device for device in self.snapshot.devices or ()}

    def _meta(self) -> models.Meta:
        return made(
            models.Meta,
            status=None,
            last_report_at=self.read_at,
            last_energy_at=self._newest_report(),
            operational_at=None,
        )

    def _newest_report(self) -> int | None:
        dates = (inverter.last_report_date for inverter in self.snapshot.inverters.values())
        return max((d for d in dates if d is not None), default=None)

    def _source(self) -> models.SummarySource | None:
        if self.source is None:
            return None
        metered = self.source == "meter"
        return models.SummarySource.METER if metered else models.SummarySource.MICROINVERTERS

    def _meters(self) -> list[tuple[str, CtMeter]]:
        ends = {
            "production": PRODUCTION_METER,
            "net-consumption": _CONSUMPTION_METER,
            "total-consumption": _CONSUMPTION_METER,
        }
        return [
            (self.info.serial_number + ends[kind], meter)
            for kind, meter in self.snapshot.ctmeters.items()
            if kind in ends
        ]

    def _micro_inverter(self, inverter: Inverter, device: Device | None) -> models.MicroInverter:
        part_number = _part_number(device)
        return made(
            models.MicroInverter,
            id=None,
            model=None,
            part_number=part_number,
            serial_number=inverter.serial_number,
            sku=part_number,
            status=_status(device),
            power_produced=_quantity(
                models.PowerProduced, inverter.last_report_watts, models.PowerUnits.W
            ),
            proc_load=None,
            param_table=None,
            envoy_serial_number=self.info.serial_number,
            energy=_quantity(
                models.EnergyProduced, inverter.lifetime_energy, models.EnergyUnits.WH
            ),
            grid_profile=None,
            last_report_date=inverter.last_report_date,
        )


def made(shape: type[T], /, **fields: Any) -> T:
    """A model with None for values that the contract requires and no gateway knows."""
    return shape(**fields)


def _or_unset(value: T | None) -> T | UnsetType:
    """The value; absent if it is not known and the contract does not require it."""
    return UNSET if value is None else value


def _quantity(shape: type[T], value: int | None, units: str) -> T | None:
    return None if value is None else made(shape, value=value, units=units, precision=0)


def _part_number(device: Device | None) -> str | None:
    return device.part_number if device else None


def _status(device: Device | None) -> models.MicroInverterStatus | None:
    """The status: `comm` if it does not report to the cloud; no production at night is normal."""
    if device is None or device.communicating is None:
        return None
    reports = device.communicating
    return models.MicroInverterStatus.NORMAL if reports else models.MicroInverterStatus.MICRO
