"""A client lives long: cancelled, interrupted, forked, and run under one loop after another."""

from __future__ import annotations

import asyncio
import gc
import gzip
import logging
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import httpx
import msgspec
import pytest
import respx

from enphase_sdk import AsyncEnlighten, Enlighten, errors
from enphase_sdk.cloud.plans import Plan
from enphase_sdk.core.effects import Sleep
from enphase_sdk.core.http import Body, BodyTooLargeError
from enphase_sdk.testing import FakeClock, SimulatedEnlighten
from tests.listener import BODY, HEAD, Listener, answer, at_once
from tests.support import KEY, USER_ID, Surface, forks, small_fleet, summary_body

UNLIMITED = Plan("mine", 1_000_000)


def client_of(url: str, **options: Any) -> Enlighten:
    settings: dict[str, Any] = {"quota": UNLIMITED, "max_retries": 0, **options}
    return Enlighten(KEY, USER_ID, base_url=url, **settings)


def async_client_of(url: str, **options: Any) -> AsyncEnlighten:
    settings: dict[str, Any] = {"quota": UNLIMITED, "max_retries": 0, **options}
    return AsyncEnlighten(KEY, USER_ID, base_url=url, **settings)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_client_survives_calls_cancelled_at_any_moment(backend: str) -> None:
    chance = random.Random(5)
    moments = [chance.uniform(0.0, 0.004) for _ in range(200)]

    async def storm(client: AsyncEnlighten) -> None:
        async def cancelled(after: float) -> None:
            with anyio.move_on_after(after):
                await client.summary(67)

        for start in range(0, 200, 20):
            async with anyio.create_task_group() as group:
                for after in moments[start : start + 20]:
                    group.start_soon(cancelled, after)
                    group.start_soon(client.summary, 67)

    async def main(url: str) -> list[int | None]:
        async with async_client_of(url, timeout=60) as client:
            await storm(client)
            return [(await client.summary(67)).system_id for _ in range(200)]

    with Listener(at_once).serving() as url:
        assert anyio.run(main, url, backend=backend) == [67] * 200


def test_asyncio_s_own_ways_to_cancel_leave_the_client_whole() -> None:
    chance = random.Random(6)

    async def main(url: str) -> list[int | None]:
        async with async_client_of(url, timeout=60) as client:
            for _ in range(150):
                task = asyncio.ensure_future(client.summary(67))
                await asyncio.sleep(chance.uniform(0.0, 0.003))
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                with suppress(TimeoutError):
                    await asyncio.wait_for(client.summary(67), chance.uniform(0.0001, 0.003))
            return [(await client.summary(67)).system_id for _ in range(200)]

    with Listener(at_once).serving() as url:
        assert asyncio.run(main(url)) == [67] * 200


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timers")
def test_a_sync_client_survives_interrupts_at_any_moment() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.interrupted"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "all succeeded\n"), done.stderr


@forks
def test_parent_and_child_of_a_fork_do_not_read_each_other_s_answers() -> None:
    simulated = SimulatedEnlighten(8)
    ids = simulated.system_ids()
    with simulated.serve() as url, client_of(url) as client:
        client.summary(ids[0])
        child = os.fork()
        if child == 0:
            wrong = sum(client.summary(ids[n % 4]).system_id != ids[n % 4] for n in range(60))
            os._exit(min(wrong, 100))
        found = [client.summary(ids[4 + n % 4]).system_id for n in range(60)]
        _, status = os.waitpid(child, 0)
    assert found == [ids[4 + n % 4] for n in range(60)]
    assert os.waitstatus_to_exitcode(status) == 0


