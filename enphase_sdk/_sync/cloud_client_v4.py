# Made from enphase_sdk/_async/cloud_client_v4.py by `make generate`; edit that one.
"""The client of API v4."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from enphase_sdk._sync.cloud_chargers_v4 import ChargersV4
from enphase_sdk._sync.cloud_connection import open_connection
from enphase_sdk._sync.cloud_devices_v4 import DevicesV4
from enphase_sdk._sync.cloud_raw_v4 import RawEnlightenV4
from enphase_sdk._sync.cloud_settings_v4 import SettingsV4
from enphase_sdk._sync.cloud_stream import LiveStream
from enphase_sdk._sync.cloud_telemetry_v4 import TelemetryV4
from enphase_sdk._sync.drivers import run
from enphase_sdk.cloud.cache import Cache
from enphase_sdk.cloud.flow import login_flow
from enphase_sdk.cloud.ledgers import Ledger, Named
from enphase_sdk.cloud.operations import Operations
from enphase_sdk.cloud.options import LARGEST_BODY, Options, refuse_coroutines
from enphase_sdk.cloud.plans import Plan, PlanName, Reserve
from enphase_sdk.cloud.v4 import operations
from enphase_sdk.cloud.v4.api import API, signing
from enphase_sdk.cloud.v4.authorization import Authorization, TokenStore
from enphase_sdk.cloud.v4.oauth import (
    REDIRECT_PAGE,
    authorize_url,
    code_request,
    password_request,
)
from enphase_sdk.cloud.v4.settings import Given, load_settings, token_store
from enphase_sdk.core.effects import Request, Sleep
from enphase_sdk.errors import ConfigError, InvalidArgumentError

if TYPE_CHECKING:
    import httpx

__all__ = ["EnlightenV4"]


class EnlightenV4(DevicesV4, TelemetryV4, SettingsV4, ChargersV4):
    """The Enlighten cloud through API v4: the systems whose owners have given consent.

    The twelve operations that API v2 has too have the same names, arguments and results as on
    `Enlighten`. Access tokens are refreshed before they expire. Clients that share tokens,
    also in other processes, refresh one at a time; new tokens are stored before they are used.

    Args:
        api_key: The application's key. Default: `ENPHASE_API_KEY`, then the config file.
        client_id: The application's client id. Default: `ENPHASE_CLIENT_ID`, then the file.
        client_secret: The client's secret. Default: `ENPHASE_CLIENT_SECRET`, then the file.
        access_token: An access token. Default: `ENPHASE_ACCESS_TOKEN`, then the stored one.
        refresh_token: The token that gets the next access token. Default:
            `ENPHASE_REFRESH_TOKEN`, then the stored one.
        username: An installer's Enlighten account, for the partner grant.
        password: The account's password. Neither of the two is ever stored.
        tokens: Where tokens are stored: the path of a file, or an object with `load()` and
            `save(tokens)`. Default: a private file in the user's state folder.
        base_url: Address of the API's host. Default: `ENPHASE_BASE_URL`, then the file, then
            Enphase's.
        profile: Table of the config file to read. Default: `ENPHASE_PROFILE`, then `default`.
        timeout: Time limit of one exchange, seconds, or an `httpx.Timeout`; see
            `Enlighten`, also for the arguments below.
        max_retries: Largest number of retries of a call after a temporary failure.
        max_wait: Longest wait for the quota to open, seconds; 0 raises at once.
        quota: The plan. None: the limit is learned from the first refusal.
        strict: Raise where an answer differs from the contract.
        transport: The httpx transport that sends the requests, for proxies and tests.
        on_wait: Called before every wait with its length (seconds) and reason.
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
        *,
        client_id: str | None = None,
        client_secret: str | None = None,
        access_token: str | None = None,
        refresh_token: str | None = None,
        username: str | None = None,
        password: str | None = None,
        tokens: str | os.PathLike[str] | TokenStore | None = None,
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
        given = Given(
            api_key,
            client_id,
            client_secret,
            access_token,
            refresh_token,
            username,
            password,
            base_url,
        )
        # A traceback that shows local variables must not show these.
        del api_key, client_secret, access_token, refresh_token, username, password, base_url
        settings = load_settings(given, profile)
        self._base_url = settings.base_url
        self._identity = {
            "base_url": settings.base_url,
            "profile": profile,
            "client_id": settings.application.client_id,
        }
        if tokens is not None:
            self._identity["tokens"] = tokens
        if transport is not None:
            self._local_only = "a transport"
        elif not isinstance(tokens, str | os.PathLike | None):
            self._local_only = "a store of tokens"
        self._authorization = authorization = Authorization(
            settings.application,
            settings.base_url,
            token_store(settings.application.client_id, tokens),
            settings.account,
            settings.tokens,
        )
        signed = signing(settings.base_url, settings.api_key, authorization)
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
            named=shared.of(settings.ledger, settings.api_key, settings.base_url),
            reserve=reserve,
            authorizer=authorization.begun,
        )
        refuse_coroutines(on_wait)
        options = self._options
        self._connection = open_connection(signed, options.timeouts, options.max_body, transport)

    def authorize_url(self, *, redirect_uri: str = REDIRECT_PAGE, state: str | None = None) -> str:
        """The address of the page where an owner gives the application access to the systems.

        Args:
            redirect_uri: Where the owner's browser is sent with the code. Default: a page of
                Enphase's that shows the code.
            state: A random text that is returned with the code. Compare the two: a code with
                another `state` was not requested by you.

        Source: GET /oauth/authorize.
        """
        application = self._authorization.application
        return authorize_url(self._base_url, application.client_id, redirect_uri, state)

    def authorize(self, code: str, *, redirect_uri: str = REDIRECT_PAGE) -> None:
        """Exchange the code that an owner received for tokens, and store these.

        Args:
            code: The code; it works once.
            redirect_uri: The same as in `authorize_url`.

        Raises:
            AuthenticationError: the code, the client id or its secret is not accepted.
            ConfigError: the tokens cannot be stored.
            InvalidArgumentError: the code is not text.

        Source: POST /oauth/token.
        """
        if not isinstance(code, str):
            raise InvalidArgumentError("code: must be text")
        request = code_request(self._authorization.application, code.strip(), redirect_uri)
        self._log_in(request)

    def authorize_installer(self) -> None:
        """Get tokens with the installer's `username` and `password`, and store them.

        Raises:
            AuthenticationError: the account is not accepted.
            ConfigError: the client was made without an account, or the tokens cannot be stored.

        Source: POST /oauth/token.
        """
        if self._authorization.account is None:
            raise ConfigError("pass username= and password= of an installer's Enlighten account")
        application = self._authorization.application
        self._log_in(password_request(application, self._authorization.account))

    def _log_in(self, request: Request) -> None:
        options = self._options
        flow = login_flow(request, options.policy)
        run(flow, self._connection, options.clock, options.on_wait)

    @property
    def with_raw_response(self) -> RawEnlightenV4:
        """The operations that v2 has too, returning the whole answer with status and headers."""
        return RawEnlightenV4(self)

    def live_data(self, system_id: int, *, duration: int = 30) -> LiveStream:
        """The current powers of a system as a stream, with about one sample per second.

        Iterate over it for `enphase_sdk.live.LiveSample`. A stream that breaks before its end is
        opened again; each opening costs one hit of the quota. To end it early, use it as a
        context manager, which closes the connection.

        Args:
            system_id: The system's Enlighten id.
            duration: Length of the stream, 30 to 300 seconds.

        Raises:
            InvalidArgumentError: the duration is not within these limits.
            NotAvailableError: the plan does not include Streaming APIs, the system has no
                consumption meter, or its gateway has software older than 6.0.0.
            APIConnectionError: the stream broke more often than `max_retries`.

        Source: GET /systems/{system_id}/live_data, an event stream.
        """
        return LiveStream(system_id, duration, self._connection, self._options)
