"""What the tests of public reports about API v4 have in common: answers, and asking for them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from enphase_sdk import errors
from enphase_sdk.cloud.v4.authorization import TokensInMemory
from tests.support import Script, Surface

NOW = int(datetime(2024, 6, 15, 12, tzinfo=UTC).timestamp())
QUARTER = 900

META = {"status": "normal", "last_report_at": NOW, "last_energy_at": NOW - 3_600,
        "operational_at": 1_400_000_000}  # fmt: skip
SUMMARY = {
    "system_id": 67, "modules": 9, "size_w": 2565, "current_power": 840, "energy_today": 6340,
    "energy_lifetime": 5_129_484, "summary_date": "2024-06-15", "source": "microinverters",
    "status": "normal", "operational_at": 1_400_000_000, "last_report_at": NOW,
    "last_interval_end_at": NOW - 7_200, "nmi": None, "evse_power": [],
}  # fmt: skip
TOO_MANY = {"message": "Too Many Requests", "details": "Usage limit exceeded for plan Watt",
            "code": 429}  # fmt: skip


def micro(*intervals: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An answer of telemetry/production_micro."""
    return {"system_id": 67, "granularity": "day", "total_devices": 9, "start_at": NOW - 3_600,
            "end_at": NOW, "items": "intervals", "intervals": list(intervals), "meta": META,
            **more}  # fmt: skip


def answers(*bodies: Any, status: int = 200) -> Script:
    """A cloud that gives these bodies in turn, the last one over and over."""
    return Script(*(httpx.Response(status, json=body) for body in bodies))


def error(status: int, message: str, details: Any = None, **more: Any) -> httpx.Response:
    body = {"message": message, "details": details or message, "code": status, **more}
    return httpx.Response(status, json=body)


def ask(
    surface: Surface,
    cloud: Callable[[httpx.Request], httpx.Response],
    operation: str,
    /,
    *given: Any,
    options: dict[str, Any] | None = None,
    **named: Any,
) -> Any:
    """The result of one operation."""
    client = surface.client_v4(cloud, tokens=TokensInMemory(), **(options or {}))
    return surface.use(client, lambda it: getattr(it, operation)(*given, **named))


def refused(surface: Surface, cloud: Any, operation: str, /, *given: Any, **named: Any) -> Any:
    """The error that it ends with."""
    with pytest.raises(errors.EnphaseError) as caught:
        ask(surface, cloud, operation, *given, **named)
    return caught.value


def jwt(expires_at: float) -> str:
    """A token that tells its end."""
    payload = base64.urlsafe_b64encode(json.dumps({"exp": expires_at}).encode()).rstrip(b"=")
    return f"e30.{payload.decode()}.signature"
