"""What stands behind a simulated gateway: firmware with a plant, or a recording."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypeAlias, get_args

import httpx
import msgspec
from attrs import define, evolve, field, frozen

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing.gateway.answers import (
    Answer,
    absent,
    html,
    json_answer,
    respond,
    to_response,
)
from enphase_sdk.testing.gateway.documents import Documents
from enphase_sdk.testing.gateway.inverters import Inverter, fleet
from enphase_sdk.testing.gateway.login import (
    DigestLogin,
    TokenLogin,
    digest_required,
    never_allowed,
    unauthorized,
)
from enphase_sdk.testing.gateway.plant import Moment, Plant, Sizes
from enphase_sdk.testing.gateway.profiles import ENDPOINTS, CurrentTransformer, Profile
from enphase_sdk.testing.gateway.recording import Recording
from enphase_sdk.testing.gateway.settings import Settings, installed
from enphase_sdk.testing.gateway.writes import Writes

__all__ = ["QUIRKS", "STREAM", "Backend", "Firmware", "Question", "Quirk", "Replay"]

Quirk: TypeAlias = Literal["active_count_zero", "stalled_v1", "total_equals_net"]
QUIRKS: tuple[Quirk, ...] = get_args(Quirk)
BOOT_SECONDS = 300.0

STREAM = "/stream/meter"
_OWNER_MAY_NOT_STREAM = ((7, 1), (8, 3))

_LIVEDATA = "/ivp/livedata/status"
# How old live data is that was never asked for, seconds.
_OLD_SECONDS = 3600

_OPEN_TO_ALL = ("/info", "/home")
_OPEN_ON_5 = ("/production.json", "/api/v1/production")


@frozen
class Question:
    """One request: the path without and with its query, headers under lower-case names."""

    method: str
    scheme: str
    host: str
    path: str
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Backend(Protocol):
    """What a simulated gateway answers from."""

    @property
    def serial(self) -> str:
        """The gateway's serial number."""
        ...

    @property
    def tokens(self) -> TokenLogin | None:
        """The token login, on firmware that has one."""
        ...

    def paths(self) -> tuple[str, ...]:
        """Every path that a fault can be scripted for."""
        ...

    def answer(self, question: Question, now: float) -> Answer:
        """Answer at the gateway's clock `now`; may raise `GatewayCrashedError`."""
        ...

    def respond(self, answer: Answer, now: float, /) -> httpx.Response:
        """Put the answer into HTTP."""
        ...

    def reboot(self, now: float, /) -> None:
        """Forget what is only in memory."""
        ...


