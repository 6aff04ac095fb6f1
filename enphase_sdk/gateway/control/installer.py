"""Planning the writes of installers: the production switch and the export limit."""

from __future__ import annotations

from typing import Any

from enphase_sdk.core.effects import Flow
from enphase_sdk.core.json import is_object
from enphase_sdk.errors import NotAvailableError
from enphase_sdk.gateway.control.asking import (
    Asking,
    checked_flag,
    checked_number,
    document,
    look_up,
)
from enphase_sdk.gateway.control.changes import Look, Plan, PlannedRequest

__all__ = ["export_limit", "production"]

_SWITCH = "/ivp/mod/603980032/mode/power"
_LIMIT = "/ivp/ss/dpel"
# The gateway's own web page sends this JSON with this type.
_FORM = "application/x-www-form-urlencoded; charset=UTF-8"

_QUARTER = tuple(60.0 * minute for minute in range(1, 16))
_LIMIT_LOOKS = (20.0, 75.0, 150.0, 300.0)

_OFF = (
    "production is switched off: microinverters stop slowly, and after switching on again some "
    "produce nothing before the next morning, or until Enphase's own tools wake them"
)
_ON = "microinverters may take until the next morning to produce again"
_LIMITS = "this limits the power of the plant; its owner and its grid operator must agree to it"

# W. Less than this is standby power and noise.
_NOTHING_W = 20
_TOLERANCE_W = 50

_GREATEST_W = 1_000_000
# Before this, `export_limit` true meant that production was limited.
_RIGHT_WAY_ROUND = (8, 3, 5232)


def production(asking: Asking, on: bool) -> Flow[Plan]:
    """Switch the microinverters' production on or off."""
    wanted = checked_flag(on, "on")
    asking.require("installer", "switching production")
    name = "powerForcedOff"
    standing = yield from document(_SWITCH)
    before = (yield from _watts(asking))[0]

    def look() -> Flow[Look]:
        off = (yield from document(_SWITCH)).get(name)
        watts = (yield from _watts(asking))[0]
        effective: bool | None = None
        if watts is not None and wanted:
            # No production can also mean night, or inverters that start again in the morning.
            effective = watts > _NOTHING_W or None
        elif watts is not None and (watts > _NOTHING_W or (before or 0) > _NOTHING_W):
            # In the dark nothing shows whether production was switched off.
            effective = watts <= _NOTHING_W
        return Look({name: off}, off is (not wanted), effective, {"watts_now": watts})

    return Plan(
        request=PlannedRequest(
            "PUT",
            _SWITCH,
            {"length": 1, "arr": [0 if wanted else 1]},
            _ON if wanted else _OFF,
            before={name: standing.get(name)},
            requested={name: not wanted},
        ),
        look=look,
        looks_at=_QUARTER,
        content_type=_FORM,
    )


def export_limit(asking: Asking, watts: float | None, *, slew_rate: float = 50.0) -> Flow[Plan]:
    """Limit the power exported to the grid, W; None removes the limit."""
    if watts is not None:
        # The gateway does not keep a limit of 0 W in this mode.
        watts = float(checked_number(watts, "watts", 1, _GREATEST_W))
    slew = float(checked_number(slew_rate, "slew_rate", 1, 100_000))
    asking.require("installer", "limiting export")
    whole = yield from document(_LIMIT)
    name = "dynamic_pel_settings"
    standing = whole.get(name)
    if not is_object(standing):
        raise NotAvailableError(f"{_LIMIT}: this gateway does not report limits")
    limits: dict[str, Any] = {"enable": False}
    if watts is not None:
        limits = {
            **standing,
            "enable": True,
            "export_limit": asking.info.version >= _RIGHT_WAY_ROUND,
            "limit_value_W": watts,
            "slew_rate": slew,
            "enable_dynamic_limiting": standing.get("enable_dynamic_limiting", False),
        }
    exported = (yield from _watts(asking))[1]

    def look() -> Flow[Look]:
        now = (yield from document(_LIMIT)).get(name)
        after = {key: look_up(now, key) for key in limits}
        export = (yield from _watts(asking))[1]
        effective: bool | None = None
        if watts is not None and export is not None:
            below = export <= watts + _TOLERANCE_W
            # Export that was below the limit before does not show the effect.
            effective = below if not below or (exported or 0) > watts + _TOLERANCE_W else None
        return Look(after, after == limits, effective, {"exported_w": export})

    return Plan(
        request=PlannedRequest(
            "POST",
            _LIMIT,
            {**whole, name: limits},
            _LIMITS,
            before={key: standing.get(key) for key in limits},
            requested=limits,
        ),
        look=look,
        looks_at=_LIMIT_LOOKS,
    )


def _watts(asking: Asking) -> Flow[tuple[int | None, int | None]]:
    """The power produced, and the power exported to the grid, W."""
    told = yield from asking.powers()
    made, net = told.system_production, told.system_net_consumption
    net_w = net.watts_now if net else None
    return (made.watts_now if made else None, None if net_w is None else -net_w)
