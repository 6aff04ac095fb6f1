# Made from enphase_sdk/_async/cloud_chargers_v4.py by `make generate`; edit that one.
"""Operations of API v4 about a system's EV chargers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enphase_sdk._sync.cloud_base import Cloud
from enphase_sdk.cloud.v4.extras import chargers
from enphase_sdk.core.times import DateLike, InstantLike

if TYPE_CHECKING:
    from enphase_sdk_api_v4 import models as v4

__all__ = ["ChargersV4"]


class ChargersV4(Cloud):
    """Operations of API v4 about a system's EV chargers.

    Part of `EnlightenV4`. Each method costs one hit of the quota.
    """

    def ev_charger_devices(self, system_id: int) -> v4.EvChargers:
        """The EV chargers.

        Args:
            system_id: The system's Enlighten id.

        Source: operation EvChargerDevices.
        """
        return self._needed(chargers.ev_charger_devices(system_id))

    def ev_charger_events(
        self,
        system_id: int,
        *,
        serial_num: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> v4.EvChargerEvents:
        """The events of the EV chargers, newest first.

        Args:
            system_id: The system's Enlighten id.
            serial_num: Serial number of one charger. Default: all chargers.
            offset: Number of entries to skip. Default: 0.
            limit: Largest number of entries in the answer, 1 to 100. Default: 20.

        Source: operation EvChargerEvents.
        """
        return self._needed(
            chargers.ev_charger_events(system_id, serial_num=serial_num, offset=offset, limit=limit)
        )

    def ev_charger_sessions(
        self, system_id: int, serial_no: str, *, offset: int | None = None, limit: int | None = None
    ) -> v4.ChargingSessions:
        """The charging sessions of one EV charger.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The device's serial number.
            offset: Number of entries to skip. Default: 0.
            limit: Largest number of entries in the answer, 1 to 100. Default: 20.

        Source: operation EvChargerSessions.
        """
        return self._needed(
            chargers.ev_charger_sessions(system_id, serial_no, offset=offset, limit=limit)
        )

    def ev_charger_schedules(self, system_id: int, serial_no: str) -> v4.EvChargerSchedules:
        """The charging schedules of one EV charger.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The charger's serial number.

        Source: operation EvChargerSchedules.
        """
        return self._needed(chargers.ev_charger_schedules(system_id, serial_no))

    def ev_charger_lifetime(
        self,
        system_id: int,
        serial_no: str,
        *,
        start_date: DateLike,
        end_date: DateLike | None = None,
    ) -> v4.EvChargerLifetime:
        """Energy that one EV charger used on each day, Wh.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The device's serial number.
            start_date: First day, in the system's time zone.
            end_date: Last day, inclusive. Default: yesterday.

        Source: operation EvChargerLifetime.
        """
        return self._needed(
            chargers.ev_charger_lifetime(
                system_id, serial_no, start_date=start_date, end_date=end_date
            )
        )

    def ev_charger_telemetry(
        self, system_id: int, serial_no: str, *, start_at: InstantLike | None = None
    ) -> v4.EvChargerTelemetry:
        """Energy that one EV charger used in each interval, Wh.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The device's serial number.
            start_at: Start of the window of 1 day. Default: yesterday.

        Source: operation EvChargerTelemetry.
        """
        return self._needed(chargers.ev_charger_telemetry(system_id, serial_no, start_at=start_at))

    def evse_lifetime(
        self,
        system_id: int,
        serial_no: str,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
    ) -> v4.EvseLifetime:
        """Energy that one EV charger used on each day, Wh.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The device's serial number.
            start_date: First day, in the system's time zone. Default: the day the
                system went into operation.
            end_date: Last day, inclusive. Default: yesterday.

        Raises:
            InvalidArgumentError: a date is not valid, or `end_date` lies before `start_date`.

        Source: operation EvseLifetime.
        """
        return self._needed(
            chargers.evse_lifetime(system_id, serial_no, start_date=start_date, end_date=end_date)
        )

    def evse_telemetry(
        self,
        system_id: int,
        serial_no: str,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.EvseTelemetry:
        """Energy that one EV charger used in each interval, Wh.

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

        Source: operation EvseTelemetry.
        """
        return self._needed(
            chargers.evse_telemetry(system_id, serial_no, start_at=start_at, end_at=end_at)
        )
