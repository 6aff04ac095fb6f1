# Made from enphase_sdk/_async/cloud_site.py by `make generate`; edit that one.
"""One solar site: the protocol that cloud and gateway share, and its form for the cloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from enphase_sdk import models
from enphase_sdk._sync.site_history import HistoryIntervals
from enphase_sdk.cloud.history import walk_of
from enphase_sdk.cloud.sources import Histories
from enphase_sdk.core.measures import HistoryInterval, Measure, Span, measured
from enphase_sdk.core.times import DateLike, InstantLike
from enphase_sdk.errors import UnprocessableEntityError

if TYPE_CHECKING:
    from enphase_sdk._sync.cloud_base import Cloud

__all__ = ["CloudSite", "Site"]


@runtime_checkable
class Site(Protocol):
    """The operations that a site has both through the cloud and through its gateway.

    Both return the same models. A source that does not have the data raises
    `enphase_sdk.errors.NotAvailableError`. The arguments are those of `Cloud`.
    """

    def summary(self, *, summary_date: DateLike | None = None) -> models.Summary:
        """Power now (W), energy of the day and of all days before it (Wh), status."""
        ...

    def envoys(self) -> models.EnvoysResponse:
        """The gateways of the site."""
        ...

    def inventory(self) -> models.Inventory:
        """The gateways, inverters and meters of the site."""
        ...

    def inverters_summary(self) -> list[models.InvertersSummary]:
        """Power (W) and lifetime energy of each microinverter."""
        ...

    def production_meter_readings(
        self, *, end_at: InstantLike | None = None
    ) -> models.ProductionMeterReadings:
        """The lifetime energy readings of the production meters, Wh."""
        ...

    def stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.Stats:
        """Production by the microinverters in 5-minute intervals: W and Wh."""
        ...

    def rgm_stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.RgmStats:
        """Production by the meters in 15-minute intervals: Wh and W."""
        ...

    def consumption_stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.ConsumptionStats:
        """Consumption by the meters in 15-minute intervals: Wh."""
        ...

    def energy_lifetime(
        self,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
        production: Literal["all"] | None = None,
    ) -> models.EnergyLifetime | None:
        """Energy produced on each day, Wh; None if the source has no series."""
        ...

    def consumption_lifetime(
        self, *, start_date: DateLike | None = None, end_date: DateLike | None = None
    ) -> models.ConsumptionLifetime | None:
        """Energy consumed on each day, Wh; None without a consumption meter."""
        ...

    def history(
        self,
        measure: Measure,
        start: DateLike | InstantLike,
        end: DateLike | InstantLike | None = None,
        *,
        daily: bool = False,
        timezone: str | ZoneInfo | None = None,
    ) -> HistoryIntervals:
        """Energy by intervals, or by days, oldest first, fetched as they are read.

        Intervals have 5 minutes (production by microinverters) or 15 (meters, batteries).
        Intervals that the source does not have, such as microinverters at night, are left out.
        An interval is included if it ends after `start` and not after `end`. To continue later,
        pass the `end_at` of the last one as `start`.

        Args:
            measure: `production`, `micro_production`, `meter_production`, `consumption`,
                `battery_charge`, `battery_discharge`, `import` or `export`. By intervals,
                `production` is that of the microinverters; by days, that of the meter from the day
                on which it was installed.
            start: An instant, or a day, which means its midnight in the site's time zone.
            end: An instant or a day like `start`, not included. Default: now.
            daily: Give one value for each day instead of intervals; today has none yet.
            timezone: The site's IANA time zone. Default: it is requested (on the cloud for one
                hit, or from a cache).

        Raises:
            NotAvailableError: the source does not have the data, or no longer has it; or the
                site's time zone is not known.
            InvalidArgumentError: an argument is not valid.
        """
        ...


class CloudSite:
    """One system of the cloud as an `Site`; made by `Enlighten.site`.

    Attributes:
        system_id: The system's id in Enlighten.
    """

    def __init__(
        self,
        enlighten: Cloud,
        system_id: int,
        histories: Histories,
        time: Callable[[], float],
    ) -> None:
        self._enlighten = enlighten
        self.system_id = system_id
        self._histories = histories
        self._time = time

    def __repr__(self) -> str:
        return f"<CloudSite {self.system_id}>"

    def summary(self, *, summary_date: DateLike | None = None) -> models.Summary:
        """See `Enlighten.summary`."""
        return self._enlighten.summary(self.system_id, summary_date=summary_date)

    def envoys(self) -> models.EnvoysResponse:
        """See `Enlighten.envoys`."""
        return self._enlighten.envoys(self.system_id)

    def inventory(self) -> models.Inventory:
        """See `Enlighten.inventory`."""
        return self._enlighten.inventory(self.system_id)

    def inverters_summary(self) -> list[models.InvertersSummary]:
        """See `Enlighten.inverters_summary_by_envoy_or_site`."""
        return self._enlighten.inverters_summary_by_envoy_or_site(self.system_id)

    def production_meter_readings(
        self, *, end_at: InstantLike | None = None
    ) -> models.ProductionMeterReadings:
        """See `Enlighten.production_meter_readings`."""
        return self._enlighten.production_meter_readings(self.system_id, end_at=end_at)

    def stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.Stats:
        """See `Enlighten.stats`."""
        return self._enlighten.stats(self.system_id, start_at=start_at, end_at=end_at)

    def rgm_stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.RgmStats:
        """See `Enlighten.rgm_stats`."""
        return self._enlighten.rgm_stats(self.system_id, start_at=start_at, end_at=end_at)

    def consumption_stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.ConsumptionStats:
        """See `Enlighten.consumption_stats`."""
        return self._enlighten.consumption_stats(self.system_id, start_at=start_at, end_at=end_at)

    def energy_lifetime(
        self,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
        production: Literal["all"] | None = None,
    ) -> models.EnergyLifetime | None:
        """See `Enlighten.energy_lifetime`."""
        return self._enlighten.energy_lifetime(
            self.system_id, start_date=start_date, end_date=end_date, production=production
        )

    def consumption_lifetime(
        self, *, start_date: DateLike | None = None, end_date: DateLike | None = None
    ) -> models.ConsumptionLifetime | None:
        """See `Enlighten.consumption_lifetime`."""
        return self._enlighten.consumption_lifetime(
            self.system_id, start_date=start_date, end_date=end_date
        )

    def history(
        self,
        measure: Measure,
        start: DateLike | InstantLike,
        end: DateLike | InstantLike | None = None,
        *,
        daily: bool = False,
        timezone: str | ZoneInfo | None = None,
    ) -> HistoryIntervals:
        """See `Site.history`.

        Each call is for a window of whole days in the system's time zone: a day, 7 days or a
        month. API v2 has intervals of the last year, v4 of the last two years.
        """
        walk = walk_of(
            self._histories,
            self.system_id,
            measured(measure),
            Span.asked(start, end, timezone),
            self._time,
            daily=daily,
        )

        def fetch() -> list[HistoryInterval] | None:
            call = walk.next_call()
            if call is None:
                return None
            try:
                _, answer = self._enlighten.exchange(call)
            except UnprocessableEntityError as error:
                return walk.refused(error)
            return walk.arrived(answer)

        return HistoryIntervals(measure, fetch)
