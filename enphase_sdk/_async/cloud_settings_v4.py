"""Operations of API v4 that read and change a system's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from enphase_sdk._async.cloud_base import AsyncCloud
from enphase_sdk.cloud.v4.extras import settings
from enphase_sdk.cloud.v4.extras.changing import ChangedSettings, Writing, judged
from enphase_sdk.core.log import logger
from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    EnphaseError,
    ServerError,
)

if TYPE_CHECKING:
    from enphase_sdk_api_v4 import models as v4

__all__ = ["AsyncSettingsV4"]


class AsyncSettingsV4(AsyncCloud):
    """Operations of API v4 that read and change a system's settings.

    Part of `AsyncEnlightenV4`. Each method that reads costs one hit of the quota.
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

    async def set_battery_settings(self, system_id: int, **changes: Any) -> ChangedSettings:
        """Change the battery settings; settings that are not named keep their values.

        The settings are read, changed by one request that is never repeated, and read back: three
        hits of the quota. If the request's answer is lost, what is read back tells what came of it.

        Args:
            system_id: The system's Enlighten id.
            changes: Any of `battery_mode` (`Self-consumption`, `Savings Mode` or `Full Backup`),
                `reserve_soc` (percent, `battery_shutdown_level` to 100) and
                `energy_independence` (`enabled` or `disabled`).

        Raises:
            InvalidArgumentError: no setting is named, a name is unknown, or a value is out of its
                range; nothing was changed.
            NotAvailableError: the application's plan does not include System Configurations.

        Source: operations BatterySettings and SetBatterySettings.
        """
        return await self._changed(settings.set_battery_settings(system_id, **changes))

    async def set_storm_guard(self, system_id: int, **changes: Any) -> ChangedSettings:
        """Change the Storm Guard setting.

        The setting is read, changed by one request that is never repeated, and read back: three
        hits of the quota. If the request's answer is lost, what is read back tells what came of it.

        Args:
            system_id: The system's Enlighten id.
            changes: `storm_guard_status`: `enabled` or `disabled`.

        Raises:
            InvalidArgumentError: no setting is named, a name is unknown, or the value is another
                one; nothing was changed.
            NotAvailableError: the application's plan does not include System Configurations.

        Source: operations StormGuard and SetStormGuard.
        """
        return await self._changed(settings.set_storm_guard(system_id, **changes))

    async def set_load_control(self, system_id: int, **changes: Any) -> ChangedSettings:
        """Change the settings of a controlled load; settings that are not named keep their values.

        The settings are read, changed by one request that is never repeated, and read back: three
        hits of the quota. If the request's answer is lost, what is read back tells what came of it.

        Args:
            system_id: The system's Enlighten id.
            changes: `name` of the load (`NC1`, …), and any of `mode` (`Basic`, `Scheduled`,
                `Advanced_BatteryPowered`, which needs `soc_low`, `Advanced_GeneratorPowered`,
                `Manual_always_powered`, `Manual_always_not_powered`), `soc_low` (percent, 10 to
                90), `essential_start_time` and `essential_end_time` (seconds after midnight).

        Raises:
            InvalidArgumentError: no setting is named, a name is unknown, or a value is out of its
                range; nothing was changed.
            NotAvailableError: the application's plan does not include System Configurations.

        Source: operations LoadControl and SetLoadControl.
        """
        return await self._changed(settings.set_load_control(system_id, **changes))

    async def _changed(self, writing: Writing) -> ChangedSettings:
        standing = await self._needed(writing.read)
        writing.check(standing)
        before = writing.concerned(standing)
        operation = writing.write.operation
        logger.info("%s: %s, was %s", operation, dict(writing.requested), dict(before))
        lost: EnphaseError | None = None
        try:
            await self._needed(writing.write)
        except (APIConnectionError, APIResponseValidationError, ServerError) as error:
            if isinstance(error, APIConnectionError) and error.is_final:
                raise
            lost = error
        try:
            after = writing.concerned(await self._needed(writing.read))
        except EnphaseError as error:
            logger.warning("%s: the settings cannot be read back: %s", operation, error)
            after = None
        change = judged(writing, before, after, lost)
        logger.info("%s: %s (%s)", operation, change.outcome, change.reason)
        return change
