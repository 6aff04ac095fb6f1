"""The client of a gateway on the local network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from zoneinfo import ZoneInfo

import httpx

from enphase_sdk import models
from enphase_sdk._async.gateway_connection import AsyncGatewayConnection, AsyncServiceConnection
from enphase_sdk._async.gateway_control import AsyncGatewayControl
from enphase_sdk._async.gateway_live import AsyncGatewayLive, GatewayLiveSource
from enphase_sdk._async.gateway_recorded import AsyncRecordedSite
from enphase_sdk._async.gateway_session import AsyncGatewaySession, AsyncTokenProvider
from enphase_sdk.clock import current_clock
from enphase_sdk.core.effects import Flow
from enphase_sdk.core.log import logger
from enphase_sdk.core.state import real_path
from enphase_sdk.core.timeouts import timeouts
from enphase_sdk.core.times import DateLike, InstantLike, to_date, to_epoch, zone_named
from enphase_sdk.errors import (
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    ConfigError,
    NotAvailableError,
)
from enphase_sdk.gateway import sources
from enphase_sdk.gateway.address import Address
from enphase_sdk.gateway.cloud_models import Reading, SiteFacts
from enphase_sdk.gateway.identity import GatewayInfo
from enphase_sdk.gateway.login import Given
from enphase_sdk.gateway.models.site import Home
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.reading import ENERGIES, EVERYTHING, fetch, read
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.gateway.sources import Source
from enphase_sdk.gateway.tls import GatewayTrust, Pin, fingerprint_text
from enphase_sdk.gateway.tokens import Token
from enphase_sdk.gateway.told import Part

if TYPE_CHECKING:
    from enphase_sdk._async.gateway_raw import AsyncRawEnvoy
    from enphase_sdk.history.series import RecordedSeries

__all__ = ["AsyncEnvoy"]

T = TypeVar("T")

# Seconds. A gateway takes up to 11 s to answer /production, and longer when it is busy.
TIMEOUT = 45.0

_NOTHING = frozenset[Part]()
_HOME = frozenset[Part](("home",))
_DEVICES = frozenset[Part](("devices",))


class AsyncEnvoy(AsyncRecordedSite):
    """A gateway (Envoy, IQ Gateway) on the site's own network, firmware 3.9 to 8.3.

    Sends one request at a time. The first call finds out the gateway's firmware and devices.
    Firmware 7 and up requires a token: pass it, pass a `token_provider`, or pass `username` and
    `password` of the Enlighten account, with which a token is fetched and stored for later
    runs. Older firmware requires a local user (default: `envoy`).

    Safe to share between threads and tasks. Use it as a context manager, or call `aclose`.

    Args:
        host: The gateway's IP address or host name, with a port if it is not the default one.
        token: The gateway's token.
        token_provider: Called with the serial number when a token is needed; returns a token.
        username: The Enlighten account, or the local user of firmware below 7.
        password: The password; not needed for the local users `envoy` and `installer`.
        fingerprint: SHA-256 fingerprint of the gateway's certificate; it replaces the stored
            one. Default: the certificate of the first connection is pinned.
        ca_file: A PEM file of certificate authorities to trust instead of a pinned certificate.
        allow_http: Accept a gateway that answers in plain HTTP, as firmware below 7 does, even
            if a token or an Enlighten account is given. Neither is sent over plain HTTP.
        system_id: The site's Enlighten id, for the cloud's models.
        size_w: The site's rated power, W, for the cloud's models.
        timezone: The site's IANA time zone. Default: read once from the gateway, which takes
            several seconds.
        recording: File written by a `GatewayRecorder`, from which past series are answered.
            Default: the file for this serial number in the user's state folder.
        timeout: Time limit of one request, seconds, of which connecting may take at most 10; or
            an `httpx.Timeout`. None: no limit.
        transport: The httpx transport that sends the requests, for tests.

    Raises:
        ConfigError: an argument cannot be used.
    """

    # The repr needs it even if __init__ fails: tracebacks may show the unfinished client.
    _address: Address | str = "without settings"

    def __init__(
        self,
        host: str,
        *,
        token: str | None = None,
        token_provider: AsyncTokenProvider | None = None,
        username: str | None = None,
        password: str | None = None,
        fingerprint: str | None = None,
        ca_file: str | Path | None = None,
        allow_http: bool = False,
        system_id: int | None = None,
        size_w: int | None = None,
        timezone: str | ZoneInfo | None = None,
        recording: str | Path | None = None,
        timeout: float | httpx.Timeout | None = TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        given = Given(token, username, password, allow_http)
        address = Address.read(host)
        # A traceback that shows local variables must not show these.
        del token, password, host
        if isinstance(address, ConfigError):
            raise address
        self._address = address
        limits = timeouts(timeout)
        if fingerprint is not None and ca_file is not None:
            raise ConfigError("pass fingerprint= or ca_file=, not both: one of them decides")
        pinned = None if fingerprint is None else fingerprint_text(fingerprint)
        trust = GatewayTrust(
            Pin(address, pinned), real_path(ca_file, "ca_file") if ca_file else None
        )
        self._clock = current_clock()
        self._session = AsyncGatewaySession(
            AsyncGatewayConnection(address, trust, limits, transport),
            AsyncServiceConnection(limits, transport, given.secrets),
            self._clock,
            given,
            token_provider,
        )
        self._control = AsyncGatewayControl(self._session)
        self._facts = SiteFacts(system_id, size_w)
        self._timezone = _zone(timezone)
        self._recording = real_path(recording, "recording") if recording else None

    def __repr__(self) -> str:
        return f"<AsyncEnvoy {self._address}>"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a gateway's client holds credentials and cannot be pickled; make another")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connection."""
        await self._session.connection.aclose()

    @property
    async def info(self) -> GatewayInfo:
        """The gateway's identity: serial number, part number, firmware. Needs no login.

        Raises:
            APIConnectionError: the gateway does not answer.
            NotAvailableError: the firmware is older than 3.9, or the host is not a gateway.

        Source: GET /info; the answer is kept for an hour, or until it no longer fits.
        """
        return await self._session.identified()

    @property
    def profile(self) -> GatewayProfile:
        """What readings have learned about the gateway: its devices, endpoints and sources."""
        return self._session.profile

    @property
    def control(self) -> AsyncGatewayControl:
        """Changes settings of the gateway: grid, contacts, batteries, generator."""
        return self._control

    @property
    def with_raw_response(self) -> AsyncRawEnvoy:
        """`fetch`, returning whole answers: status, headers and bytes beside the model."""
        from enphase_sdk._async.gateway_raw import AsyncRawEnvoy

        return AsyncRawEnvoy(self._session)

    @property
    def timezone(self) -> ZoneInfo | None:
        """The site's time zone, as given or as read from the gateway; None if not known yet."""
        return self._timezone

    async def recording_path(self) -> Path:
        """The path of the recording that past series are read from; the file may not exist.

        Raises:
            APIConnectionError: the gateway does not answer, and its serial number is needed.
        """
        from enphase_sdk.history.file import default_path

        return self._recording or default_path((await self.info).serial_number)

    async def read(self, *, home: bool = False, devices: bool = False) -> Snapshot:
        """Read the gateway: production, consumption, meters, inverters, batteries, settings.

        Each endpoint is requested at most once, one at a time. An endpoint that fails is named in
        `problems`; the values of the others are returned. An endpoint that the gateway lacks is
        requested again in later readings: in the next one while the gateway seems to be
        starting, else after 5 minutes and then at growing intervals up to one hour.

        Args:
            home: Read `/home` too, which takes the gateway 6 to 9 seconds.
            devices: Read the device list `/inventory.json` too.

        Raises:
            APIConnectionError: the gateway does not answer.
            AuthenticationError: it does not accept the login.
            ServerError, APIResponseValidationError, NotAvailableError: it answers, but nothing
                could be read; it may be starting.
        """
        wanted = EVERYTHING | (_HOME if home else _NOTHING) | (_DEVICES if devices else _NOTHING)
        return await self._read(wanted)

    async def read_energies(self, *, home: bool = False) -> Snapshot:
        """Read power and energy only: production, consumption, meters, microinverters.

        For frequent readings: after the first ones it needs at most 3 requests, `read` up to 14.
        Everything else in the snapshot is None or empty.

        Args:
            home: Read `/home` too, which takes the gateway 6 to 9 seconds.

        Raises:
            The same as `read`.

        Source: GET /production.json?details=1 or /api/v1/production, /ivp/meters/readings,
        /ivp/pdm/device_data or /api/v1/production/inverters.
        """
        return await self._read(ENERGIES | (_HOME if home else _NOTHING))

    def live(
        self, *, source: GatewayLiveSource | None = None, every: float = 1.0
    ) -> AsyncGatewayLive:
        """Live data: about a sample a second, without end.

        Iterate over it for `enphase_sdk.live.LiveSample`. `livedata` is polled and includes the
        batteries and the generator; `meters` is a stream with production, grid and consumption,
        which sometimes pauses for up to 13 s. If the gateway has stopped renewing its live data,
        polling enables it again, at most once in 30 seconds; until then the samples are stale.
        Enabling is a write, and no other call of this class makes it.

        A lost connection is opened again, after 1 to 60 seconds. Other calls of this client work
        in between. Close the iterator, or use it as a context manager.

        Args:
            source: Default: `meters` if there are no batteries and the gateway lets this login
                read it, else `livedata`. A client has one stream of `meters` at a time.
            every: Seconds between two polls, 0.5 to 60.

        Raises, in the iteration:
            APIConnectionError: the gateway does not answer the first time.
            NotAvailableError: it has neither source (firmware below 7 without meters).
            AuthenticationError: this login may not read it.
            FingerprintMismatchError: its certificate has changed.
            ConfigError: this client reads the stream of `meters` already.

        Source: GET /ivp/livedata/status and POST /ivp/livedata/stream, or GET /stream/meter.
        """
        return AsyncGatewayLive(self._session, self._facts.system_id, source, every)

    async def token(self, *, new: bool = False) -> Token:
        """The token that requests are sent with; a fetched token is stored for later.

        Args:
            new: Get a new token even if the present one is still valid.

        Raises:
            NotAvailableError: the firmware is below 7 and does not use tokens.
            ConfigError: there is no token, and no account or provider to get one from.
            AuthenticationError: the account or the token is refused, or Enlighten asks for a
                second factor.
            APIConnectionError: the gateway, or the service that issues tokens, does not answer.
        """
        return await self._session.usable_token(new=new)

    async def fetch(self, source: Source[T]) -> T:
        """Read one endpoint, one of `enphase_sdk.gateway.sources`.

        Raises:
            NotAvailableError: this gateway does not have the endpoint.
            APIStatusError: the gateway refuses the request or fails.
            APIResponseValidationError: the answer cannot be read.
            APIConnectionError: the gateway does not answer.
        """
        return await self._session.run(lambda _: fetch(source))

    async def summary(self, *, summary_date: DateLike | None = None) -> models.Summary:
        """Power now (W), energy of today and of all days before it (Wh).

        `system_id` and `size_w` are as given; `status` and `operational_at` are None.

        Args:
            summary_date: Only today is possible, because a gateway keeps no history.

        Raises:
            NotAvailableError: another day was given, or the time zone, and so today's date, is
                not known.
        """
        wanted = None if summary_date is None else to_date(summary_date, "summary_date")
        reading = await self._reading("production", "inverters", dated=True)
        told = reading.snapshot
        _must_be_known(told, bool(told.system_production or told.inverters))
        if wanted is not None and wanted != reading.today():
            raise NotAvailableError(
                "a gateway has a summary of today only; leave summary_date out"
                + (
                    ""
                    if self._timezone
                    else ", or pass timezone=, which the gateway does not report"
                )
            )
        return reading.summary()

    async def envoys(self) -> models.EnvoysResponse:
        """The gateway itself: serial number, part number, time of its last report to the cloud.

        Source: GET /home, or GET /info on firmware without /home.
        """
        endpoint, now = sources.HOME.endpoint, self._clock.monotonic()
        if self.profile.is_absent(endpoint) and not self.profile.is_due(endpoint, now):
            info = await self._session.identified(anew=True)
            if self.profile.is_absent(endpoint):  # still the same gateway and firmware
                return self._as_reading(info, Snapshot()).envoys()
        home = await self._session.run(lambda _: self._home(now))
        return self._as_reading(await self.info, Snapshot(home=home)).envoys()

    async def inventory(self) -> models.Inventory:
        """The gateway, its microinverters and its meters."""
        reading = await self._reading("inverters", "meters", "devices")
        _must_be_known(reading.snapshot, bool(reading.snapshot.inverters))
        return reading.inventory()

    async def inverters_summary(self) -> list[models.InvertersSummary]:
        """Power (W) and lifetime energy (Wh, firmware 8.2 and up) of each microinverter."""
        reading = await self._reading("inverters", "devices")
        _must_be_known(reading.snapshot, bool(reading.snapshot.inverters))
        return reading.inverters_summary()

    async def production_meter_readings(
        self, *, end_at: InstantLike | None = None
    ) -> models.ProductionMeterReadings:
        """The production meter's current lifetime energy reading, Wh; no meters if none is in use.

        Args:
            end_at: Must be None: a gateway has its present readings only.

        Raises:
            NotAvailableError: `end_at` was given.
        """
        if end_at is not None and to_epoch(end_at, "end_at") < int(self._clock.time()):
            raise NotAvailableError(
                "a gateway has its meters' present readings only; leave end_at out"
            )
        reading = await self._reading("meters")
        _must_be_known(reading.snapshot, bool(reading.snapshot.ctmeter_production))
        return reading.production_meter_readings()

    async def _recorded(self) -> RecordedSeries:
        # Imported here, so that programs that read no recording do not load SQLite.
        from enphase_sdk.history.series import RecordedSeries

        path = await self.recording_path()
        return RecordedSeries.opened(path, self._facts, self._timezone, self._clock.time())

    async def _read(self, wanted: frozenset[Part]) -> Snapshot:
        snapshot = await self._session.run(
            lambda info: read(info, self.profile, now=self._clock.monotonic(), wanted=wanted)
        )
        if self._timezone is None and snapshot.home is not None:
            self._timezone = zone_named(snapshot.home.timezone)
        return snapshot

    async def _reading(self, *parts: Part, dated: bool = False) -> Reading:
        """A reading of some parts; with `dated` it also finds out the gateway's time zone."""
        wanted = frozenset(parts)
        if dated and self._timezone is None and sources.HOME.endpoint not in self.profile.present:
            wanted |= _HOME
        snapshot = await self._read(wanted)
        for problem in snapshot.problems:
            logger.warning("%s: %s: %s", self._address, problem.endpoint, problem.reason)
        return self._as_reading(await self.info, snapshot)

    def _as_reading(self, info: GatewayInfo, snapshot: Snapshot) -> Reading:
        return Reading(
            info=info,
            snapshot=snapshot,
            facts=self._facts,
            read_at=int(self._clock.time()),
            timezone=self._timezone,
            source=self.profile.production_source,
        )

    def _home(self, now: float) -> Flow[Home | None]:
        """The answer of /home; None if the gateway lacks it or it fails."""
        endpoint, profile = sources.HOME.endpoint, self.profile
        try:
            home = yield from fetch(sources.HOME)
        except NotAvailableError:
            profile.is_missing(endpoint, now)
        except (APITimeoutError, APIStatusError, APIResponseValidationError) as error:
            logger.warning("%s: %s; continuing without it", self._address, error)
        else:
            profile.has_answered(endpoint, now)
            return home
        return None


def _must_be_known(snapshot: Snapshot, is_known: bool) -> None:
    """Raise if nothing was read because of problems: an empty result would be wrong."""
    if not is_known and snapshot.problems:
        reasons = "; ".join(f"{p.endpoint}: {p.reason}" for p in snapshot.problems)
        raise NotAvailableError(
            f"the gateway did not report it this time ({reasons}); try again later"
        )


def _zone(name: str | ZoneInfo | None) -> ZoneInfo | None:
    if name is None or isinstance(name, ZoneInfo):
        return name
    zone = zone_named(name)
    if zone is None:
        raise ConfigError(f"timezone must be an IANA name like America/Denver, not {name!r}")
    return zone
