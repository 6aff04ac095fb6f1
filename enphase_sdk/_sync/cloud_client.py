# Made from enphase_sdk/_async/cloud_client.py by `make generate`; edit that one.
"""The client of API v2."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from enphase_sdk._sync.cloud_base import Cloud
from enphase_sdk._sync.cloud_connection import open_connection
from enphase_sdk._sync.cloud_raw import RawEnlighten
from enphase_sdk.cloud.cache import Cache
from enphase_sdk.cloud.ledgers import Ledger, Named
from enphase_sdk.cloud.operations import Operations
from enphase_sdk.cloud.options import LARGEST_BODY, Options, refuse_coroutines
from enphase_sdk.cloud.plans import Plan, PlanName, Reserve
from enphase_sdk.cloud.settings import Given, load_settings
from enphase_sdk.cloud.v2 import operations
from enphase_sdk.cloud.v2.api import API, signing
from enphase_sdk.core.effects import Sleep

if TYPE_CHECKING:
    import httpx

__all__ = ["Enlighten"]


class Enlighten(Cloud):
    """The Enlighten cloud through API v2: the systems that one key and user id give access to.

    Safe to share between threads and tasks; they share one quota. Use it as a context
    manager, or call `close` when done.

    Args:
        api_key: The application's key. Default: `ENPHASE_API_KEY`, then the config file.
        user_id: The owner's id for the application. Default: `ENPHASE_USER_ID`, then the file.
        base_url: Address of the API. Default: `ENPHASE_BASE_URL`, then the file, then Enphase's.
        profile: Table of the config file to read. Default: `ENPHASE_PROFILE`, then `default`.
        timeout: Time limit of one exchange, seconds, from the first byte sent to the last byte
            read; connecting may take at most 10 of them. An `httpx.Timeout` limits each step
            instead. None: no limit.
        max_retries: Largest number of retries of a call after a temporary failure (500, 502,
            503, 504, no answer, a body that is not JSON); 0: no retries.
        max_wait: Longest wait for the quota to open, seconds; 0 raises at once.
        quota: The plan (`"watt"`, `"kilowatt"`, `"megawatt"`, `"partner"`, or a `Plan`), whose
            limit the client then keeps. None: the limit is learned from the first refusal.
        strict: Raise `APIResponseValidationError` where an answer differs from the contract,
            instead of setting the fields that cannot be read to None.
        transport: The httpx transport that sends the requests, for proxies and tests.
        on_wait: Called before every wait with its length (seconds) and reason. A coroutine
            function is awaited.
        max_body: Largest size of an answer after decompression, bytes.
        cache: Where settled answers are stored so that they are not asked for again: the path of
            a file, or an object with `get(key)` and `put(key, value)`. Default: `ENPHASE_CACHE`,
            then `cache` in the config file, then none.
        ledger: How the quota is shared: `"memory"` (in this process), `"sqlite"` (on this machine,
            in a file in the user's state folder), a path, `"redis://…"` (between machines; extra
            `redis`), or a `Ledger`. Default: `ENPHASE_LEDGER`, then the config file, then memory.
            Clients with their own `transport` share memory only if it is named.
        reserve: Number of hits of each minute and month to leave to others who share the quota.

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
        cache: str | os.PathLike[str] | Cache | None = None,
        ledger: str | os.PathLike[str] | Ledger | None = None,
        reserve: Reserve | int | None = None,
    ) -> None:
        # The ledger's address may contain a password.
        shared = Named(ledger, transport)
        del ledger
        given = Given(api_key, user_id, base_url)
        # A traceback that shows local variables must not show these.
        del api_key, user_id, base_url
        settings = load_settings(given, profile)
        self._base_url = settings.base_url
        self._identity = {"base_url": settings.base_url, "profile": profile}
        self._local_only = "a transport" if transport is not None else ""
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
            cache=settings.cache if cache is None else cache,
            named=shared.of(settings.ledger, settings.credentials.api_key, settings.base_url),
            reserve=reserve,
        )
        refuse_coroutines(on_wait)
        options = self._options
        self._connection = open_connection(signed, options.timeouts, options.max_body, transport)

    @property
    def with_raw_response(self) -> RawEnlighten:
        """The same operations, returning the whole answer: status, headers, bytes and model."""
        return RawEnlighten(self)
