"""One write to a gateway: planned from the current document, sent once, then watched.

`prepared` plans and sends it without other requests in between; `watched` waits and reads the
result. Between two readings other requests can be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias, cast

import msgspec
from attrs import define, evolve, field, frozen

from enphase_sdk.core.effects import Flow, Reply, Request, Send, Sleep
from enphase_sdk.core.log import logger
from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    EnphaseError,
    FingerprintMismatchError,
    NotAvailableError,
)
from enphase_sdk.gateway.answers import Absent, answer_of, status_error

__all__ = [
    "ConfirmedChange",
    "Look",
    "Outcome",
    "Plan",
    "PlannedRequest",
    "Watch",
    "prepared",
    "watched",
]

Outcome: TypeAlias = Literal["applied", "stored only", "reverted", "unknown"]
"""The outcome of a write, according to the gateway's state."""

Values: TypeAlias = Mapping[str, Any]

_JSON = "application/json"
_MAY_NOT = "the role of this token does not allow it; some writes need an installer's token"
_REFUSED = "nothing was changed; read the settings and check the values"


@frozen
class PlannedRequest:
    """A write as it is sent to the gateway.

    Attributes:
        method: The HTTP method.
        path: The path on the gateway.
        body: What is sent as JSON: whole documents, with every key as it was read.
        warning: A warning about the effect of the write; None if there is none.
        before: The present values of the settings, by the gateway's own names.
        requested: Their requested values.
        refusal: Why it would not be sent now; None if it would be.
        is_done: Whether all settings have the requested values already: nothing would be sent.
    """

    method: str
    path: str
    body: Values
    warning: str | None = None
    before: Values = field(factory=dict[str, Any], kw_only=True)
    requested: Values = field(factory=dict[str, Any], kw_only=True)
    refusal: str | None = field(default=None, kw_only=True)
    is_done: bool = field(default=False, kw_only=True)


@frozen(kw_only=True)
class ConfirmedChange:
    """The result of a write.

    Attributes:
        before: The settings before the write, by the gateway's own names.
        requested: Their requested values.
        after: Their values at the last reading; None if they could not be read.
        outcome: ``applied``: the gateway acts on it. ``stored only``: the gateway has stored the
            setting and does not act on it. ``reverted``: the gateway accepted it, but has the old
            setting, for example because the cloud restored it. ``unknown``: the readings do not
            show the result.
        effect: What the gateway did at the last reading, in contrast to its stored settings.
        reason: The reason for the outcome, as text.
        request: The request that was sent; None if the settings had the requested values already.
    """

    before: Values
    requested: Values
    after: Values | None
    outcome: Outcome
    effect: Values = field(factory=dict[str, Any])
    reason: str = ""
    request: PlannedRequest | None = None


@frozen
class Look:
    """The gateway at one moment after a write.

    Attributes:
        after: The settings; None if they could not be read.
        stored: Whether the requested values are stored; None if not known.
        effective: Whether the gateway acts on them; None if not known.
        effect: What the gateway does.
    """

    after: Values | None = None
    stored: bool | None = None
    effective: bool | None = None
    effect: Values = field(factory=dict[str, Any])


@frozen(kw_only=True)
class Plan:
    """A write, and how to find out its result.

    Attributes:
        request: The request to send.
        look: Reads the gateway once more.
        looks_at: When to read the gateway, in seconds after the write.
        can_revert: Whether to read it until the end, because the change may be undone meanwhile.
        content_type: The content type of the body.
    """

    request: PlannedRequest
    look: Callable[[], Flow[Look]] = field(eq=False)
    looks_at: Sequence[float]
    can_revert: bool = False
    content_type: str = _JSON

    @property
    def change(self) -> ConfirmedChange:
        """The change when it has just been sent."""
        return ConfirmedChange(
            before=self.request.before,
            requested=self.request.requested,
            after=None,
            outcome="unknown",
            reason="sent, and not yet confirmed",
            request=self.request,
        )


@define
class Watch:
    """A write that was sent, and what is known about it.

    Attributes:
        plan: The write.
        change: What is known so far.
        answer: Why there was no good answer; None if there was one.
        refused: The error to raise if the gateway refused it. It is kept here, because a session
            repeats a flow that raises, and a write must not be repeated.
    """

    plan: Plan
    change: ConfirmedChange
    answer: str | None = None
    refused: EnphaseError | None = None


