"""What clients of every version of the cloud's API share: their life, and twelve operations."""

from __future__ import annotations

from typing import Any, Literal, Self, TypeVar, Unpack, cast

from enphase_sdk import models
from enphase_sdk._async.cloud_connection import AsyncCloudConnection
from enphase_sdk._async.cloud_pages import AsyncSystemPages
from enphase_sdk._async.cloud_site import AsyncCloudSite
from enphase_sdk._async.drivers import run
from enphase_sdk.cloud.api import Call, Steps
from enphase_sdk.cloud.arguments import Filter
from enphase_sdk.cloud.flow import call_flow, steps_flow
from enphase_sdk.cloud.operations import Operations
from enphase_sdk.cloud.options import Changes, Options
from enphase_sdk.cloud.quota import QuotaStatus
from enphase_sdk.core.effects import Reply
from enphase_sdk.core.events import run_aside_async
from enphase_sdk.core.times import DateLike, InstantLike

__all__ = ["AsyncCloud"]

T = TypeVar("T")


class AsyncCloud:
    """A client of the cloud; `AsyncEnlighten` and `AsyncEnlightenV4` are made of it."""

    # Also of a client that could not be made, for the traceback that says why.
    _base_url = "without settings"
    _operations: Operations
    _options: Options
    _connection: AsyncCloudConnection
    _owner = True

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._base_url}>"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a client holds credentials and is not pickled; make one where it is used")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; a client made by `with_options` leaves them to its original."""
        if self._owner:
            await self._connection.aclose()
            policy = self._options.policy
            if not policy.pacer.is_local:
                await run_aside_async(lambda: policy.pacer.close(policy.time()))

    def with_options(self, **changes: Unpack[Changes]) -> Self:
        """A client with some options changed, on the same connections and quota.

        Args:
            changes: Any of `timeout`, `max_retries`, `max_wait`, `quota`, `reserve`, `strict`,
                `on_wait`, `max_body`.

        Raises:
            ConfigError: there is no such option, or it cannot be changed.
        """
        changed = self.twin()
        changed._options = self._options.changed(changes)
        options = changed._options
        changed._connection = self._connection.limited(options.timeouts, options.max_body)
        return changed

    async def quota(self) -> QuotaStatus:
        """What is used and left of the quota, and when it opens; costs no hit.

        It knows the hits of all who share the `ledger`, and what refusals have told.
        """
        policy = self._options.policy
        if policy.pacer.is_local:
            return policy.pacer.status(policy.time())
        return await run_aside_async(lambda: policy.pacer.status(policy.time()))

    def twin(self) -> Self:
        """Another client on the same connections, which it leaves to this one to close."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._owner = False
        return twin

    def site(self, system_id: int) -> AsyncCloudSite:
        """One system as a site, with the same methods as a gateway's."""
        return AsyncCloudSite(self, system_id)

    def systems(
        self,
        *,
        system_id: Filter[int] = None,
        system_name: Filter[str] = None,
        status: Filter[str] = None,
        reference: Filter[str] = None,
        installer: Filter[str] = None,
        connection_type: Filter[str] = None,
        limit: int | None = None,
        next: str | None = None,  # noqa: A002 - the wire's name
    ) -> AsyncSystemPages:
        """Every system there is, or those that match; fetched page by page as it is read.

        Each filter takes one value or several; of several any may match.

        Args:
            system_id: Enlighten ids.
            system_name: Names, or parts of them.
            status: `normal`, `comm`, `power`, `meter`, `meter_issue`, `micro`, `battery`,
                `storage_idle`.
            reference: The caller's company's own ids.
            installer: Installers.
            connection_type: `ethernet`, `wifi`, `cellular`.
            limit: Systems a page, 1 to 1000; every page costs one hit of the quota.
            next: A cursor saved earlier, to go on from its page.

        Source: operation Systems, GET /systems.
        """
        call = self._operations.systems(
            system_id=system_id,
            system_name=system_name,
            status=status,
            reference=reference,
            installer=installer,
            connection_type=connection_type,
            limit=limit,
            next=next,
        )
        return AsyncSystemPages(call, self._options.policy.api.walk, self._needed)

    async def energy_lifetime(
        self,
        system_id: int,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
        production: Literal["all"] | None = None,
    ) -> models.EnergyLifetime | None:
        """Energy produced on each day of the system's life, Wh.

        Days are days in the system's own time zone. Trailing zeros are days not reported yet,
        not days without sun. None where there is no series.

        Args:
            system_id: The system's Enlighten id.
            start_date: First day; else the day it became operational.
            end_date: Last day; else yesterday or the last day reported.
            production: `all` adds the microinverters' and the meter's own series.

        Source: operation EnergyLifetime, GET /systems/{system_id}/energy_lifetime.
        """
        call = self._operations.energy_lifetime(
            system_id, start_date=start_date, end_date=end_date, production=production
        )
        return await self._call(call)

    async def envoys(self, system_id: int) -> models.EnvoysResponse:
        """The gateways (Envoys) in use on the system.

        Source: operation Envoys, GET /systems/{system_id}/envoys.
        """
        return await self._needed(self._operations.envoys(system_id))

    async def inventory(self, system_id: int) -> models.Inventory:
        """The gateways, microinverters and meters in use on the system.

        Source: operation Inventory, GET /systems/{system_id}/inventory.
        """
        return await self._needed(self._operations.inventory(system_id))

    async def inverters_summary_by_envoy_or_site(
        self, site_id: int
    ) -> list[models.InvertersSummary]:
        """Power last reported (W) and lifetime energy of each microinverter.

        Args:
            site_id: The system's Enlighten id.

        Source: operation InvertersSummaryByEnvoyOrSite,
        GET /systems/inverters_summary_by_envoy_or_site.
        """
        return await self._needed(self._operations.inverters_summary_by_envoy_or_site(site_id))

    async def monthly_production(
        self, system_id: int, start_date: DateLike
    ) -> models.MonthlyProduction:
        """Energy produced in the month that begins on a day, Wh; deprecated by Enphase.

        Args:
            system_id: The system's Enlighten id.
            start_date: First day; the month ends the day before the same day of the next one.

        Raises:
            NotAvailableError: API v4 does not have it.

        Source: operation MonthlyProduction, GET /systems/{system_id}/monthly_production.
        """
        return await self._needed(self._operations.monthly_production(system_id, start_date))

    async def production_meter_readings(
        self, system_id: int, *, end_at: InstantLike | None = None
    ) -> models.ProductionMeterReadings:
        """The odometer of each production meter, Wh, as last read before an instant.

        Args:
            system_id: The system's Enlighten id.
            end_at: The instant; else now.

        Source: operation ProductionMeterReadings,
        GET /systems/{system_id}/production_meter_readings.
        """
        return await self._needed(
            self._operations.production_meter_readings(system_id, end_at=end_at)
        )

    async def rgm_stats(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> models.RgmStats:
        """Production as metered, Wh in 15-minute intervals named by their end (UTC).

        API v2 answers 7 days at once and nothing that is over a year old; v4 is asked week by week.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else now, on v2 at most 7 days after the start.

        Raises:
            InvalidArgumentError: a window that v2 would cut or refuse.

        Source: operation RgmStats, GET /systems/{system_id}/rgm_stats.
        """
        return await self._needed(
            self._operations.rgm_stats(system_id, start_at=start_at, end_at=end_at)
        )

    async def stats(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> models.Stats:
        """Production by the microinverters, W and Wh in 5-minute intervals named by their end.

        API v2 answers a day at once, v4 is asked day by day; dark hours have no intervals.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else now, on v2 at most a day after the start.

        Raises:
            InvalidArgumentError: a window that v2 would cut or refuse.

        Source: operation Stats, GET /systems/{system_id}/stats.
        """
        return await self._needed(
            self._operations.stats(system_id, start_at=start_at, end_at=end_at)
        )

    async def consumption_stats(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> models.ConsumptionStats:
        """Consumption as metered, Wh in 15-minute intervals named by their end (UTC).

        API v2 answers a month at once; v4 is asked week by week.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else now, on v2 at most a month after the start.

        Raises:
            InvalidArgumentError: a window that v2 would cut or refuse.

        Source: operation ConsumptionStats, GET /systems/{system_id}/consumption_stats.
        """
        return await self._needed(
            self._operations.consumption_stats(system_id, start_at=start_at, end_at=end_at)
        )

    async def consumption_lifetime(
        self,
        system_id: int,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
    ) -> models.ConsumptionLifetime | None:
        """Energy consumed on each day, Wh; None without a consumption meter.

        Days are days in the system's own time zone; trailing zeros are not reported yet.

        Args:
            system_id: The system's Enlighten id.
            start_date: First day; else the day it became operational.
            end_date: Last day; else yesterday or the last day reported.

        Source: operation ConsumptionLifetime, GET /systems/{system_id}/consumption_lifetime.
        """
        return await self._call(
            self._operations.consumption_lifetime(
                system_id, start_date=start_date, end_date=end_date
            )
        )

    async def summary(
        self, system_id: int, *, summary_date: DateLike | None = None
    ) -> models.Summary:
        """Power now (W), energy of the day and of all days before it (Wh), size, status.

        `energy_lifetime` excludes the day asked for. For a past day `size_w`, `modules` and
        `current_power` are 0.

        Args:
            system_id: The system's Enlighten id.
            summary_date: The day, in the system's zone; else today.

        Source: operation Summary, GET /systems/{system_id}/summary.
        """
        return await self._needed(self._operations.summary(system_id, summary_date=summary_date))

    async def search_system_id(self, serial_num: str | int) -> models.SystemIdFound:
        """The Enlighten id of the system that a gateway belongs to.

        Args:
            serial_num: The gateway's serial number.

        Raises:
            NotFoundError: no such gateway.

        Source: operation SearchSystemId, GET /systems/search_system_id.
        """
        return await self._needed(self._operations.search_system_id(serial_num))

    async def _call(self, call: Call[T] | Steps[T]) -> T | None:
        _, result = await self.exchange(call)
        return result

    async def _needed(self, call: Call[T] | Steps[T]) -> T:
        # The flow gives None only for calls that may be empty, and those use _call.
        return cast(T, await self._call(call))

    async def exchange(self, call: Call[T] | Steps[T]) -> tuple[Reply, T | None]:
        """The last answer of a call, and its result; for `with_raw_response`."""
        self._connection.ensure_open()
        options = self._options
        if isinstance(call, Call):
            flow = call_flow(call, options.policy)
        else:
            flow = steps_flow(call, options.policy)
        return await run(flow, self._connection, options.clock, options.on_wait)