@define(kw_only=True)
class Firmware:
    """A profile come to life.

    Attributes:
        profile: The gateway's equipment.
        serial: Its serial number.
        seed: What its numbers are drawn from.
        tokens: The token login, if it has one.
        digest: The digest login, if it has one.
        inverters: All microinverters, removed ones too.
        quirks: The oddities that are switched on.
        settings: What the owner has set, from the first request on.
    """

    profile: Profile
    serial: str
    seed: int
    tokens: TokenLogin | None
    digest: DigestLogin | None
    inverters: tuple[Inverter, ...]
    quirks: set[str] = field(factory=set[str])
    settings: Settings | None = None
    _plant: Plant | None = None
    _stuck: dict[str, int] | None = None
    _last_live: dict[str, Any] | None = None
    _booted_at: float = float("-inf")

    @classmethod
    def of(
        cls,
        profile: Profile,
        *,
        seed: int,
        inverters: int | None,
        removed_inverters: int,
        meters_enabled: bool,
    ) -> Firmware:
        """Such a gateway, the same for the same seed."""
        if not meters_enabled:
            off = tuple(
                CurrentTransformer(meter.measurement, enabled=False) for meter in profile.meters
            )
            profile = evolve(profile, meters=off)
        chance = random.Random(f"{seed}:{profile.name}")
        serial = f"1223{chance.randrange(10**8):08}"
        count = profile.inverters if inverters is None else inverters
        if count < 1 or removed_inverters < 0:
            raise InvalidArgumentError(
                f"inverters={count}, removed_inverters={removed_inverters}: "
                "a gateway has at least one inverter in use"
            )
        return cls(
            profile=profile,
            serial=serial,
            seed=seed,
            tokens=TokenLogin(serial, seed) if profile.login == "token" else None,
            digest=DigestLogin({"envoy": serial[-6:]}, seed) if profile.login == "digest" else None,
            inverters=fleet(profile, seed=seed, count=count, removed=removed_inverters),
        )

    def paths(self) -> tuple[str, ...]:
        """Every path that some firmware answers."""
        return ENDPOINTS

    def moment(self, now: float) -> Moment:
        """The plant at `now`, which the answers are made from."""
        return self._running(now)[0].at(now)

    def set_quirk(self, name: Quirk, on: bool, now: float) -> None:
        """Switch an oddity on or off."""
        if name not in QUIRKS:
            raise InvalidArgumentError(
                f"there is no gateway quirk {name!r}; there are: {', '.join(QUIRKS)}"
            )
        if on:
            self.quirks.add(name)
        else:
            self.quirks.discard(name)
        if name == "stalled_v1":
            self._stuck = None
            self._stuck = self._documents(now).production_v1() if on else None

    def update(self, software: str) -> None:
        """Have other firmware from now on, on the same hardware."""
        profile = evolve(self.profile, software=software)
        if profile.version < self.profile.version:
            raise InvalidArgumentError(
                f"firmware {software} is older than {self.profile.software}: it only goes up"
            )
        if profile.version >= (7,) and self.tokens is None:
            profile = evolve(profile, login="token")
            self.tokens, self.digest = TokenLogin(self.serial, self.seed), None
        self.profile = profile

    def enable_meters(self, on: bool) -> None:
        """Take the current transformers into use, or out of it."""
        meters = tuple(evolve(meter, enabled=on) for meter in self.profile.meters)
        self.profile = evolve(self.profile, meters=meters)

    def answer(self, question: Question, now: float) -> Answer:
        """Answer from the plant."""
        if self.tokens is not None and question.path == "/auth/check_jwt":
            return self.tokens.check(question.headers, now)
        refused = self._refuse(question, now)
        if refused is not None:
            return refused
        version = self.profile.version
        routes = self._documents(now).routes()
        if question.method == "GET":
            if question.path == _LIVEDATA and question.path in routes:
                return json_answer(self._live(now))
            found = routes.get(question.path)
            query = question.target.partition("?")[2]
            return absent(question.path, version) if found is None else found(query)
        plant, settings = self._running(now)
        answer = Writes(self.profile, settings).apply(
            question.method, question.path, question.body, now
        )
        if answer is None:
            known = question.path in routes
            return html("405 Not Allowed", 405) if known else absent(question.path, version)
        plant.replan(now)
        return answer

    def _live(self, now: float) -> dict[str, Any]:
        """Live data: while it is not renewed, the numbers it had last."""
        documents = self._documents(now)
        told = documents.livedata()
        if now >= documents.settings.live_until:
            if self._last_live is None:
                told["meters"]["last_update"] -= _OLD_SECONDS
                self._last_live = told["meters"]
            return told | {"meters": self._last_live}
        self._last_live = told["meters"]
        return told

    def respond(self, answer: Answer, now: float) -> httpx.Response:
        """Put the answer into HTTP with this firmware's headers."""
        return to_response(answer, now, self.profile.version)

    def reboot(self, now: float) -> None:
        """Forget nonces and sessions; firmware 3 answers zeros for five minutes."""
        self._booted_at = now
        if self.digest is not None:
            self.digest.forget()
        if self.tokens is not None:
            self.tokens.forget()

    def _refuse(self, question: Question, now: float) -> Answer | None:
        path, version = question.path, self.profile.version
        if path in _OPEN_TO_ALL:
            return None
        if self.tokens is not None:
            allowed = self.tokens.allows(question.headers, now)
            if path == STREAM and _OWNER_MAY_NOT_STREAM[0] <= version < _OWNER_MAY_NOT_STREAM[1]:
                allowed = allowed and not self.tokens.is_owner(question.headers)
            return None if allowed else unauthorized()
        if self.digest is None:
            return None
        if version < (5,):
            if path == "/admin/lib/tariff":
                return never_allowed()
            if path != "/api/v1/production/inverters" and question.method == "GET":
                return None
        elif path in _OPEN_ON_5:
            return None
        authorization = question.headers.get("authorization", "")
        allowed = self.digest.allows(question.method, question.target, authorization, now)
        # /production of firmware 5 wants more than any of these logins.
        if allowed and not (version >= (5,) and path == "/production"):
            return None
        return digest_required(self.digest.challenge(now))

    def _running(self, now: float) -> tuple[Plant, Settings]:
        if self.settings is None or self._plant is None:
            self.settings = installed(self.profile, now)
            self._plant = Plant.lived_in(self._sizes(), self.settings.controls, now)
        return self._plant, self.settings

    def _documents(self, now: float) -> Documents:
        plant, settings = self._running(now)
        version = self.profile.version
        return Documents(
            profile=self.profile,
            serial=self.serial,
            sizes=self._sizes(),
            inverters=self.inverters,
            settings=settings,
            moment=plant.at(now),
            booting=version < (4,) and now - self._booted_at < BOOT_SECONDS,
            stalled=self._stuck,
            inactive="active_count_zero" in self.quirks,
            total_is_net="total_equals_net" in self.quirks,
        )

    def _sizes(self) -> Sizes:
        profile = self.profile
        solar = [0.0] * profile.phases
        for inverter in self.inverters:
            solar[inverter.phase] += inverter.share
        active = sum(not inverter.removed for inverter in self.inverters)
        return Sizes(
            seed=self.seed,
            zone=profile.zone,
            peak=active * profile.inverter_watts * 0.85,
            solar_shares=tuple(solar),
            load_shares=((1.0,), (0.55, 0.45), (0.42, 0.33, 0.25))[profile.phases - 1],
            capacity=profile.batteries * profile.battery_wh + profile.acbs * profile.acb_wh,
            battery_power=profile.batteries * profile.battery_watts + profile.acbs * 260.0,
            generator_power=11000.0 if profile.generator else 0.0,
        )


