"""From API v4's answers to the models that v2 and gateways have too, field by field."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec
from msgspec import UNSET

from enphase_sdk import models
from enphase_sdk.core import lenient

T = TypeVar("T")

__all__ = ["envoys", "inventory", "made", "system_row"]


def system_row(row: Any) -> models.System:
    """A row of the listing. What v4 does not tell, such as the city in a search, is None."""
    address = row.address
    return models.System(
        city=_of(address, "city"),
        connection_type=_member(models.ConnectionType, row.connection_type),
        country=_of(address, "country"),
        meta=models.Meta(
            last_energy_at=row.last_energy_at,
            last_report_at=row.last_report_at,
            operational_at=row.operational_at,
            status=_member(models.Status, row.status),
        ),
        postal_code=_of(address, "postal_code"),
        state=_of(address, "state"),
        status=_member(models.SystemStatus, row.status),
        system_id=row.system_id,
        system_name=row.name,
        system_public_name=row.public_name,
        timezone=row.timezone,
        other_references=row.other_references,
        reference=row.reference,
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
    """The active devices. v4 tells neither the maker of a meter nor the system's state."""

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


def _of(address: Any, name: str) -> Any:
    value = getattr(address, name, None)
    return None if value is UNSET else value


@lru_cache(maxsize=256)
def _member(kind: type[StrEnum], value: str | None) -> Any:
    """The member of one of v2's enumerations that a text of v4 names."""
    return kind(f"{value}") if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value) if value is not None and value is not UNSET else value


def made(shape: type[T], wire: dict[str, Any]) -> T:
    """A model from its wire form; what is absent stays absent, what is unknown becomes None."""
    present = {name: value for name, value in wire.items() if value is not UNSET}
    plain = msgspec.to_builtins(present)
    value, _ = lenient.convert(plain, shape)
    return cast("T", value)
