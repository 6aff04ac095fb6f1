"""Planning the writes of batteries: the tariff's storage settings, and sleep of AC Batteries.

The whole tariff is sent back: the owner's prices and unknown keys stay as they were read. A stored
setting is not always in effect: firmware 8.2.4225 and up stores settings without acting on them,
and on 8.3 the cloud restores its own settings within two minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from enphase_sdk.core.effects import Flow
from enphase_sdk.core.json import is_object
from enphase_sdk.errors import InvalidArgumentError, NotAvailableError
from enphase_sdk.gateway import sources
from enphase_sdk.gateway.control.asking import (
    LISTS_NONE,
    Asking,
    checked_choice,
    checked_flag,
    checked_number,
    checked_percent,
    document,
    equipment,
    look_up,
    or_none,
)
from enphase_sdk.gateway.control.changes import Look, Plan, PlannedRequest
from enphase_sdk.gateway.models.storage import AcBattery
from enphase_sdk.gateway.reading import fetch

__all__ = [
    "acb_sleep",
    "charge_from_grid",
    "mode",
    "optimized_schedules",
    "reserve",
]

_MODES = ("backup", "self-consumption", "economy", "savings-mode")
# Two names of the same mode; a gateway gets the one it uses.
_ECONOMY = ("economy", "savings-mode")

# Seconds. The first reading shows whether it has effect, the second whether the cloud undid it.
_LOOKS = (30.0, 180.0)
_SLEEP_LOOKS = tuple(60.0 * minute for minute in range(1, 16))

_ASLEEP = "envoy.cond_flags.pcu_ctrl.sleep-mode"

_SCHEDULED = "/ivp/sc/sched"
_ACB = "/admin/lib/acb_config"

_OFTEN_IGNORED = (8, 2, 4225)
_PUSHED_AGAIN = (8, 3)
_IGNORED = (
    "firmware 8.2.4225 and up stores this and often does not act on it, and on 8.3 the cloud "
    "restores its own settings within minutes; use the cloud's API (v4) there"
)
_FIRST_TO_THE_BAND = (
    "the battery first charges or discharges to the band, and then sleeps; it reports this after "
    "10 to 15 minutes"
)

Effective = Callable[[dict[str, Any]], Flow[tuple[bool | None, dict[str, Any]]]]


def mode(asking: Asking, wanted: str, *, optimized: bool | None) -> Flow[Plan]:
    """Plan the storage mode: what the batteries are used for."""
    checked_choice(wanted, "mode", _MODES)
    if optimized is not None:
        checked_flag(optimized, "optimized_schedules")
    tariff, storage = yield from _tariff(asking)
    standing = storage.get("mode")
    spelt = standing if wanted in _ECONOMY and standing in _ECONOMY else wanted
    changes: dict[str, Any] = {"mode": spelt}
    if "opt_schedules" in storage:
        if optimized is None and storage["opt_schedules"]:
            raise InvalidArgumentError(
                f"firmware {asking.info.firmware} ignores the mode while optimized schedules are "
                "on, as they are now; turn them off with optimized_schedules=False "
                "(--optimized-schedules off), or pass True (on) to store the mode without effect"
            )
        if optimized is not None:
            changes["opt_schedules"] = optimized
    elif optimized:
        raise NotAvailableError(f"firmware {asking.info.firmware} has no optimized schedules")

    def effective(told: dict[str, Any]) -> Flow[tuple[bool | None, dict[str, Any]]]:
        yield from ()
        schedule = told.get("schedule")
        runs = look_up(schedule, "batt_mode") or look_up(schedule, "battery_mode")
        same = runs == spelt or (runs in _ECONOMY and spelt in _ECONOMY)
        return (None if runs is None else same), {"batt_mode": runs}

    return _stored(asking, tariff, storage, changes, effective)


def reserve(asking: Asking, percent: float) -> Flow[Plan]:
    """Plan the charge that is kept for an outage."""
    wanted = checked_percent(percent, "percent")
    tariff, storage = yield from _tariff(asking)
    lowest = storage.get("very_low_soc")
    if isinstance(lowest, int | float) and wanted < lowest:
        raise InvalidArgumentError(
            f"percent must be {lowest:g} or more: below that the batteries shut down (very_low_soc)"
        )

    def effective(_: dict[str, Any]) -> Flow[tuple[bool | None, dict[str, Any]]]:
        told = yield from or_none(document(sources.SECONDARY_CONTROL.path))
        runs = look_up(told, "configured_backup_soc")
        # Reported in whole percent.
        same = abs(runs - wanted) < 1 if isinstance(runs, int | float) else None
        return same, {"configured_backup_soc": runs}

    return _stored(asking, tariff, storage, {"reserved_soc": wanted}, effective)


def charge_from_grid(asking: Asking, on: bool) -> Flow[Plan]:
    """Permit charging from the grid, or not; it does not start charging."""
    wanted = checked_flag(on, "on")
    tariff, storage = yield from _tariff(asking)

    def effective(told: dict[str, Any]) -> Flow[tuple[bool | None, dict[str, Any]]]:
        name = "Charge From Grid Allowed"
        runs = look_up((yield from or_none(document(_SCHEDULED))), name)
        if runs is None and asking.info.version < _PUSHED_AGAIN:
            name = "schedule.charge_from_grid"
            runs = look_up(told.get("schedule"), "charge_from_grid")
        return (None if runs is None else runs is wanted), {name: runs}

    return _stored(asking, tariff, storage, {"charge_from_grid": wanted}, effective)


def optimized_schedules(asking: Asking, on: bool) -> Flow[Plan]:
    """Let Enphase's schedules control the batteries (on), or the stored mode (off)."""
    wanted = checked_flag(on, "on")
    tariff, storage = yield from _tariff(asking)
    if "opt_schedules" not in storage:
        raise NotAvailableError(f"firmware {asking.info.firmware} has no optimized schedules")

    def effective(told: dict[str, Any]) -> Flow[tuple[bool | None, dict[str, Any]]]:
        yield from ()
        runs = look_up(told.get("schedule"), "opt_schedules")
        return (None if runs is None else runs is wanted), {"schedule.opt_schedules": runs}

    return _stored(asking, tariff, storage, {"opt_schedules": wanted}, effective)


