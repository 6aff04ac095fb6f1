"""Operations of API v4 about a system's devices, events and alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enphase_sdk._async.cloud_base import AsyncCloud
from enphase_sdk.cloud.v4.extras import devices
from enphase_sdk.core.times import InstantLike

if TYPE_CHECKING:
    from enphase_sdk_api_v4 import models as v4

__all__ = ["AsyncDevicesV4"]


class AsyncDevicesV4(AsyncCloud):
    """Operations of API v4 about a system's devices, events and alarms.

    Part of `AsyncEnlightenV4`. Each method costs one hit of the quota.
    """

    async def system(self, system_id: int) -> v4.System:
        """One system as the listing shows it: names, address, status.

        Args:
            system_id: The system's Enlighten id.

        Source: operation System.
        """
        return await self._needed(devices.system(system_id))

    async def devices(self, system_id: int) -> v4.Devices:
        """The active devices by kind: micros, meters, gateways, encharges, ev_chargers.

        Args:
            system_id: The system's Enlighten id.

        Source: operation Devices.
        """
        return await self._needed(devices.devices(system_id))

    async def events(
        self, system_id: int, *, start_time: InstantLike, end_time: InstantLike | None = None
    ) -> v4.Events:
        """The events of a system's devices in a period of at most a week.

        Args:
            system_id: The system's Enlighten id.
            start_time: Start of the period.
            end_time: End of the period, at most a week after its start. Default: a day after
                the start, or now if that is earlier.

        Source: operation Events.
        """
        return await self._needed(
            devices.events(system_id, start_time=start_time, end_time=end_time)
        )

    async def alarms(
        self,
        system_id: int,
        *,
        start_time: InstantLike,
        end_time: InstantLike | None = None,
        cleared: bool | None = None,
    ) -> v4.Alarms:
        """The alarms of a period of at most a week, with the events that caused them.

        Args:
            system_id: The system's Enlighten id.
            start_time: Start of the period.
            end_time: End of the period, at most a week after its start. Default: a day after
                the start, or now if that is earlier.
            cleared: True for cleared alarms only, False for open ones only. Default: both.

        Source: operation Alarms.
        """
        return await self._needed(
            devices.alarms(system_id, start_time=start_time, end_time=end_time, cleared=cleared)
        )

    async def open_events(self, system_id: int) -> v4.OpenEvents:
        """The events that have not ended.

        Args:
            system_id: The system's Enlighten id.

        Source: operation OpenEvents.
        """
        return await self._needed(devices.open_events(system_id))

    async def open_alarms(self, system_id: int) -> v4.OpenAlarms:
        """The alarms that have not been cleared.

        Args:
            system_id: The system's Enlighten id.

        Source: operation OpenAlarms.
        """
        return await self._needed(devices.open_alarms(system_id))

    async def event_types(self, event_type_id: int | None = None) -> v4.EventTypes:
        """Descriptions of the event types, with the recommended action for each.

        Args:
            event_type_id: Id of one event type. Default: all types.

        Source: operation EventTypes.
        """
        return await self._needed(devices.event_types(event_type_id))