@forks
def test_a_lock_held_at_the_fork_does_not_stop_the_child() -> None:
    simulated = SimulatedEnlighten(1)
    with simulated.serve() as url, client_of(url) as client:
        client.summary(67)
        pacer, lazy = client._options.policy.pacer, client._connection._line
        with pacer._lock, lazy._turn.mine():
            child = os.fork()
            if child == 0:
                os._exit(0 if client.summary(67).system_id == 67 else 1)
        _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_an_answer_about_another_system_is_none(surface: Surface) -> None:
    other = msgspec.json.encode({**summary_body(), "system_id": 72})

    def crossed(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=other)

    client = surface.client(crossed, max_retries=0)
    with pytest.raises(errors.APIResponseValidationError, match="72") as caught:
        surface.use(client, lambda client: client.summary(67))
    assert caught.value.path == "$.system_id"


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_client_lives_through_several_event_loops() -> None:
    with Listener(at_once).serving() as url:
        client = async_client_of(url)

        async def twice() -> list[int | None]:
            return [(await client.summary(67)).system_id for _ in range(2)]

        assert asyncio.run(twice()) == [67, 67]
        assert asyncio.run(twice()) == [67, 67]
        assert anyio.run(twice, backend="trio") == [67, 67]
        with ThreadPoolExecutor(3) as pool:
            assert list(pool.map(lambda _: asyncio.run(twice()), range(6))) == [[67, 67]] * 6
    gc.collect()


def drip(data: bytes) -> Callable[[socket.socket, int], None]:
    """Bytes that come one by one, each in time, and never end."""
    stop = threading.Event()

    def respond(connection: socket.socket, _: int) -> None:
        connection.sendall(data)
        while not stop.wait(0.02):
            connection.sendall(b" ")

    return respond


def informational(connection: socket.socket, _: int) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        threading.Event().wait(0.02)