def _tariff(asking: Asking) -> Flow[tuple[dict[str, Any], dict[str, Any]]]:
    """The present tariff, and its storage settings.

    Raises:
        NotAvailableError: There are no IQ Batteries, or no storage settings.
    """
    asking.require("owner", "changing storage settings")
    found = yield from or_none(equipment())
    if found is None or found.encharge is None:
        raise NotAvailableError(f"storage settings need IQ Batteries (Encharge), and {LISTS_NONE}")
    tariff = (yield from document(sources.TARIFF.path)).get("tariff")
    storage = look_up(tariff, "storage_settings")
    if not is_object(tariff) or not is_object(storage):
        raise NotAvailableError(
            f"{sources.TARIFF.path}: firmware {asking.info.firmware} has no storage settings"
        )
    return tariff, storage


def _stored(
    asking: Asking,
    tariff: dict[str, Any],
    storage: dict[str, Any],
    changes: Mapping[str, Any],
    effective: Effective,
) -> Plan:
    """The plan of a change in the tariff's storage settings."""
    whole = {**tariff, "storage_settings": {**storage, **changes}}

    def look() -> Flow[Look]:
        told = yield from document(sources.TARIFF.path)
        now = look_up(told.get("tariff"), "storage_settings")
        after = {name: look_up(now, name) for name in changes}
        does, effect = yield from effective(told)
        return Look(after, after == changes, does, effect)

    return Plan(
        request=PlannedRequest(
            "PUT",
            sources.TARIFF.path,
            {"tariff": whole},
            _IGNORED if asking.info.version >= _OFTEN_IGNORED else None,
            before={name: storage.get(name) for name in changes},
            requested=dict(changes),
        ),
        look=look,
        looks_at=_LOOKS,
        can_revert=True,
    )


def acb_sleep(asking: Asking, serial: str, band: tuple[float, float] | None) -> Flow[Plan]:
    """Put an AC Battery to sleep within a band of charge (percent), or wake it (None)."""
    if not isinstance(serial, str) or not serial.isdecimal():
        raise InvalidArgumentError("serial must be an AC Battery's serial number, as text")
    record: dict[str, Any] = {"serial_num": serial}
    if band is not None:
        low, high = (
            checked_number(value, name, 0, 100)
            for name, value in zip(("min_soc", "max_soc"), band, strict=True)
        )
        if low != int(low) or high != int(high) or low > high:
            raise InvalidArgumentError(
                "min_soc and max_soc must be whole percents, and min_soc not above max_soc"
            )
        record |= {"sleep_min_soc": int(low), "sleep_max_soc": int(high)}
    asking.require("owner", "sleep of an AC Battery")
    batteries = yield from or_none(fetch(sources.ACB_INVENTORY))
    if batteries:
        if serial not in batteries:
            raise InvalidArgumentError(
                f"there is no AC Battery {serial}; use one of: {', '.join(batteries)}"
            )
    elif batteries is not None or not (yield from _has_ac_batteries()):
        raise NotAvailableError(f"sleep needs an AC Battery, and {LISTS_NONE}")
    band_asked = {name: value for name, value in record.items() if name != "serial_num"}
    requested = {"sleep_enabled": band is not None, **band_asked}

    def look() -> Flow[Look]:
        battery = (yield from fetch(sources.ACB_INVENTORY)).get(serial)
        if battery is None:
            return Look()
        after = {name: getattr(battery, name) for name in requested}
        asleep = _ASLEEP in (battery.device_status or ())
        effective = after == requested and asleep is (band is not None)
        effect = {"asleep": asleep, "percent_full": battery.percent_full}
        return Look(after, after == requested, effective, effect)

    return Plan(
        request=PlannedRequest(
            "DELETE" if band is None else "PUT",
            _ACB,
            {"acb_sleep": [record]},
            None if band is None else _FIRST_TO_THE_BAND,
            before=_sleep((batteries or {}).get(serial), requested),
            requested=requested,
        ),
        look=look,
        looks_at=_SLEEP_LOOKS,
    )


def _sleep(battery: AcBattery | None, names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: getattr(battery, name, None) for name in names}


def _has_ac_batteries() -> Flow[bool]:
    """Whether the production data reports AC Batteries, if there is no list of devices."""
    page = yield from or_none(fetch(sources.PRODUCTION_JSON))
    return page is not None and page.acb is not None and page.acb.batteries > 0
