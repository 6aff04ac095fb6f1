"""What is remembered of a gateway from one reading to the next."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import define, field

from enphase_sdk.gateway.mapping.meters import MeterConfiguration

__all__ = ["GatewayProfile", "ProductionSource"]

ProductionSource: TypeAlias = Literal["meter", "v1", "inverters"]
"""Where production comes from: the production meter, the gateway's own sum
(``/api/v1/production``), or what microinverters reported (``/production.json``)."""


@define(kw_only=True)
class GatewayProfile:
    """What readings have found out about a gateway. It holds no secret, pickles, compares.

    One profile belongs to one gateway; readings take it and keep it up to date. A new one
    makes the next reading find out everything anew: after hardware was added, say.

    Attributes:
        absent: Endpoints that are not there, or of no use here: not asked again.
        present: Endpoints that have answered: failing is a problem from then on.
        refused: Those of `absent` that are so because old firmware wants another login.
        production_source: Where production comes from, once known; it stays.
        consumption: Kinds of consumption that were reported, once in use.
        meters: Enabled current transformers.
        active_phase_count: Phases told apart in the production meter's details.
        acb_count: AC Batteries.
        devices: What stands in ``/ivp/ensemble/inventory``, as the fields of `Snapshot`.
    """

    absent: set[str] = field(factory=set[str])
    present: set[str] = field(factory=set[str])
    refused: set[str] = field(factory=set[str])
    production_source: ProductionSource | None = None
    consumption: set[str] = field(factory=set[str])
    meters: list[MeterConfiguration] = field(factory=list[MeterConfiguration])
    active_phase_count: int = 0
    acb_count: int = 0
    devices: set[str] = field(factory=set[str])

    @property
    def phase_count(self) -> int:
        """Phases that are metered, 1 if none is."""
        return max((meter.phase_count for meter in self.meters), default=1)

    @property
    def phase_mode(self) -> str | None:
        """``split``, ``three``, … of the enabled meters."""
        return self.meters[0].phase_mode if self.meters else None

    @property
    def ct_meter_list(self) -> list[str]:
        """What the enabled meters measure."""
        return [meter.measurement_type for meter in self.meters]

    @property
    def production_meter_type(self) -> str | None:
        """``production`` if there is such a meter."""
        return self._first("production")

    @property
    def consumption_meter_type(self) -> str | None:
        """``net-consumption`` or ``total-consumption`` if there is such a meter."""
        return self._first("net-consumption", "total-consumption")

    @property
    def storage_meter_type(self) -> str | None:
        """``storage`` if there is such a meter."""
        return self._first("storage")

    @property
    def model(self) -> str:
        """The gateway in a few words: ``Envoy, phases: 2, phase mode: split, production CT``."""
        parts = ["Envoy"]
        if self.meters:
            parts += [f"phases: {self.phase_count}", f"phase mode: {self.phase_mode}"]
        return ", ".join([*parts, *(f"{kind} CT" for kind in self.ct_meter_list)])

    def _first(self, *kinds: str) -> str | None:
        return next((kind for kind in self.ct_meter_list if kind in kinds), None)
