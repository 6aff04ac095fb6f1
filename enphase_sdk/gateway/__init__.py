"""The local gateway: the types of its values, and the modules that read them.

    from enphase_sdk.gateway import Snapshot, SystemEnergy

Each name is loaded at its first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enphase_sdk.gateway.control.changes import ConfirmedChange, Outcome, PlannedRequest
    from enphase_sdk.gateway.fields import Content, Fields
    from enphase_sdk.gateway.identity import GatewayInfo
    from enphase_sdk.gateway.mapping.meters import MeterConfiguration
    from enphase_sdk.gateway.models.energy import CtMeter, Inverter, SystemEnergy
    from enphase_sdk.gateway.models.settings import (
        Currency,
        DryContact,
        DryContactSettings,
        Generator,
        GeneratorConfig,
        GeneratorMode,
        GeneratorSchedule,
        SingleRate,
        StorageSettings,
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
    from enphase_sdk.gateway.plausibility import Level
    from enphase_sdk.gateway.problems import Problems
    from enphase_sdk.gateway.profile import GatewayProfile, ProductionSource, Standing
    from enphase_sdk.gateway.snapshot import Problem, Snapshot
    from enphase_sdk.gateway.sources import Source
    from enphase_sdk.gateway.tokens import Token

__all__ = [
    "AcBattery",
    "AcbPower",
    "BatteryAggregate",
    "Collar",
    "CombinerController",
    "ConfirmedChange",
    "Content",
    "CtMeter",
    "Currency",
    "Device",
    "DryContact",
    "DryContactSettings",
    "Encharge",
    "EnchargeAggregate",
    "EnchargePower",
    "Enpower",
    "Fields",
    "GatewayInfo",
    "GatewayProfile",
    "Generator",
    "GeneratorConfig",
    "GeneratorMode",
    "GeneratorSchedule",
    "Home",
    "Interface",
    "Inverter",
    "Level",
    "MeterConfiguration",
    "Outcome",
    "PlannedRequest",
    "Problem",
    "Problems",
    "ProductionSource",
    "SingleRate",
    "Snapshot",
    "Source",
    "Standing",
    "StorageSettings",
    "SystemEnergy",
    "Tariff",
    "Token",
]

_HOMES = {
    "AcBattery": "gateway.models.storage",
    "AcbPower": "gateway.models.storage",
    "BatteryAggregate": "gateway.models.storage",
    "Collar": "gateway.models.storage",
    "CombinerController": "gateway.models.storage",
    "ConfirmedChange": "gateway.control.changes",
    "Content": "gateway.fields",
    "CtMeter": "gateway.models.energy",
    "Currency": "gateway.models.settings",
    "Device": "gateway.models.site",
    "DryContact": "gateway.models.settings",
    "DryContactSettings": "gateway.models.settings",
    "Encharge": "gateway.models.storage",
    "EnchargeAggregate": "gateway.models.storage",
    "EnchargePower": "gateway.models.storage",
    "Enpower": "gateway.models.storage",
    "Fields": "gateway.fields",
    "GatewayInfo": "gateway.identity",
    "GatewayProfile": "gateway.profile",
    "Generator": "gateway.models.settings",
    "GeneratorConfig": "gateway.models.settings",
    "GeneratorMode": "gateway.models.settings",
    "GeneratorSchedule": "gateway.models.settings",
    "Home": "gateway.models.site",
    "Interface": "gateway.models.site",
    "Inverter": "gateway.models.energy",
    "Level": "gateway.plausibility",
    "MeterConfiguration": "gateway.mapping.meters",
    "Outcome": "gateway.control.changes",
    "PlannedRequest": "gateway.control.changes",
    "Problem": "gateway.snapshot",
    "Problems": "gateway.problems",
    "ProductionSource": "gateway.profile",
    "SingleRate": "gateway.models.settings",
    "Snapshot": "gateway.snapshot",
    "Source": "gateway.sources",
    "Standing": "gateway.profile",
    "StorageSettings": "gateway.models.settings",
    "SystemEnergy": "gateway.models.energy",
    "Tariff": "gateway.models.settings",
    "Token": "gateway.tokens",
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'enphase_sdk.gateway' has no attribute {name!r}")
    home = import_module(f"enphase_sdk.{_HOMES[name]}")
    value = getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
