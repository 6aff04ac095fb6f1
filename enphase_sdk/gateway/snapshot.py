"""One reading of a gateway."""

from __future__ import annotations

from typing import Any

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

__all__ = ["Problem", "Snapshot"]

_BESIDE_THE_DATA = ("devices", "home", "problems")


@frozen
class Problem:
    """Something that could not be read.

    Attributes:
        endpoint: The path that was asked, with its query.
        reason: What was wrong, in a few words, without any value the gateway sent.
    """

    endpoint: str
    reason: str


@frozen(kw_only=True, hash=False)
class Snapshot:
    """Everything one reading of a gateway told.

    None, or an empty mapping, means that the gateway has no such thing; or, if `problems`
    names its endpoint, that it could not be read this time.

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
        encharge_power: What each IQ Battery does now, by serial number.
        encharge_aggregate: All IQ Batteries together.
        enpower: The System Controller.
        collar: The IQ Meter Collar.
        c6cc: The C6 Combiner Controller.
        acb_inventory: AC Batteries by serial number.
        acb_power: All AC Batteries together.
        battery_aggregate: IQ and AC Batteries together, where there are AC Batteries.
        dry_contact_status: Relays by id.
        dry_contact_settings: What the relays are for, by id.
        tariff: Prices and storage settings.
        generator: What the generator does.
        generator_config: What the generator is.
        generator_mode: What the generator was told.
        generator_schedule: When the generator runs.
        home: The gateway's own page, if it was asked for.
        devices: The devices of ``/inventory.json``, if they were asked for.
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
        """The network interface the gateway uses, if `home` was asked for."""
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

    def to_dict(self) -> dict[str, Any]:
        """The reading as plain JSON values, under the names home automation knows.

        `problems`, `home` and `devices` are not among them: they tell of the reading, or were
        asked for beside it.
        """
        data: dict[str, Any] = msgspec.to_builtins(self)
        for name in _BESIDE_THE_DATA:
            del data[name]
        for kind in ("production", "consumption", "storage"):
            for name in (f"ctmeter_{kind}", f"ctmeter_{kind}_phases"):
                data[name] = msgspec.to_builtins(getattr(self, name))
        return data
