"""The client of a gateway on the local network."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import anyio
import httpx

from enphase_sdk import models
from enphase_sdk._async.drivers import run
from enphase_sdk._async.gateway_connection import AsyncGatewayConnection, AsyncServiceConnection
from enphase_sdk._log import logger
from enphase_sdk._times import DateLike, InstantLike, to_date, to_epoch
from enphase_sdk.clock import current_clock
from enphase_sdk.effects import Flow
from enphase_sdk.errors import (
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    ConfigError,
    NotAvailableError,
)
from enphase_sdk.gateway import sources
from enphase_sdk.gateway.address import Address
from enphase_sdk.gateway.cloud_models import Reading, SiteFacts
from enphase_sdk.gateway.identity import GatewayInfo, identify
from enphase_sdk.gateway.login import (
    Bearer,
    check_token,
    digest_for,
    needs_token,
    no_token_error,
)
from enphase_sdk.gateway.models.site import Device, Home
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.reading import fetch, read
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.gateway.sources import Source
from enphase_sdk.gateway.tls import GatewayTrust, Pin
from enphase_sdk.gateway.tokens import (
    EnlightenLogin,
    Token,
    fetch_token,
    load_token,
    store_token,
)

__all__ = ["TIMEOUT", "AsyncEnvoy"]

T = TypeVar("T")

# A gateway takes up to 11 s for /production, more when it is busy; a connection is quick.
TIMEOUT = httpx.Timeout(45.0, connect=10.0)


class AsyncEnvoy:
    """A gateway (Envoy, IQ Gateway) on the site's own network, firmware 3.9 to 8.3.

    Asks one thing at a time, and finds out on first use what the gateway is and has. Firmware
    7 and up wants a token (given, fetched by `token_provider`, or fetched from Enlighten with
    the account's `username` and `password` and then kept for later runs); firmware below
    wants a local user (`envoy` unless said otherwise).

    Safe to share between threads and tasks. Use it as a context manager, or call `aclose`.

    Args:
        host: The gateway's address or name, with a port if it is not the usual one.
        token: The gateway's token.
        token_provider: Called with the serial number when a token is wanted; returns one.
        username: The Enlighten account, or the local user of firmware below 7.
        password: Its password; those of `envoy` and `installer` are known.
        fingerprint: The certificate's SHA-256, where it is known or has changed. Without it
            the certificate of the first contact is pinned.
        ca_file: A PEM file of authorities to trust instead.
        system_id: The site's Enlighten id, for the cloud's models.
        size_w: The site's size in W, for the cloud's models.
        timezone: The site's IANA zone; else asked of the gateway, which takes seconds, once.
        timeout: Seconds for one request (or an `httpx.Timeout`); None waits for ever.
        transport: Another way to send requests, for tests.

    Raises:
        ConfigError: an argument cannot be used.
    """

    def __init__(
        self,
        host: str,
        *,
        token: str | None = None,
        token_provider: Callable[[str], str | Awaitable[str]] | None = None,
        username: str | None = None,
        password: str | None = None,
        fingerprint: str | None = None,
        ca_file: str | Path | None = None,
        system_id: int | None = None,
        size_w: int | None = None,
        timezone: str | ZoneInfo | None = None,
        timeout: float | httpx.Timeout | None = TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        address = Address.parsed(host)
        limits = timeout if isinstance(timeout, httpx.Timeout) else httpx.Timeout(timeout)
        trust = GatewayTrust(Pin(address, fingerprint), Path(ca_file) if ca_file else None)
        self._clock = current_clock()
        self._connection = AsyncGatewayConnection(address, trust, limits, transport)
        self._services = AsyncServiceConnection(limits, transport)
        self._given_token = Token.parsed(token) if token else None
        self._token_provider = token_provider
        self._username = username
        self._password = password
        self._account = EnlightenLogin(username, password) if username and password else None
        self._facts = SiteFacts(system_id, size_w)
        self._timezone = _zone(timezone)
        self._info: GatewayInfo | None = None
        self._profile = GatewayProfile()
        self._lock = anyio.Lock()

    def __repr__(self) -> str:
        return f"<AsyncEnvoy {self._connection.address}>"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a gateway's client holds credentials and is not pickled; make another")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connection."""
        await self._connection.aclose()

    @property
    async def info(self) -> GatewayInfo:
        """Who the gateway is: serial number, part number, firmware. Needs no login.

        Raises:
            APIConnectionError: no answer.
            NotAvailableError: firmware below 3.9, or no gateway.

        Source: GET /info, once.
        """
        async with self._lock:
            return await self._identified()

    @property
    def profile(self) -> GatewayProfile:
        """What readings have found out about the gateway: what it has, where values come from."""
        return self._profile

    async def read(self, *, home: bool = False, devices: bool = False) -> Snapshot:
        """Read the gateway: production, consumption, meters, inverters, batteries, settings.

        Each endpoint is asked at most once, one at a time; one that fails is named in
        `problems`, and the rest is there all the same.

        Args:
            home: Read `/home` too, which takes the gateway 6 to 9 seconds.
            devices: Read the device list `/inventory.json` too.

        Raises:
            APIConnectionError: the gateway does not answer.
            AuthenticationError: it does not accept the login.
        """
        wanted: list[Source[Any]] = []
        wanted += [sources.HOME] if home else []
        wanted += [sources.DEVICES] if devices else []
        return await self._run(lambda info: read(info, self._profile, also=wanted))

    async def fetch(self, source: Source[T]) -> T:
        """Read one endpoint, one of `enphase_sdk.gateway.sources`.

        Raises:
            NotAvailableError: this gateway does not have it.
            APIStatusError: it refuses or fails.
            APIResponseValidationError: it sends something else than it should.
            APIConnectionError: no answer.
        """
        return await self._run(lambda _: fetch(source))

    async def summary(self, *, summary_date: DateLike | None = None) -> models.Summary:
        """Power now (W), energy of today and of all days before it (Wh).

        `system_id` and `size_w` are as given; `status` and `operational_at` are None.

        Args:
            summary_date: Only today; a gateway keeps no history.

        Raises:
            NotAvailableError: another day was asked for.
        """
        reading = await self._reading()
        if summary_date is not None and to_date(summary_date, "summary_date") != reading.today():
            raise NotAvailableError(
                "a gateway keeps no history: its summary is today's only; leave summary_date out"
            )
        return reading.summary()

    async def envoys(self) -> models.EnvoysResponse:
        """The gateway itself: serial number, part number, when it last reached the cloud."""
        home = await self._home()
        reading = self._as_reading(await self.info, Snapshot(), home)
        return reading.envoys(home)

    async def inventory(self) -> models.Inventory:
        """The gateway, its microinverters and its meters."""
        reading = await self._reading()
        return reading.inventory(await self._devices())

    async def inverters_summary(self) -> list[models.InvertersSummary]:
        """Power (W) and lifetime energy (Wh, where the firmware tells) of each microinverter."""
        reading = await self._reading()
        return reading.inverters_summary(await self._devices())

    async def production_meter_readings(
        self, *, end_at: InstantLike | None = None
    ) -> models.ProductionMeterReadings:
        """The production meter's odometer now, Wh; none where production is not metered.

        Raises:
            NotAvailableError: a past instant was asked for.
        """
        if end_at is not None and to_epoch(end_at, "end_at") < int(self._clock.time()):
            raise NotAvailableError(
                "a gateway knows its meters' present readings only; leave end_at out"
            )
        return (await self._reading()).production_meter_readings()

    async def stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.Stats:
        """Production in 5-minute intervals, if it was recorded.

        Raises:
            NotAvailableError: it was not.
        """
        raise _no_history("stats")

    async def rgm_stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.RgmStats:
        """Metered production in 15-minute intervals, if it was recorded.

        Raises:
            NotAvailableError: it was not.
        """
        raise _no_history("rgm_stats")

    async def consumption_stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.ConsumptionStats:
        """Consumption in 15-minute intervals, if it was recorded.

        Raises:
            NotAvailableError: it was not.
        """
        raise _no_history("consumption_stats")

    async def energy_lifetime(
        self,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
        production: str | None = None,
    ) -> models.EnergyLifetime | None:
        """Energy produced on each recorded day, Wh.

        Raises:
            NotAvailableError: nothing was recorded.
        """
        raise _no_history("energy_lifetime")

    async def consumption_lifetime(
        self, *, start_date: DateLike | None = None, end_date: DateLike | None = None
    ) -> models.ConsumptionLifetime | None:
        """Energy consumed on each recorded day, Wh.

        Raises:
            NotAvailableError: nothing was recorded.
        """
        raise _no_history("consumption_lifetime")

    async def _reading(self) -> Reading:
        home = await self._home() if self._timezone is None else None
        snapshot = await self.read()
        return self._as_reading(await self.info, snapshot, home)

    def _as_reading(self, info: GatewayInfo, snapshot: Snapshot, home: Home | None) -> Reading:
        if self._timezone is None and home is not None:
            self._timezone = _zone_or_none(home.timezone)
        return Reading(
            info=info,
            snapshot=snapshot,
            facts=self._facts,
            read_at=int(self._clock.time()),
            timezone=self._timezone,
            source=self._profile.production_source,
        )

    async def _home(self) -> Home | None:
        return await self._optional(sources.HOME)

    async def _devices(self) -> dict[str, Device]:
        listed = await self._optional(sources.DEVICES) or []
        return {device.serial_number: device for device in listed}

    async def _optional(self, source: Source[T]) -> T | None:
        """An endpoint that not every gateway has, and that nothing depends on."""
        if source.endpoint in self._profile.absent:
            return None
        try:
            return await self.fetch(source)
        except NotAvailableError:
            self._profile.absent.add(source.endpoint)
        except (APITimeoutError, APIStatusError, APIResponseValidationError) as error:
            logger.warning("%s: %s; going on without it", self._connection.address, error)
        return None

    async def _run(self, made: Callable[[GatewayInfo], Flow[T]]) -> T:
        """Run a flow logged in; a login that is refused is renewed once."""
        async with self._lock:
            info = await self._identified()
            try:
                await self._log_in(info)
                return await self._ask(made(info))
            except AuthenticationError:
                if not await self._renew(info):
                    raise
            return await self._ask(made(info))

    async def _ask(self, flow: Flow[T]) -> T:
        return await run(flow, self._connection, self._clock)

    async def _identified(self) -> GatewayInfo:
        if self._info is None:
            info = await self._ask(identify())
            if needs_token(info):
                self._connection.require_tls(info.firmware)
            self._info = info
        return self._info

    async def _log_in(self, info: GatewayInfo) -> None:
        """Have a login that will last for this reading."""
        login = self._connection.login
        if not needs_token(info):
            if login is None:
                self._connection.login = digest_for(info, self._username, self._password)
        elif not (isinstance(login, Bearer) and login.token.usable_at(self._clock.time())):
            await self._adopt(await self._first_token(info))

    async def _first_token(self, info: GatewayInfo) -> Token:
        now = self._clock.time()
        if self._given_token is not None and self._given_token.usable_at(now):
            return self._given_token
        stored = load_token(info.serial_number) if self._account else None
        if stored is not None and stored.usable_at(now):
            return stored
        fetched = await self._fetched_token(info)
        if fetched is None:
            raise no_token_error(info, self._given_token)
        return fetched

    async def _renew(self, info: GatewayInfo) -> bool:
        """Log in with another token than the refused one; False where there is none."""
        login = self._connection.login
        if not isinstance(login, Bearer):
            return False
        # Another process may have renewed it already.
        token = load_token(info.serial_number) if self._account else None
        if token is None or token == login.token or not token.usable_at(self._clock.time()):
            token = await self._fetched_token(info)
        if token is None or token == login.token:
            return False
        await self._adopt(token)
        return True

    async def _fetched_token(self, info: GatewayInfo) -> Token | None:
        if self._token_provider is not None:
            provided = self._token_provider(info.serial_number)
            text = provided if isinstance(provided, str) else await provided
            return Token.parsed(text)
        if self._account is None:
            return None
        token = await run(
            fetch_token(self._account, info.serial_number), self._services, self._clock
        )
        store_token(info.serial_number, token)
        return token

    async def _adopt(self, token: Token) -> None:
        self._connection.login = Bearer(token)
        await self._ask(check_token())


def _zone(name: str | ZoneInfo | None) -> ZoneInfo | None:
    if name is None or isinstance(name, ZoneInfo):
        return name
    zone = _zone_or_none(name)
    if zone is None:
        raise ConfigError(f"timezone must be an IANA name like America/Denver, not {name!r}")
    return zone


def _zone_or_none(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _no_history(operation: str) -> NotAvailableError:
    return NotAvailableError(
        f"{operation} is not available from a gateway, which keeps no history; record its "
        "readings, or ask the cloud"
    )
