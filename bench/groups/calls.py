"""CPU seconds of the client in one synchronous call of a summary; the server is elsewhere."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpcore
import httpx

from bench.measure import race
from bench.peers.default_client import default_client
from bench.rows import Row
from bench.server import serving
from enphase_sdk import Enlighten, EnlightenV4
from enphase_sdk.types import TokensInMemory

WORK = "one sync call, client CPU"
BASELINE = "default client, sync"
NEWER = "ours, API v4"
SECONDS = 15.0
QUERY = "key=0123456789abcdef&user_id=4d6a49784e7a63790a"


def rows() -> Iterator[Row]:
    """The same summary over a kept-alive connection to loopback."""
    with serving() as address:
        yield from _rows(address)


def _rows(address: str) -> Iterator[Row]:
    host, port = urlsplit(address).hostname, urlsplit(address).port
    assert host
    assert port
    url = f"{address}/systems/67/summary?{QUERY}"
    summary = default_client("api.default.summary").sync
    default = default_client("client").Client(base_url=address)
    ours = Enlighten("0123456789abcdef", "4d6a49784e7a63790a", base_url=address)
    newer = EnlightenV4(
        "0123456789abcdef",
        client_id="4d6a49784e7a63790a",
        client_secret="0123456789abcdef",  # noqa: S106 - nobody's
        access_token="4d6a49784e7a63790a",  # noqa: S106
        tokens=TokensInMemory(),
        base_url=address,
    )
    bare, pool = httpx.Client(), httpcore.ConnectionPool()
    raw = socket.create_connection((host, port))
    request = f"GET {url.removeprefix(address)} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()

    def raw_call() -> bytes:
        raw.sendall(request)
        return raw.recv(65_536)

    with ours, newer, default, bare, pool, raw:
        measured = race(
            {
                BASELINE: lambda: summary(67, client=default),
                "ours": lambda: ours.summary(67),
                NEWER: lambda: newer.summary(67),
                "bare httpx.Client.get": lambda: bare.get(url),
                "httpcore": lambda: pool.request("GET", url),
                "raw socket": raw_call,
            },
            seconds=SECONDS,
            least_sample=0.02,
        )
    for name in measured.samples:
        goal = 0.70 if name == "ours" else None
        yield Row(WORK, name, measured.ratio(name, BASELINE), against=BASELINE, goal=goal,
                  spread=measured.spread(name, BASELINE))  # fmt: skip
    yield Row(WORK, NEWER, measured.ratio(NEWER, "ours"), against="ours", goal=1.02,
              spread=measured.spread(NEWER, "ours"), note="no more than on v2, but for noise",
              )  # fmt: skip
    yield Row(WORK, "ours", measured.median("ours") * 1e3, unit="ms")
