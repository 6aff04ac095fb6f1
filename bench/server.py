"""A server that costs its clients nothing: fixed answers on loopback, in a process of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from bench import data

__all__ = ["serving"]


@contextmanager
def serving() -> Iterator[str]:
    """Run the server; gives its address, `http://127.0.0.1:PORT`.

    `/systems/67/summary` answers a summary, `/N/systems` a listing of N pages.
    """
    command = [sys.executable, "-m", "bench.server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            target = head.split(b" ", 2)[1].decode("ascii")
            self._transport.write(_answer(target))  # type: ignore[attr-defined]


def _answer(target: str) -> bytes:
    parts = urlsplit(target)
    if parts.path.endswith("/summary"):
        return _whole(data.SUMMARY)
    pages = int(parts.path.split("/")[1])
    return _whole(data.page(int(parse_qs(parts.query).get("next", ["0"])[0]), pages))


def _whole(body: bytes) -> bytes:
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"Date: Tue, 14 Nov 2023 22:13:20 GMT\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
