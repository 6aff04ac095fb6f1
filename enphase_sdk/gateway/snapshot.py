"""One reading of a gateway."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Literal, overload

import msgspec
from attrs import field, frozen

from enphase_sdk.gateway.models.energy import CtMeter, Inverter, SystemEnergy
from enphase_sdk.gateway.models.settings import (
    DryContact,
    DryContactSettings,
    Generator,
    GeneratorConfig,
    GeneratorMode,
    GeneratorSchedule,
    Tariff,
)
from enphase_sdk.gateway.models.site import Device, Home, Interface
from enphase_sdk.gateway.models.storage import (
    AcBattery,
    AcbPower,
    BatteryAggregate,
    Collar,
    CombinerController,
    Encharge,
    EnchargeAggregate,
    EnchargePower,
    Enpower,
)

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from enphase_sdk.frames import AnyFrame, BackendName, Timezone

__all__ = ["Problem", "Snapshot"]

_BESIDE_THE_DATA = ("devices", "home", "problems")


@frozen
class Problem:
    """A part of a reading that could not be read.

    Attributes:
        endpoint: The requested path, with its query.
        reason: What was wrong, in a few words, without any value that the gateway sent.
    """

    endpoint: str
    reason: str


@frozen(kw_only=True, hash=False)
class Snapshot:
    """All values of one reading of a gateway.

    None, or an empty mapping, means that the gateway does not have it, or, if `problems` names
    its endpoint, that it could not be read this time. Units are in the docstrings of the types.

    Attributes:
        system_production: Production of the whole system.
        system_production_phases: The same by phase (``L1`` to ``L3``), if there are several.
        system_consumption: Consumption of the house.
        system_consumption_phases: The same by phase.
        system_net_consumption: Import from the grid, less export to it.
        system_net_consumption_phases: The same by phase.
        ctmeters: Enabled current transformers by what they measure.
        ctmeters_phases: The same, then by phase, of those with several phases.
        inverters: Microinverters by serial number.
        encharge_inventory: IQ Batteries by serial number.
        encharge_power: Current power and state of charge of each IQ Battery, by serial number.
        encharge_aggregate: All IQ Batteries together.
        enpower: The System Controller.
        collar: The IQ Meter Collar.
        c6cc: The C6 Combiner Controller.
        acb_inventory: AC Batteries by serial number.
        acb_power: All AC Batteries together.
        battery_aggregate: IQ and AC Batteries together, where there are AC Batteries.
        dry_contact_status: Relays by id.
        dry_contact_settings: Settings of the relays, by id.
        tariff: Prices and storage settings.
        generator: State of the generator.
        generator_config: Configuration of the generator.
        generator_mode: Mode that the generator is set to.
        generator_schedule: Schedule of the generator.
        home: The answer of ``/home``, if it was requested.
        devices: The devices of ``/inventory.json``, if they were requested.
        problems: What could not be read, with the endpoint and the reason.
    """

    system_production: SystemEnergy | None = None
    system_production_phases: dict[str, SystemEnergy] | None = None
    system_consumption: SystemEnergy | None = None
    system_consumption_phases: dict[str, SystemEnergy] | None = None
    system_net_consumption: SystemEnergy | None = None
    system_net_consumption_phases: dict[str, SystemEnergy] | None = None
    ctmeters: dict[str, CtMeter] = field(factory=dict[str, CtMeter])
    ctmeters_phases: dict[str, dict[str, CtMeter]] = field(factory=dict[str, dict[str, CtMeter]])
    inverters: dict[str, Inverter] = field(factory=dict[str, Inverter])
    encharge_inventory: dict[str, Encharge] | None = None
    encharge_power: dict[str, EnchargePower] | None = None
    encharge_aggregate: EnchargeAggregate | None = None
    enpower: Enpower | None = None
    collar: Collar | None = None
    c6cc: CombinerController | None = None
    acb_inventory: dict[str, AcBattery] | None = None
    acb_power: AcbPower | None = None
    battery_aggregate: BatteryAggregate | None = None
    dry_contact_status: dict[str, DryContact] = field(factory=dict[str, DryContact])
    dry_contact_settings: dict[str, DryContactSettings] = field(
        factory=dict[str, DryContactSettings]
    )
    tariff: Tariff | None = None
    generator: Generator | None = None
    generator_config: GeneratorConfig | None = None
    generator_mode: GeneratorMode | None = None
    generator_schedule: GeneratorSchedule | None = None
    home: Home | None = None
    devices: list[Device] | None = None
    problems: list[Problem] = field(factory=list[Problem])

    @property
    def interface(self) -> Interface | None:
        """The network interface that the gateway uses, if `home` was requested."""
        return self.home.interface if self.home else None

    @property
    def ctmeter_production(self) -> CtMeter | None:
        """The current transformer that measures production."""
        return self.ctmeters.get("production")

    @property
    def ctmeter_production_phases(self) -> dict[str, CtMeter] | None:
        """The same by phase."""
        return self.ctmeters_phases.get("production")

    @property
    def ctmeter_consumption(self) -> CtMeter | None:
        """The current transformer that measures net or total consumption."""
        return self.ctmeters.get("net-consumption") or self.ctmeters.get("total-consumption")

    @property
    def ctmeter_consumption_phases(self) -> dict[str, CtMeter] | None:
        """The same by phase."""
        meter = self.ctmeter_consumption
        return self.ctmeters_phases.get(meter.measurement_type) if meter else None

    @property
    def ctmeter_storage(self) -> CtMeter | None:
        """The current transformer that measures batteries."""
        return self.ctmeters.get("storage")

    @property
    def ctmeter_storage_phases(self) -> dict[str, CtMeter] | None:
        """The same by phase."""
        return self.ctmeters_phases.get("storage")

    @overload
    def to_frame(self, *, backend: Literal["polars"], timezone: Timezone = ...) -> pl.DataFrame: ...
    @overload
    def to_frame(self, *, backend: Literal["pandas"], timezone: Timezone = ...) -> pd.DataFrame: ...
    @overload
    def to_frame(self, *, backend: Literal["pyarrow"], timezone: Timezone = ...) -> pa.Table: ...
    @overload
    def to_frame(
        self, *, backend: BackendName | None = ..., timezone: Timezone = ...
    ) -> AnyFrame: ...
    def to_frame(self, *, backend: BackendName | None = None, timezone: Timezone = UTC) -> AnyFrame:
        """What was measured, as a data frame; needs the extra `frames`.

        A row for the system's production, consumption and net consumption, for each current
        transformer, each of these also by phase, for each microinverter and each IQ Battery.
        `kind` is `system`, `meter`, `inverter` or `battery`, `name` what is measured or a serial
        number, `phase` is null for all phases together. Units stand in the column names; what is
        not known is null. `energy_lifetime_wh` of a meter is energy delivered.

        Args:
            backend: `polars`, `pandas` or `pyarrow`; None for the first that is installed of
                `pandas`, `polars`, `pyarrow`.
            timezone: An IANA name or a `tzinfo` with one, in which `measured_at` is given.

        Raises:
            ConfigError: the library is not installed, or too old.
            InvalidArgumentError: there is no such library or time zone.
        """
        from enphase_sdk.frames._making import frame_of
        from enphase_sdk.gateway.framing import columns_of

        return frame_of(columns_of(self), backend, timezone)

    def to_dict(self) -> dict[str, Any]:
        """The reading as plain JSON values, with the names that home automation uses.

        Without `problems`, `home` and `devices`, which have no such names.
        """
        data: dict[str, Any] = msgspec.to_builtins(self)
        for name in _BESIDE_THE_DATA:
            del data[name]
        for kind in ("production", "consumption", "storage"):
            for name in (f"ctmeter_{kind}", f"ctmeter_{kind}_phases"):
                data[name] = msgspec.to_builtins(getattr(self, name))
        return data
