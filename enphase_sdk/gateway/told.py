"""The state of one reading, and the decisions taken from it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal, TypeAlias, TypeVar

from attrs import define, field

from enphase_sdk.gateway.answers import Absent, Answer, Document, Failure
from enphase_sdk.gateway.fields import Content
from enphase_sdk.gateway.identity import GatewayInfo
from enphase_sdk.gateway.mapping.meters import MeterConfiguration
from enphase_sdk.gateway.mapping.production import ProductionPage
from enphase_sdk.gateway.problems import Problems
from enphase_sdk.gateway.profile import SEVERAL, GatewayProfile, ProductionSource
from enphase_sdk.gateway.sources import (
    DEVICE_DATA,
    ENSEMBLE_INVENTORY,
    GENERATOR_CONFIG,
    INVERTERS,
    METERS,
    PRODUCTION,
    PRODUCTION_JSON,
    PRODUCTION_V1,
    Source,
)

__all__ = ["Part", "Told"]

T = TypeVar("T")

Part: TypeAlias = Literal[
    "production",
    "consumption",
    "odometers",
    "meters",
    "inverters",
    "storage",
    "settings",
    "home",
    "devices",
]
"""The parts of a reading. ``odometers`` are the values of the current transformers from which
energy is computed; ``meters`` are the values and the setup of all current transformers."""

# From this firmware on, /api/v1/production does not change on gateways with metering built in
# and no production meter connected.
_STALLED_SINCE = (8, 2, 4264)


@define(kw_only=True)
class Told:
    """The answers of one reading, together with the gateway's profile.

    Attributes:
        info: The gateway's identity.
        profile: The gateway's profile.
        now: The time, seconds of a monotonic clock.
        wanted: The parts that the reading is for.
        look_at: The endpoint that is requested again to check the profile, or None.
        problems: The problems so far.
    """

    info: GatewayInfo
    profile: GatewayProfile
    now: float
    wanted: frozenset[Part]
    look_at: str | None = None
    problems: Problems = field(factory=Problems)
    _answers: dict[str, Answer] = field(factory=dict[str, Answer], init=False)
    _parsed: dict[str, Any] = field(factory=dict[str, Any], init=False)

    # Answers

    def take(self, source: Source[Any], answer: Answer) -> None:
        """Store an answer: read its content, or add a problem for a failure."""
        endpoint = source.endpoint
        if isinstance(answer, Absent) and not self.profile.has_gone(endpoint, self.now):
            answer = Failure(f"{answer.reason}, though it has answered before")
            self.profile.suspect = True
        self._answers[endpoint] = answer
        if isinstance(answer, Failure):
            self.problems.add(endpoint, answer.reason)
        elif isinstance(answer, Document):
            self.profile.has_answered(endpoint, self.now)
            self._parsed[endpoint] = source.parse(Content(endpoint, answer.content, self.problems))

    def of(self, source: Source[T]) -> T | None:
        """The model from a source in this reading, or None."""
        parsed: T | None = self._parsed.get(source.endpoint)
        return parsed

    def asked(self, source: Source[Any]) -> bool:
        """Whether this reading has requested it."""
        return source.endpoint in self._answers

    def failed(self, source: Source[Any]) -> bool:
        """Whether a source was requested and failed, so that its content is not known."""
        return self.asked(source) and self.of(source) is None and not self.absent(source)

    def absent(self, source: Source[Any]) -> bool:
        """Whether the gateway does not have it."""
        answer = self._answers.get(source.endpoint)
        if answer is None:
            return self.profile.is_absent(source.endpoint)
        return isinstance(answer, Absent)

    @property
    def absences(self) -> list[str]:
        """Endpoints that this reading has found absent."""
        return [name for name, answer in self._answers.items() if isinstance(answer, Absent)]

    @property
    def endpoints(self) -> Collection[str]:
        """Endpoints that were requested so far."""
        return self._answers.keys()

    @property
    def nothing_read(self) -> bool:
        """Whether no answer had content so far."""
        return not any(isinstance(answer, Document) for answer in self._answers.values())

    def wants(self, *parts: Part) -> bool:
        """Whether one of these parts is wanted."""
        return not self.wanted.isdisjoint(parts)

    def looks_at(self, source: Source[Any]) -> bool:
        """Whether to request it to check that it has not changed."""
        return self.look_at == source.endpoint

    # Meters and pages

    @property
    def page(self) -> ProductionPage | None:
        """The production page; with details by phase, on older firmware without."""
        return self.of(PRODUCTION_JSON) or self.of(PRODUCTION)

    @property
    def page_source(self) -> Source[ProductionPage]:
        """The source of the production page."""
        return PRODUCTION if self.absent(PRODUCTION_JSON) else PRODUCTION_JSON

    @property
    def enabled_meters(self) -> list[MeterConfiguration]:
        """Current transformers in use: from this reading, or from the profile if not requested."""
        if not self.asked(METERS):
            return self.profile.meters
        return [meter for meter in self.of(METERS) or () if meter.enabled]

    def measures(self, *kinds: str) -> bool:
        """Whether a current transformer in use measures one of `kinds`."""
        return any(meter.measurement_type in kinds for meter in self.enabled_meters)

    @property
    def knows_meters(self) -> bool:
        """Whether the current transformers in use are known."""
        if self.asked(METERS):
            return self.of(METERS) is not None
        return self.profile.is_known(METERS.endpoint)

    @property
    def consumption(self) -> set[str]:
        """The kinds of consumption this gateway reports, now or before."""
        entries = self.page.consumption if self.page else {}
        return self.profile.consumption.keys() | {
            kind for kind, entry in entries.items() if entry.active or self.measures(kind)
        }

    # Devices

    def has_device(self, *names: str) -> bool:
        """Whether the inventory lists one of these; while it fails now, whether it did before."""
        inventory = self.of(ENSEMBLE_INVENTORY)
        if inventory is None:
            return self.failed(ENSEMBLE_INVENTORY) and any(
                name in self.profile.devices for name in names
            )
        return any(getattr(inventory, name) is not None for name in names)

    @property
    def has_generator(self) -> bool:
        """Whether a generator is set up; while its settings fail now, whether it was before."""
        if self.failed(GENERATOR_CONFIG):
            return GENERATOR_CONFIG.endpoint in self.profile.present
        return self.of(GENERATOR_CONFIG) is not None

    @property
    def has_ac_batteries(self) -> bool:
        """Whether there are AC Batteries; while the page fails, whether there were before."""
        return self.profile.acb_count > 0 if self.page is None else self.page.acb is not None

    @property
    def all_inverters_detailed(self) -> bool:
        """Whether the details certainly hold every microinverter."""
        details = self.of(DEVICE_DATA)
        if details is None or not details.inverters or details.cut:
            return False
        if not details.full:
            return True
        compared = self.profile.detailed == len(details.inverters)
        return compared and not self.looks_at(INVERTERS)

    # The source of production.
    #
    # Each source counts from another day with other losses, so lifetime energy jumps if one
    # replaces another. A known source is therefore kept until several readings contradict it. None
    # is better than a value from another source.

    @property
    def production_source(self) -> ProductionSource | None:
        """The source of production; None while it is not certain."""
        known = self.profile.production_source
        if known is None:
            return self._source_told()
        if self.profile.source_misses >= SEVERAL and self.source_is_contradicted:
            return self._source_told() or known
        return known

    @property
    def source_is_contradicted(self) -> bool:
        """Whether this reading contradicts the known source of production."""
        known, page, v1 = self.profile.production_source, self.page, self.of(PRODUCTION_V1)
        counts = bool(page and page.meter and page.meter.figures.any_energy)
        if known == "meter":
            if page is None or (page.meter and page.meter.active):
                return False
            # The meter sometimes reports that it is not in use, but still counts.
            return not self.measures("production") and (self.knows_meters or not counts)
        if self._has_production_meter() and counts:
            return True
        if known == "v1":
            return self.absent(PRODUCTION_V1) or (v1 is not None and not v1.any_energy)
        # "inverters": the gateway's own sum had no value when this source was taken.
        if v1 is not None and v1.any_energy:
            return True
        return page is not None and not (page.inverters and page.inverters.figures.lifetime)

    def v1_may_be_source(self) -> bool:
        """Whether ``/api/v1/production`` is, or may turn out to be, the source of production."""
        known = self.profile.production_source
        if known == "v1":
            return True
        stalled = self.info.is_metered and self.info.version >= _STALLED_SINCE
        settled = known is not None and not self.profile.source_misses
        if stalled or (settled and not self.looks_at(PRODUCTION_V1)):
            return False
        return self._has_production_meter() is False

    def _source_told(self) -> ProductionSource | None:
        """The source according to this reading alone."""
        metered = self._has_production_meter()
        if metered is not False:
            return "meter" if metered else None
        v1, page = self.of(PRODUCTION_V1), self.page
        if v1 is not None and v1.any_energy:
            return "v1"
        if self.failed(PRODUCTION_V1) or (v1 is not None and v1.lifetime is None):
            return None
        counted = page and page.inverters and page.inverters.figures.lifetime
        return "inverters" if counted else None

    def _has_production_meter(self) -> bool | None:
        """Whether a meter measures production; None if the endpoints that show it have failed."""
        page = self.page
        if self.measures("production") or (page and page.meter and page.meter.active):
            return True
        meters_failed, page_failed = self.failed(METERS), self.failed(self.page_source)
        if page and page.meter and page.meter.active is None:
            certain = False
        elif not self.info.is_metered:
            certain = not (meters_failed and page_failed)
        elif meters_failed:
            certain = page is not None and page.meter is None
        else:
            certain = not page_failed or self.knows_meters
        return False if certain else None