@pytest.mark.parametrize(
    "respond",
    [
        drip(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        drip(HEAD + b"Content-Length: 1000000\r\n\r\n"),
        informational,
    ],
    ids=["headers", "body", "1xx"],
)
def test_the_timeout_ends_the_whole_exchange(
    surface: Surface, respond: Callable[[socket.socket, int], None]
) -> None:
    with Listener(respond).serving() as url:
        client = surface.client(base_url=url, timeout=0.5, max_retries=0)
        with pytest.raises(errors.APITimeoutError) as caught:
            surface.use(client, lambda client: client.summary(67))
    assert caught.value.reason == "read timed out"


def bomb(layers: int) -> bytes:
    body = BODY[:-1] + b" " * 30_000_000 + b"}"
    for _ in range(layers):
        body = gzip.compress(body)
    return body


# httpcore leaves its generators to trio, which warns of them.
unfinished = pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")


@unfinished
@pytest.mark.parametrize("layers", [0, 1, 2])
def test_a_body_is_bounded_after_decompression(surface: Surface, layers: int) -> None:
    coding = b"Content-Encoding: " + b", ".join([b"gzip"] * layers) + b"\r\n" if layers else b""
    body = bomb(layers)

    def respond(connection: socket.socket, _: int) -> None:
        connection.sendall(answer(body, HEAD + coding))

    with Listener(respond).serving() as url:
        small = surface.client(base_url=url, max_retries=0, max_body=1_000_000)
        with pytest.raises(errors.APIResponseValidationError, match="max_body"):
            surface.use(small, lambda client: client.summary(67))
        large = surface.client(base_url=url, max_retries=0)
        assert surface.use(large, lambda client: client.summary(67)).system_id == 67


@unfinished
@pytest.mark.parametrize("coding", ["br", "gzip, gzip, gzip, gzip", "gzip"])
def test_a_body_that_cannot_be_unpacked_is_no_answer(surface: Surface, coding: str) -> None:
    def respond(connection: socket.socket, _: int) -> None:
        connection.sendall(answer(BODY, HEAD + f"Content-Encoding: {coding}\r\n".encode()))

    with Listener(respond).serving() as url:
        client = surface.client(base_url=url, max_retries=0)
        with pytest.raises(errors.APIConnectionError, match=r"content encoding|decompress"):
            surface.use(client, lambda client: client.summary(67))


HALF = len(BODY) // 2
MEMBERS = gzip.compress(BODY[:HALF]) + gzip.compress(b"") + gzip.compress(BODY[HALF:])


@unfinished
@pytest.mark.parametrize("end", [b"", bytes(3), b"more"], ids=["none", "zeros", "other data"])
@pytest.mark.parametrize("size", [1, 7, len(MEMBERS)])
def test_gzip_may_come_in_several_members(surface: Surface, size: int, end: bytes) -> None:
    sent = MEMBERS + end

    def respond(connection: socket.socket, _: int) -> None:
        connection.sendall(HEAD + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in range(0, len(sent), size):
            piece = sent[start : start + size]
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")

    with Listener(respond).serving() as url:
        client = surface.client(base_url=url, max_retries=0)
        assert surface.use(client, lambda client: client.summary(67)).system_id == 67


def unpacked(content: bytes, largest: int) -> bytes:
    body = Body(httpx.Headers({"content-encoding": "gzip"}), largest, plain=False)
    body.add(content)
    return body.content()


def test_all_members_together_are_bounded() -> None:
    members = gzip.compress(bytes(1_000)) * 1_000
    assert len(unpacked(members, 1_000_000)) == 1_000_000
    with pytest.raises(BodyTooLargeError):
        unpacked(members, 999_999)
    with pytest.raises(httpx.DecodingError, match="members"):
        unpacked(gzip.compress(b"") * 20_000, 1_000_000)
    with pytest.raises(httpx.DecodingError, match="too early"):
        unpacked(members[:-1], 1_000_000)


@unfinished
@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", BODY),
        ("gzip", b"no gzip"),
        ("gzip", MEMBERS[:30]),
        ("gzip", bomb(1)),
        ("lost", BODY),
    ],
    ids=["unknown", "broken", "cut off", "too large", "lost"],
)
def test_a_status_counts_though_its_body_cannot_be_unpacked(
    surface: Surface, clock: FakeClock, coding: str, body: bytes
) -> None:
    head = b"HTTP/1.1 %s\r\nRetry-After: 7\r\n"
    # A lost connection: more is announced than is sent.
    lost = b"Content-Length: 1000000\r\n\r\n"
    head += lost if coding == "lost" else b"Content-Encoding: " + coding.encode() + b"\r\n"
    heads = [head % b"429 Too Many Requests", head % b"503 Service Unavailable"]

    def respond(connection: socket.socket, number: int) -> None:
        connection.sendall(answer(body, heads[number - 1]) if number <= 2 else answer())
        if coding == "lost" and number <= 2:
            connection.shutdown(socket.SHUT_RDWR)

    with Listener(respond).serving() as url:
        client = surface.client(base_url=url, max_retries=1, max_body=1_000_000)
        assert surface.use(client, lambda client: client.summary(67)).system_id == 67
    assert len(clock.sleeps) == 2
    assert all(7 <= seconds < 12 for seconds in clock.sleeps)


def test_no_call_of_many_threads_is_broken_by_the_client() -> None:
    with (
        Listener(at_once).serving() as url,
        client_of(url, timeout=120) as client,
        ThreadPoolExecutor(150) as pool,
    ):
        found = list(pool.map(lambda _: client.summary(67).system_id, range(1_500)))
    assert found == [67] * 1_500


def test_quick_calls_do_not_queue_behind_a_slow_one(surface: Surface) -> None:
    began, release = threading.Event(), threading.Event()

    def respond(connection: socket.socket, number: int) -> None:
        if number == 1:
            began.set()
            release.wait(60)
        connection.sendall(answer())

    listener = Listener(respond)

    def threads(client: Any) -> int:
        with ThreadPoolExecutor(301) as pool:
            slow = pool.submit(client.summary, 67)
            assert began.wait(60)
            quick = list(pool.map(lambda _: client.summary(67).system_id, range(300)))
            release.set()
            return len(quick) + int(slow.result().system_id)

    async def tasks(client: Any) -> int:
        found: list[int] = []

        async def one() -> None:
            found.append((await client.summary(67)).system_id)
            if len(found) == 300:
                release.set()

        async with anyio.create_task_group() as group:
            for _ in range(301):
                group.start_soon(one)
        return len(found) - 1 + found[0]

    with listener.serving() as url:
        client = surface.client(base_url=url, quota=UNLIMITED, timeout=50, max_retries=0)
        assert surface.use(client, tasks if surface.is_async else threads) == 367


