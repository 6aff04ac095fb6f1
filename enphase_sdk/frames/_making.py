"""Makes a frame of columns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, tzinfo
from typing import Any, TypeAlias

from msgspec import UnsetType

from enphase_sdk.core.times import zone_named
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.frames._backends import AnyFrame, Backend, BackendName, backend_named
from enphase_sdk.frames._columns import Column, Kind, cleaned

__all__ = ["Timezone", "frame_of", "framed", "zone_of"]

# A system's time zone; for a system without one (None or UNSET) UTC is used.
Timezone: TypeAlias = str | tzinfo | UnsetType | None


def frame_of(
    columns: Iterable[Column], backend: BackendName | None, timezone: Timezone
) -> AnyFrame:
    """A frame of columns that were made elsewhere; raises like `to_frame`."""
    made: AnyFrame = framed(map(cleaned, columns), backend_named(backend), zone_of(timezone)[1])
    return made


def framed(columns: Iterable[Column], backend: Backend, zone: str) -> Any:
    """A frame of columns whose values fit their kinds."""
    made: dict[str, Any] = {}
    for column in columns:
        if column.kind is Kind.INTERVAL:
            made["interval_start"], made["interval_end"] = backend.intervals(
                column.values, column.seconds, zone
            )
        else:
            made[column.name] = _series(backend, column, zone)
    return backend.frame(made)


def _series(backend: Backend, column: Column, zone: str) -> Any:
    values = column.values
    # The series come first, because one comparison takes as long as ten values.
    match column.kind:
        case Kind.MEASURE:
            return backend.measures(values)
        case Kind.NUMBER:
            return backend.numbers(values)
        case Kind.INSTANT:
            return backend.instants(values, zone)
        case Kind.FLAG:
            return backend.flags(values)
        case Kind.DATE:
            return backend.dates(values)
        case Kind.ID:
            return backend.ids(values)
        case Kind.LABEL:
            return backend.labels(values)
        case Kind.TEXTS:
            return backend.text_lists(values)
        case _:
            return backend.texts(values)


def zone_of(timezone: Timezone) -> tuple[tzinfo, str]:
    """A zone and its name; UTC where a system has none.

    Raises:
        InvalidArgumentError: it is no zone.
    """
    if timezone is UTC or timezone is None or isinstance(timezone, UnsetType):
        return UTC, "UTC"
    name = timezone if isinstance(timezone, str) else getattr(timezone, "key", None)
    zone = zone_named(name)
    if zone is None:
        raise InvalidArgumentError(
            f"timezone: an IANA name like 'America/Denver' is wanted, not {timezone!r}; "
            "a system's is its `timezone`"
        )
    return zone, zone.key
