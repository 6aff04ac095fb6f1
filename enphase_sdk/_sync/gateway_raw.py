# Made from enphase_sdk/_async/gateway_raw.py by `make generate`; edit that one.
"""The raw view of a gateway's client: one endpoint's whole answer with the model read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from enphase_sdk.cloud.raw import RawResponse
from enphase_sdk.gateway.reading import fetch_whole
from enphase_sdk.gateway.sources import Source

if TYPE_CHECKING:
    from enphase_sdk._sync.gateway_session import GatewaySession

__all__ = ["RawEnvoy"]

T = TypeVar("T")


class RawEnvoy:
    """Made by `Envoy.with_raw_response`."""

    def __init__(self, session: GatewaySession) -> None:
        self._session = session

    def fetch(self, source: Source[T]) -> RawResponse[T]:
        """Read one endpoint: status, headers, the body's bytes, and what was read from them.

        `operation` is the endpoint's path. Raises like `Envoy.fetch`.
        """
        reply, parsed = self._session.run(lambda _: fetch_whole(source))
        return RawResponse(source.endpoint, reply.status, reply.headers, reply.content, parsed)
