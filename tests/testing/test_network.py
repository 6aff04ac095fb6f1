"""Nothing leaves the machine while the guard is on, whichever way it tries."""

from __future__ import annotations

import asyncio
import pickle
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import httpx
import pytest

from enphase_sdk import AsyncEnlighten, Enlighten, Envoy
from enphase_sdk.testing import FakeClock, SimulatedEnlighten
from enphase_sdk.testing.network import NetworkBlockedError, no_network

# Kept for documentation by RFC 5737 and 3849, and a name that RFC 6761 keeps from existing.
ADDRESS, ADDRESS_6, NAME = "203.0.113.7", "2001:db8::7", "api.enphase.invalid"


@pytest.fixture
def guard() -> Iterator[None]:
    with no_network():
        yield


def connect() -> None:
    with socket.socket() as connection:
        connection.connect((ADDRESS, 443))


def connect_ex() -> None:
    with socket.socket() as connection:
        connection.connect_ex((ADDRESS, 443))


def connect_6() -> None:
    with socket.socket(socket.AF_INET6) as connection:
        connection.connect((ADDRESS_6, 443))


def create_connection() -> None:
    socket.create_connection((ADDRESS, 443), timeout=1)


def datagram() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.sendto(b"?", (ADDRESS, 53))


def message() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.sendmsg([b"?"], [], 0, (ADDRESS, 53))


def look_up_address() -> None:
    socket.gethostbyaddr(ADDRESS)


def asyncio_connect() -> None:
    async def go() -> None:
        await asyncio.open_connection(ADDRESS, 443)

    asyncio.run(go())


ADDRESSED: list[Callable[[], None]] = [
    connect,
    connect_ex,
    connect_6,
    create_connection,
    datagram,
    message,
    look_up_address,
    asyncio_connect,
]


@pytest.mark.usefixtures("guard")
@pytest.mark.parametrize("way", ADDRESSED, ids=lambda way: way.__name__)
def test_an_address_elsewhere_is_blocked_and_named(way: Callable[[], None]) -> None:
    with pytest.raises(NetworkBlockedError) as raised:
        way()
    assert raised.value.host == (ADDRESS_6 if way is connect_6 else ADDRESS)
    assert raised.value.host in str(raised.value)


def resolve() -> None:
    socket.getaddrinfo(NAME, 443)


def resolve_bytes() -> None:
    socket.getaddrinfo(NAME.encode(), 443)


def resolve_old() -> None:
    socket.gethostbyname(NAME)


def resolve_old_ex() -> None:
    socket.gethostbyname_ex(NAME)


def resolve_in_asyncio() -> None:
    async def go() -> None:
        await asyncio.get_running_loop().getaddrinfo(NAME, 443)

    asyncio.run(go())


def resolve_in_trio() -> None:
    async def go() -> None:
        await anyio.connect_tcp(NAME, 443)

    anyio.run(go, backend="trio")


def ask_with_httpx() -> None:
    httpx.get(f"https://{NAME}/", trust_env=False)


def ask_with_the_client() -> None:
    with Enlighten("key", "user", base_url=f"https://{NAME}/api/v2") as cloud:
        cloud.summary(67)


def ask_with_the_async_client() -> None:
    async def go() -> None:
        async with AsyncEnlighten("key", "user", base_url=f"https://{NAME}/api/v2") as cloud:
            await cloud.summary(67)

    anyio.run(go)


def ask_a_gateway() -> None:
    with Envoy(NAME) as gateway:
        assert gateway.info


NAMED: list[Callable[[], None]] = [
    resolve,
    resolve_bytes,
    resolve_old,
    resolve_old_ex,
    resolve_in_asyncio,
    resolve_in_trio,
    ask_with_httpx,
    ask_with_the_client,
    ask_with_the_async_client,
    ask_a_gateway,
]


@pytest.mark.usefixtures("guard")
@pytest.mark.parametrize("way", NAMED, ids=lambda way: way.__name__)
def test_a_name_elsewhere_is_not_looked_up(
    way: Callable[[], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ENPHASE_STATE", str(tmp_path))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NetworkBlockedError, match=NAME) as raised:
        way()
    assert "transport=httpx.MockTransport" in str(raised.value)
    assert "cassette" in str(raised.value)


@pytest.mark.usefixtures("guard")
def test_an_address_in_a_task_group_is_blocked_too() -> None:
    async def go() -> None:
        await anyio.connect_tcp(ADDRESS, 443)

    with pytest.raises((NetworkBlockedError, ExceptionGroup)) as raised:
        anyio.run(go, backend="trio")
    blocked: BaseException = raised.value
    while isinstance(blocked, ExceptionGroup):
        (blocked,) = blocked.exceptions
    assert isinstance(blocked, NetworkBlockedError)


@pytest.mark.usefixtures("guard")
def test_this_machine_can_be_reached() -> None:
    simulated = SimulatedEnlighten(3, clock=FakeClock())
    with simulated.serve() as url:
        port = int(url.rpartition(":")[2])
        with Enlighten("key", "user", base_url=f"http://localhost:{port}") as cloud:
            assert cloud.summary(67).system_id == 67

        async def ask() -> int | None:
            async with AsyncEnlighten("key", "user", base_url=url) as cloud:
                return (await cloud.summary(67)).system_id

        assert anyio.run(ask) == anyio.run(ask, backend="trio") == 67
    assert socket.getaddrinfo(None, 80)
    assert socket.getaddrinfo("::1", 80)
    here, there = socket.socketpair()
    with here, there:
        here.sendmsg([b"hello"])
        assert there.recv(9) == b"hello"


@pytest.mark.usefixtures("guard")
@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.8.8.8", "::1", "::1%lo", "::ffff:127.0.0.1", "0.0.0.0", "::", "localhost",  # noqa: S104 - no server
     socket.gethostname(), b"localhost", None, ""],
)  # fmt: skip
def test_hosts_that_are_this_machine_pass(host: str | bytes | None) -> None:
    sys.audit("socket.getaddrinfo", host, 80, 0, 0, 0)


@pytest.mark.usefixtures("guard")
@pytest.mark.parametrize(
    "host", ["192.168.1.50", "::ffff:203.0.113.7", "localhost.example.com", "envoy.local", "127"]
)
def test_hosts_that_are_not_this_machine_are_blocked(host: str) -> None:
    with pytest.raises(NetworkBlockedError, match=host):
        sys.audit("socket.getaddrinfo", host, 80, 0, 0, 0)


@pytest.mark.usefixtures("guard")
def test_unix_sockets_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("socket")
        server.listen()
        client.connect("socket")


def test_it_holds_in_all_threads_and_until_the_last_context_ends() -> None:
    def attempt() -> bool:
        try:
            sys.audit("socket.getaddrinfo", NAME, 80, 0, 0, 0)
        except NetworkBlockedError:
            return True
        return False

    seen: list[bool] = []
    assert not attempt()
    with no_network():
        with no_network():
            assert attempt()
        thread = threading.Thread(target=lambda: seen.append(attempt()))
        thread.start()
        thread.join()
        assert seen == [True]
    assert not attempt()


def test_the_error_pickles() -> None:
    error = pickle.loads(pickle.dumps(NetworkBlockedError(NAME)))
    assert (error.host, str(error)) == (NAME, str(NetworkBlockedError(NAME)))
