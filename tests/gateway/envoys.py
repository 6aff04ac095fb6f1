"""What tests of the gateway's client need: both clients behind one face, and a small network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from attrs import define, field

from enphase_sdk import AsyncEnvoy, Envoy
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.gateway.identity import GatewayInfo
from enphase_sdk.testing import SimulatedGateway, SimulatedTokenService
from enphase_sdk.testing.gateway.profiles import PROFILES
from tests.support import Surface

HOST = "envoy.local"
EMAIL = "owner@example.com"
PASSWORD = "correct horse"

READABLE = [profile.name for profile in PROFILES if profile.version >= (3, 9)]
OLD = [name for name in READABLE if name[0] < "7"]
MODERN = [name for name in READABLE if name[0] >= "7"]


class Blocking:
    """An `AsyncEnvoy` or its `control`, to be used as the sync one is, from any thread."""

    def __init__(self, envoy: Any, portal: BlockingPortal) -> None:
        self._envoy = envoy
        self._portal = portal

    @property
    def info(self) -> GatewayInfo:
        async def ask() -> GatewayInfo:
            info: GatewayInfo = await self._envoy.info
            return info

        return self._portal.call(ask)

    @property
    def control(self) -> Blocking:
        return Blocking(self._envoy.control, self._portal)

    def close(self) -> None:
        self._portal.call(self._envoy.aclose)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._envoy, name)
        if not callable(value):
            return value
        return lambda *args, **options: self._portal.call(partial(value, *args, **options))


@contextmanager
def opened(surface: Surface, host: str = HOST, **options: Any) -> Iterator[Any]:
    """A client of the gateway at `host`, closed in the end."""
    if surface.backend is None:
        with Envoy(host, **options) as envoy:
            yield envoy
        return
    with start_blocking_portal(surface.backend) as portal:

        async def made() -> AsyncEnvoy:
            return await AsyncEnvoy(host, **options).__aenter__()

        client = Blocking(portal.call(made), portal)
        try:
            yield client
        finally:
            client.close()


@define(eq=False)
class Network(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Everything a client can reach: one gateway at any host, and the token service.

    Attributes:
        gateway: The gateway.
        service: Where tokens come from; None when it cannot be reached.
        tls: Whether the gateway answers over HTTPS.
        plain: Whether it answers over HTTP.
        seen: Every request that was tried.
    """

    gateway: SimulatedGateway
    service: SimulatedTokenService | Callable[[httpx.Request], httpx.Response] | None = None
    tls: bool = True
    plain: bool = True
    seen: list[httpx.Request] = field(factory=list)
    _lock: threading.Lock = field(factory=threading.Lock)

    @property
    def service_requests(self) -> list[httpx.Request]:
        """What was asked of the token service."""
        return [request for request in self.seen if request.url.host != HOST]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._note(request)
        if request.url.host != HOST:
            return self._served(request)
        return self.gateway(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._note(request)
        if request.url.host != HOST:
            await request.aread()
            return self._served(request)
        return await self.gateway.answer_async(request)

    def _note(self, request: httpx.Request) -> None:
        with self._lock:
            self.seen.append(request)
        if request.url.host == HOST:
            answers = self.tls if request.url.scheme == "https" else self.plain
            if not answers:
                raise httpx.ConnectError("refused")

    def _served(self, request: httpx.Request) -> httpx.Response:
        if self.service is None:
            raise httpx.ConnectError("no such host")
        return self.service(request)


def network_of(gateway: SimulatedGateway, **options: Any) -> Network:
    """The network a gateway of that kind is found in: firmware below 7 speaks plain HTTP only."""
    return Network(gateway, **{"tls": is_modern(gateway), **options})


def is_modern(gateway: SimulatedGateway) -> bool:
    """Whether it wants a token, over TLS."""
    try:
        gateway.issue_token()
    except InvalidArgumentError:
        return False
    return True


def credentials(gateway: SimulatedGateway) -> dict[str, Any]:
    """What a client needs to be let in."""
    return {"token": gateway.issue_token()} if is_modern(gateway) else {}


def asked(gateway: SimulatedGateway) -> list[str]:
    """The endpoints that were asked for, in order."""
    return [path for _, path in gateway.requests]


def told_of(snapshot: Any) -> dict[str, str]:
    """What a reading says could not be read, by endpoint."""
    return {problem.endpoint: problem.reason for problem in snapshot.problems}