def prepared(planning: Flow[Plan], *, dry_run: bool) -> Flow[PlannedRequest | Watch]:
    """Plan a write, and send it once unless it is a dry run.

    A lost answer is not an error: the write may have been carried out, and `watched` finds out by
    reading. A refused write is returned with its error in `refused`. It is never sent again.

    Raises:
        NotAvailableError: This gateway does not have the setting, or the write is not safe now.
        InvalidArgumentError: A value is out of its range.
        AuthenticationError, APIStatusError: The gateway refuses a reading before the write.
        APIConnectionError: It does not answer a reading before the write; nothing was sent.
    """
    plan = yield from planning
    request = plan.request
    if dry_run:
        return request
    if request.refusal is not None:
        raise NotAvailableError(request.refusal)
    if request.is_done:
        told = evolve(
            plan.change,
            after=request.before,
            outcome="applied",
            reason="it has the requested values already; nothing was sent",
            request=None,
        )
        return Watch(plan, told)
    logger.info(
        "%s %s: %s, was %s",
        request.method,
        request.path,
        dict(request.requested),
        dict(request.before),
    )
    if request.warning is not None:
        logger.warning("%s", request.warning)
    sent = Request(
        request.method,
        request.path,
        headers=(("content-type", plan.content_type),),
        content=msgspec.json.encode(request.body),
    )
    watch = Watch(plan, plan.change)
    try:
        reply = cast(Reply, (yield Send(sent)))
    except APIConnectionError as error:
        if error.is_final:
            raise
        watch.answer = "no answer came to the write"
    except APIResponseValidationError:
        watch.answer = "the answer to the write cannot be read"
    else:
        try:
            watch.answer = _judged_answer(request, reply)
        except EnphaseError as error:
            watch.refused = error
    if watch.answer is not None:
        logger.warning(
            "%s %s: %s; it is not sent again", request.method, request.path, watch.answer
        )
    return watch


def _judged_answer(request: PlannedRequest, reply: Reply) -> str | None:
    """What is wrong with the answer to a write that may still have been carried out."""
    status, named = reply.status, f"{request.method} {request.path}"
    if status >= 500:
        return f"the gateway answered the write with status {status}"
    if status in (401, 403):
        raise status_error(named, status, _MAY_NOT)
    if status in (404, 405):
        raise NotAvailableError(f"{named}: this gateway does not have it (HTTP {status})")
    if not 200 <= status < 300:
        raise status_error(named, status, _REFUSED)
    match answer_of(reply):
        case Absent("a web page"):
            return "the gateway answered the write with a web page"
        case Absent("an error object"):
            raise NotAvailableError(f"{named}: the gateway answered with an error; {_REFUSED}")
        case _:
            return None


def watched(watch: Watch, *, wait: bool) -> Flow[ConfirmedChange]:
    """Read the result of a write, at the times that the plan gives.

    Args:
        watch: The write; the result is stored there too.
        wait: Whether to wait; otherwise the gateway is read once, and the outcome is unknown.
    """
    plan = watch.plan
    if watch.change.request is None:
        return watch.change
    looks: list[Look] = []
    passed = 0.0
    for at in plan.looks_at if wait else (0.0,):
        if at > passed:
            yield Sleep(at - passed, f"the effect of {plan.request.method} {plan.request.path}")
            passed = at
        looks.append((yield from _looked(plan)))
        watch.change = _judged(watch, looks)
        if watch.change.outcome == "applied" and not plan.can_revert:
            break
    if not wait:
        watch.change = evolve(
            watch.change, outcome="unknown", reason="not waited for: " + watch.change.reason
        )
    logger.info(
        "%s %s: %s (%s)",
        plan.request.method,
        plan.request.path,
        watch.change.outcome,
        watch.change.reason,
    )
    return watch.change


def _looked(plan: Plan) -> Flow[Look]:
    try:
        return (yield from plan.look())
    except FingerprintMismatchError:
        raise
    except EnphaseError as error:
        logger.debug("the effect of %s cannot be read: %s", plan.request.path, error)
        return Look()


def _judged(watch: Watch, looks: Sequence[Look]) -> ConfirmedChange:
    """The change after the readings so far."""
    last = looks[-1]
    outcome, reason = _outcome(watch, looks)
    if watch.answer is not None:
        reason = f"{watch.answer}; {reason}"
    return evolve(
        watch.plan.change, after=last.after, effect=last.effect, outcome=outcome, reason=reason
    )


def _outcome(watch: Watch, looks: Sequence[Look]) -> tuple[Outcome, str]:
    last = looks[-1]
    if last.effective:
        return "applied", "the gateway acts on it"
    if any(look.effective for look in looks) and last.effective is False:
        return "reverted", "the gateway acted on it, but no longer does"
    if last.stored is False:
        if any(look.stored for look in looks):
            return "reverted", "it was stored, but has been undone"
        if watch.answer is None:
            return "reverted", "the gateway accepted it but kept the old setting"
        return "unknown", "the stored setting is not the requested one"
    if last.stored and last.effective is False:
        return "stored only", "the gateway has stored it but does not act on it"
    if last.stored:
        return "unknown", "it is stored; whether the gateway acts on it cannot be read"
    return "unknown", "the gateway's state could not be read, or does not show it"
