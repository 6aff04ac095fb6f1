"""Changing how batteries are used: the storage part of `AsyncEnvoy.control`."""

from __future__ import annotations

from typing import Literal, overload

from enphase_sdk._async.gateway_writing import AsyncGatewayWriting, Result, Waiting
from enphase_sdk.gateway.control import storage
from enphase_sdk.gateway.control.changes import ConfirmedChange, PlannedRequest

__all__ = ["AsyncStorageControl"]


class AsyncStorageControl(AsyncGatewayWriting):
    """The writes that change how batteries are used; see `AsyncGatewayControl`."""

    @overload
    async def set_storage_mode(
        self,
        mode: str,
        *,
        optimized_schedules: bool | None = None,
        dry_run: Literal[False] = False,
        wait: Waiting = True,
    ) -> ConfirmedChange: ...
    @overload
    async def set_storage_mode(
        self,
        mode: str,
        *,
        optimized_schedules: bool | None = None,
        dry_run: Literal[True],
        wait: Waiting = True,
    ) -> PlannedRequest: ...
    async def set_storage_mode(
        self,
        mode: str,
        *,
        optimized_schedules: bool | None = None,
        dry_run: bool = False,
        wait: Waiting = True,
    ) -> Result:
        """Set what the IQ Batteries are used for.

        Args:
            mode: ``backup``, ``self-consumption`` or ``economy`` (``savings-mode`` is its older
                name; the gateway gets the name that it uses).
            optimized_schedules: False turns Enphase's schedules off; while they are on, firmware
                stores the mode but ignores it. True leaves them on.

        Raises:
            InvalidArgumentError: this firmware would ignore the mode silently, and
                `optimized_schedules` was not given.

        Source: GET and PUT /admin/lib/tariff; effect: its ``schedule.batt_mode``, after 30 and
        180 s.
        """
        return await self._change(
            lambda asking: storage.mode(asking, mode, optimized=optimized_schedules), dry_run, wait
        )

    @overload
    async def set_reserve_soc(
        self, percent: float, *, dry_run: Literal[False] = False, wait: Waiting = True
    ) -> ConfirmedChange: ...
    @overload
    async def set_reserve_soc(
        self, percent: float, *, dry_run: Literal[True], wait: Waiting = True
    ) -> PlannedRequest: ...
    async def set_reserve_soc(
        self, percent: float, *, dry_run: bool = False, wait: Waiting = True
    ) -> Result:
        """Set the charge that is kept for an outage, in percent.

        Args:
            percent: ``very_low_soc`` to 100, with one decimal at most.

        Source: GET and PUT /admin/lib/tariff; effect: /ivp/ensemble/secctrl, after 30 and 180 s.
        """
        return await self._change(lambda asking: storage.reserve(asking, percent), dry_run, wait)

    @overload
    async def set_charge_from_grid(
        self, on: bool, *, dry_run: Literal[False] = False, wait: Waiting = True
    ) -> ConfirmedChange: ...
    @overload
    async def set_charge_from_grid(
        self, on: bool, *, dry_run: Literal[True], wait: Waiting = True
    ) -> PlannedRequest: ...
    async def set_charge_from_grid(
        self, on: bool, *, dry_run: bool = False, wait: Waiting = True
    ) -> Result:
        """Permit charging from the grid, or not; it does not start charging.

        Source: GET and PUT /admin/lib/tariff; effect: /ivp/sc/sched, below 8.3 else the tariff's
        ``schedule``, after 30 and 180 s.
        """
        return await self._change(
            lambda asking: storage.charge_from_grid(asking, on), dry_run, wait
        )

    @overload
    async def set_optimized_schedules(
        self, on: bool, *, dry_run: Literal[False] = False, wait: Waiting = True
    ) -> ConfirmedChange: ...
    @overload
    async def set_optimized_schedules(
        self, on: bool, *, dry_run: Literal[True], wait: Waiting = True
    ) -> PlannedRequest: ...
    async def set_optimized_schedules(
        self, on: bool, *, dry_run: bool = False, wait: Waiting = True
    ) -> Result:
        """Let Enphase's schedules control the batteries (on), or the stored mode (off).

        Raises:
            NotAvailableError: firmware before 8.2.42xx has none.

        Source: GET and PUT /admin/lib/tariff; effect: its ``schedule``, after 30 and 180 s.
        """
        return await self._change(
            lambda asking: storage.optimized_schedules(asking, on), dry_run, wait
        )

    @overload
    async def set_acb_sleep(
        self,
        serial: str,
        *,
        min_soc: int,
        max_soc: int,
        dry_run: Literal[False] = False,
        wait: Waiting = True,
    ) -> ConfirmedChange: ...
    @overload
    async def set_acb_sleep(
        self,
        serial: str,
        *,
        min_soc: int,
        max_soc: int,
        dry_run: Literal[True],
        wait: Waiting = True,
    ) -> PlannedRequest: ...
    async def set_acb_sleep(
        self,
        serial: str,
        *,
        min_soc: int,
        max_soc: int,
        dry_run: bool = False,
        wait: Waiting = True,
    ) -> Result:
        """Put an AC Battery to sleep within a band of charge, in percent.

        It first charges or discharges to the band, and then sleeps.

        Source: PUT /admin/lib/acb_config; effect: /inventory.json?deleted=1, each minute for 15.
        """
        return await self._change(
            lambda asking: storage.acb_sleep(asking, serial, (min_soc, max_soc)), dry_run, wait
        )

    @overload
    async def clear_acb_sleep(
        self, serial: str, *, dry_run: Literal[False] = False, wait: Waiting = True
    ) -> ConfirmedChange: ...
    @overload
    async def clear_acb_sleep(
        self, serial: str, *, dry_run: Literal[True], wait: Waiting = True
    ) -> PlannedRequest: ...
    async def clear_acb_sleep(
        self, serial: str, *, dry_run: bool = False, wait: Waiting = True
    ) -> Result:
        """Wake an AC Battery.

        Source: DELETE /admin/lib/acb_config; effect: /inventory.json?deleted=1, each minute for 15.
        """
        return await self._change(
            lambda asking: storage.acb_sleep(asking, serial, None), dry_run, wait
        )
