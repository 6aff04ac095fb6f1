"""Operations of API v4 that read and change a system's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from enphase_sdk._async.cloud_base import AsyncCloud
from enphase_sdk.cloud.v4.extras import settings

if TYPE_CHECKING:
    from enphase_sdk_api_v4 import models as v4

__all__ = ["AsyncSettingsV4"]


class AsyncSettingsV4(AsyncCloud):
    """Operations of API v4 that read and change a system's settings.

    Part of `AsyncEnlightenV4`. Each method costs one hit of the quota.
    """

    async def battery_settings(self, system_id: int) -> v4.BatterySettings:
        """The battery settings: mode, reserve (%), charging from the grid.

        Args:
            system_id: The system's Enlighten id.

        Source: operation BatterySettings.
        """
        return await self._needed(settings.battery_settings(system_id))

    async def storm_guard(self, system_id: int) -> v4.StormGuard:
        """The Storm Guard setting, and whether a storm alert is active.

        Args:
            system_id: The system's Enlighten id.

        Source: operation StormGuard.
        """
        return await self._needed(settings.storm_guard(system_id))

    async def grid_status(self, system_id: int) -> v4.GridStatus:
        """Whether the site is on or off the grid.

        Args:
            system_id: The system's Enlighten id.

        Source: operation GridStatus.
        """
        return await self._needed(settings.grid_status(system_id))

    async def load_control(self, system_id: int) -> v4.LoadControl:
        """The controlled loads and their settings.

        Args:
            system_id: The system's Enlighten id.

        Source: operation LoadControl.
        """
        return await self._needed(settings.load_control(system_id))

    async def set_battery_settings(self, system_id: int, **changes: Any) -> v4.BatterySettings:
        """Change the battery settings; settings that are not named keep their values.

        The request is never repeated, because a repeated write could undo a newer change.

        Args:
            system_id: The system's Enlighten id.
            changes: Any of battery_mode, reserve_soc, energy_independence, charge_from_grid.

        Raises:
            InvalidArgumentError: no setting is named, or a name is unknown.
            NotAvailableError: the application's plan does not include System Configurations.

        Source: operation SetBatterySettings.
        """
        return await self._needed(settings.set_battery_settings(system_id, **changes))

    async def set_storm_guard(self, system_id: int, **changes: Any) -> v4.StormGuard:
        """Change the Storm Guard setting; settings that are not named keep their values.

        The request is never repeated, because a repeated write could undo a newer change.

        Args:
            system_id: The system's Enlighten id.
            changes: Any of storm_guard_status.

        Raises:
            InvalidArgumentError: no setting is named, or a name is unknown.
            NotAvailableError: the application's plan does not include System Configurations.

        Source: operation SetStormGuard.
        """
        return await self._needed(settings.set_storm_guard(system_id, **changes))

    async def set_load_control(self, system_id: int, **changes: Any) -> v4.LoadControl:
        """Change the settings of a controlled load; settings that are not named keep their values.

        The request is never repeated, because a repeated write could undo a newer change.

        Args:
            system_id: The system's Enlighten id.
            changes: `name` of the load, and any of load_name, owner_can_override, mode,
                soc_low, soc_high, status, essential_start_time, essential_end_time.

        Raises:
            InvalidArgumentError: no setting is named, or a name is unknown.
            NotAvailableError: the application's plan does not include System Configurations.

        Source: operation SetLoadControl.
        """
        return await self._needed(settings.set_load_control(system_id, **changes))
