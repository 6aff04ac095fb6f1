"""The endpoints of a gateway, each with the function that makes a model from its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from attrs import field, frozen

from enphase_sdk.core.effects import Request
from enphase_sdk.gateway.fields import Content
from enphase_sdk.gateway.mapping import ensemble, inverters, meters, production, settings, site

__all__ = [
    "ACB_INVENTORY",
    "DEVICES",
    "DEVICE_DATA",
    "DRY_CONTACTS",
    "DRY_CONTACT_SETTINGS",
    "ENCHARGE_POWER",
    "ENSEMBLE_INVENTORY",
    "ENSEMBLE_STATUS",
    "GENERATOR",
    "GENERATOR_CONFIG",
    "GENERATOR_MODE",
    "GENERATOR_SCHEDULE",
    "GRID_RELAY",
    "HOME",
    "INVERTERS",
    "METERS",
    "METER_READINGS",
    "POWER_EXPORT_LIMIT",
    "PRODUCTION",
    "PRODUCTION_JSON",
    "PRODUCTION_V1",
    "SECONDARY_CONTROL",
    "TARIFF",
    "Source",
]

T = TypeVar("T")


@frozen
class Source(Generic[T]):
    """One endpoint and how its answer is read.

    Attributes:
        path: Path of the endpoint.
        parse: Makes a model from the answer, or returns None and adds a problem.
        query: Query parameters.
        since: The first firmware that may have it.
    """

    path: str
    parse: Callable[[Content], T | None] = field(eq=False)
    query: tuple[tuple[str, str], ...] = ()
    since: tuple[int, ...] = field(default=(), eq=False)

    @property
    def endpoint(self) -> str:
        """The path with its query, as problems name it."""
        query = "&".join(f"{name}={value}" for name, value in self.query)
        return f"{self.path}?{query}" if query else self.path

    @property
    def request(self) -> Request:
        """The request that asks for it."""
        return Request("GET", self.path, self.query)


def _as_it_is(content: Content) -> Any:
    return content.value


METERS = Source("/ivp/meters", meters.meter_configurations)
METER_READINGS = Source("/ivp/meters/readings", meters.meter_readings)
PRODUCTION_JSON = Source("/production.json", production.production_page, query=(("details", "1"),))
PRODUCTION = Source("/production", production.production_page)
PRODUCTION_V1 = Source("/api/v1/production", production.v1_production)
DEVICE_DATA = Source("/ivp/pdm/device_data", inverters.detailed_inverters)
INVERTERS = Source("/api/v1/production/inverters", inverters.listed_inverters)

ENSEMBLE_INVENTORY = Source("/ivp/ensemble/inventory", ensemble.ensemble_inventory, since=(5,))
SECONDARY_CONTROL = Source("/ivp/ensemble/secctrl", ensemble.secondary_control)
ENCHARGE_POWER = Source("/ivp/ensemble/power", ensemble.encharge_power)
DRY_CONTACTS = Source("/ivp/ensemble/dry_contacts", ensemble.dry_contacts)
DRY_CONTACT_SETTINGS = Source("/ivp/ss/dry_contact_settings", settings.dry_contact_settings)
ACB_INVENTORY = Source("/inventory.json", site.ac_batteries, query=(("deleted", "1"),))
TARIFF = Source("/admin/lib/tariff", settings.tariff)

GENERATOR_CONFIG = Source("/ivp/ss/gen_config", settings.generator_config)
GENERATOR = Source("/ivp/ensemble/generator", settings.generator)
GENERATOR_SCHEDULE = Source("/ivp/ss/gen_schedule", settings.generator_schedule)
GENERATOR_MODE = Source("/ivp/ss/gen_mode", settings.generator_mode)

# Slow, or rarely needed: requested on demand only.
HOME = Source("/home", site.home)
DEVICES = Source("/inventory.json", site.devices)
ENSEMBLE_STATUS = Source[Any]("/ivp/ensemble/status", _as_it_is)
GRID_RELAY = Source[Any]("/ivp/ensemble/relay", _as_it_is)
POWER_EXPORT_LIMIT = Source[Any]("/ivp/ss/pel_settings", _as_it_is)
