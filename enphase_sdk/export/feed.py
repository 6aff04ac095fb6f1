"""Reads a gateway repeatedly, and gives the values to the exporters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import count as counted
from typing import TYPE_CHECKING, Protocol

from attrs import evolve, frozen

from enphase_sdk.clock import current_clock
from enphase_sdk.errors import (
    AuthenticationError,
    ConfigError,
    EnphaseError,
    FingerprintMismatchError,
    InvalidArgumentError,
)
from enphase_sdk.export.counters import Counters
from enphase_sdk.export.measures import Value, values_of

if TYPE_CHECKING:
    from enphase_sdk._sync.gateway_client import Envoy
    from enphase_sdk.gateway.identity import GatewayInfo
    from enphase_sdk.gateway.snapshot import Snapshot

__all__ = ["Exporter", "Feed", "Reading", "Told"]

# Seconds. A gateway that is polled more often may hang.
FASTEST = 5.0

# Seconds. A login that was refused is not tried more often: accounts get locked.
AFTER_A_REFUSAL = 600.0

# Readings that may fail before the last values are too old.
_MISSED = 3
_SHORTEST = 120.0


@frozen
class Reading:
    """The result of one reading of a gateway.

    Attributes:
        at: When it was read, epoch seconds UTC.
        seconds: How long it took.
        info: The gateway's identity.
        values: The values that can be published.
        problems: The endpoints that could not be read.
        source: Where production is counted: ``meter``, ``v1`` or ``inverters``.
    """

    at: float
    seconds: float
    info: GatewayInfo
    values: tuple[Value, ...]
    problems: tuple[str, ...] = ()
    source: str | None = None


@frozen
class Told:
    """The state of a gateway after a reading, or after a failed reading.

    Attributes:
        up: Whether the last reading succeeded.
        reading: The last reading that succeeded.
        stale_after: Seconds after which its values are too old.
        failures: The number of failed readings so far.
        error: The error of the last reading, or None.
    """

    up: bool = False
    reading: Reading | None = None
    stale_after: float = _SHORTEST
    failures: int = 0
    error: str | None = None

    def fresh(self, now: float) -> tuple[Value, ...]:
        """The values that are not too old at `now` (epoch seconds UTC)."""
        if self.reading is None or self.is_stale(now):
            return ()
        return self.reading.values

    def is_stale(self, now: float) -> bool:
        """Whether there is no reading, or it is too old at `now` (epoch seconds UTC)."""
        return self.reading is None or now - self.reading.at > self.stale_after


class Exporter(Protocol):
    """Gives the values to another system."""

    def publish(self, told: Told) -> None:
        """Publish the present state.

        Called after each reading, also after a failed one. Errors of the other system are logged
        and not raised.
        """
        ...


class Feed:
    """Reads a gateway repeatedly.

    A failed reading does not end it: the gateway may be starting or updating its firmware.

    Args:
        envoy: The gateway's client.
        every: Seconds between two readings, 5 or more.
        stale_after: Seconds after which the values of a reading are too old to be published.
            Default: three times `every`, and at least 120.

    Attributes:
        told: The present state.

    Raises:
        ConfigError: a number is out of its range.
    """

    def __init__(
        self, envoy: Envoy, *, every: float = 60.0, stale_after: float | None = None
    ) -> None:
        if not every >= FASTEST:
            raise ConfigError(f"every must be {FASTEST:.0f} seconds or more, not {every}")
        limit = max(_MISSED * every, _SHORTEST) if stale_after is None else stale_after
        if not limit >= every:
            raise ConfigError(f"stale_after must not be less than every, {every}, but is {limit}")
        self.told = Told(stale_after=limit)
        self._envoy = envoy
        self._every = every
        self._clock = current_clock()
        self._counters = Counters()
        self._serial_number: str | None = None
        self._zone_was_asked = False
        self._refused = False

    def run(
        self,
        exporters: Sequence[Exporter],
        *,
        count: int | None = None,
        on_failure: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Read and publish, `count` times or without end.

        Args:
            exporters: The exporters that get each state.
            count: The number of readings, including failed ones.
            on_failure: Called with a text at the first of several failed readings, and at the
                first reading that succeeds again.

        Raises:
            AuthenticationError: the gateway does not accept the login, and never has.
            FingerprintMismatchError: its certificate has changed.
            ConfigError, InvalidArgumentError: a setting cannot be used.
        """
        for number in counted(1):
            begun = self._clock.monotonic()
            before = self.told
            told = self.poll()
            if told.error and not before.error:
                on_failure(f"{told.error}; trying again")
            elif before.error and told.up:
                on_failure("the gateway answers again")
            for exporter in exporters:
                exporter.publish(told)
            if number == count:
                return
            pause = AFTER_A_REFUSAL if self._refused else self._every
            self._clock.sleep(max(0.0, begun + max(pause, self._every) - self._clock.monotonic()))

    def poll(self) -> Told:
        """Read once; a failure is part of the returned state.

        Raises:
            The same as `run`.
        """
        self._refused = False
        try:
            reading = self._read()
        except (ConfigError, InvalidArgumentError, FingerprintMismatchError):
            raise
        except EnphaseError as error:
            self._refused = isinstance(error, AuthenticationError)
            if self._refused and self.told.reading is None:
                raise
            self.told = evolve(
                self.told, up=False, failures=self.told.failures + 1, error=str(error)
            )
        else:
            self.told = evolve(self.told, up=True, reading=reading, error=None)
        return self.told

    def _read(self) -> Reading:
        asks_zone = self._envoy.timezone is None and not self._zone_was_asked
        begun, steady = self._clock.time(), self._clock.monotonic()
        snapshot = self._envoy.read(home=asks_zone)
        self._zone_was_asked = True
        info = self._envoy.info
        if info.serial_number != self._serial_number:
            # Another gateway at the same address has other counters.
            self._serial_number, self._counters = info.serial_number, Counters()
        seconds = self._clock.monotonic() - steady
        return self._reading(snapshot, info, round(begun + seconds / 2, 3), seconds)

    def _reading(self, snapshot: Snapshot, info: GatewayInfo, at: float, seconds: float) -> Reading:
        source = self._envoy.profile.production_source
        values = self._counters.passed(values_of(snapshot, at), source=source, today=self._day(at))
        problems = tuple(problem.endpoint for problem in snapshot.problems)
        return Reading(at, seconds, info, tuple(values), problems, source)

    def _day(self, at: float) -> date | None:
        zone = self._envoy.timezone
        return None if zone is None else datetime.fromtimestamp(at, zone).date()
