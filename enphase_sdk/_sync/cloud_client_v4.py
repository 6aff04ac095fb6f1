# Made from enphase_sdk/_async/cloud_client_v4.py by `make generate`; edit that one.
"""The client of API v4."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from enphase_sdk._sync.cloud_base import Cloud
from enphase_sdk._sync.cloud_connection import open_connection
from enphase_sdk._sync.cloud_raw_v4 import RawEnlightenV4
from enphase_sdk._sync.cloud_stream import LiveStream
from enphase_sdk._sync.drivers import run
from enphase_sdk.cloud.flow import login_flow
from enphase_sdk.cloud.ledgers import Named
from enphase_sdk.cloud.operations import Operations
from enphase_sdk.cloud.options import LARGEST_BODY, Options, refuse_coroutines
from enphase_sdk.cloud.plans import Plan, PlanName, Reserve
from enphase_sdk.cloud.quota import Ledger
from enphase_sdk.cloud.v4 import extras, operations
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
from enphase_sdk.core.times import DateLike, InstantLike
from enphase_sdk.errors import ConfigError

if TYPE_CHECKING:
    import httpx
    from enphase_sdk_api_v4 import models as v4

__all__ = ["EnlightenV4"]


class EnlightenV4(Cloud):
    """The Enlighten cloud through API v4: the systems whose owners have given consent.

    The twelve operations that API v2 has too have the same names, arguments and results as on
    `Enlighten`. Access tokens are renewed before they end, by one client of all that share
    them at a time; a new pair is on disk before it is used.

    Args:
        api_key: The application's key; else `ENPHASE_API_KEY`, else the config file.
        client_id: The application's client id; else `ENPHASE_CLIENT_ID`, else the file.
        client_secret: Its secret; else `ENPHASE_CLIENT_SECRET`, else the file.
        access_token: A token; else `ENPHASE_ACCESS_TOKEN`, else those that are kept.
        refresh_token: What buys the next one; else `ENPHASE_REFRESH_TOKEN`, else that kept.
        username: An installer's Enlighten account, for the partner grant.
        password: Its password; neither is ever kept.
        tokens: Where tokens are kept: a file's path, or an object with `load()` and
            `save(tokens)`; else a private file in the user's state folder.
        base_url: Another host; else `ENPHASE_BASE_URL`, else the file.
        profile: The config file's table to read; else `ENPHASE_PROFILE`, else `default`.
        timeout: As of `Enlighten`, and likewise `max_retries`, `max_wait`, `quota`,
            `strict`, `transport`, `on_wait` and `max_body`.
        max_retries: How often a call that failed without fault of its own is tried again.
        max_wait: Longest wait for the quota to open, seconds; 0 raises at once.
        quota: The plan; None learns the limit from the first refusal.
        strict: Raise where an answer differs from the contract.
        transport: Another way to send requests, for proxies and tests.
        on_wait: Told before every wait: seconds and reason.
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
        ledger: str | os.PathLike[str] | Ledger | None = None,
        reserve: Reserve | int | None = None,
    ) -> None:
        # Its address may have a password.
        shared = Named(ledger, transport)
        del ledger
        given = Given(
            api_key, client_id, client_secret, access_token, refresh_token, username, password
        )
        # A traceback that shows local variables must not show these.
        del api_key, client_secret, access_token, refresh_token, username, password
        settings = load_settings(given, base_url, profile)
        self._base_url = settings.base_url
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
            named=shared.of(settings.ledger, settings.api_key, settings.base_url),
            reserve=reserve,
            authorizer=authorization.begun,
        )
        refuse_coroutines(on_wait)
        options = self._options
        self._connection = open_connection(signed, options.timeouts, options.max_body, transport)

    def authorize_url(self, *, redirect_uri: str = REDIRECT_PAGE, state: str | None = None) -> str:
        """Where an owner agrees that the application may read the systems.

        Args:
            redirect_uri: Where the owner is sent with the code; else a page that shows it.
            state: Comes back with the code, so that nobody else's can be slipped in.

        Source: GET /oauth/authorize.
        """
        application = self._authorization.application
        return authorize_url(self._base_url, application.client_id, redirect_uri, state)

    def authorize(self, code: str, *, redirect_uri: str = REDIRECT_PAGE) -> None:
        """Get tokens with the code that an owner was given, and keep them.

        Args:
            code: As shown or sent; it works once.
            redirect_uri: The same as in `authorize_url`.

        Raises:
            AuthenticationError: the code, the client id or its secret is not accepted.
            ConfigError: the tokens cannot be kept.

        Source: POST /oauth/token.
        """
        request = code_request(self._authorization.application, code.strip(), redirect_uri)
        self._log_in(request)

    def authorize_installer(self) -> None:
        """Get tokens with the installer's `username` and `password`, and keep them.

        Raises:
            AuthenticationError: the account is not accepted.
            ConfigError: the client was made without an account.

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
        """The operations that v2 has too, returning the answer itself: status, headers, bytes."""
        return RawEnlightenV4(self)

    def system(self, system_id: int) -> v4.System:
        """One system as it is listed: names, place, state.

        Args:
            system_id: The system's Enlighten id.

        Source: operation System.
        """
        return self._needed(extras.system(system_id))

    def devices(self, system_id: int) -> v4.Devices:
        """The active devices by kind: micros, meters, gateways, encharges, ev_chargers.

        Args:
            system_id: The system's Enlighten id.

        Source: operation Devices.
        """
        return self._needed(extras.devices(system_id))

    def events(
        self, system_id: int, *, start_time: InstantLike, end_time: InstantLike | None = None
    ) -> v4.Events:
        """What happened to a system's devices in at most a week.

        Args:
            system_id: The system's Enlighten id.
            start_time: Start of the span.
            end_time: Its end, at most a week later; else a day later, or now.

        Source: operation Events.
        """
        return self._needed(extras.events(system_id, start_time=start_time, end_time=end_time))

    def alarms(
        self,
        system_id: int,
        *,
        start_time: InstantLike,
        end_time: InstantLike | None = None,
        cleared: bool | None = None,
    ) -> v4.Alarms:
        """The alarms of at most a week, with the events behind them.

        Args:
            system_id: The system's Enlighten id.
            start_time: Start of the span.
            end_time: Its end, at most a week later; else a day later, or now.
            cleared: Only alarms that are cleared, or only those that are not.

        Source: operation Alarms.
        """
        return self._needed(
            extras.alarms(system_id, start_time=start_time, end_time=end_time, cleared=cleared)
        )

    def open_events(self, system_id: int) -> v4.OpenEvents:
        """The events that have not ended.

        Args:
            system_id: The system's Enlighten id.

        Source: operation OpenEvents.
        """
        return self._needed(extras.open_events(system_id))

    def open_alarms(self, system_id: int) -> v4.OpenAlarms:
        """The alarms that have not been cleared.

        Args:
            system_id: The system's Enlighten id.

        Source: operation OpenAlarms.
        """
        return self._needed(extras.open_alarms(system_id))

    def event_types(self, event_type_id: int | None = None) -> v4.EventTypes:
        """What the kinds of event mean, and what to do about each.

        Args:
            event_type_id: One kind alone; else all.

        Source: operation EventTypes.
        """
        return self._needed(extras.event_types(event_type_id))

    def battery_lifetime(
        self,
        system_id: int,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
    ) -> v4.BatteryLifetime:
        """Energy into and out of the batteries on each day, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_date: First day, in the system's zone; else the first with data.
            end_date: Last day; else yesterday.

        Source: operation BatteryLifetime.
        """
        return self._needed(
            extras.battery_lifetime(system_id, start_date=start_date, end_date=end_date)
        )

    def energy_import_lifetime(
        self,
        system_id: int,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
    ) -> v4.EnergyImportLifetime:
        """Energy taken from the grid on each day, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_date: First day, in the system's zone; else the first with data.
            end_date: Last day; else yesterday.

        Source: operation EnergyImportLifetime.
        """
        return self._needed(
            extras.energy_import_lifetime(system_id, start_date=start_date, end_date=end_date)
        )

    def energy_export_lifetime(
        self,
        system_id: int,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
    ) -> v4.EnergyExportLifetime:
        """Energy given to the grid on each day, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_date: First day, in the system's zone; else the first with data.
            end_date: Last day; else yesterday.

        Source: operation EnergyExportLifetime.
        """
        return self._needed(
            extras.energy_export_lifetime(system_id, start_date=start_date, end_date=end_date)
        )

    def telemetry_production_micro(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.ProductionMicroTelemetry:
        """Production by the microinverters in 5-minute intervals, W and Wh.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else a day after the start, or now.

        Source: operation TelemetryProductionMicro.
        """
        return self._needed(
            extras.telemetry_production_micro(system_id, start_at=start_at, end_at=end_at)
        )

    def telemetry_production_meter(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.ProductionMeterTelemetry:
        """Production by the meters in 15-minute intervals, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else a day after the start, or now.

        Source: operation TelemetryProductionMeter.
        """
        return self._needed(
            extras.telemetry_production_meter(system_id, start_at=start_at, end_at=end_at)
        )

    def telemetry_consumption_meter(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.ConsumptionMeterTelemetry:
        """Consumption in 15-minute intervals, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else a day after the start, or now.

        Source: operation TelemetryConsumptionMeter.
        """
        return self._needed(
            extras.telemetry_consumption_meter(system_id, start_at=start_at, end_at=end_at)
        )

    def telemetry_battery(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.BatteryTelemetry:
        """Charge, discharge (Wh) and state of charge (%) in 15-minute intervals.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else a day after the start, or now.

        Source: operation TelemetryBattery.
        """
        return self._needed(extras.telemetry_battery(system_id, start_at=start_at, end_at=end_at))

    def energy_import_telemetry(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.EnergyImportTelemetry:
        """Energy taken from the grid in 15-minute intervals, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else a day after the start, or now.

        Source: operation EnergyImportTelemetry.
        """
        return self._needed(
            extras.energy_import_telemetry(system_id, start_at=start_at, end_at=end_at)
        )

    def energy_export_telemetry(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.EnergyExportTelemetry:
        """Energy given to the grid in 15-minute intervals, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else a day after the start, or now.

        Source: operation EnergyExportTelemetry.
        """
        return self._needed(
            extras.energy_export_telemetry(system_id, start_at=start_at, end_at=end_at)
        )

    def latest_telemetry(self, system_id: int) -> v4.LatestTelemetry:
        """The newest power of each meter and battery, W.

        Args:
            system_id: The system's Enlighten id.

        Source: operation LatestTelemetry.
        """
        return self._needed(extras.latest_telemetry(system_id))

    def consumption_meter_readings(
        self, system_id: int, *, end_at: InstantLike | None = None
    ) -> v4.ConsumptionMeterReadings:
        """The odometer of each consumption meter, Wh.

        Args:
            system_id: The system's Enlighten id.
            end_at: The instant; else now.

        Source: operation ConsumptionMeterReadings.
        """
        return self._needed(extras.consumption_meter_readings(system_id, end_at=end_at))

    def storage_meter_readings(
        self, system_id: int, *, end_at: InstantLike | None = None
    ) -> v4.StorageMeterReadings:
        """The odometers of each battery meter, Wh charged and discharged.

        Args:
            system_id: The system's Enlighten id.
            end_at: The instant; else now.

        Source: operation StorageMeterReadings.
        """
        return self._needed(extras.storage_meter_readings(system_id, end_at=end_at))

    def micros_telemetry(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> v4.MicrosTelemetry:
        """One page of microinverters, each with its 5-minute intervals, W and Wh.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else a day after the start, or now.
            page: Number of the page, from 1.
            size: Microinverters a page, at most 20.

        Source: operation MicrosTelemetry.
        """
        return self._needed(
            extras.micros_telemetry(
                system_id, start_at=start_at, end_at=end_at, page=page, size=size
            )
        )

    def micro_telemetry(
        self,
        system_id: int,
        serial_no: str,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.MicroTelemetry:
        """One microinverter in 5-minute intervals, W and Wh.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The device's serial number.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else a day after the start, or now.

        Source: operation MicroTelemetry.
        """
        return self._needed(
            extras.micro_telemetry(system_id, serial_no, start_at=start_at, end_at=end_at)
        )

    def encharge_telemetry(
        self,
        system_id: int,
        serial_no: str,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.EnchargeTelemetry:
        """One battery in 15-minute intervals, Wh and %.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The device's serial number.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else a day after the start, or now.

        Source: operation EnchargeTelemetry.
        """
        return self._needed(
            extras.encharge_telemetry(system_id, serial_no, start_at=start_at, end_at=end_at)
        )

    def evse_lifetime(
        self,
        system_id: int,
        serial_no: str,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
    ) -> v4.EvseLifetime:
        """Energy that one EV charger used on each day, Wh.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The device's serial number.
            start_date: First day, in the system's zone; else the first with data.
            end_date: Last day; else yesterday.

        Source: operation EvseLifetime.
        """
        return self._needed(
            extras.evse_lifetime(system_id, serial_no, start_date=start_date, end_date=end_date)
        )

    def evse_telemetry(
        self,
        system_id: int,
        serial_no: str,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.EvseTelemetry:
        """Energy that one EV charger used in each interval, Wh.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The device's serial number.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else a day after the start, or now.

        Source: operation EvseTelemetry.
        """
        return self._needed(
            extras.evse_telemetry(system_id, serial_no, start_at=start_at, end_at=end_at)
        )

    def hp_lifetime(
        self,
        system_id: int,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
    ) -> v4.HpLifetime:
        """Energy that the heat pump used on each day, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_date: First day, in the system's zone; else the first with data.
            end_date: Last day; else yesterday.

        Source: operation HpLifetime.
        """
        return self._needed(extras.hp_lifetime(system_id, start_date=start_date, end_date=end_date))

    def hp_telemetry(
        self,
        system_id: int,
        *,
        start_at: InstantLike | None = None,
        end_at: InstantLike | None = None,
    ) -> v4.HpTelemetry:
        """Energy that the heat pump used in each interval, Wh.

        Args:
            system_id: The system's Enlighten id.
            start_at: Start; else midnight today in the system's zone.
            end_at: End; else a day after the start, or now.

        Source: operation HpTelemetry.
        """
        return self._needed(extras.hp_telemetry(system_id, start_at=start_at, end_at=end_at))

    def battery_settings(self, system_id: int) -> v4.BatterySettings:
        """How the batteries are run: mode, reserve (%), charging from the grid.

        Args:
            system_id: The system's Enlighten id.

        Source: operation BatterySettings.
        """
        return self._needed(extras.battery_settings(system_id))

    def storm_guard(self, system_id: int) -> v4.StormGuard:
        """Whether the batteries fill up before a storm, and whether one is coming.

        Args:
            system_id: The system's Enlighten id.

        Source: operation StormGuard.
        """
        return self._needed(extras.storm_guard(system_id))

    def grid_status(self, system_id: int) -> v4.GridStatus:
        """Whether the site is on or off the grid.

        Args:
            system_id: The system's Enlighten id.

        Source: operation GridStatus.
        """
        return self._needed(extras.grid_status(system_id))

    def load_control(self, system_id: int) -> v4.LoadControl:
        """The controlled loads and their settings.

        Args:
            system_id: The system's Enlighten id.

        Source: operation LoadControl.
        """
        return self._needed(extras.load_control(system_id))

    def ev_charger_devices(self, system_id: int) -> v4.EvChargers:
        """The EV chargers.

        Args:
            system_id: The system's Enlighten id.

        Source: operation EvChargerDevices.
        """
        return self._needed(extras.ev_charger_devices(system_id))

    def ev_charger_events(
        self,
        system_id: int,
        *,
        serial_num: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> v4.EvChargerEvents:
        """What happened to the EV chargers, the newest first.

        Args:
            system_id: The system's Enlighten id.
            offset: Entries to leave out; else none.
            limit: Entries to give, at most 100; else 20.
            serial_num: One charger alone; else all.

        Source: operation EvChargerEvents.
        """
        return self._needed(
            extras.ev_charger_events(system_id, serial_num=serial_num, offset=offset, limit=limit)
        )

    def ev_charger_sessions(
        self, system_id: int, serial_no: str, *, offset: int | None = None, limit: int | None = None
    ) -> v4.ChargingSessions:
        """The charging sessions of one EV charger.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The device's serial number.
            offset: Entries to leave out; else none.
            limit: Entries to give, at most 100; else 20.

        Source: operation EvChargerSessions.
        """
        return self._needed(
            extras.ev_charger_sessions(system_id, serial_no, offset=offset, limit=limit)
        )

    def ev_charger_schedules(self, system_id: int, serial_no: str) -> v4.EvChargerSchedules:
        """The charging schedules of one EV charger.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The charger's serial number.

        Source: operation EvChargerSchedules.
        """
        return self._needed(extras.ev_charger_schedules(system_id, serial_no))

    def ev_charger_lifetime(
        self,
        system_id: int,
        serial_no: str,
        *,
        start_date: DateLike,
        end_date: DateLike | None = None,
    ) -> v4.EvChargerLifetime:
        """Energy that one EV charger used on each day, Wh.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The device's serial number.
            start_date: First day, in the system's zone; else the first with data.
            end_date: Last day; else yesterday.

        Source: operation EvChargerLifetime.
        """
        return self._needed(
            extras.ev_charger_lifetime(
                system_id, serial_no, start_date=start_date, end_date=end_date
            )
        )

    def ev_charger_telemetry(
        self, system_id: int, serial_no: str, *, start_at: InstantLike | None = None
    ) -> v4.EvChargerTelemetry:
        """Energy that one EV charger used in each interval, Wh.

        Args:
            system_id: The system's Enlighten id.
            serial_no: The device's serial number.
            start_at: Start; else midnight today in the system's zone.

        Source: operation EvChargerTelemetry.
        """
        return self._needed(extras.ev_charger_telemetry(system_id, serial_no, start_at=start_at))

    def set_battery_settings(self, system_id: int, **changes: Any) -> v4.BatterySettings:
        """Change settings; what is not named stays as it is. Never sent twice.

        Args:
            system_id: The system's Enlighten id.
            changes: Any of battery_mode, reserve_soc, energy_independence, charge_from_grid.

        Raises:
            InvalidArgumentError: there is no such setting.
            NotAvailableError: the plan does not include System Configurations.

        Source: operation SetBatterySettings.
        """
        return self._needed(extras.set_battery_settings(system_id, **changes))

    def set_storm_guard(self, system_id: int, **changes: Any) -> v4.StormGuard:
        """Change settings; what is not named stays as it is. Never sent twice.

        Args:
            system_id: The system's Enlighten id.
            changes: Any of storm_guard_status.

        Raises:
            InvalidArgumentError: there is no such setting.
            NotAvailableError: the plan does not include System Configurations.

        Source: operation SetStormGuard.
        """
        return self._needed(extras.set_storm_guard(system_id, **changes))

    def set_load_control(self, system_id: int, **changes: Any) -> v4.LoadControl:
        """Change settings; what is not named stays as it is. Never sent twice.

        Args:
            system_id: The system's Enlighten id.
            changes: `name` of the load, and any of load_name, owner_can_override, mode,
                soc_low, soc_high, status, essential_start_time, essential_end_time.

        Raises:
            InvalidArgumentError: there is no such setting.
            NotAvailableError: the plan does not include System Configurations.

        Source: operation SetLoadControl.
        """
        return self._needed(extras.set_load_control(system_id, **changes))

    def live_data(self, system_id: int, *, duration: int = 30) -> LiveStream:
        """The power of a system as it is now, about a sample a second; every opening is charged.

        Gives `enphase_sdk.live.LiveSample`. A stream that breaks off before its time is opened
        again. To leave it early, use it as a context manager, which closes its connection.

        Args:
            system_id: The system's Enlighten id.
            duration: How long it lasts, 30 to 300 seconds.

        Raises:
            InvalidArgumentError: the duration is none that the server takes.
            NotAvailableError: the plan does not include Streaming APIs; the system has no meters
                of consumption, or a gateway with software older than 6.0.0.
            APIConnectionError: it broke off more often than `max_retries`.

        Source: GET /systems/{system_id}/live_data, an event stream.
        """
        return LiveStream(system_id, duration, self._connection, self._options)
