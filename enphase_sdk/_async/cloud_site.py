"""One solar site: the protocol that cloud and gateway share, and its form for the cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from enphase_sdk import models
from enphase_sdk.core.times import DateLike, InstantLike

if TYPE_CHECKING:
    from enphase_sdk._async.cloud_base import AsyncCloud

__all__ = ["AsyncCloudSite", "AsyncSite"]


@runtime_checkable
class AsyncSite(Protocol):
    """The operations that a site has both through the cloud and through its gateway.

    Both return the same models. A source that does not have the data raises
    `enphase_sdk.errors.NotAvailableError`. The arguments are those of `AsyncCloud`.
    """

    async def summary(self, *, summary_date: DateLike | None = None) -> models.Summary:
        """Power now (W), energy of the day and of all days before it (Wh), status."""
        ...

    async def envoys(self) -> models.EnvoysResponse:
        """The gateways of the site."""
        ...

    async def inventory(self) -> models.Inventory:
        """The gateways, inverters and meters of the site."""
        ...

    async def inverters_summary(self) -> list[models.InvertersSummary]:
        """Power (W) and lifetime energy of each microinverter."""
        ...

    async def production_meter_readings(
        self, *, end_at: InstantLike | None = None
    ) -> models.ProductionMeterReadings:
        """The lifetime energy readings of the production meters, Wh."""
        ...

    async def stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.Stats:
        """Production by the microinverters in 5-minute intervals: W and Wh."""
        ...

    async def rgm_stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.RgmStats:
        """Production by the meters in 15-minute intervals: Wh and W."""
        ...

    async def consumption_stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.ConsumptionStats:
        """Consumption by the meters in 15-minute intervals: Wh."""
        ...

    async def energy_lifetime(
        self,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
        production: Literal["all"] | None = None,
    ) -> models.EnergyLifetime | None:
        """Energy produced on each day, Wh; None if the source has no series."""
        ...

    async def consumption_lifetime(
        self, *, start_date: DateLike | None = None, end_date: DateLike | None = None
    ) -> models.ConsumptionLifetime | None:
        """Energy consumed on each day, Wh; None without a consumption meter."""
        ...


class AsyncCloudSite:
    """One system of the cloud as an `AsyncSite`; made by `AsyncEnlighten.site`.

    Attributes:
        system_id: The system's id in Enlighten.
    """

    def __init__(self, enlighten: AsyncCloud, system_id: int) -> None:
        self._enlighten = enlighten
        self.system_id = system_id

    def __repr__(self) -> str:
        return f"<AsyncCloudSite {self.system_id}>"

    async def summary(self, *, summary_date: DateLike | None = None) -> models.Summary:
        """See `AsyncEnlighten.summary`."""
        return await self._enlighten.summary(self.system_id, summary_date=summary_date)

    async def envoys(self) -> models.EnvoysResponse:
        """See `AsyncEnlighten.envoys`."""
        return await self._enlighten.envoys(self.system_id)

    async def inventory(self) -> models.Inventory:
        """See `AsyncEnlighten.inventory`."""
        return await self._enlighten.inventory(self.system_id)

    async def inverters_summary(self) -> list[models.InvertersSummary]:
        """See `AsyncEnlighten.inverters_summary_by_envoy_or_site`."""
        return await self._enlighten.inverters_summary_by_envoy_or_site(self.system_id)

    async def production_meter_readings(
        self, *, end_at: InstantLike | None = None
    ) -> models.ProductionMeterReadings:
        """See `AsyncEnlighten.production_meter_readings`."""
        return await self._enlighten.production_meter_readings(self.system_id, end_at=end_at)

    async def stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.Stats:
        """See `AsyncEnlighten.stats`."""
        return await self._enlighten.stats(self.system_id, start_at=start_at, end_at=end_at)

    async def rgm_stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.RgmStats:
        """See `AsyncEnlighten.rgm_stats`."""
        return await self._enlighten.rgm_stats(self.system_id, start_at=start_at, end_at=end_at)

    async def consumption_stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.ConsumptionStats:
        """See `AsyncEnlighten.consumption_stats`."""
        return await self._enlighten.consumption_stats(
            self.system_id, start_at=start_at, end_at=end_at
        )

    async def energy_lifetime(
        self,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
        production: Literal["all"] | None = None,
    ) -> models.EnergyLifetime | None:
        """See `AsyncEnlighten.energy_lifetime`."""
        return await self._enlighten.energy_lifetime(
            self.system_id, start_date=start_date, end_date=end_date, production=production
        )

    async def consumption_lifetime(
        self, *, start_date: DateLike | None = None, end_date: DateLike | None = None
    ) -> models.ConsumptionLifetime | None:
        """See `AsyncEnlighten.consumption_lifetime`."""
        return await self._enlighten.consumption_lifetime(
            self.system_id, start_date=start_date, end_date=end_date
        )
