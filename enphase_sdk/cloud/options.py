"""The options of a cloud client, checked once and shared by the sync and the async one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypedDict

from attrs import evolve, frozen

from enphase_sdk.clock import Clock, SteadyTime, current_clock
from enphase_sdk.cloud.api import Api, Authorizer, Signing
from enphase_sdk.cloud.cache import Cache, answers_in
from enphase_sdk.cloud.flow import Policy
from enphase_sdk.cloud.ledgers import Named, ledger_of
from enphase_sdk.cloud.plans import Plan, PlanName, Reserve, plan_named, reserved
from enphase_sdk.cloud.quota import Pacer
from enphase_sdk.cloud.retry import Backoff
from enphase_sdk.core.decode import Reader
from enphase_sdk.core.effects import Sleep
from enphase_sdk.core.timeouts import Timeouts, timeouts
from enphase_sdk.errors import ConfigError

if TYPE_CHECKING:
    import httpx

__all__ = ["LARGEST_BODY", "Changes", "Options", "refuse_coroutines", "refuse_coroutines_async"]

# Bytes after decompression. Real answers of the cloud are far smaller.
LARGEST_BODY = 64 * 1024 * 1024


class Changes(TypedDict, total=False):
    """The arguments of a client's `with_options`, with the meaning of the client's own."""

    timeout: float | httpx.Timeout | None
    max_retries: int
    max_wait: float
    quota: Plan | PlanName | None
    reserve: Reserve | int | None
    strict: bool
    on_wait: Callable[[Sleep], object] | None
    max_body: int
    cache: str | os.PathLike[str] | Cache | None
    fresh: bool


@frozen
class Options:
    """Everything about a client that is not its connection.

    Attributes:
        policy: What the flow of a call needs.
        timeouts: Time limits of one request.
        clock: The clock for waits.
        on_wait: Called before every wait.
        max_body: Largest size of an answer, bytes.
        given: The options as the caller gave them, for a client like this one in another process.
        signing: The base URL, the credentials and the application.
    """

    policy: Policy
    timeouts: Timeouts
    clock: Clock
    on_wait: Callable[[Sleep], object] | None
    max_body: int
    given: Mapping[str, Any]
    signing: Signing

    @classmethod
    def made(
        cls,
        api: Api,
        signing: Signing,
        plan: str | None,
        *,
        timeout: float | httpx.Timeout | None,
        max_retries: int,
        max_wait: float,
        quota: Plan | str | None,
        strict: bool,
        on_wait: Callable[[Sleep], object] | None,
        max_body: int,
        cache: str | os.PathLike[str] | Cache | None,
        named: Named,
        reserve: Reserve | int | None,
        authorizer: Callable[[SteadyTime, Backoff], Authorizer] | None = None,
    ) -> Options:
        """Options of a new client.

        Raises:
            ConfigError: one of them cannot be used.
        """
        clock = current_clock()
        time, backoff = SteadyTime(clock), Backoff(_retries(max_retries))
        chosen = _plan(quota if quota is not None else plan)
        policy = Policy(
            pacer=Pacer(
                chosen,
                ledger_of(named, clock),
                named.application,
                time=time,
                reserve=reserved(reserve, chosen),
            ),
            backoff=backoff,
            max_wait=_wait(max_wait),
            reader=Reader(strict=strict),
            api=api,
            redactor=signing.redactor,
            time=time,
            authorizer=None if authorizer is None else authorizer(time, backoff),
            cache=answers_in(cache, signing, api.name),
        )
        given = {
            "timeout": timeout,
            "max_retries": max_retries,
            "max_wait": max_wait,
            "quota": quota,
            "strict": strict,
            "max_body": max_body,
            "cache": cache,
            "ledger": named.elsewhere(),
            "reserve": reserve,
        }
        return cls(policy, timeouts(timeout), clock, on_wait, _size(max_body), given, signing)

    def changed(self, changes: Changes) -> Options:
        """A copy with some options changed; it shares the quota unless `quota` is changed.

        Raises:
            ConfigError: there is no such option, or it belongs to the connection.
        """
        options, policy = self, self.policy
        given: dict[str, Any] = {**changes}
        for name, value in given.items():
            if name == "timeout":
                options = evolve(options, timeouts=timeouts(value))
            elif name == "on_wait":
                options = evolve(options, on_wait=value)
            elif name == "max_body":
                options = evolve(options, max_body=_size(value))
            elif name == "max_retries":
                policy = evolve(policy, backoff=Backoff(_retries(value)))
            elif name == "max_wait":
                policy = evolve(policy, max_wait=_wait(value))
            elif name == "quota":
                policy = evolve(policy, pacer=policy.pacer.with_plan(_plan(value)))
            elif name == "reserve":
                policy = evolve(policy, pacer=policy.pacer.with_reserve(value))
            elif name == "strict":
                policy = evolve(policy, reader=Reader(strict=value))
            elif name == "cache":
                policy = evolve(policy, cache=answers_in(value, self.signing, policy.api.name))
            elif name == "fresh":
                policy = evolve(policy, fresh=bool(value))
            else:
                raise ConfigError(
                    f"with_options cannot change {name!r}; it can change timeout, max_retries, "
                    "max_wait, quota, reserve, strict, on_wait, max_body, cache and fresh. For "
                    "another account, address or transport make a new client"
                )
        kept = {**options.given, **given}
        kept.pop("on_wait", None)
        kept.pop("fresh", None)
        return evolve(options, policy=policy, given=kept)


def _retries(value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ConfigError(f"max_retries must be a whole number, 0 for no retries, not {value!r}")
    return value


def _wait(value: float) -> float:
    if value != 0 and not _positive(value):
        raise ConfigError(f"max_wait must be seconds, 0 for no wait, not {value!r}")
    return float(value)


def _size(value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"max_body must be a number of bytes above 0, not {value!r}")
    return value


def refuse_coroutines(on_wait: Callable[[Sleep], object] | None) -> None:
    """Refuse a coroutine function as `on_wait` of a sync client, which cannot await it.

    Raises:
        ConfigError: `on_wait` is a coroutine function.
    """
    if iscoroutinefunction(on_wait):
        raise ConfigError("on_wait is a coroutine function; only an async client awaits it")


def refuse_coroutines_async(on_wait: Callable[[Sleep], object] | None) -> None:
    """Accept every `on_wait`: an async client can await it."""


def _positive(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


def _plan(quota: Plan | str | None) -> Plan | None:
    if quota is None or isinstance(quota, Plan):
        return quota
    if isinstance(quota, str):
        return plan_named(quota)
    raise ConfigError(f"quota must be a plan's name, a Plan or None, not {quota!r}")
