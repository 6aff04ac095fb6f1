"""The protocol of a module of operations: the twelve operations that every version has."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias, TypeVar

from enphase_sdk import models
from enphase_sdk.cloud.api import Call, Steps
from enphase_sdk.cloud.arguments import Filter
from enphase_sdk.core.times import DateLike, InstantLike

__all__ = ["Operations"]

T = TypeVar("T")

Work: TypeAlias = Call[T] | Steps[T]


class Operations(Protocol):
    """Each function checks its arguments and makes the call, or the calls, of an operation.

    All raise `InvalidArgumentError` for an argument that is not valid.
    """

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
    ) -> Call[models.SystemsPage]:
        """One page of the listing."""
        ...

    def summary(
        self, system_id: int, *, summary_date: DateLike | None = None
    ) -> Work[models.Summary]:
        """Power and energy of one system on one day."""
        ...

    def envoys(self, system_id: int) -> Work[models.EnvoysResponse]:
        """The gateways."""
        ...

    def inventory(self, system_id: int) -> Work[models.Inventory]:
        """The devices."""
        ...

    def inverters_summary_by_envoy_or_site(
        self, site_id: int
    ) -> Work[list[models.InvertersSummary]]:
        """The microinverters."""
        ...

    def monthly_production(
        self, system_id: int, start_date: DateLike
    ) -> Work[models.MonthlyProduction]:
        """Energy of a month."""
        ...

    def production_meter_readings(
        self, system_id: int, *, end_at: InstantLike | None = None
    ) -> Work[models.ProductionMeterReadings]:
        """The lifetime energy readings of the production meters."""
        ...

    def rgm_stats(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> Work[models.RgmStats]:
        """Production as metered, by intervals."""
        ...

    def stats(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> Work[models.Stats]:
        """Production by the microinverters, by intervals."""
        ...

    def consumption_stats(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> Work[models.ConsumptionStats]:
        """Consumption as metered, by intervals."""
        ...

    def energy_lifetime(
        self,
        system_id: int,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
        production: Literal["all"] | None = None,
    ) -> Work[models.EnergyLifetime | None]:
        """Energy produced on each day."""
        ...

    def consumption_lifetime(
        self,
        system_id: int,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
    ) -> Work[models.ConsumptionLifetime | None]:
        """Energy consumed on each day."""
        ...

    def search_system_id(self, serial_num: str | int) -> Work[models.SystemIdFound]:
        """The system that a gateway belongs to."""
        ...
