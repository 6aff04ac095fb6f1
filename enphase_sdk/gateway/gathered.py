"""What one reading has learnt so far, and what follows from it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from attrs import define, field

from enphase_sdk.gateway.answers import Absent, Answer, Document, Failure
from enphase_sdk.gateway.fields import Content
from enphase_sdk.gateway.identity import GatewayInfo
from enphase_sdk.gateway.mapping.meters import MeterConfiguration
from enphase_sdk.gateway.mapping.production import ProductionPage
from enphase_sdk.gateway.problems import Problems
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.sources import (
    DEVICE_DATA,
    ENSEMBLE_INVENTORY,
    GENERATOR_CONFIG,
    METERS,
    PRODUCTION,
    PRODUCTION_JSON,
    Source,
)

__all__ = ["Gathered"]

T = TypeVar("T")


@define(kw_only=True)
class Gathered:
    """The answers of one reading, read, and the questions that decide what is asked next.

    Attributes:
        info: Who the gateway is.
        profile: What is remembered of it.
        wanted: Sources that were asked for beside those every reading has.
        problems: What could not be read so far.
    """

    info: GatewayInfo
    profile: GatewayProfile
    wanted: Collection[Source[Any]] = ()
    problems: Problems = field(factory=Problems)
    _answers: dict[str, Answer] = field(factory=dict[str, Answer], init=False)
    _parsed: dict[str, Any] = field(factory=dict[str, Any], init=False)

    def take(self, source: Source[Any], answer: Answer) -> None:
        """Keep an answer: read what it holds, remember whether it is there, note a failure."""
        endpoint = source.endpoint
        if isinstance(answer, Absent):
            if endpoint in self.profile.present:
                answer = Failure(f"{answer.reason}, though it has answered before")
            else:
                self.profile.absent.add(endpoint)
        self._answers[endpoint] = answer
        if isinstance(answer, Failure):
            self.problems.add(endpoint, answer.reason)
        elif isinstance(answer, Document):
            self.profile.present.add(endpoint)
            self._parsed[endpoint] = source.parse(Content(endpoint, answer.content, self.problems))

    def of(self, source: Source[T]) -> T | None:
        """What a source told in this reading."""
        parsed: T | None = self._parsed.get(source.endpoint)
        return parsed

    def failed(self, source: Source[Any]) -> bool:
        """Whether a source was asked and it stays open what it would have told."""
        asked = source.endpoint in self._answers
        return asked and self.of(source) is None and not self.absent(source)

    def absent(self, source: Source[Any]) -> bool:
        """Whether the gateway does not have it."""
        return source.endpoint in self.profile.absent

    @property
    def page(self) -> ProductionPage | None:
        """The production page, with details by phase or from older firmware without."""
        return self.of(PRODUCTION_JSON) or self.of(PRODUCTION)

    @property
    def page_source(self) -> Source[ProductionPage]:
        """Where the production page comes from."""
        return PRODUCTION if self.absent(PRODUCTION_JSON) else PRODUCTION_JSON

    @property
    def enabled_meters(self) -> list[MeterConfiguration]:
        """Current transformers in use, as this reading was told."""
        return [meter for meter in self.of(METERS) or () if meter.enabled]

    def measures(self, *kinds: str) -> bool:
        """Whether a current transformer in use measures one of `kinds`."""
        return any(meter.measurement_type in kinds for meter in self.enabled_meters)

    def has_device(self, *names: str) -> bool:
        """Whether one of these stands in the ensemble inventory, or did while it fails now."""
        inventory = self.of(ENSEMBLE_INVENTORY)
        if inventory is None:
            return self.failed(ENSEMBLE_INVENTORY) and any(
                name in self.profile.devices for name in names
            )
        return any(getattr(inventory, name) is not None for name in names)

    @property
    def has_generator(self) -> bool:
        """Whether a generator is set up, or was while its settings fail now."""
        if self.failed(GENERATOR_CONFIG):
            return GENERATOR_CONFIG.endpoint in self.profile.present
        return self.of(GENERATOR_CONFIG) is not None

    @property
    def has_ac_batteries(self) -> bool:
        """Whether there are AC Batteries, or were while the production page fails now."""
        return self.profile.acb_count > 0 if self.page is None else self.page.acb is not None

    @property
    def all_inverters_detailed(self) -> bool:
        """Whether the details certainly hold every microinverter."""
        details = self.of(DEVICE_DATA)
        return details is not None and bool(details.inverters) and not details.full