def test_a_refused_connection_says_so(surface: Surface) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    client = surface.client(base_url=f"http://127.0.0.1:{port}", max_retries=0)
    with pytest.raises(errors.APIConnectionError, match="connection refused") as caught:
        surface.use(client, lambda client: client.summary(67))
    assert caught.value.reason == "connection refused"
    assert "http://" not in str(caught.value)


def test_an_unknown_host_says_so(surface: Surface) -> None:
    client = surface.client(base_url="https://nowhere.invalid", max_retries=0)
    with pytest.raises(errors.APIConnectionError) as caught:
        surface.use(client, lambda client: client.summary(67))
    assert caught.value.reason == "unknown host"


@contextmanager
def tls_server(folder: Path, hosts: list[str], days: int) -> Iterator[int]:
    """A TLS server whose certificate is its own authority, for `hosts`, valid so many days."""
    certificate = self_signed(folder, hosts, days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]


def self_signed(folder: Path, hosts: list[str], days: int) -> Path:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "cloud")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1_000))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(h) for h in hosts]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.mark.parametrize(
    ("hosts", "days", "trusted", "reason"),
    [
        (["localhost"], 10, False, "the certificate is not trusted"),
        (["localhost"], -10, True, "the certificate is expired or not valid yet"),
        (["elsewhere.example"], 10, True, "the certificate is for another host"),
    ],
)
def test_a_bad_certificate_is_named_and_not_tried_again(
    surface: Surface,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    hosts: list[str],
    days: int,
    trusted: bool,
    reason: str,
) -> None:
    from enphase_sdk.core.http import tls_context

    waits: list[Sleep] = []
    with tls_server(tmp_path, hosts, days) as port:
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        tls_context.cache_clear()
        try:
            client = surface.client(base_url=f"https://localhost:{port}", on_wait=waits.append)
            with pytest.raises(errors.APIConnectionError, match="SSL_CERT_FILE") as caught:
                surface.use(client, lambda client: client.summary(67))
        finally:
            tls_context.cache_clear()
    assert caught.value.reason == reason
    assert waits == []


def test_a_proxy_that_is_down_or_wants_a_login_says_so(
    surface: Surface, monkeypatch: pytest.MonkeyPatch
) -> None:
    def login_wanted(connection: socket.socket, _: int) -> None:
        connection.sendall(
            b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
        )

    with Listener(login_wanted).serving() as url:
        monkeypatch.setenv("HTTPS_PROXY", url)
        client = surface.client(max_retries=0)
        with pytest.raises(errors.APIConnectionError, match="407") as caught:
            surface.use(client, lambda client: client.summary(67))
    assert caught.value.reason == "the proxy requires a login (407)"


def test_mocks_see_path_and_parameters_and_no_credentials(surface: Surface) -> None:
    seen: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=summary_body())

    with respx.mock(using="httpx") as router:
        url = "https://api.enphaseenergy.com/api/v2/systems/67/summary"
        router.get(url, params={"summary_date": "2024-06-01"}).mock(side_effect=respond)
        client = surface.client()
        found = surface.use(client, lambda c: c.summary(67, summary_date="2024-06-01"))
    assert found.system_id == 67
    assert str(seen[0].url) == f"{url}?summary_date=2024-06-01"
    assert KEY not in repr(seen[0].url)


