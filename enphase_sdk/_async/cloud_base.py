"""The base of the cloud clients: options, closing, and the twelve operations of all versions."""

from __future__ import annotations

import os
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
from enphase_sdk.cloud.quota_status import QuotaStatus
from enphase_sdk.cloud.sources import Histories
from enphase_sdk.core.effects import Reply
from enphase_sdk.core.events import run_aside_async
from enphase_sdk.core.times import DateLike, InstantLike
from enphase_sdk.errors import ConfigError

__all__ = ["AsyncCloud", "histories_of"]

T = TypeVar("T")


class AsyncCloud:
    """The base class of `AsyncEnlighten` and `AsyncEnlightenV4`.

    All operations raise an `enphase_sdk.errors.EnphaseError`; those named under `Raises` are
    particular to the operation.
    """

    # The repr needs it even if __init__ fails: tracebacks may show the unfinished client.
    _base_url = "without settings"
    _operations: Operations
    _options: Options
    _connection: AsyncCloudConnection
    _owner = True
    # Arguments that cannot be sent to another process, and the class to make there.
    _local_only = ""
    _identity: dict[str, Any]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._base_url}>"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "a client holds credentials and cannot be pickled; make one in the process that uses it"
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections. A client made by `with_options` does not close its original's."""
        if self._owner:
            await self._connection.aclose()
            policy = self._options.policy
            if not policy.pacer.is_local:
                await run_aside_async(lambda: policy.pacer.close(policy.time()))

    def with_options(self, **changes: Unpack[Changes]) -> Self:
        """A client with some options changed, on the same connections and quota.

        Args:
            changes: Any of `timeout`, `max_retries`, `max_wait`, `quota`, `reserve`, `strict`,
                `on_wait`, `max_body`, `cache` (None: no cache), and `fresh` (True: answers in the
                cache are requested again), as in `client.with_options(fresh=True).stats(67, …)`.

        Raises:
            ConfigError: there is no such option, or it cannot be changed.
        """
        changed = self.twin()
        changed._options = self._options.changed(changes)
        options = changed._options
        changed._connection = self._connection.limited(options.timeouts, options.max_body)
        return changed

    async def quota(self) -> QuotaStatus:
        """Hits of the quota used and left, and when it opens; costs no hit.

        It includes the hits of all clients that share the `ledger`, and learned limits.
        """
        policy = self._options.policy
        if policy.pacer.is_local:
            return policy.pacer.status(policy.time())
        return await run_aside_async(lambda: policy.pacer.status(policy.time()))

    def twin(self) -> Self:
        """A copy that uses the same connections; closing the copy does not close them."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._owner = False
        return twin

    @property
    def api(self) -> str:
        """The version of the API: `v2` or `v4`."""
        return self._options.policy.api.name

    @property
    def largest_page(self) -> int:
        """Systems that one page of the listing can hold; each page costs one hit."""
        return self._options.policy.api.largest_page

    @property
    def hits(self) -> int:
        """Requests sent so far, retries included, by this client and those of `with_options`."""
        return self._options.policy.hits.sent

    @property
    def quota_is_local(self) -> bool:
        """Whether no other process shares the quota with this one; see `ledger`."""
        return self._options.policy.pacer.is_local

    def settings(self) -> dict[str, Any]:
        """The keyword arguments to make a client like this one in another process, without secrets.

        Credentials are not among them: the new client reads them from the environment or the
        config file of its machine.

        Raises:
            ConfigError: it has its own transport or token store, which cannot be sent.
        """
        given = self._options.given
        own = self._local_only
        for name in ("ledger", "cache"):
            if not isinstance(given[name], str | os.PathLike | None):
                own = own or f"a {name}"
        if own:
            raise ConfigError(
                f"a client with {own} of its own cannot be copied to another process; use "
                "threads, or make the client without it"
            )
        return {**self._identity, **given}

    def site(self, system_id: int) -> AsyncCloudSite:
        """One system as a site, with the same methods as a gateway's site."""
        return AsyncCloudSite(self, system_id, histories_of(self), self._options.policy.time)

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
        next: str | None = None,  # noqa: A002 - the API's name for it
    ) -> AsyncSystemPages:
        """All systems, or those that match all filters; pages are fetched during iteration.

        Each filter takes one value or several; a system matches if one of them matches.

        Args:
            system_id: Enlighten ids.
            system_name: Names, or parts of names.
            status: `normal`, `comm`, `power`, `meter`, `meter_issue`, `micro`, `battery`,
                `storage_idle`.
            reference: Ids that your company has given to its systems.
            installer: Names of installers.
            connection_type: `ethernet`, `wifi`, `cellular`.
            limit: Systems per page, 1 to 1000; each page costs one hit of the quota.
            next: A cursor saved earlier; the listing continues with its page.

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
        not days without sun. None if the server has no series for the system.

        Args:
            system_id: The system's Enlighten id.
            start_date: First day. Default: the day the system went into operation.
            end_date: Last day, inclusive. Default: yesterday or the last day reported. API v4
                never includes today.
            production: `all` adds the separate series of the microinverters and of the meter.

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
            start_date: First day; the month ends the day before the same day of the next month.

        Raises:
            NotAvailableError: API v4 does not have it.

        Source: operation MonthlyProduction, GET /systems/{system_id}/monthly_production.
        """
        return await self._needed(self._operations.monthly_production(system_id, start_date))

    async def production_meter_readings(
        self, system_id: int, *, end_at: InstantLike | None = None
    ) -> models.ProductionMeterReadings:
        """The last lifetime energy reading (Wh) of each production meter before an instant.

        Args:
            system_id: The system's Enlighten id.
            end_at: The instant. Default: now.

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
        """Metered production in 15-minute intervals, Wh; `end_at` of each is epoch seconds (UTC).

        API v2 answers at most 7 days per call, and nothing older than a year. On API v4 a longer
        window is read week by week, with one hit for each week.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start of the window. Default: midnight today in the system's time zone.
            end_at: End of the window, on v2 at most 7 days after the start. Default: now.

        Raises:
            InvalidArgumentError: the window is longer than v2 answers, or ends before its start.

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
        """Production by the microinverters in 5-minute intervals, W and Wh.

        `end_at` of each interval is epoch seconds (UTC). Hours without light have no intervals.
        API v2 answers at most one day per call. On API v4 a longer window is read day by day,
        with one hit for each day.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start of the window. Default: midnight today in the system's time zone.
            end_at: End of the window, on v2 at most a day after the start. Default: now.

        Raises:
            InvalidArgumentError: the window is longer than v2 answers, or ends before its start.

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
        """Metered consumption in 15-minute intervals, Wh; `end_at` of each is epoch seconds (UTC).

        API v2 answers at most a month per call. On API v4 a longer window is read week by week,
        with one hit for each week.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start of the window. Default: midnight today in the system's time zone.
            end_at: End of the window, on v2 at most a month after the start. Default: now.

        Raises:
            InvalidArgumentError: the window is longer than v2 answers, or ends before its start.

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
        """Energy consumed on each day, Wh; None if the system has no consumption meter.

        Days are days in the system's own time zone. Trailing zeros are days not reported yet.

        Args:
            system_id: The system's Enlighten id.
            start_date: First day. Default: the day the system went into operation.
            end_date: Last day, inclusive. Default: yesterday or the last day reported. API v4
                never includes today.

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
            summary_date: The day, in the system's time zone. Default: today.

        Source: operation Summary, GET /systems/{system_id}/summary.
        """
        return await self._needed(self._operations.summary(system_id, summary_date=summary_date))

    async def search_system_id(self, serial_num: str | int) -> models.SystemIdFound:
        """The Enlighten id of the system that a gateway belongs to.

        Args:
            serial_num: The gateway's serial number.

        Raises:
            NotFoundError: no system that the client has access to has this gateway.

        Source: operation SearchSystemId, GET /systems/search_system_id.
        """
        return await self._needed(self._operations.search_system_id(serial_num))

    async def _call(self, call: Call[T] | Steps[T]) -> T | None:
        _, result = await self.exchange(call)
        return result

    async def _needed(self, call: Call[T] | Steps[T]) -> T:
        # The flow returns None only for calls that may be empty; those use _call.
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


def histories_of(cloud: AsyncCloud) -> Histories:
    """Which measures a client's API has by intervals, and in which windows it is asked for them."""
    return cloud._options.policy.api.histories  # pyright: ignore[reportPrivateUsage]  # of this module
