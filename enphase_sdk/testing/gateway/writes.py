"""Writes to a simulated gateway: the checks of each one and its effect."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec
from attrs import frozen

from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.testing.gateway.answers import Answer, json_answer
from enphase_sdk.testing.gateway.effects import Effects
from enphase_sdk.testing.gateway.ensemble import acb_serials
from enphase_sdk.testing.gateway.profiles import LIMITS, LIMITS_SINCE, PRODUCTION_SWITCH, Profile
from enphase_sdk.testing.gateway.settings import Settings

__all__ = ["GatewayCrashedError", "Writes"]

Json: TypeAlias = dict[str, Any]

# Seconds for which live data is renewed after it was asked for.
LIVE_SECONDS = 900.0

Act: TypeAlias = Callable[[], None]
"""Makes the plant do what was stored."""

Handler: TypeAlias = Callable[[Json, int], tuple[Json | None, Act]]
"""Stores what was sent; returns the answer, None for an empty one, and the effect."""

# Seconds after a change of a contact's settings in which every NC contact reads ``open``.
_UNSETTLED = 90.0

_MODES = ("backup", "self-consumption", "economy", "savings-mode")
_OPTIONAL = {"seasons_sell", "opt_schedules", "operation_mode_sub_type", "date", "logger"}
_REFUSED_TYPE = "application/json"


class GatewayCrashedError(Exception):
    """The write crashed the gateway; it is down until it is rebooted."""


class _RefusedError(Exception):
    """The endpoint does not accept the body."""


@frozen
class Writes:
    """The endpoints that can be written to.

    Attributes:
        profile: The gateway's equipment.
        settings: The documents that are changed.
        effects: What comes of it, and when.
    """

    profile: Profile
    settings: Settings
    effects: Effects

    def apply(self, method: str, path: str, body: bytes, now: float) -> Answer | None:
        """Carry out a write and answer it.

        Args:
            method: The HTTP method.
            path: The path without query.
            body: The body as it was sent, whatever content type it claims.
            now: The gateway's clock, epoch seconds.

        Returns:
            The answer: 200 with the changed document, 204, or 400 with the error; None if this
            gateway has no such endpoint for writes.

        Raises:
            GatewayCrashedError: The body crashes real gateways.
        """
        handler = self._handlers().get((method, path))
        if handler is None:
            return None
        try:
            sent = msgspec.json.decode(body)
        except msgspec.DecodeError:
            return json_answer({"error": "the body is not JSON"}, _REFUSED_TYPE, 400)
        before = copy.deepcopy(self.settings)
        try:
            told, act = handler(_object(sent, "the body"), int(now))
        except _RefusedError as refusal:
            return json_answer({"error": str(refusal)}, _REFUSED_TYPE, 400)
        answer = Answer(204) if told is None else json_answer(told)
        self.effects.take(path, self.settings, before, act, now)
        return answer

    def _handlers(self) -> Mapping[tuple[str, str], Handler]:
        profile = self.profile
        handlers: dict[tuple[str, str], Handler] = {}
        if profile.enpower or profile.collar:
            handlers["POST", "/ivp/ensemble/relay"] = self._relay
        if profile.enpower:
            handlers["POST", "/ivp/ensemble/dry_contacts"] = self._dry_contact
            handlers["POST", "/ivp/ss/dry_contact_settings"] = self._dry_contact_settings
        if profile.version >= (7,):
            handlers["PUT", "/admin/lib/tariff"] = self._tariff
            handlers["POST", "/ivp/livedata/stream"] = self._live_stream
            handlers["PUT", PRODUCTION_SWITCH] = self._production
        if profile.version >= LIMITS_SINCE:
            handlers["POST", LIMITS] = self._limit
        if profile.acbs:
            handlers["PUT", "/admin/lib/acb_config"] = self._acb_sleep
            handlers["DELETE", "/admin/lib/acb_config"] = self._acb_wake
        if profile.generator:
            handlers["POST", "/ivp/ss/gen_mode"] = self._generator_mode
            handlers["POST", "/ivp/ss/gen_config"] = self._generator_config
            handlers["POST", "/ivp/ss/gen_schedule"] = self._generator_schedule
        return handlers

    def _relay(self, sent: Json, _now: int) -> tuple[Json, Act]:
        wanted = _choice(sent, "mains_admin_state", ("open", "closed"))
        settings = self.settings
        settings.mains = wanted

        def act() -> None:
            settings.controls.on_grid = settings.mains == "closed"

        return {"mains_admin_state": wanted}, act

    def _dry_contact(self, sent: Json, _now: int) -> tuple[Json, Act]:
        contact = _object(sent.get("dry_contacts"), "dry_contacts")
        name = _choice(contact, "id", tuple(self.settings.contacts))
        status = _choice(contact, "status", ("open", "closed"))
        before = self.settings.contacts[name]
        acted = False

        def act() -> None:
            # What a contact does is all there is: undoing moves it back.
            nonlocal acted
            self.settings.contacts[name] = before if acted else status
            acted = True

        return {"dry_contacts": [{"id": name, "status": status}]}, act

    def _dry_contact_settings(self, sent: Json, now: int) -> tuple[Json, Act]:
        record = _object(sent.get("dry_contacts"), "dry_contacts")
        name = _choice(record, "id", tuple(self.settings.contact_settings))
        standing = self.settings.contact_settings[name]
        if standing.keys() - record.keys():
            raise GatewayCrashedError
        # Real gateways accept true for "true" here, and answer with the text.
        plain = {
            key: str(value).lower() if isinstance(value, bool) else value
            for key, value in record.items()
        }
        _same_kinds(standing, plain)
        self.settings.contact_settings = {**self.settings.contact_settings, name: plain}
        self.settings.unsettled_until = now + _UNSETTLED
        return {"dry_contacts": [plain]}, _nothing

    def _tariff(self, sent: Json, now: int) -> tuple[Json, Act]:
        tariff = _object(sent.get("tariff"), "tariff")
        standing = self.settings.tariff
        _whole(standing, tariff)
        storage = _object(tariff.get("storage_settings"), "storage_settings")
        _whole(standing["storage_settings"], storage)
        _choice(storage, "mode", _MODES)
        for name in ("reserved_soc", "very_low_soc"):
            if not 0 <= storage[name] <= 100:
                raise _RefusedError(f"{name} must be from 0 to 100")
        self.settings.tariff = {
            **standing,
            **tariff,
            "date": str(now),
            "storage_settings": {**standing["storage_settings"], **storage, "date": str(now)},
        }
        self.settings.tariff_seconds = now
        told = {"tariff": self.settings.tariff, "schedule": self.settings.schedule()}
        return told, self.settings.obey_tariff

    def _production(self, sent: Json, _now: int) -> tuple[None, Act]:
        wanted = sent.get("arr")
        if sent.get("length") != 1 or wanted not in ([0], [1]):
            raise _RefusedError("arr must be [0] or [1], and length 1")
        settings = self.settings
        settings.forced_off = wanted == [1]

        def act() -> None:
            settings.controls.producing = not settings.forced_off

        return None, act

    def _limit(self, sent: Json, _now: int) -> tuple[Json, Act]:
        told = _object(sent.get("dynamic_pel_settings"), "dynamic_pel_settings")
        standing = self.settings.limits["dynamic_pel_settings"]
        if not isinstance(told.get("enable"), bool):
            raise _RefusedError("enable must be true or false")
        _same_kinds(standing, told)
        if told["enable"] and standing.keys() - told.keys():
            raise _RefusedError("a limit needs all of its settings")
        settings, version = self.settings, self.profile.version
        settings.limits = {**settings.limits, "dynamic_pel_settings": {**standing, **told}}
        return sent, lambda: settings.obey_limits(version)

    def _live_stream(self, sent: Json, now: int) -> tuple[Json, Act]:
        if sent.get("enable") not in (0, 1):
            raise _RefusedError("enable must be 0 or 1")
        self.settings.live_until = now + LIVE_SECONDS if sent["enable"] else 0.0
        return {"sc_stream": "enabled" if sent["enable"] else "disabled"}, _nothing

    def _acb_sleep(self, sent: Json, _now: int) -> tuple[Json, Act]:
        bands: dict[str, tuple[int, int]] = {}
        for battery in self._batteries(sent):
            low, high = battery.get("sleep_min_soc"), battery.get("sleep_max_soc")
            if not (isinstance(low, int) and isinstance(high, int) and 0 <= low < high <= 100):
                raise _RefusedError("sleep_min_soc and sleep_max_soc must be percentages, in order")
            bands[battery["serial_num"]] = (low, high)
        self.settings.acb_sleep = {**self.settings.acb_sleep, **bands}
        return self.settings.sleeping(), self._obey_sleep

    def _acb_wake(self, sent: Json, _now: int) -> tuple[Json, Act]:
        woken = {battery["serial_num"] for battery in self._batteries(sent)}
        told = self.settings.acb_sleep
        self.settings.acb_sleep = {one: told[one] for one in told if one not in woken}
        return self.settings.sleeping(), self._obey_sleep

    def _obey_sleep(self) -> None:
        self.settings.asleep = set(self.settings.acb_sleep)

    def _batteries(self, sent: Json) -> list[Json]:
        listed = sent.get("acb_sleep")
        if not is_array(listed) or not listed:
            raise _RefusedError("acb_sleep must be a list of batteries")
        batteries = [_object(item, "acb_sleep[]") for item in listed]
        for battery in batteries:
            _choice(battery, "serial_num", tuple(acb_serials(self.profile)))
        return batteries

    def _generator_mode(self, sent: Json, _now: int) -> tuple[Json, Act]:
        settings = self.settings
        settings.generator_mode = _choice(sent, "gen_cmd", ("on", "off", "auto"))

        def act() -> None:
            settings.controls.generator = settings.generator_mode

        return {"gen_cmd": settings.generator_mode}, act

    def _generator_config(self, sent: Json, _now: int) -> tuple[Json, Act]:
        _whole(self.settings.generator_config, sent)
        # Without a battery charging from the generator is turned on again.
        self.settings.generator_config = (
            sent if self.profile.stored else {**sent, "charge_from_generator": True}
        )
        return sent, self.settings.obey_generator

    def _generator_schedule(self, sent: Json, _now: int) -> tuple[Json, Act]:
        standing = self.settings.generator_schedule
        _whole(standing, sent)
        for part in ("exercise_config", "default_soc"):
            _whole(standing[part], sent[part])
        self.settings.generator_schedule = sent
        return sent, self.settings.obey_generator


def _nothing() -> None:
    """Nothing comes of it but what is stored."""


def _object(value: Any, name: str) -> Json:
    if not is_object(value):
        raise _RefusedError(f"{name} must be an object")
    return value


def _choice(sent: Json, name: str, choices: tuple[str, ...]) -> str:
    value = sent.get(name)
    if value not in choices:
        raise _RefusedError(f"{name} must be one of {', '.join(choices)}")
    return str(value)


def _whole(standing: Json, sent: Json) -> None:
    missing = sorted(standing.keys() - sent.keys() - _OPTIONAL)
    if missing:
        raise _RefusedError(f"the document is not complete: it lacks {', '.join(missing)}")
    _same_kinds(standing, sent)


def _same_kinds(standing: Json, sent: Json) -> None:
    for name in standing.keys() & sent.keys():
        if _kind(standing[name]) != _kind(sent[name]):
            raise _RefusedError(f"{name} must be {_kind(standing[name])}")


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "an object"