@define(kw_only=True)
class Replay:
    """A recording, with or without the login in front of it.

    Attributes:
        recording: The recorded answers.
        tokens: The token login, on firmware 7 and later.
        require_token: Whether recorded answers need a token.
        accept_writes: Whether writes are answered with 200 although nothing changes.
    """

    recording: Recording
    tokens: TokenLogin | None
    require_token: bool
    accept_writes: bool

    @property
    def serial(self) -> str:
        """The serial number in the recorded ``/info``."""
        return self.recording.serial

    def paths(self) -> tuple[str, ...]:
        """Every path that some firmware answers; of the recording only the names are known."""
        return ENDPOINTS

    def answer(self, question: Question, now: float) -> Answer:
        """What was recorded, or 404."""
        if self.tokens is not None:
            free = not self.require_token or question.path in _OPEN_TO_ALL
            if question.path == "/auth/check_jwt" and self.require_token:
                return self.tokens.check(question.headers, now)
            if question.path == "/auth/check_jwt":
                return html("<!DOCTYPE html><h2>Valid token.</h2>\n")
            if not free and not self.tokens.allows(question.headers, now):
                return unauthorized()
        if question.method != "GET":
            return self._write(question.body)
        found = self.recording.answer(question.target)
        return absent(question.path, self.recording.version) if found is None else found

    def _write(self, body: bytes) -> Answer:
        if not self.accept_writes:
            return html("405 Not Allowed", 405)
        try:
            msgspec.json.decode(body)
        except msgspec.DecodeError:
            return html("400 Bad Request", 400)
        return Answer(200, b"{}", "application/json")

    def respond(self, answer: Answer, _now: float, /) -> httpx.Response:
        """Put the answer into HTTP with the recorded headers only."""
        headers = list(answer.headers)
        if answer.content_type is not None:
            headers.append(("content-type", answer.content_type))
        return respond(answer, headers)

    def reboot(self, _now: float, /) -> None:
        """End the sessions."""
        if self.tokens is not None:
            self.tokens.forget()
