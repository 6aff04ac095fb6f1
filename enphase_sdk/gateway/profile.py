"""The data about a gateway that is kept from one reading to the next, and when it expires.

Everything here expires:

- All of it is forgotten when ``/info`` names another gateway or another firmware.
- An absent endpoint is requested again: in the next reading while the gateway seems to be
  starting, otherwise after 5 minutes and then at growing intervals up to one hour.
- An endpoint that has answered before and no longer does is a problem for 15 minutes; then it
  counts as absent.
- The setup of the meters, and endpoints whose answers are not used, are read again every 15
  minutes, and at once when another answer contradicts them.
- A reading checks only one such endpoint, so that it sends at most one additional request.
- The source of production is dropped after three readings in a row in which it had no value, or
  in which another source had taken its place.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, TypeAlias

from attrs import define, field, fields

from enphase_sdk.gateway.identity import GatewayInfo
from enphase_sdk.gateway.mapping.meters import MeterConfiguration
from enphase_sdk.gateway.plausibility import Level

__all__ = ["SEVERAL", "GatewayProfile", "ProductionSource"]

ProductionSource: TypeAlias = Literal["meter", "v1", "inverters"]
"""Where production comes from: the production meter, the gateway's own sum
(``/api/v1/production``), or what microinverters reported (``/production.json``)."""

# Readings in a row that must agree before they replace a remembered value.
SEVERAL = 3

_ASK_AGAIN = 300.0
_ASK_AGAIN_AT_MOST = 3600.0
_LOOK_AGAIN = 900.0
_STARTS_WITHIN = 900.0
_CONTRADICTED = -math.inf


@define
class Standing:
    """The state of one endpoint. Times are seconds of a monotonic clock.

    Attributes:
        answered_at: Time of its last answer, or None.
        is_absent: Whether the gateway lacks it, or refuses it to this login.
        is_refused: Whether it counts as absent because old firmware requires another login.
        ask_again_after: When to request it again if it is absent or its answer is not used.
        wait: Seconds from the last request to that time.
        missing_since: Since when it has been missing although it had answered before.
        misses: Number of requests since then.
    """

    answered_at: float | None = None
    is_absent: bool = False
    is_refused: bool = False
    ask_again_after: float = 0.0
    wait: float = 0.0
    missing_since: float | None = None
    misses: int = 0


@define(kw_only=True)
class GatewayProfile:
    """What readings have learned about a gateway. It holds no secret; it pickles and compares.

    A profile belongs to one gateway; each reading updates it. With a new profile the next reading
    finds out everything again.

    Attributes:
        gateway: The identity and firmware of the gateway.
        endpoints: The state of each endpoint that was requested.
        production_source: The source of production, once known.
        source_misses: Number of readings in a row that contradicted that source.
        consumption: The kinds of consumption that are reported, each with the number of readings
            in a row that contradicted it.
        meters: The enabled current transformers.
        active_phase_count: Number of phases in the production meter's details.
        acb_count: Number of AC Batteries.
        devices: The content of ``/ivp/ensemble/inventory``, by fields of `Snapshot`.
        details_are_cut: Whether ``/ivp/pdm/device_data`` leaves microinverters out.
        detailed: Number of microinverters in it when it was last known to be complete.
        microinverters: Largest number of microinverters in one answer.
        levels: Last values of lifetime counters, by name.
        starting_since: When the gateway was first seen starting, if it is.
        unsure: Number of further readings without signs of a start, after which a gateway that
            was starting counts as started.
        suspect: Whether the last reading suggests that the gateway or its firmware has changed.
        unread: The parts for which the last reading could read nothing.
    """

    gateway: GatewayInfo | None = None
    endpoints: dict[str, Standing] = field(factory=dict[str, Standing])
    production_source: ProductionSource | None = None
    source_misses: int = 0
    consumption: dict[str, int] = field(factory=dict[str, int])
    meters: list[MeterConfiguration] = field(factory=list[MeterConfiguration])
    active_phase_count: int = 0
    acb_count: int = 0
    devices: set[str] = field(factory=set[str])
    details_are_cut: bool = False
    detailed: int | None = None
    microinverters: int = 0
    levels: dict[str, Level] = field(factory=dict[str, Level])
    starting_since: float | None = None
    unsure: int = 0
    suspect: bool = False
    unread: frozenset[str] = frozenset()

    # The gateway's equipment

    @property
    def present(self) -> set[str]:
        """Endpoints that have answered; from then on a failure is a problem."""
        return {
            endpoint
            for endpoint, standing in self.endpoints.items()
            if standing.answered_at is not None and not standing.is_absent
        }

    @property
    def absent(self) -> set[str]:
        """Endpoints that the gateway does not have."""
        return {endpoint for endpoint, standing in self.endpoints.items() if standing.is_absent}

    @property
    def refused(self) -> set[str]:
        """Those of `absent` for which old firmware requires another login."""
        return {endpoint for endpoint, standing in self.endpoints.items() if standing.is_refused}

    @property
    def phase_count(self) -> int:
        """Number of metered phases; 1 if none is metered."""
        return max((meter.phase_count for meter in self.meters), default=1)

    @property
    def phase_mode(self) -> str | None:
        """``split``, ``three``, … of the enabled meters."""
        return self.meters[0].phase_mode if self.meters else None

    @property
    def ct_meter_list(self) -> list[str]:
        """The measurement types of the enabled meters."""
        return [meter.measurement_type for meter in self.meters]

    @property
    def production_meter_type(self) -> str | None:
        """``production`` if there is such a meter."""
        return self._first("production")

    @property
    def consumption_meter_type(self) -> str | None:
        """``net-consumption`` or ``total-consumption`` if there is such a meter."""
        return self._first("net-consumption", "total-consumption")

    @property
    def storage_meter_type(self) -> str | None:
        """``storage`` if there is such a meter."""
        return self._first("storage")

    @property
    def model(self) -> str:
        """The gateway in a few words: ``Envoy, phases: 2, phase mode: split, production CT``."""
        parts = ["Envoy"]
        if self.meters:
            parts += [f"phases: {self.phase_count}", f"phase mode: {self.phase_mode}"]
        return ", ".join([*parts, *(f"{kind} CT" for kind in self.ct_meter_list)])

    def _first(self, *kinds: str) -> str | None:
        return next((kind for kind in self.ct_meter_list if kind in kinds), None)

    # The state of its endpoints

    def belongs_to(self, info: GatewayInfo) -> None:
        """Forget everything if the gateway or its firmware is another one."""
        if self.gateway not in (None, info):
            fresh = GatewayProfile()
            for attribute in fields(GatewayProfile):
                setattr(self, attribute.name, getattr(fresh, attribute.name))
        self.gateway = info

    def is_absent(self, endpoint: str) -> bool:
        """Whether the endpoint counts as absent."""
        standing = self.endpoints.get(endpoint)
        return standing is not None and standing.is_absent

    def is_doubtful(self, endpoint: str) -> bool:
        """Whether it was absent while the gateway was starting, which proves nothing."""
        return self.is_absent(endpoint) and not self.endpoints[endpoint].wait

    def is_known(self, endpoint: str) -> bool:
        """Whether it has answered and no other answer contradicted it since."""
        standing = self.endpoints.get(endpoint)
        return standing is not None and standing.answered_at not in (None, _CONTRADICTED)

    def contradict(self, endpoint: str) -> None:
        """Request it again, because another answer contradicts its last one."""
        if (standing := self.endpoints.get(endpoint)) and standing.answered_at is not None:
            standing.answered_at = _CONTRADICTED

    def is_due(self, endpoint: str, now: float) -> bool:
        """Whether it is time to request an absent or unused endpoint again."""
        standing = self.endpoints[endpoint]
        return not 0 <= now - (standing.ask_again_after - standing.wait) < standing.wait

    def longest_due(self, endpoints: Iterable[str], now: float) -> str | None:
        """The endpoint of these that is due for the longest time, or None."""
        due = [
            endpoint
            for endpoint in endpoints
            if endpoint in self.endpoints
            and not self.is_doubtful(endpoint)
            and self.is_due(endpoint, now)
        ]
        return min(due, key=lambda endpoint: self.endpoints[endpoint].ask_again_after, default=None)

    def put_off(self, endpoint: str, now: float) -> None:
        """Postpone the check of an endpoint that this reading did not need."""
        standing = self.endpoints[endpoint]
        standing.ask_again_after = now + standing.wait

    def has_answered(self, endpoint: str, now: float) -> None:
        """Note that the endpoint answered with content."""
        self.endpoints[endpoint] = Standing(
            answered_at=now, ask_again_after=now + _LOOK_AGAIN, wait=_LOOK_AGAIN
        )

    def has_gone(self, endpoint: str, now: float) -> bool:
        """Note a missing endpoint; returns whether it counts as absent, or still as a problem."""
        standing = self.endpoints.get(endpoint)
        if standing is None or standing.answered_at is None or standing.is_absent:
            return True
        if standing.missing_since is None:
            standing.missing_since = now
        standing.misses += 1
        return standing.misses >= SEVERAL and now - standing.missing_since >= _STARTS_WITHIN

    def is_missing(self, endpoint: str, now: float, *, refused: bool = False) -> None:
        """Note that it is absent; request it again soon if the gateway may be starting."""
        standing = self.endpoints.setdefault(endpoint, Standing())
        wait = 0.0
        if not self.unsure:
            before = standing.wait if standing.is_absent else 0.0
            wait = min(max(_ASK_AGAIN, 2 * before), _ASK_AGAIN_AT_MOST)
        self.endpoints[endpoint] = Standing(
            is_absent=True, is_refused=refused, ask_again_after=now + wait, wait=wait
        )

    # Whether the gateway has started

    @property
    def is_settled(self) -> bool:
        """Whether the gateway worked normally at the last reading."""
        return self.production_source is not None and not self.unsure

    def note_health(self, now: float, *, in_order: bool) -> None:
        """Note whether the reading found the gateway normal, or as it is while it starts.

        If the signs of a start last for 15 minutes, they count as normal for this gateway.
        """
        if in_order:
            self.starting_since = None
            self.unsure = max(0, self.unsure - 1)
            return
        if self.starting_since is None:
            self.starting_since = now
        self.unsure = SEVERAL if 0 <= now - self.starting_since < _STARTS_WITHIN else 0
