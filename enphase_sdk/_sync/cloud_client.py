# Made from enphase_sdk/_async/cloud_client.py by `make generate`; edit that one.
"""The client of API v2."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from enphase_sdk._sync.cloud_base import Cloud
from enphase_sdk._sync.cloud_connection import open_connection
from enphase_sdk._sync.cloud_raw import RawEnlighten
from enphase_sdk.cloud.ledgers import Named
from enphase_sdk.cloud.operations import Operations
from enphase_sdk.cloud.options import LARGEST_BODY, Options, refuse_coroutines
from enphase_sdk.cloud.plans import Plan, PlanName, Reserve
from enphase_sdk.cloud.quota import Ledger
from enphase_sdk.cloud.settings import Given, load_settings
from enphase_sdk.cloud.v2 import operations
from enphase_sdk.cloud.v2.api import API, signing
from enphase_sdk.core.effects import Sleep

if TYPE_CHECKING:
    import httpx

__all__ = ["Enlighten"]


class Enlighten(Cloud):
    """The Enlighten cloud: every system that one key and user id may see.

    Safe to share between threads and tasks; they share one quota. Use it as a context
    manager, or call `close` when done.

    Args:
        api_key: The application's key; else `ENPHASE_API_KEY`, else the config file.
        user_id: The owner's id for the application; else `ENPHASE_USER_ID`, else the file.
        base_url: Another address of the API; else `ENPHASE_BASE_URL`, else the file.
        profile: The config file's table to read; else `ENPHASE_PROFILE`, else `default`.
        timeout: Seconds from the first byte sent to the last one read, of which connecting gets
            at most 10 (or an `httpx.Timeout`, which limits each step); None waits for ever.
        max_retries: How often a call that failed without fault of its own (500, 502, 503,
            504, no answer, a body that is not JSON) is tried again; 0 never sends twice.
        max_wait: Longest wait for the quota to open, seconds; 0 raises at once.
        quota: The plan (`"watt"`, `"kilowatt"`, `"megawatt"`, `"partner"`, or a `Plan`), so
            that it is never overrun. None learns the limit from the first refusal.
        strict: Raise `APIResponseValidationError` where an answer differs from the contract,
            instead of reading what makes sense with None in place of the rest.
        transport: Another way to send requests, for proxies and tests.
        on_wait: Told before every wait: seconds and reason. A coroutine function is awaited.
        max_body: Bytes that an answer may have after decompression.
        ledger: Through what the quota is shared: `"memory"` (this process), `"sqlite"` (this
            machine, a file in the user's state folder), a path, `"redis://…"` (machines; extra
            `redis`), or a `Ledger`; else `ENPHASE_LEDGER`, else the file, else memory. Clients
            with a `transport` of their own share memory only where it is named.
        reserve: Hits of each minute and month to leave to others who share the quota.

    Raises:
        ConfigError: a setting is missing or cannot be used.
    """

    _operations = cast("Operations", operations)

    def __init__(
        self,
        api_key: str | None = None,
        user_id: str | None = None,
        *,
        base_url: str | None = None,
        profile: str | None = None,
        timeout: float | httpx.Timeout | None = 30.0,
        max_retries: int = 4,
        max_wait: float = 75.0,
        quota: Plan | PlanName | None = None,
        strict: bool = False,
        transport: httpx.BaseTransport | None = None,
        on_wait: Callable[[Sleep], object] | None = None,
        max_body: int = LARGEST_BODY,
        ledger: str | os.PathLike[str] | Ledger | None = None,
        reserve: Reserve | int | None = None,
    ) -> None:
        # Its address may have a password.
        shared = Named(ledger, transport)
        del ledger
        given = Given(api_key, user_id)
        # A traceback that shows local variables must not show these.
        del api_key, user_id
        settings = load_settings(given, base_url, profile)
        self._base_url = settings.base_url
        signed = signing(settings)
        self._options = Options.made(
            API,
            signed,
            settings.plan,
            timeout=timeout,
            max_retries=max_retries,
            max_wait=max_wait,
            quota=quota,
            strict=strict,
            on_wait=on_wait,
            max_body=max_body,
            named=shared.of(settings.ledger, settings.credentials.api_key, settings.base_url),
            reserve=reserve,
        )
        refuse_coroutines(on_wait)
        options = self._options
        self._connection = open_connection(signed, options.timeouts, options.max_body, transport)

    @property
    def with_raw_response(self) -> RawEnlighten:
        """The same operations, returning the answer itself: status, headers, bytes."""
        return RawEnlighten(self)
