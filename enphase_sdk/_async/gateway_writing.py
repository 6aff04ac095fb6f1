"""How a write to a gateway is carried out: planned and sent in one turn, then watched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import TypeAlias, cast

from attrs import frozen

from enphase_sdk._async.drivers import run
from enphase_sdk._async.gateway_session import AsyncGatewaySession
from enphase_sdk.core.effects import Flow, Reply, Request, Send, Sleep
from enphase_sdk.gateway.control.asking import Asking, planned
from enphase_sdk.gateway.control.changes import (
    ConfirmedChange,
    Plan,
    PlannedRequest,
    Watch,
    prepared,
    watched,
)
from enphase_sdk.gateway.control.grid import CONTACTS_SETTLE
from enphase_sdk.gateway.identity import GatewayInfo
from enphase_sdk.gateway.login import Bearer
from enphase_sdk.gateway.reading import read
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.gateway.told import Part

__all__ = ["AsyncGatewayWriting", "Planning", "Result", "Waiting"]

Waiting: TypeAlias = bool | Callable[[ConfirmedChange], object]

Planning: TypeAlias = Callable[[Asking], Flow[Plan]]

Result: TypeAlias = PlannedRequest | ConfirmedChange

_POWERS = frozenset[Part](("production", "consumption"))


class _EnoughError(Exception):
    """The caller's function has ended the waiting."""


class AsyncGatewayWriting:
    """Carries out writes against the gateway of one client."""

    def __init__(self, session: AsyncGatewaySession) -> None:
        self._session = session
        self._settings_sent_at: float | None = None

    async def _change(
        self,
        planning: Planning,
        dry_run: bool,
        wait: Waiting,
        sent: Callable[[], None] | None = None,
    ) -> Result:
        """One write; `sent` is called when it has been sent."""
        session = self._session

        def flow(info: GatewayInfo) -> Flow[PlannedRequest | Watch]:
            return prepared(planned(info, self._asking(info), planning), dry_run=dry_run)

        made = await session.run(flow)
        if isinstance(made, PlannedRequest):
            return made
        if made.refused is not None:
            raise made.refused
        if sent is not None:
            sent()
        told = None if isinstance(wait, bool) else _Told(wait, made)
        following = watched(made, wait=wait is not False)
        try:
            return await run(following, _InTurns(session), session.clock, told)
        except _EnoughError:
            return made.change

    def _asking(self, info: GatewayInfo) -> Asking:
        session = self._session
        login = session.connection.login

        def powers() -> Flow[Snapshot]:
            now = session.clock.monotonic()
            return read(info, session.profile, now=now, wanted=_POWERS)

        return Asking(info, login.token.user if isinstance(login, Bearer) else None, powers)

    def _note(self) -> None:
        """Record that contact settings were sent: contacts then report wrong states for a while."""
        self._settings_sent_at = self._session.clock.monotonic()

    def _unsettled(self) -> float:
        """Seconds until the reported states of dry contacts are correct again."""
        if self._settings_sent_at is None:
            return 0.0
        passed = self._session.clock.monotonic() - self._settings_sent_at
        return max(0.0, CONTACTS_SETTLE - passed)


@frozen
class _Told:
    """Calls the caller's function with the change so far before each wait."""

    wait: Callable[[ConfirmedChange], object]
    watch: Watch

    async def __call__(self, _: Sleep) -> None:
        said = self.wait(self.watch.change)
        if isawaitable(said):
            said = await cast("Awaitable[object]", said)
        if said is False:
            raise _EnoughError


@frozen
class _InTurns:
    """Sends each request as a separate call, so that other requests can be sent in between."""

    session: AsyncGatewaySession

    async def send(self, request: Request) -> Reply:
        return await self.session.run(lambda _: _one(request))


def _one(request: Request) -> Flow[Reply]:
    return cast(Reply, (yield Send(request)))