@pytest.mark.parametrize("pattern", ["url", "path", "regex", "lookup", "params"])
@pytest.mark.parametrize("using", ["httpcore", "httpx"])
def test_respx_matches_in_all_its_forms(surface: Surface, pattern: str, using: str) -> None:
    host = "https://api.enphaseenergy.com"
    with respx.mock(using=using) as router:
        answered = httpx.Response(200, json=summary_body())
        match pattern:
            case "url":
                router.get(url__startswith=f"{host}/api/v2/systems/67/summary").mock(answered)
            case "path":
                router.get(path="/api/v2/systems/67/summary").mock(answered)
            case "regex":
                router.get(url__regex=r".*/systems/\d+/summary").mock(answered)
            case "lookup":
                router.route(method="GET", host="api.enphaseenergy.com").mock(answered)
            case _:
                router.get(params__contains={"summary_date": "2024-06-01"}).mock(answered)
        client = surface.client()
        call = lambda client: client.summary(67, summary_date="2024-06-01")  # noqa: E731
        assert surface.use(client, call).system_id == 67


class Instrumented(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """What a tracer wraps around a transport: it keeps what it sees of each request."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.seen: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._look(request)
        return self.inner.handle_request(request)  # type: ignore[no-any-return]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._look(request)
        return await self.inner.handle_async_request(request)  # type: ignore[no-any-return]

    def _look(self, request: httpx.Request) -> None:
        self.seen += [str(request.url), repr(request), str(request.headers), str(request.url.query)]

    def close(self) -> None:
        self.inner.close()

    async def aclose(self) -> None:
        await self.inner.aclose()


def test_an_instrumented_transport_sees_no_credentials(surface: Surface) -> None:
    simulated = SimulatedEnlighten(1, api_key=KEY)
    inner = httpx.AsyncHTTPTransport() if surface.is_async else httpx.HTTPTransport()
    instrumented = Instrumented(inner)
    with simulated.serve() as url:
        client = surface.client(base_url=url, transport=instrumented)
        assert surface.use(client, lambda client: client.summary(67)).system_id == 67
    assert f"{url}/systems/67/summary" in instrumented.seen
    assert not [text for text in instrumented.seen if "OPENS" in text]


def test_a_transport_of_the_other_kind_is_refused() -> None:
    class SyncOnly(httpx.BaseTransport):
        pass

    class AsyncOnly(httpx.AsyncBaseTransport):
        pass

    wrong: Any = SyncOnly()
    with pytest.raises(errors.ConfigError, match="handle_async_request"):
        AsyncEnlighten(KEY, USER_ID, transport=wrong)
    wrong = AsyncOnly()
    with pytest.raises(errors.ConfigError, match="handle_request"):
        Enlighten(KEY, USER_ID, transport=wrong)


def test_a_coroutine_that_listens_to_waits_is_awaited() -> None:
    told: list[float] = []

    async def listen(wait: Sleep) -> None:
        await asyncio.sleep(0)
        told.append(wait.seconds)

    simulated, clock = small_fleet(), None
    del clock
    from enphase_sdk.testing import faults

    simulated.fail(with_=faults.status(503))

    async def main() -> None:
        transport = httpx.MockTransport(simulated)
        async with AsyncEnlighten(KEY, USER_ID, transport=transport, on_wait=listen) as client:
            await client.summary(67)

    asyncio.run(main())
    assert len(told) == 1
    with pytest.raises(errors.ConfigError, match="coroutine"):
        Enlighten(KEY, USER_ID, on_wait=listen)


def test_a_client_that_is_gone_leaves_nothing_behind() -> None:
    before = [len(logging.getLogger(name).filters) for name in ("httpx", "httpcore.http11")]
    with SimulatedEnlighten(1).serve() as url:
        client = client_of(url)
        client.summary(67)
        client.close()
    gone = weakref.ref(client)
    wire = weakref.ref(client._connection._line)
    del client
    gc.collect()
    assert (gone(), wire()) == (None, None)
    after = [len(logging.getLogger(name).filters) for name in ("httpx", "httpcore.http11")]
    assert after == before
