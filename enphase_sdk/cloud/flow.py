"""One cloud call from request to result: quota, sending, 409 backoff, retries, reading.

Written once, without I/O; `enphase_sdk._async.drivers` and its sync twin run it.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import TypeVar, cast

from attrs import define, field, frozen

from enphase_sdk.clock import SteadyTime
from enphase_sdk.cloud.api import Api, Authorizer, Call, Meaning, Steps
from enphase_sdk.cloud.bodies import words_of
from enphase_sdk.cloud.cache import Answers
from enphase_sdk.cloud.quota import Pacer
from enphase_sdk.cloud.retry import Backoff, retry_after
from enphase_sdk.cloud.tally import Closed, Ticket
from enphase_sdk.core.decode import Reader, UndecodableError, is_null
from enphase_sdk.core.effects import Flow, Reply, Request, Run, Send, Sleep
from enphase_sdk.core.log import logger
from enphase_sdk.core.redact import Redactor
from enphase_sdk.core.times import utc
from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    EnphaseError,
    QuotaExceededError,
    RateLimitError,
)

__all__ = ["Policy", "call_flow", "login_flow", "renewal_flow", "steps_flow"]

T = TypeVar("T")
Q = TypeVar("Q")

# A call fails after this many refusals, each in another window (other clients share the key).
MOST_REFUSALS = 50


class Recent:
    """A cache of the last few hundred answers that other calls may use."""

    MOST = 256

    def __init__(self) -> None:
        self._kept: OrderedDict[Request, tuple[float, Reply]] = OrderedDict()

    def get(self, call: Call[object], now: float) -> Reply | None:
        """The kept answer to the same request, if it is recent enough for this call."""
        at, reply = self._kept.get(call.request, (0.0, None))
        return reply if reply is not None and 0 <= now - at < call.shared_for else None

    def put(self, call: Call[object], reply: Reply, now: float) -> None:
        """Keep an answer."""
        self._kept[call.request] = now, reply
        while len(self._kept) > self.MOST:
            self._kept.popitem(last=False)


class Hits:
    """The number of requests sent; each of them is a hit of the quota."""

    def __init__(self) -> None:
        self._counter = count(1)
        self.sent = 0

    def add(self) -> None:
        """Count one more request; safe to call from several threads."""
        self.sent = next(self._counter)


@frozen
class Policy:
    """What all calls of a client share.

    Attributes:
        pacer: The quota, shared by a client and its copies.
        backoff: The delays between retries.
        max_wait: Longest wait for the quota to open, seconds.
        reader: Makes models from bytes.
        api: The differences of this version of the API.
        redactor: Returns the redactor that removes the credentials from texts.
        authorizer: Renews credentials that expire; None if they do not.
        recent: The cache of answers that calls may share for a short time.
        hits: Counts the requests that were sent.
        time: The time, epoch seconds, without jumps.
        cache: The settled answers of earlier calls; None without a cache.
        fresh: Whether the cache is not read.
    """

    pacer: Pacer
    backoff: Backoff
    max_wait: float
    reader: Reader
    api: Api
    redactor: Callable[[], Redactor]
    time: SteadyTime
    authorizer: Authorizer | None = None
    recent: Recent = field(factory=Recent)
    hits: Hits = field(factory=Hits)
    cache: Answers | None = None
    fresh: bool = False


def call_flow(call: Call[T], policy: Policy) -> Flow[tuple[Reply, T | None]]:
    """Carry out one call; returns the answer and the model read from it (None for a 204).

    Raises:
        QuotaExceededError: the quota is closed for longer than `max_wait`; nothing was sent.
        RateLimitError: the server refused, and the wait would be longer than `max_wait`.
        APIStatusError: another unsuccessful status.
        APIConnectionError: no answer after all retries.
        APIResponseValidationError: an answer that cannot be read.
    """
    cache = policy.cache if call.final is not None else None
    if cache is not None and not policy.fresh:
        kept = yield from _kept(call, policy, cache)
        if kept is not None:
            return kept
    trouble = _Trouble(call, policy)
    authorizer = policy.authorizer
    while True:
        shared = policy.recent.get(call, policy.time()) if call.shared_for else None
        if shared is None and authorizer is not None and not authorizer.is_ready():
            yield from authorizer.prepare(partial(_counted, call, policy))
        generation = authorizer.generation if authorizer is not None else 0
        try:
            reply = shared or (yield from _counted(call, policy, call.request))
        except APIConnectionError as error:
            yield from trouble.back_off(error)
            continue
        meaning = policy.api.meaning_of(reply)
        if meaning is Meaning.QUOTA:
            yield from trouble.wait_for_quota(reply)
        elif meaning is Meaning.TRANSIENT:
            failure = policy.api.error_of(call, reply, policy.redactor())
            yield from trouble.back_off(failure, retry_after(reply, policy.time()) or 0.0)
        elif trouble.may_renew(meaning):
            yield from trouble.renew(generation)
        elif reply.status == 204 and call.may_be_empty:
            return reply, None
        elif meaning is Meaning.SUCCESS:
            try:
                read = _read(call, policy, reply)
                if call.shared_for:
                    policy.recent.put(call, reply, policy.time())
                if cache is not None:
                    yield from _keep(call, policy, cache, reply, read)
                return reply, _adapted(call, read)
            except APIResponseValidationError as error:
                told = policy.api.hidden_error(reply)
                hidden = Meaning.SUCCESS if told is None else policy.api.meaning_of(told)
                if told is not None and hidden is Meaning.QUOTA:
                    yield from trouble.wait_for_quota(told)
                elif trouble.may_renew(hidden):
                    yield from trouble.renew(generation)
                elif told is not None:
                    error.args = (f"{error}; it says: {words_of(told, policy.redactor())}",)
                    if hidden in (Meaning.FAILURE, Meaning.EXPIRED):
                        raise
                    yield from trouble.back_off(error)
                elif isinstance(error, UndecodableError):
                    yield from trouble.back_off(error)
                else:
                    raise
        else:
            raise policy.api.error_of(call, reply, policy.redactor())


def _kept(call: Call[T], policy: Policy, cache: Answers) -> Flow[tuple[Reply, T] | None]:
    """The stored settled answer to the same call, read like one from the server."""
    reply = cast("Reply | None", (yield Run(partial(cache.get, call, policy.time()))))
    if reply is None:
        return None
    try:
        read = _read(call, policy, reply)
    except APIResponseValidationError:
        return None
    return reply, _adapted(call, read)


def _keep(call: Call[T], policy: Policy, cache: Answers, reply: Reply, read: T) -> Flow[None]:
    """Store an answer if it is settled."""
    now = policy.time()
    if reply.status == 200 and call.final is not None and call.final(read, now):
        yield Run(partial(cache.put, call, reply, now))


def _read(call: Call[T], policy: Policy, reply: Reply) -> T:
    """The model read from an answer, after a check of its system and its vital fields."""
    read: T = policy.reader.read(call.operation, call.shape, reply)
    _require_asked_system(call, read)
    _require_vital_fields(call, read, reply)
    return read


def _adapted(call: Call[T], read: T) -> T:
    return read if call.adapt is None else call.adapt(read)


def _require_asked_system(call: Call[T], result: T) -> None:
    """Refuse an answer about another system: a connection shared after a fork can mix answers."""
    told = getattr(result, "system_id", None)
    if call.system_id is not None and isinstance(told, int) and told != call.system_id:
        raise UndecodableError(
            f"{call.operation}: asked for system {call.system_id}, and the answer is about {told}",
            operation=call.operation,
            path="$.system_id",
        )


def _require_vital_fields(call: Call[T], result: T, reply: Reply) -> None:
    """Refuse an answer in which a vital field is None because its value could not be read."""
    for name in call.vital:
        if getattr(result, name) is None and not is_null(reply, name):
            raise APIResponseValidationError(
                f"{call.operation}: $.{name} cannot be read; without it data would be missing",
                operation=call.operation,
                path=f"$.{name}",
            )


def steps_flow(steps: Steps[T], policy: Policy) -> Flow[tuple[Reply, T | None]]:
    """Carry out several calls one after the other; returns the last answer and the result."""
    reply = Reply(204)
    try:
        call = next(steps)
        while True:
            reply, value = yield from call_flow(call, policy)
            call = steps.send((reply, value))
    except StopIteration as stop:
        result: T = stop.value
        return reply, result


def renewal_flow(call: Call[T], policy: Policy, generation: int) -> Flow[None]:
    """Renew the credentials of a generation, because the server answered that they have expired."""
    yield from _Trouble(call, policy).renew(generation)


def login_flow(request: Request, policy: Policy) -> Flow[None]:
    """Get the first tokens with a login request; see `Authorizer.buy`."""
    call: Call[object] = Call("OAuthToken", request, object, is_read=False)
    if policy.authorizer is not None:
        yield from policy.authorizer.buy(request, partial(_counted, call, policy))


def _counted(call: Call[T], policy: Policy, request: Request) -> Flow[Reply]:
    """Send a request as one hit of the quota, as soon as the quota allows it."""
    ticket = yield from _admission(call, policy)
    reply = yield from _exchange(policy, ticket, request)
    if logger.isEnabledFor(logging.DEBUG):
        name = call.operation if call.system_id is None else f"{call.operation} of {call.system_id}"
        seconds = policy.time() - ticket.sent_at
        logger.debug("%s: status %d after %.2f s", name, reply.status, seconds)
    return reply


def _admission(call: Call[T], policy: Policy) -> Flow[Ticket]:
    """Wait until the quota allows one more hit."""
    pacer = policy.pacer
    while True:
        key = pacer.new_key()
        try:
            admitted = yield from _asked(policy, partial(pacer.reserve_as, key, policy.time))
        except GeneratorExit:
            # Cancelled while the ledger was used: this hit will not be sent.
            pacer.withdraw(key, policy.time())
            raise
        if isinstance(admitted, Ticket):
            return admitted
        if admitted.is_long or admitted.wait > policy.max_wait:
            raise QuotaExceededError(
                f"{call.operation}: nothing was sent, because {admitted.reason}; "
                + _advice(admitted),
                opens_at=utc(admitted.opens_at),
            )
        yield from _wait(call, policy, admitted.wait, admitted.reason)


def _advice(closed: Closed) -> str:
    if not closed.is_long:
        return "try again then, or allow longer waits with max_wait="
    raised = "if the plan was raised, continue now with with_options(quota=…)"
    return f"{raised}, or try again: one call a day is sent anyway" if closed.is_tried else raised


def _asked(policy: Policy, question: Callable[[], Q]) -> Flow[Q]:
    """Call the pacer; in a thread if its ledger is a file or on another machine."""
    if policy.pacer.is_local:
        return question()
    return cast(Q, (yield Run(question)))


def _exchange(policy: Policy, ticket: Ticket, request: Request) -> Flow[Reply]:
    """Send the request and let the pacer learn from the answer."""
    pacer = policy.pacer
    policy.hits.add()
    try:
        reply = cast(Reply, (yield Send(request)))
    except GeneratorExit:
        pacer.settle_later(ticket, policy.time(), None)
        raise
    except BaseException:
        yield from _settle(policy, ticket)
        raise
    yield from _settle(policy, ticket, reply)
    if policy.authorizer is not None:
        policy.authorizer.heard(pacer.ahead)
    return reply


def _settle(policy: Policy, ticket: Ticket, reply: Reply | None = None) -> Flow[None]:
    """Report an answer, or that none came, to the pacer; later if the call is cancelled."""
    now, date, is_success = policy.time(), None, False
    if reply is not None:
        date = reply.headers.get("date")
        # A 401 for an expired token also proves that the quota is open.
        is_success = policy.api.meaning_of(reply) in (Meaning.SUCCESS, Meaning.EXPIRED)
    pacer = policy.pacer
    try:
        yield from _asked(policy, lambda: pacer.settle(ticket, now, date, is_success=is_success))
    except GeneratorExit:
        pacer.settle_later(ticket, now, date, is_success=is_success)
        raise


@define
class _Trouble:
    """The failures of one call so far; decides between waiting and giving up."""

    call: Call[object]
    policy: Policy
    failures: int = 0
    failing_since: float = 0.0
    refusals: int = 0
    refused_until: float = 0.0
    renewed: bool = False

    def may_renew(self, meaning: Meaning) -> bool:
        """Whether the credentials have expired and were not renewed for this call yet."""
        return (
            meaning is Meaning.EXPIRED and self.policy.authorizer is not None and not self.renewed
        )

    def renew(self, generation: int) -> Flow[None]:
        """Renew the credentials of a generation, once for this call."""
        self.renewed = True
        if self.policy.authorizer is not None:
            send = partial(_counted, self.call, self.policy)
            yield from self.policy.authorizer.renew(generation, send)

    def back_off(self, error: EnphaseError, at_least: float = 0.0) -> Flow[None]:
        now = self.policy.time()
        if not self.failures:
            self.failing_since = now
        self.failures += 1
        delay = self.policy.backoff.delay(self.failures, now - self.failing_since, at_least)
        if delay is None or getattr(error, "is_final", False) or not self.call.is_read:
            raise error
        yield from _wait(self.call, self.policy, delay, f"{error}; try {self.failures + 1}")

    def wait_for_quota(self, reply: Reply) -> Flow[None]:
        """Wait until the window that a refusal names has ended, or give up."""
        error = cast(
            RateLimitError, self.policy.api.error_of(self.call, reply, self.policy.redactor())
        )
        policy, now = self.policy, self.policy.time()
        closed = yield from _asked(
            policy,
            lambda: policy.pacer.refuse(
                now,
                period=error.period,
                period_start=error.period_start,
                period_end=error.period_end,
                limit=error.limit,
                retry_after=retry_after(reply, now),
            ),
        )
        error.args = (f"{error} ({closed.reason})",)
        if (
            closed.is_long
            or closed.wait > self.policy.max_wait
            or self.policy.backoff.max_retries == 0
        ):
            raise error
        if closed.opens_at <= self.refused_until or not closed.wait:
            # The window should be open but was refused again: count it as a failure.
            yield from self.back_off(error)
            return
        self.refusals += 1
        self.refused_until = closed.opens_at
        says_when = error.period_end is not None
        if self.refusals > (MOST_REFUSALS if says_when else self.policy.backoff.max_retries):
            raise error
        yield from _wait(self.call, self.policy, closed.wait, closed.reason)


def _wait(call: Call[T], policy: Policy, seconds: float, reason: str) -> Flow[None]:
    logger.info("%s: waiting %.1f s: %s", call.operation, seconds, reason)
    since = policy.time()
    yield Sleep(seconds, reason)
    policy.time.waited(seconds, since)
