# Made from enphase_sdk/_async/cloud_client.py by `make generate`; edit that one.
"""The client of the Enlighten cloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, Unpack, cast

from enphase_sdk import models
from enphase_sdk._sync.cloud_connection import open_connection
from enphase_sdk._sync.cloud_pages import SystemPages
from enphase_sdk._sync.cloud_site import CloudSite
from enphase_sdk._sync.drivers import run
from enphase_sdk.cloud.flow import call_flow
from enphase_sdk.cloud.options import LARGEST_BODY, Changes, Options, refuse_coroutines
from enphase_sdk.cloud.plans import Plan, PlanName
from enphase_sdk.cloud.settings import Given, load_settings
from enphase_sdk.cloud.v2 import operations
from enphase_sdk.cloud.v2.operations import Call, Filter
from enphase_sdk.core.effects import Reply, Sleep
from enphase_sdk.core.times import DateLike, InstantLike

if TYPE_CHECKING:
    import httpx

__all__ = ["Enlighten"]

T = TypeVar("T")


class Enlighten:
    """The Enlighten cloud: every system that one key and user id may see.

    Safe to share between threads and tasks; they share one quota. Use it as a context
    manager, or call `close` when done.

    Args:
        api_key: The application's key; else `ENPHASE_API_KEY`, else the config file.
        user_id: The owner's id for the application; else `ENPHASE_USER_ID`, else the file.
        base_url: Another address of the API; else `ENPHASE_BASE_URL`, else the file.
        profile: The config file's table to read; else `ENPHASE_PROFILE`, else `default`.
        timeout: Seconds from the first byte sent to the last one read, of which connecting gets
            at most 10 (or an `httpx.Timeout`, which limits each step); None waits for ever.
        max_retries: How often a call that failed without fault of its own (500, 502, 503,
            504, no answer, a body that is not JSON) is tried again; 0 never sends twice.
        max_wait: Longest wait for the quota to open, seconds; 0 raises at once.
        quota: The plan (`"watt"`, `"kilowatt"`, `"megawatt"`, `"partner"`, or a `Plan`), so
            that it is never overrun. None learns the limit from the first refusal.
        strict: Raise `APIResponseValidationError` where an answer differs from the contract,
            instead of reading what makes sense with None in place of the rest.
        transport: Another way to send requests, for proxies and tests.
        on_wait: Told before every wait: seconds and reason. A coroutine function is awaited.
        max_body: Bytes that an answer may have after decompression.

    Raises:
        ConfigError: a setting is missing or cannot be used.
    """

    # Also of a client that could not be made, for the traceback that says why.
    _base_url = "without settings"

    def __init__(
        self,
        api_key: str | None = None,
        user_id: str | None = None,
        *,
        base_url: str | None = None,
        profile: str | None = None,
        timeout: float | httpx.Timeout | None = 30.0,
        max_retries: int = 4,
        max_wait: float = 75.0,
        quota: Plan | PlanName | None = None,
        strict: bool = False,
        transport: httpx.BaseTransport | None = None,
        on_wait: Callable[[Sleep], object] | None = None,
        max_body: int = LARGEST_BODY,
    ) -> None:
        given = Given(api_key, user_id)
        # A traceback that shows local variables must not show these.
        del api_key, user_id
        settings = load_settings(given, base_url, profile)
        self._base_url = settings.base_url
        self._options = Options.made(
            settings,
            timeout=timeout,
            max_retries=max_retries,
            max_wait=max_wait,
            quota=quota,
            strict=strict,
            on_wait=on_wait,
            max_body=max_body,
        )
        refuse_coroutines(on_wait)
        options = self._options
        self._connection = open_connection(settings, options.timeouts, options.max_body, transport)
        self._owner = True

    def __repr__(self) -> str:
        return f"<Enlighten {self._base_url}>"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a client holds credentials and is not pickled; make one where it is used")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; a client made by `with_options` leaves them to its original."""
        if self._owner:
            self._connection.close()

    def with_options(self, **changes: Unpack[Changes]) -> Self:
        """A client with some options changed, on the same connections and quota.

        Args:
            changes: Any of `timeout`, `max_retries`, `max_wait`, `quota`, `strict`, `on_wait`,
                `max_body`.

        Raises:
            ConfigError: there is no such option, or it cannot be changed.
        """
        changed = self.twin()
        changed._options = self._options.changed(changes)
        options = changed._options
        changed._connection = self._connection.limited(options.timeouts, options.max_body)
        return changed

    def twin(self) -> Self:
        """Another client on the same connections, which it leaves to this one to close."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._owner = False
        return twin

    @property
    def with_raw_response(self) -> RawEnlighten:
        """The same operations, returning the answer itself: status, headers, bytes."""
        return RawEnlighten(self)

    def site(self, system_id: int) -> CloudSite:
        """One system as a site, with the same methods as a gateway's."""
        return CloudSite(self, system_id)

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
    ) -> SystemPages:
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
        call = operations.systems(
            system_id=system_id,
            system_name=system_name,
            status=status,
            reference=reference,
            installer=installer,
            connection_type=connection_type,
            limit=limit,
            next=next,
        )
        return SystemPages(call, self._needed)

    def energy_lifetime(
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
        call = operations.energy_lifetime(
            system_id, start_date=start_date, end_date=end_date, production=production
        )
        return self._call(call)

    def envoys(self, system_id: int) -> models.EnvoysResponse:
        """The gateways (Envoys) in use on the system.

        Source: operation Envoys, GET /systems/{system_id}/envoys.
        """
        return self._needed(operations.envoys(system_id))

    def inventory(self, system_id: int) -> models.Inventory:
        """The gateways, microinverters and meters in use on the system.

        Source: operation Inventory, GET /systems/{system_id}/inventory.
        """
        return self._needed(operations.inventory(system_id))

    def inverters_summary_by_envoy_or_site(self, site_id: int) -> list[models.InvertersSummary]:
        """Power last reported (W) and lifetime energy of each microinverter.

        Args:
            site_id: The system's Enlighten id.

        Source: operation InvertersSummaryByEnvoyOrSite,
        GET /systems/inverters_summary_by_envoy_or_site.
        """
        return self._needed(operations.inverters_summary_by_envoy_or_site(site_id))

    def monthly_production(self, system_id: int, start_date: DateLike) -> models.MonthlyProduction:
        """Energy produced in the month that begins on a day, Wh; deprecated by Enphase.

        Args:
            system_id: The system's Enlighten id.
            start_date: First day; the month ends the day before the same day of the next one.

        Source: operation MonthlyProduction, GET /systems/{system_id}/monthly_production.
        """
        return self._needed(operations.monthly_production(system_id, start_date))

    def production_meter_readings(
        self, system_id: int, *, end_at: InstantLike | None = None
    ) -> models.ProductionMeterReadings:
        """The odometer of each production meter, Wh, as last read before an instant.

        Args:
            system_id: The system's Enlighten id.
            end_at: The instant; else now.

        Source: operation ProductionMeterReadings,
        GET /systems/{system_id}/production_meter_readings.
        """
        return self._needed(operations.production_meter_readings(system_id, end_at=end_at))

    def rgm_stats(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> models.RgmStats:
        """Production as metered, Wh in 15-minute intervals named by their end (UTC).

        At most 7 days at once; a start over a year ago gives no intervals.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else now, but at most 7 days after the start.

        Raises:
            InvalidArgumentError: the window is longer, and would be refused or cut.

        Source: operation RgmStats, GET /systems/{system_id}/rgm_stats.
        """
        return self._needed(operations.rgm_stats(system_id, start_at=start_at, end_at=end_at))

    def stats(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> models.Stats:
        """Production by the microinverters, W and Wh in 5-minute intervals named by their end.

        At most a day at once; dark hours have no intervals.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else now, but at most a day after the start.

        Raises:
            InvalidArgumentError: the window is longer, and would be cut.

        Source: operation Stats, GET /systems/{system_id}/stats.
        """
        return self._needed(operations.stats(system_id, start_at=start_at, end_at=end_at))

    def consumption_stats(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> models.ConsumptionStats:
        """Consumption as metered, Wh in 15-minute intervals named by their end (UTC).

        At most 7 days at once, as of `rgm_stats`.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else now, but at most 7 days after the start.

        Raises:
            InvalidArgumentError: the window is longer.

        Source: operation ConsumptionStats, GET /systems/{system_id}/consumption_stats.
        """
        return self._needed(
            operations.consumption_stats(system_id, start_at=start_at, end_at=end_at)
        )

    def consumption_lifetime(
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
        return self._call(
            operations.consumption_lifetime(system_id, start_date=start_date, end_date=end_date)
        )

    def summary(self, system_id: int, *, summary_date: DateLike | None = None) -> models.Summary:
        """Power now (W), energy of the day and of all days before it (Wh), size, status.

        `energy_lifetime` excludes the day asked for. For a past day `size_w`, `modules` and
        `current_power` are 0.

        Args:
            system_id: The system's Enlighten id.
            summary_date: The day, in the system's zone; else today.

        Source: operation Summary, GET /systems/{system_id}/summary.
        """
        return self._needed(operations.summary(system_id, summary_date=summary_date))

    def search_system_id(self, serial_num: str | int) -> models.SystemIdFound:
        """The Enlighten id of the system that a gateway belongs to.

        Args:
            serial_num: The gateway's serial number.

        Raises:
            NotFoundError: no such gateway.

        Source: operation SearchSystemId, GET /systems/search_system_id.
        """
        return self._needed(operations.search_system_id(serial_num))

    def _call(self, call: Call[T]) -> T | None:
        _, result = self._exchange(call)
        return result

    def _needed(self, call: Call[T]) -> T:
        # The flow gives None only for calls that may be empty, and those use _call.
        return cast(T, self._call(call))

    def _exchange(self, call: Call[T]) -> tuple[Reply, T | None]:
        self._connection.ensure_open()
        options = self._options
        flow = call_flow(call, options.policy)
        return run(flow, self._connection, options.clock, options.on_wait)


# Below the class, because the raw view is made of the class's methods.
from enphase_sdk._sync.cloud_raw import RawEnlighten  # noqa: E402
