"""Converts API v4's answers to the models that v2 and gateways use."""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import msgspec
from msgspec import UNSET

from enphase_sdk import models
from enphase_sdk.core import lenient

__all__ = ["envoys", "inventory", "made", "system_row"]

T = TypeVar("T")

# The address of a system that has none.
NOWHERE = SimpleNamespace(city=None, country=None, postal_code=None, state=None)


# Optimized, because a listing has many rows: fields by position, and the members of enumerations
# looked up once for all rows.
def system_row(row: Any) -> models.System:
    """A row of the listing. What v4 does not send, such as the city in a search, is None."""
    address = row.address or NOWHERE
    status, system_status = _statuses(row.status)
    city, country = address.city, address.country
    postal_code, state = address.postal_code, address.state
    return models.System(
        None if city is UNSET else city,
        _connection_type(row.connection_type),
        None if country is UNSET else country,
        models.Meta(row.last_energy_at, row.last_report_at, row.operational_at, status),
        None if postal_code is UNSET else postal_code,
        None if state is UNSET else state,
        system_status,
        row.system_id,
        row.name,
        row.public_name,
        row.timezone,
        row.other_references,
        row.reference,
    )


def envoys(devices: Any) -> models.EnvoysResponse:
    """The active gateways among a system's devices."""
    found = [
        {
            "envoy_id": each.id,
            "last_report_at": each.last_report_at,
            "name": each.name,
            "part_number": each.part_number,
            "serial_number": each.serial_number,
            "status": _plain(each.status),
        }
        for each in _kind(devices, "gateways")
    ]
    return made(models.EnvoysResponse, {"system_id": devices.system_id, "envoys": found})


def inventory(devices: Any) -> models.Inventory:
    """The active devices. v4 has neither the manufacturer of a meter nor the system's state."""

    def device(each: Any) -> dict[str, Any]:
        return {"sn": each.serial_number, "model": each.model, "sku": each.sku}

    meters = [
        {
            "sn": each.serial_number,
            "manufacturer": None,
            "model": each.model,
            "status": _plain(each.status),
            "state": each.state,
        }
        for each in _kind(devices, "meters")
    ]
    wire = {
        "system_id": devices.system_id,
        "envoys": list(map(device, _kind(devices, "gateways"))),
        "inverters": list(map(device, _kind(devices, "micros"))),
        "meters": meters,
    }
    return made(models.Inventory, wire)


def _kind(devices: Any, name: str) -> list[Any]:
    by_kind: dict[str, list[Any]] = devices.devices or {}
    return by_kind.get(name) or []


@lru_cache(maxsize=256)
def _statuses(status: str | None) -> tuple[Any, Any]:
    """v2's two statuses of a system, from v4's single one."""
    if status is None:
        return None, None
    return models.Status(f"{status}"), models.SystemStatus(f"{status}")


@lru_cache(maxsize=256)
def _connection_type(name: str | None) -> Any:
    return None if name is None else models.ConnectionType(name)


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value) if value is not None and value is not UNSET else value


def made(shape: type[T], wire: dict[str, Any]) -> T:
    """A model from its JSON form; absent fields stay absent, unknown values become None."""
    present = {name: value for name, value in wire.items() if value is not UNSET}
    plain = msgspec.to_builtins(present)
    value, _ = lenient.convert(plain, shape)
    return cast("T", value)
