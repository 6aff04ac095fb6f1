"""Test kit: simulated Enlighten clouds, simulated gateways, and a clock tests can move.

Importing this package is fast; each name is loaded at its first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from enphase_sdk.cloud.plans import Plan
    from enphase_sdk.testing import builders, cassettes, faults, gateway_faults, strategies
    from enphase_sdk.testing.clock import FakeClock
    from enphase_sdk.testing.cloud.simulator import SimulatedEnlighten
    from enphase_sdk.testing.cloud.v4.simulator import SimulatedEnlightenV4
    from enphase_sdk.testing.fault_rules import FaultRule
    from enphase_sdk.testing.gateway.answers import Answer
    from enphase_sdk.testing.gateway.backends import Quirk
    from enphase_sdk.testing.gateway.entrez import SimulatedTokenService, TokenIssuer
    from enphase_sdk.testing.gateway.plant import Moment
    from enphase_sdk.testing.gateway.simulator import GatewayTransport, SimulatedGateway
    from enphase_sdk.testing.network import no_network
    from enphase_sdk.testing.world.archetypes import Kind
    from enphase_sdk.testing.world.fleet import World
    from enphase_sdk.testing.world.system import System

__all__ = [
    "Answer",
    "FakeClock",
    "FaultRule",
    "GatewayTransport",
    "Kind",
    "Moment",
    "Plan",
    "Quirk",
    "SimulatedEnlighten",
    "SimulatedEnlightenV4",
    "SimulatedGateway",
    "SimulatedTokenService",
    "System",
    "TokenIssuer",
    "World",
    "builders",
    "cassettes",
    "faults",
    "gateway_faults",
    "no_network",
    "strategies",
]

_MODULES = ("builders", "cassettes", "faults", "gateway_faults", "strategies")

_HOMES = {
    "Answer": "gateway.answers",
    "FakeClock": "clock",
    "FaultRule": "fault_rules",
    "GatewayTransport": "gateway.simulator",
    "Kind": "world.archetypes",
    "Moment": "gateway.plant",
    "Plan": "cloud.quota",
    "Quirk": "gateway.backends",
    "SimulatedEnlighten": "cloud.simulator",
    "SimulatedEnlightenV4": "cloud.v4.simulator",
    "SimulatedGateway": "gateway.simulator",
    "SimulatedTokenService": "gateway.entrez",
    "System": "world.system",
    "TokenIssuer": "gateway.entrez",
    "World": "world.fleet",
    "no_network": "network",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
