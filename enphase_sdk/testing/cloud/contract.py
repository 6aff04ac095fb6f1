"""The contract's operations: their paths, their parameters, and the checks on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import field, frozen

from enphase_sdk.testing.cloud.refusal import invalid_parameter

__all__ = ["OPERATIONS", "Operation", "find_operation", "read_parameters"]

_MAX_LIMIT = 1_000
_STATUSES = ("comm", "power", "meter", "meter_issue", "micro", "battery", "storage_idle", "normal")
_CONNECTION_TYPES = ("ethernet", "cellular", "wifi")
_LATEST_EPOCH = 253_402_300_799  # epoch seconds, the end of the year 9999


def _text(value: str) -> str:
    return value


def _integer(value: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,19}", value):
        raise ValueError("is not an integer")
    return int(value)


def _limit(value: str) -> int:
    number = _integer(value)
    if not 1 <= number <= _MAX_LIMIT:
        raise ValueError(f"is not between 1 and {_MAX_LIMIT}")
    return number


def _epoch(value: str) -> int:
    number = _integer(value)
    if not 0 <= number <= _LATEST_EPOCH:
        raise ValueError("is not a time in Unix epoch seconds")
    return number


def _date(value: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("is not a date in the form YYYY-mm-dd")
    return date.fromisoformat(value)


def _one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in choices:
            raise ValueError(f"is not one of {', '.join(choices)}")
        return value

    return check


@frozen
class Operation:
    """One operation of the contract; each is a GET.

    Attributes:
        name: Its ``operationId``.
        path: Its path under the base URL.
        parameters: Reader of each query parameter besides ``key`` and ``user_id``.
        required: Those that must be given.
        filters: Those that may also stand in the array form, ``name[]``, any number of times.
    """

    name: str
    path: str
    parameters: Mapping[str, Callable[[str], Any]] = field(factory=dict[str, Callable[[str], Any]])
    required: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()


_PERIOD = {"start_at": _epoch, "end_at": _epoch}
_DATES = {"start_date": _date, "end_date": _date}
_SYSTEM_FILTERS: dict[str, Callable[[str], Any]] = {
    "system_id": _integer,
    "system_name": _text,
    "status": _one_of(_STATUSES),
    "reference": _text,
    "installer": _text,
    "connection_type": _one_of(_CONNECTION_TYPES),
}

OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        Operation(
            "Systems",
            "/systems",
            {"next": _text, "limit": _limit, **_SYSTEM_FILTERS},
            filters=tuple(_SYSTEM_FILTERS),
        ),
        Operation(
            "SearchSystemId",
            "/systems/search_system_id",
            {"serial_num": _text},
            required=("serial_num",),
        ),
        Operation(
            "InvertersSummaryByEnvoyOrSite",
            "/systems/inverters_summary_by_envoy_or_site",
            {"site_id": _integer},
            required=("site_id",),
        ),
        Operation("Summary", "/systems/{system_id}/summary", {"summary_date": _date}),
        Operation(
            "EnergyLifetime",
            "/systems/{system_id}/energy_lifetime",
            {**_DATES, "production": _text},
        ),
        Operation("ConsumptionLifetime", "/systems/{system_id}/consumption_lifetime", _DATES),
        Operation("Stats", "/systems/{system_id}/stats", _PERIOD),
        Operation("RgmStats", "/systems/{system_id}/rgm_stats", _PERIOD),
        Operation("ConsumptionStats", "/systems/{system_id}/consumption_stats", _PERIOD),
        Operation("Envoys", "/systems/{system_id}/envoys"),
        Operation("Inventory", "/systems/{system_id}/inventory"),
        Operation(
            "MonthlyProduction",
            "/systems/{system_id}/monthly_production",
            {"start_date": _date},
            required=("start_date",),
        ),
        Operation(
            "ProductionMeterReadings",
            "/systems/{system_id}/production_meter_readings",
            {"end_at": _epoch},
        ),
    )
}

_BY_PATH = {operation.path: operation for operation in OPERATIONS.values()}
_TAIL = re.compile(r".*/systems(?:/([^/]+)(?:/([^/]+))?)?")


def find_operation(path: str) -> tuple[Operation, str | None] | None:
    """The operation at the end of a URL's path, under whatever base path.

    Returns:
        The operation and the text in the place of ``{system_id}``, or None for no operation.
    """
    match = _TAIL.fullmatch(path)
    if match is None:
        return None
    first, second = match.groups()
    if second is not None:
        operation = _BY_PATH.get(f"/systems/{{system_id}}/{second}")
        return (operation, first) if operation is not None else None
    operation = _BY_PATH.get("/systems" if first is None else f"/systems/{first}")
    return (operation, None) if operation is not None else None


def read_parameters(operation: Operation, query: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Check a query against the contract.

    Args:
        operation: Whose parameters.
        query: Names and values as they were sent. Names the contract does not know, and
            ``key`` and ``user_id``, are ignored.

    Returns:
        The values by name; of a filter a list, from either of its forms.

    Raises:
        Refusal: 422, with everything that is wrong.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    seen: set[str] = set()
    for sent, text in query:
        name = sent.removesuffix("[]")
        reader = operation.parameters.get(name)
        if reader is None or (name != sent and name not in operation.filters):
            continue
        if sent in seen and sent == name:
            problems.append(f"{sent} is given more than once")
        seen.add(sent)
        try:
            value = reader(text)
        except ValueError as error:
            problems.append(f"{sent} {error}")
            continue
        if name in operation.filters:
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    problems += [f"{name} is missing" for name in operation.required if name not in seen]
    if problems:
        raise invalid_parameter(*problems)
    return values
