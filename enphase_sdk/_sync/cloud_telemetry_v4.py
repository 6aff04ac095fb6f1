# Made from enphase_sdk/_async/cloud_telemetry_v4.py by `make generate`; edit that one.
"""Operations of API v4 about energy by day, by interval and by device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enphase_sdk._sync.cloud_base import Cloud
from enphase_sdk.cloud.v4.extras import telemetry
from enphase_sdk.core.times import DateLike, InstantLike

if TYPE_CHECKING:
    from enphase_sdk_api_v4 import models as v4

__all__ = ["TelemetryV4"]


class TelemetryV4(Cloud):
    """Operations of API v4 about energy by day, by interval and by device.

    Part of `EnlightenV4`. Each method costs one hit of the quota.
    """

    def battery_lifetime(
        self,
        system_id: int,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
    ) -> v4.BatteryLifetime:
        """Energy into and out of the batteries on each day, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_date: First day, in the system's time zone. Default: the day the
                system went into operation.
            end_date: Last day, inclusive. Default: yesterday.

        Raises:
            InvalidArgumentError: a date is not valid, or `end_date` lies before `start_date`.

        Source: operation BatteryLifetime.
        """
        return self._needed(
            telemetry.battery_lifetime(system_id, start_date=start_date, end_date=end_date)
        )

    def energy_import_lifetime(
        self,
        system_id: int,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
    ) -> v4.EnergyImportLifetime:
        """Energy taken from the grid on each day, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_date: First day, in the system's time zone. Default: the day the
                system went into operation.
            end_date: Last day, inclusive. Default: yesterday.

        Raises:
            InvalidArgumentError: a date is not valid, or `end_date` lies before `start_date`.

        Source: operation EnergyImportLifetime.
        """
        return self._needed(
            telemetry.energy_import_lifetime(system_id, start_date=start_date, end_date=end_date)
        )

    def energy_export_lifetime(
        self,
        system_id: int,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
    ) -> v4.EnergyExportLifetime:
        """Energy given to the grid on each day, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_date: First day, in the system's time zone. Default: the day the
                system went into operation.
            end_date: Last day, inclusive. Default: yesterday.

        Raises:
            InvalidArgumentError: a date is not valid, or `end_date` lies before `start_date`.

        Source: operation EnergyExportLifetime.
        """
        return self._needed(
            telemetry.energy_export_lifetime(system_id, start_date=start_date, end_date=end_date)
        )

    def telemetry_production_micro(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.ProductionMicroTelemetry:
        """Production by the microinverters in 5-minute intervals, W and Wh.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start of the window, rounded down to a quarter of an hour. Default:
                midnight today in the system's time zone.
            end_at: End of the window, at most 1 day after its start. Default: 1 day after the
                start, or now if that is earlier. Needs `start_at`.

        Raises:
            InvalidArgumentError: the window is empty or longer than 1 day, or `start_at` is
                missing.

        Source: operation TelemetryProductionMicro.
        """
        return self._needed(
            telemetry.telemetry_production_micro(system_id, start_at=start_at, end_at=end_at)
        )

    def telemetry_production_meter(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.ProductionMeterTelemetry:
        """Production by the meters in 15-minute intervals, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start of the window, rounded down to a quarter of an hour. Default:
                midnight today in the system's time zone.
            end_at: End of the window, at most 7 days after its start. Default: 1 day after the
                start, or now if that is earlier. Needs `start_at`.

        Raises:
            InvalidArgumentError: the window is empty or longer than 7 days, or `start_at` is
                missing.

        Source: operation TelemetryProductionMeter.
        """
        return self._needed(
            telemetry.telemetry_production_meter(system_id, start_at=start_at, end_at=end_at)
        )

    def telemetry_consumption_meter(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.ConsumptionMeterTelemetry:
        """Consumption in 15-minute intervals, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start of the window, rounded down to a quarter of an hour. Default:
                midnight today in the system's time zone.
            end_at: End of the window, at most 7 days after its start. Default: 1 day after the
                start, or now if that is earlier. Needs `start_at`.

        Raises:
            InvalidArgumentError: the window is empty or longer than 7 days, or `start_at` is
                missing.

        Source: operation TelemetryConsumptionMeter.
        """
        return self._needed(
            telemetry.telemetry_consumption_meter(system_id, start_at=start_at, end_at=end_at)
        )

    def telemetry_battery(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.BatteryTelemetry:
        """Charge, discharge (Wh) and state of charge (%) of all batteries in 15-minute intervals.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start of the window, rounded down to a quarter of an hour. Default:
                midnight today in the system's time zone.
            end_at: End of the window, at most 7 days after its start. Default: 1 day after the
                start, or now if that is earlier. Needs `start_at`.

        Raises:
            InvalidArgumentError: the window is empty or longer than 7 days, or `start_at` is
                missing.

        Source: operation TelemetryBattery.
        """
        return self._needed(
            telemetry.telemetry_battery(system_id, start_at=start_at, end_at=end_at)
        )

    def energy_import_telemetry(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.EnergyImportTelemetry:
        """Energy taken from the grid in 15-minute intervals, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start of the window, rounded down to a quarter of an hour. Default:
                midnight today in the system's time zone.
            end_at: End of the window, at most 1 day after its start. Default: 1 day after the
                start, or now if that is earlier. Needs `start_at`.

        Raises:
            InvalidArgumentError: the window is empty or longer than 1 day, or `start_at` is
                missing.

        Source: operation EnergyImportTelemetry.
        """
        return self._needed(
            telemetry.energy_import_telemetry(system_id, start_at=start_at, end_at=end_at)
        )

    def energy_export_telemetry(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.EnergyExportTelemetry:
        """Energy given to the grid in 15-minute intervals, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start of the window, rounded down to a quarter of an hour. Default:
                midnight today in the system's time zone.
            end_at: End of the window, at most 1 day after its start. Default: 1 day after the
                start, or now if that is earlier. Needs `start_at`.

        Raises:
            InvalidArgumentError: the window is empty or longer than 1 day, or `start_at` is
                missing.

        Source: operation EnergyExportTelemetry.
        """
        return self._needed(
            telemetry.energy_export_telemetry(system_id, start_at=start_at, end_at=end_at)
        )

    def latest_telemetry(self, system_id: int) -> v4.LatestTelemetry:
        """The most recent power of each meter and battery, W.

        Args:
            system_id: The system's Enlighten id.

        Source: operation LatestTelemetry.
        """
        return self._needed(telemetry.latest_telemetry(system_id))

    def consumption_meter_readings(
        self, system_id: int, *, end_at: InstantLike | None = None
    ) -> v4.ConsumptionMeterReadings:
        """The lifetime energy reading of each consumption meter, Wh.

        Args:
            system_id: The system's Enlighten id.
            end_at: Instant of interest; the last reading before it is returned. Default: now.

        Source: operation ConsumptionMeterReadings.
        """
        return self._needed(telemetry.consumption_meter_readings(system_id, end_at=end_at))

    def storage_meter_readings(
        self, system_id: int, *, end_at: InstantLike | None = None
    ) -> v4.StorageMeterReadings:
        """The lifetime energy readings of each battery meter, charged and discharged, Wh.

        Args:
            system_id: The system's Enlighten id.
            end_at: Instant of interest; the last reading before it is returned. Default: now.

        Source: operation StorageMeterReadings.
        """
        return self._needed(telemetry.storage_meter_readings(system_id, end_at=end_at))

    def micros_telemetry(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> v4.MicrosTelemetry:
        """One page of microinverters, each with its production in 5-minute intervals, W and Wh.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start of the window, rounded down to a quarter of an hour. Default:
                midnight today in the system's time zone.
            end_at: End of the window, at most 1 day after its start. Default: 1 day after the
                start, or now if that is earlier. Needs `start_at`.
            page: Number of the page, starting at 1. Default: 1.
            size: Microinverters per page, 1 to 20. Default: 10.

        Raises:
            InvalidArgumentError: the window is empty or longer than 1 day, or `start_at` is
                missing.

        Source: operation MicrosTelemetry.
        """
        return self._needed(
            telemetry.micros_telemetry(
                system_id, start_at=start_at, end_at=end_at, page=page, size=size
            )
        )

    def micro_telemetry(
        self,
        system_id: int,
        serial_no: str,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.MicroTelemetry:
        """Production by one microinverter in 5-minute intervals, W and Wh.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The device's serial number.
            start_at: Start of the window, rounded down to a quarter of an hour. Default:
                midnight today in the system's time zone.
            end_at: End of the window, at most 1 day after its start. Default: 1 day after the
                start, or now if that is earlier. Needs `start_at`.

        Raises:
            InvalidArgumentError: the window is empty or longer than 1 day, or `start_at` is
                missing.

        Source: operation MicroTelemetry.
        """
        return self._needed(
            telemetry.micro_telemetry(system_id, serial_no, start_at=start_at, end_at=end_at)
        )

    def encharge_telemetry(
        self,
        system_id: int,
        serial_no: str,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.EnchargeTelemetry:
        """Charge, discharge (Wh) and state of charge (%) of one battery in 15-minute intervals.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The device's serial number.
            start_at: Start of the window, rounded down to a quarter of an hour. Default:
                midnight today in the system's time zone.
            end_at: End of the window, at most 1 day after its start. Default: 1 day after the
                start, or now if that is earlier. Needs `start_at`.

        Raises:
            InvalidArgumentError: the window is empty or longer than 1 day, or `start_at` is
                missing.

        Source: operation EnchargeTelemetry.
        """
        return self._needed(
            telemetry.encharge_telemetry(system_id, serial_no, start_at=start_at, end_at=end_at)
        )

    def hp_lifetime(
        self,
        system_id: int,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
    ) -> v4.HpLifetime:
        """Energy that the heat pump used on each day, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_date: First day, in the system's time zone. Default: the day the
                system went into operation.
            end_date: Last day, inclusive. Default: yesterday.

        Raises:
            InvalidArgumentError: a date is not valid, or `end_date` lies before `start_date`.

        Source: operation HpLifetime.
        """
        return self._needed(
            telemetry.hp_lifetime(system_id, start_date=start_date, end_date=end_date)
        )

    def hp_telemetry(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.HpTelemetry:
        """Energy that the heat pump used in each interval, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start of the window, rounded down to a quarter of an hour. Default:
                midnight today in the system's time zone.
            end_at: End of the window, at most 1 day after its start. Default: 1 day after the
                start, or now if that is earlier. Needs `start_at`.

        Raises:
            InvalidArgumentError: the window is empty or longer than 1 day, or `start_at` is
                missing.

        Source: operation HpTelemetry.
        """
        return self._needed(telemetry.hp_telemetry(system_id, start_at=start_at, end_at=end_at))
