"""What comes of writes to a simulated gateway: at once, late, never, or only for a while."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias, get_args

from attrs import define, field, fields, frozen

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing.gateway.profiles import LIMITS, PRODUCTION_SWITCH
from enphase_sdk.testing.gateway.settings import Settings

__all__ = ["WRITABLE", "Effect", "Effects", "WriteEffect"]

WriteEffect: TypeAlias = Literal["at once", "late", "stored only", "reverted"]
"""``late``: stored at once, acted on later. ``stored only``: never acted on. ``reverted``: stored
and acted on at once, and undone later, as the cloud does."""

# Seconds until real gateways act; those that are not named take a few seconds.
_LATE = {
    "/ivp/ensemble/relay": 90.0,
    "/admin/lib/acb_config": 900.0,
    PRODUCTION_SWITCH: 900.0,
    LIMITS: 75.0,
}
_SOON = 10.0
_REVERTED = 110.0

WRITABLE = (
    "/admin/lib/acb_config",
    "/admin/lib/tariff",
    "/ivp/ensemble/dry_contacts",
    "/ivp/ensemble/relay",
    PRODUCTION_SWITCH,
    LIMITS,
    "/ivp/ss/dry_contact_settings",
    "/ivp/ss/gen_config",
    "/ivp/ss/gen_mode",
    "/ivp/ss/gen_schedule",
)


@frozen
class Effect:
    """What comes of a write, and how many seconds later."""

    kind: WriteEffect
    after: float

    @classmethod
    def of(cls, path: str, kind: WriteEffect, after: float | None) -> Effect:
        """The effect of writes to `path`, after the usual time where none is given.

        Raises:
            InvalidArgumentError: There is no such path or effect, or the time makes no sense.
        """
        if path not in WRITABLE:
            raise InvalidArgumentError(
                f"{path!r} cannot be written to; there are: {', '.join(WRITABLE)}"
            )
        if kind not in get_args(WriteEffect):
            raise InvalidArgumentError(
                f"there is no effect {kind!r}; there are: {', '.join(get_args(WriteEffect))}"
            )
        if after is None:
            after = _REVERTED if kind == "reverted" else _LATE.get(path, _SOON)
        if not after >= 0:
            raise InvalidArgumentError(f"after={after!r} must be seconds, 0 or more")
        return cls(kind, after)


@define
class Effects:
    """The effects that are scripted, and those that are still to come."""

    _scripted: dict[str, Effect] = field(factory=dict[str, Effect])
    _pending: list[_Pending] = field(factory=lambda: list[_Pending]())

    def script(self, path: str, effect: Effect) -> None:
        """Let all writes to `path` have that effect from now on."""
        self._scripted[path] = effect

    def take(
        self, path: str, settings: Settings, before: Settings, act: Callable[[], None], now: float
    ) -> None:
        """Let a write that has been stored come to what is scripted.

        Args:
            path: What was written to.
            settings: The documents after the write.
            before: The same before it.
            act: Lets the plant obey the documents.
            now: The gateway's clock, epoch seconds.
        """
        effect = self._scripted.get(path, Effect("at once", 0.0))
        if effect.kind in ("at once", "reverted"):
            act()
        if effect.kind == "late":
            self._pending.append(_Pending(now + effect.after, act))
        elif effect.kind == "reverted":
            old = _differing(before, settings)

            def undo() -> None:
                for name, value in old.items():
                    setattr(settings, name, value)
                act()

            self._pending.append(_Pending(now + effect.after, undo))

    def due(self, now: float) -> list[tuple[float, Callable[[], None]]]:
        """What has happened by `now`, in its order, and when; each is told once."""
        come = sorted(
            (entry for entry in self._pending if entry.at <= now), key=lambda entry: entry.at
        )
        self._pending = [entry for entry in self._pending if entry.at > now]
        return [(entry.at, entry.act) for entry in come]


@frozen
class _Pending:
    at: float
    act: Callable[[], None]


def _differing(before: Settings, after: Settings) -> Mapping[str, Any]:
    """The documents of `before` that are not the same in `after`."""
    return {
        one.name: copy.deepcopy(getattr(before, one.name))
        for one in fields(Settings)
        if one.name not in ("controls", "unsettled_until")
        and getattr(before, one.name) != getattr(after, one.name)
    }
