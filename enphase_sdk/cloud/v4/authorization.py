"""The tokens of a client of API v4: stored, and renewed before they expire or after a refusal.

All threads, tasks, event loops and processes that share the tokens renew one at a time: a refresh
token may work only once, and a second use could end the authorization.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, cast

from attrs import define, field

from enphase_sdk.clock import SteadyTime
from enphase_sdk.cloud.retry import Backoff
from enphase_sdk.cloud.v4 import oauth
from enphase_sdk.cloud.v4.oauth import Account, Application, Tokens
from enphase_sdk.core.effects import Flow, Reply, Request, Run, Sleep, Whole
from enphase_sdk.core.log import logger
from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    AuthenticationError,
    ConfigError,
    EnphaseError,
    RateLimitError,
    ServerError,
    utc_text,
)

__all__ = ["Authorization", "TokenStore", "TokensInMemory"]

# Sends a request as a hit of the quota.
Sender: TypeAlias = Callable[[Request], Flow[Reply]]

# Seconds before its end at which a token is renewed; at most a tenth of its lifetime.
MARGIN = 300.0

# Seconds between two checks whether another renewal has ended, and the longest wait for it.
POLL = 0.1
LONGEST_RENEWAL = 120.0

# Number of former pairs that are still removed from texts.
REMEMBERED = 5

# Seconds before the consent ends from which on a warning is logged once a day.
WARN_BEFORE = 5 * 86_400.0
DAY = 86_400.0


class TokenStore(Protocol):
    """A store for the tokens of one application between runs.

    The methods may be called from any thread and must return soon. A store without `lock` and
    `unlock` must be used by one process only.
    """

    def load(self) -> Tokens | None:
        """The newest pair, or None."""
        ...

    def save(self, tokens: Tokens) -> None:
        """Store a new pair; it must be stored durably on return."""
        ...


class TokensInMemory:
    """A store that keeps tokens in memory only."""

    def __init__(self) -> None:
        self._tokens: Tokens | None = None

    def load(self) -> Tokens | None:
        """The newest pair, or None."""
        return self._tokens

    def save(self, tokens: Tokens) -> None:
        """Store a new pair."""
        self._tokens = tokens


class Lockable(Protocol):
    """The additional methods of a store that several processes share."""

    def lock(self) -> bool:
        """Take the lock; False if another process or thread has it."""
        ...

    def unlock(self) -> None:
        """Release the lock."""
        ...


@define(eq=False, repr=False)
class Authorization:
    """The tokens of one client and all its copies.

    Attributes:
        application: The application that the tokens belong to.
        base_url: The API's host.
        store: The store of the tokens.
        account: The installer's account of the partner grant, or None.
        given: The tokens that the caller passed, or None.
        generation: Grows with every new pair.
    """

    application: Application
    base_url: str
    store: TokenStore
    account: Account | None
    given: Tokens | None
    generation: int = field(default=0, init=False)
    _tokens: Tokens | None = field(default=None, init=False)
    # Late answers can repeat tokens that were replaced meanwhile.
    _former: deque[Tokens] = field(factory=lambda: deque(maxlen=REMEMBERED), init=False)
    _begun_at: float = field(default=0.0, init=False)
    _ahead: float = field(default=0.0, init=False)
    _warned_at: float | None = field(default=None, init=False)
    _busy: threading.Lock = field(factory=threading.Lock, init=False)
    _pid: int = field(factory=os.getpid, init=False)
    time: SteadyTime = field(init=False)
    backoff: Backoff = field(init=False)

    def begun(self, time: SteadyTime, backoff: Backoff) -> Authorization:
        """Set a client's time source (epoch seconds) and its retries; returns itself."""
        self.time, self.backoff = time, backoff
        return self

    @property
    def header(self) -> str:
        """The Authorization header of a call."""
        return f"Bearer {self._tokens.access_token}" if self._tokens else ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """All secrets that must not appear in texts."""
        found = [self.application.client_secret, self.application.basic.removeprefix("Basic ")]
        for tokens in (self._tokens, self.given, *self._former):
            if tokens is not None:
                found += [tokens.access_token, tokens.refresh_token or ""]
        if self.account is not None:
            found += [self.account.username, self.account.password]
        return tuple(filter(None, found))

    @property
    def authorize_url(self) -> str:
        """The page where the owner gives consent again."""
        return oauth.authorize_url(
            self.base_url, self.application.client_id, oauth.REDIRECT_PAGE, None
        )

    def heard(self, ahead: float) -> None:
        """Set how far the server's clock is ahead of ours, seconds."""
        self._ahead = ahead

    def is_ready(self) -> bool:
        """Whether the next call can be sent without requesting tokens first."""
        return self._tokens is not None and self._usable(self._tokens)

    def prepare(self, send: Sender) -> Flow[None]:
        """Get or renew the access token if it is missing or expired.

        Raises:
            ConfigError: there are no tokens, or they cannot be stored.
            AuthenticationError: the owner must give consent again at `authorize_url`.
            EnphaseError: the token service did not answer, or failed.
        """
        yield Whole(self._renewed(self.generation, send, refused=False))

    def renew(self, generation: int, send: Sender) -> Flow[None]:
        """Replace the tokens of `generation`, which the server refused as expired.

        Raises:
            EnphaseError: as of `prepare`.
        """
        yield Whole(self._renewed(generation, send, refused=True))

    def buy(self, request: Request, send: Sender) -> Flow[None]:
        """Get and store the first pair, with an owner's code or an installer's account.

        The request is sent once only, because a code works once.

        Raises:
            AuthenticationError: the code or the account is refused.
            EnphaseError: as of `prepare`.
        """
        yield Whole(self._bought(request, send))

    def _bought(self, request: Request, send: Sender) -> Flow[None]:
        reply = yield from send(request)
        if reply.status != 200:
            raise self._refusal(reply, lost=False, given="code or account")
        yield from self._keep(oauth.read_tokens(reply, self._server_now()))

    def _renewed(self, generation: int, send: Sender, *, refused: bool) -> Flow[None]:
        deadline = self.time() + LONGEST_RENEWAL
        busy = self._lock_of_this_process()
        while not busy.acquire(blocking=False):
            yield from _wait(deadline, self.time(), "another call renews the access token")
        try:
            if self.generation != generation and self.is_ready():
                return
            # The caller's own pair is tried first, then the pair stored by earlier runs.
            if self._tokens is None and self.given is not None and self._usable(self.given):
                self._adopt(self.given)
                return
            while not (yield Run(self._locked)):
                if (yield from self._found_in_store(refused)):
                    return
                yield from _wait(deadline, self.time(), "another process renews the access token")
            try:
                if not (yield from self._found_in_store(refused)):
                    yield from self._fetch(send)
            finally:
                self._unlock()
        finally:
            busy.release()

    def _found_in_store(self, refused: bool) -> Flow[bool]:
        """Whether the store holds a newer pair that another process stored meanwhile."""
        stored = cast("Tokens | None", (yield Run(self.store.load)))
        if stored is None or not self._usable(stored):
            return False
        if refused and self._tokens and stored.access_token == self._tokens.access_token:
            return False
        self._adopt(stored)
        return True

    def _fetch(self, send: Sender) -> Flow[None]:
        stored = cast("Tokens | None", (yield Run(self.store.load)))
        candidates = self._refresh_tokens(stored)
        if not candidates and self.account is None:
            raise ConfigError(
                "there are no tokens for API v4, and a client id and secret alone get none; run "
                f"'enphase login' once, or let the owner agree at {self.authorize_url} and pass "
                "the tokens"
            )
        refused: EnphaseError | None = None
        for candidate in candidates:
            request = oauth.refresh_request(self.application, candidate)
            try:
                tokens = yield from self._answered(request, send)
            except AuthenticationError as error:
                refused = error
            else:
                yield from self._keep(tokens)
                return
        if self.account is not None:
            request = oauth.password_request(self.application, self.account)
            yield from self._keep((yield from self._answered(request, send)))
        elif refused is not None:
            raise refused

    def _refresh_tokens(self, stored: Tokens | None) -> list[Tokens]:
        """The pairs whose refresh tokens to try, the newest first; no token is in two of them."""
        newest_first = [stored, self._tokens, self.given]
        found: dict[str, Tokens] = {}
        for tokens in newest_first:
            if tokens is not None and tokens.refresh_token:
                found.setdefault(tokens.refresh_token, tokens)
        return list(found.values())

    def _keep(self, tokens: Tokens) -> Flow[None]:
        """Store a pair before it is used."""
        yield Run(lambda: self.store.save(tokens))
        self._adopt(tokens)
        logger.info("got an access token; it expires at %s", _end(tokens.expires_at))

    def _answered(self, request: Request, send: Sender) -> Flow[Tokens]:
        """The pair in the token service's answer; retried if no answer came.

        The retry sends the same refresh token: if the first answer was lost, the server may still
        accept it; if not, it refuses.
        """
        failures, lost, since = 0, False, self.time()
        while True:
            problem: EnphaseError
            try:
                reply = yield from send(request)
                if reply.status == 200:
                    return oauth.read_tokens(reply, self._server_now())
                problem = self._refusal(reply, lost=lost)
                if not isinstance(problem, ServerError | RateLimitError):
                    raise problem
            except (APIConnectionError, APIResponseValidationError) as error:
                problem = error
            # Every failure except a refused quota may have used up the refresh token.
            lost = lost or not isinstance(problem, RateLimitError)
            failures += 1
            delay = self.backoff.delay(failures, self.time() - since, 0.0)
            if delay is None:
                raise problem
            yield Sleep(delay, f"{problem}; try {failures + 1}")

    def _refusal(self, reply: Reply, *, lost: bool, given: str = "refresh token") -> EnphaseError:
        """The error for an unsuccessful answer, without its text, which repeats what was sent."""
        status, kind = reply.status, oauth.refusal(reply.content)
        start = f"{oauth.OPERATION}: status {status}" + (f" ({kind})" if kind else "")
        details: Any = {"status_code": status, "body": None, "operation": oauth.OPERATION}
        if status >= 500:
            return ServerError(
                f"{start}: try again later; the stored tokens are unchanged", **details
            )
        if status == 429:
            return RateLimitError(f"{start}: the plan's hits are used up", **details)
        if status not in (400, 401, 403):
            return APIStatusError(f"{start}: check base_url", **details)
        if kind == "invalid_client" or (kind.startswith("unauthorized") and status != 400):
            return AuthenticationError(
                f"{start}: check the client id and the client secret of the application", **details
            )
        why = "the answer to the last renewal was lost, and the old" if lost else "the"
        ended = AuthenticationError(
            f"{start}: {why} {given} does not work (any more); the owner must agree again: "
            f"run 'enphase login', or open {self.authorize_url}",
            **details,
        )
        ended.authorize_url = self.authorize_url
        return ended

    def _adopt(self, tokens: Tokens) -> None:
        if self._tokens is not None:
            self._former.append(self._tokens)
        self._tokens = tokens
        self._begun_at = self._server_now()
        self.generation += 1
        self._warn_of_the_end(tokens.refresh_expires_at)

    def _warn_of_the_end(self, end: float | None) -> None:
        now = self._server_now()
        if end is None or end - now > WARN_BEFORE or self.account is not None:
            return
        if self._warned_at is None or now - self._warned_at >= DAY:
            self._warned_at = now
            logger.warning(
                "the owner's consent ends at %s if it is not renewed before; run 'enphase login'",
                utc_text(end),
            )

    def _usable(self, tokens: Tokens) -> bool:
        if not tokens.access_token:
            return False
        if tokens.expires_at is None:
            return True
        left = tokens.expires_at - self._server_now()
        life = tokens.expires_at - self._begun_at if tokens is self._tokens else left
        return left > min(MARGIN, life / 10) and left > 0

    def _server_now(self) -> float:
        return self.time() + self._ahead

    def _locked(self) -> bool:
        lock = getattr(self.store, "lock", None)
        return True if lock is None else bool(lock())

    def _unlock(self) -> None:
        unlock = getattr(self.store, "unlock", None)
        if unlock is not None:
            unlock()

    def _lock_of_this_process(self) -> threading.Lock:
        # After a fork the lock may be held by a thread that does not exist in this process.
        if self._pid != os.getpid():
            self._pid, self._busy = os.getpid(), threading.Lock()
        return self._busy


def _wait(deadline: float, now: float, reason: str) -> Flow[None]:
    if now >= deadline:
        raise APIConnectionError(f"{reason}, and has not ended in {LONGEST_RENEWAL:.0f} s")
    yield Sleep(POLL, reason)


def _end(instant: float | None) -> str:
    return "an unknown time" if instant is None else utc_text(instant)
