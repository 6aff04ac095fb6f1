"""The raw view of a gateway's client: one endpoint's whole answer with the model read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from enphase_sdk.cloud.raw import RawResponse
from enphase_sdk.gateway.reading import fetch_whole
from enphase_sdk.gateway.sources import Source

if TYPE_CHECKING:
    from enphase_sdk._async.gateway_session import AsyncGatewaySession

__all__ = ["AsyncRawEnvoy"]

T = TypeVar("T")


class AsyncRawEnvoy:
    """Made by `AsyncEnvoy.with_raw_response`."""

    def __init__(self, session: AsyncGatewaySession) -> None:
        self._session = session

    async def fetch(self, source: Source[T]) -> RawResponse[T]:
        """Read one endpoint: status, headers, the body's bytes, and what was read from them.

        `operation` is the endpoint's path. Raises like `AsyncEnvoy.fetch`.
        """
        reply, parsed = await self._session.run(lambda _: fetch_whole(source))
        return RawResponse(source.endpoint, reply.status, reply.headers, reply.content, parsed)
