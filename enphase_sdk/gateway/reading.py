"""Reading a gateway: flows that say what to ask, one request at a time, and do no I/O.

Logging in is not done here. A 401 is judged by firmware:

- From 7 on everything wants a token. Two 401s before any endpoint has let itself be read mean
  that the token is not accepted: `read` raises `AuthenticationError`. A single one means that
  this token may not read that endpoint: a problem. (A token that has ended is renewed below, by
  whoever sends, and its 401 is not seen here.)
- Before 7 some endpoints refuse in spite of a good login. They count as absent and stand in
  the profile's `refused`. If refusals are all that came, the login is bad:
  `AuthenticationError`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar, cast

from enphase_sdk.core.effects import Flow, Reply, Send
from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    APITimeoutError,
    NotAvailableError,
)
from enphase_sdk.gateway.answers import (
    Absent,
    Answer,
    Document,
    Failure,
    Refused,
    answer_of,
    status_error,
)
from enphase_sdk.gateway.assemble import assemble, remember
from enphase_sdk.gateway.fields import Content
from enphase_sdk.gateway.gathered import Gathered
from enphase_sdk.gateway.identity import GatewayInfo, needs_token
from enphase_sdk.gateway.plan import PLAN
from enphase_sdk.gateway.problems import Problems
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.gateway.sources import Source

__all__ = ["fetch", "read"]

T = TypeVar("T")

_LOGIN = "the gateway does not accept the login: renew the token, or check user and password"
_REFUSALS_AT_FIRST = 2
# Each request to a gateway that hangs lasts the whole time-out, and asking on makes it worse.
_SILENCES_AT_FIRST = 2
_SILENCES_LATER = 3


def read(
    info: GatewayInfo, profile: GatewayProfile, *, also: Collection[Source[Any]] = ()
) -> Flow[Snapshot]:
    """Read a gateway.

    Each endpoint is asked at most once. What is found to be absent is remembered in `profile`
    and not asked again; what the first reading asks to find that out is part of its result.

    Args:
        info: Who the gateway is, from `identify`.
        profile: What is remembered of it, empty before the first reading. It is changed.
        also: Slow sources to read too: `sources.HOME`, `sources.DEVICES`.

    Raises:
        AuthenticationError: The login is not accepted (see above).
        APIConnectionError: The gateway does not answer at all.
    """
    gathered = Gathered(info=info, profile=profile, wanted=also)
    contact = _Contact(info)
    for step in PLAN:
        source = step.source
        if info.version < source.since or gathered.absent(source) or not step.needed(gathered):
            continue
        if contact.lost:
            gathered.problems.add(source.endpoint, "not asked: the gateway answers no more")
            continue
        try:
            reply = cast(Reply, (yield Send(source.request)))
        except APIConnectionError as error:
            gathered.take(source, contact.silent(error))
        except APIResponseValidationError:
            gathered.take(source, Failure("larger than 16 MiB"))
        else:
            gathered.take(source, contact.judged(source, reply))
    contact.conclude(profile)
    remember(gathered)
    return assemble(gathered)


def fetch(source: Source[T]) -> Flow[T]:
    """Read a single source, such as `sources.HOME` or `sources.GRID_RELAY`.

    Raises:
        NotAvailableError: The gateway has no such thing.
        APIStatusError: It refuses (`AuthenticationError`) or fails.
        APIResponseValidationError: It sends something else than it should.
        APIConnectionError: It does not answer.
    """
    reply = cast(Reply, (yield Send(source.request)))
    answer, endpoint = answer_of(reply), source.endpoint
    match answer:
        case Refused(status):
            raise status_error(endpoint, status, _LOGIN)
        case Absent(reason):
            raise NotAvailableError(f"{endpoint}: this gateway has no such thing ({reason})")
        case Failure() if not 200 <= reply.status < 300:
            raise status_error(endpoint, reply.status, "try again later")
        case Failure(reason):
            raise APIResponseValidationError(f"{endpoint}: {reason}", operation=endpoint)
        case Document(content):
            problems = Problems()
            value = source.parse(Content(endpoint, content, problems))
    if value is None:
        reasons = "; ".join(problem.reason for problem in problems.listed()) or "nothing of use"
        raise APIResponseValidationError(f"{endpoint}: {reasons}", operation=endpoint)
    return value


class _Contact:
    """How talking to the gateway goes: whether it answers, and whether it accepts the login."""

    def __init__(self, info: GatewayInfo) -> None:
        self._tokens = needs_token(info)
        self._silences = 0
        self._last_silence: APIConnectionError | None = None
        self._answered = False
        self._accepted = False
        self._refused: dict[str, int] = {}

    @property
    def lost(self) -> bool:
        """Whether the gateway has stopped answering."""
        return self._silences >= _SILENCES_LATER

    def silent(self, error: APIConnectionError) -> Failure:
        """No reply came. Raises `error` if none ever came."""
        self._silences += 1
        self._last_silence = error
        if not self._answered and self._silences >= _SILENCES_AT_FIRST:
            raise error
        return Failure("no answer in time" if isinstance(error, APITimeoutError) else "no answer")

    def judged(self, source: Source[Any], reply: Reply) -> Answer:
        """A reply came; what it amounts to in the light of those before."""
        answer = answer_of(reply)
        self._silences, self._answered = 0, True
        self._accepted |= reply.status < 300 and isinstance(answer, Document | Failure)
        if not isinstance(answer, Refused):
            return answer
        self._refused[source.endpoint] = answer.status
        if not self._tokens:
            return Absent(f"refused with status {answer.status}")
        if not self._accepted and len(self._refused) >= _REFUSALS_AT_FIRST:
            raise status_error(source.endpoint, answer.status, _LOGIN)
        return Failure(f"refused with status {answer.status}: this token may not read it")

    def conclude(self, profile: GatewayProfile) -> None:
        """Raise if there was nothing but silence or refusals; else remember what was refused."""
        if self._last_silence and not self._answered:
            raise self._last_silence
        if self._refused and not self._accepted:
            profile.absent -= self._refused.keys()
            endpoint, status = next(iter(self._refused.items()))
            raise status_error(endpoint, status, _LOGIN)
        profile.refused |= self._refused.keys() & profile.absent
