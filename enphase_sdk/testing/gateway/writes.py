"""Writes to a simulated gateway: what each one demands and what it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec
from attrs import frozen

from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.testing.gateway.answers import Answer, json_answer
from enphase_sdk.testing.gateway.ensemble import acb_serials
from enphase_sdk.testing.gateway.profiles import Profile
from enphase_sdk.testing.gateway.settings import Settings

__all__ = ["GatewayCrashedError", "Writes"]

Json: TypeAlias = dict[str, Any]

# How long live data is renewed after it was asked for, seconds.
LIVE_SECONDS = 900.0

_MODES = ("backup", "self-consumption", "economy", "savings-mode")
_OPTIONAL = {"seasons_sell", "opt_schedules", "operation_mode_sub_type", "date", "logger"}
_REFUSED_TYPE = "application/json"


class GatewayCrashedError(Exception):
    """The write took the gateway down; it stays down until it is rebooted."""


class _RefusedError(Exception):
    """The body is not what the endpoint takes."""


@frozen
class Writes:
    """The endpoints that can be written to.

    Attributes:
        profile: The gateway's equipment.
        settings: The documents that are changed.
    """

    profile: Profile
    settings: Settings

    def apply(self, method: str, path: str, body: bytes, now: float) -> Answer | None:
        """Carry out a write and answer it.

        Args:
            method: The HTTP method.
            path: The path without query.
            body: The body as it was sent, whatever content type it claims.
            now: The gateway's clock, epoch seconds.

        Returns:
            The answer: 200 with the document as it now stands or 400 with what is wrong;
            None where this gateway has nothing to write there.

        Raises:
            GatewayCrashedError: The body was one that takes real gateways down.
        """
        handler = self._handlers().get((method, path))
        if handler is None:
            return None
        try:
            sent = msgspec.json.decode(body)
        except msgspec.DecodeError:
            return json_answer({"error": "the body is not JSON"}, _REFUSED_TYPE, 400)
        try:
            return json_answer(handler(_object(sent, "the body"), int(now)))
        except _RefusedError as refusal:
            return json_answer({"error": str(refusal)}, _REFUSED_TYPE, 400)

    def _handlers(self) -> Mapping[tuple[str, str], Callable[[Json, int], Json]]:
        profile = self.profile
        handlers: dict[tuple[str, str], Callable[[Json, int], Json]] = {}
        if profile.enpower or profile.collar:
            handlers["POST", "/ivp/ensemble/relay"] = self._relay
        if profile.enpower:
            handlers["POST", "/ivp/ensemble/dry_contacts"] = self._dry_contact
            handlers["POST", "/ivp/ss/dry_contact_settings"] = self._dry_contact_settings
        if profile.version >= (7,):
            handlers["PUT", "/admin/lib/tariff"] = self._tariff
            handlers["POST", "/ivp/livedata/stream"] = self._live_stream
        if profile.acbs:
            handlers["PUT", "/admin/lib/acb_config"] = self._acb_sleep
            handlers["DELETE", "/admin/lib/acb_config"] = self._acb_wake
        if profile.generator:
            handlers["POST", "/ivp/ss/gen_mode"] = self._generator_mode
            handlers["POST", "/ivp/ss/gen_config"] = self._generator_config
            handlers["POST", "/ivp/ss/gen_schedule"] = self._generator_schedule
        return handlers

    def _relay(self, sent: Json, _now: int) -> Json:
        wanted = _choice(sent, "mains_admin_state", ("open", "closed"))
        self.settings.controls.on_grid = wanted == "closed"
        return {"mains_admin_state": wanted}

    def _dry_contact(self, sent: Json, _now: int) -> Json:
        contact = _object(sent.get("dry_contacts"), "dry_contacts")
        name = _choice(contact, "id", tuple(self.settings.contacts))
        self.settings.contacts[name] = _choice(contact, "status", ("open", "closed"))
        return {"dry_contacts": [{"id": name, "status": self.settings.contacts[name]}]}

    def _dry_contact_settings(self, sent: Json, _now: int) -> Json:
        record = _object(sent.get("dry_contacts"), "dry_contacts")
        name = _choice(record, "id", tuple(self.settings.contact_settings))
        standing = self.settings.contact_settings[name]
        if standing.keys() - record.keys():
            raise GatewayCrashedError
        # Real gateways take true for "true" here, and answer with the text again.
        plain = {
            key: str(value).lower() if isinstance(value, bool) else value
            for key, value in record.items()
        }
        _same_kinds(standing, plain)
        self.settings.contact_settings[name] = plain
        return {"dry_contacts": [plain]}

    def _tariff(self, sent: Json, now: int) -> Json:
        tariff = _object(sent.get("tariff"), "tariff")
        standing = self.settings.tariff
        _whole(standing, tariff)
        storage = _object(tariff.get("storage_settings"), "storage_settings")
        _whole(standing["storage_settings"], storage)
        _choice(storage, "mode", _MODES)
        for name in ("reserved_soc", "very_low_soc"):
            if not 0 <= storage[name] <= 100:
                raise _RefusedError(f"{name} must be from 0 to 100")
        scheduled = standing["storage_settings"].get("opt_schedules", False)
        if scheduled and storage.get("opt_schedules", True):
            storage = {**storage, "mode": standing["storage_settings"]["mode"]}
        self.settings.tariff = {
            **standing,
            **tariff,
            "date": str(now),
            "storage_settings": {**standing["storage_settings"], **storage, "date": str(now)},
        }
        self.settings.tariff_seconds = now
        self.settings.obey_tariff()
        return {"tariff": self.settings.tariff, "schedule": self.settings.schedule()}

    def _live_stream(self, sent: Json, now: int) -> Json:
        if sent.get("enable") not in (0, 1):
            raise _RefusedError("enable must be 0 or 1")
        self.settings.live_until = now + LIVE_SECONDS if sent["enable"] else 0.0
        return {"sc_stream": "enabled" if sent["enable"] else "disabled"}

    def _acb_sleep(self, sent: Json, _now: int) -> Json:
        for battery in self._batteries(sent):
            low, high = battery.get("sleep_min_soc"), battery.get("sleep_max_soc")
            if not (isinstance(low, int) and isinstance(high, int) and 0 <= low < high <= 100):
                raise _RefusedError("sleep_min_soc and sleep_max_soc must be percentages, in order")
            self.settings.acb_sleep[battery["serial_num"]] = (low, high)
        return self.settings.sleeping()

    def _acb_wake(self, sent: Json, _now: int) -> Json:
        for battery in self._batteries(sent):
            self.settings.acb_sleep.pop(battery["serial_num"], None)
        return self.settings.sleeping()

    def _batteries(self, sent: Json) -> list[Json]:
        listed = sent.get("acb_sleep")
        if not is_array(listed) or not listed:
            raise _RefusedError("acb_sleep must be a list of batteries")
        batteries = [_object(item, "acb_sleep[]") for item in listed]
        for battery in batteries:
            _choice(battery, "serial_num", tuple(acb_serials(self.profile)))
        return batteries

    def _generator_mode(self, sent: Json, _now: int) -> Json:
        self.settings.controls.generator = _choice(sent, "gen_cmd", ("on", "off", "auto"))
        return {"gen_cmd": self.settings.controls.generator}

    def _generator_config(self, sent: Json, _now: int) -> Json:
        _whole(self.settings.generator_config, sent)
        self.settings.generator_config = sent
        self.settings.obey_generator()
        return sent

    def _generator_schedule(self, sent: Json, _now: int) -> Json:
        standing = self.settings.generator_schedule
        _whole(standing, sent)
        for part in ("exercise_config", "default_soc"):
            _whole(standing[part], sent[part])
        self.settings.generator_schedule = sent
        self.settings.obey_generator()
        return sent


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
        raise _RefusedError(f"the document is not whole: it lacks {', '.join(missing)}")
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
