"""InfluxDB's line protocol, and where it goes."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Callable

import httpx
import pytest

from enphase_sdk.errors import ConfigError
from enphase_sdk.export import Feed, InfluxExporter
from enphase_sdk.export.influx import line, lines
from enphase_sdk.testing import FakeClock, SimulatedGateway
from tests.support import loopback, wire

TOKEN = "zzTOKENzz"


@pytest.mark.parametrize(
    ("tags", "written"),
    [
        ([("b", "2"), ("a", "1")], "m,a=1,b=2"),  # sorted by key
        ([("a", "x y,z=1")], r"m,a=x\ y\,z\=1"),
        ([("a k", "1"), ("b=k", "2"), ("c,k", "3")], r"m,a\ k=1,b\=k=2,c\,k=3"),
        ([("a", ""), ("b", "1")], "m,b=1"),  # no empty tags
        ([("a", "x\ny\r")], r"m,a=x\ y"),
        ([("a", "back\\")], "m,a=back"),  # it would escape the comma after it
        ([("a", 'say "é"')], 'm,a=say\\ "é"'),
        ([], "m"),
    ],
)
def test_tags_are_escaped(tags: list[tuple[str, str]], written: str) -> None:
    assert line("m", tags, {"f": 1}, 1.5) == f"{written} f=1.0 1500000000\n"


def test_names_and_fields_are_escaped() -> None:
    written = line("a, b", [], {"x y": 1, "x=,": 2.5}, 1_718_452_800.123)
    assert written == r"a\,\ b x\ y=1.0,x\=\,=2.5 1718452800123000000" + "\n"


@pytest.mark.parametrize(
    ("number", "written"), [(1, "1.0"), (-0.5, "-0.5"), (1e22, "1e+22"), (34829031.0, "34829031.0")]
)
def test_measures_are_floats_always(number: float, written: str) -> None:
    assert line("m", [], {"f": number}, 0) == f"m f={written} 0\n"


def test_a_reading_in_lines(feed: Feed, gateway: SimulatedGateway) -> None:
    told = feed.poll()
    assert told.reading is not None
    written = list(lines(told))
    shape = re.compile(
        r"enphase(_meter|_inverter|_battery)?(,[a-z]+=[\w-]+)+ "
        r"([a-z_]+=-?[\d.]+(e[+-]?\d+)?)(,[a-z_]+=-?[\d.]+(e[+-]?\d+)?)* \d{19}\n"
    )
    assert all(shape.fullmatch(one) for one in written), written
    assert sum(one.count("=") for one in written) == len(told.reading.values) + sum(
        one.partition(" ")[0].count("=") for one in written
    )
    assert all(f"gateway={gateway.serial}" in one for one in written)
    assert len({one.partition(" ")[0] for one in written}) == len(written)
    assert {one.rpartition(" ")[2].strip() for one in written} == {
        str(round(told.reading.at * 1000) * 1_000_000)
    }


def test_each_reading_is_written_once(feed: Feed, gateway: SimulatedGateway) -> None:
    texts = list[str]()
    exporter = InfluxExporter(texts.append)
    exporter.publish(feed.poll())
    gateway.crashed = True
    exporter.publish(feed.poll())
    assert len(texts) == 1
    assert texts[0].startswith("enphase,gateway=")


def received(listening: socket.socket, told: Callable[[], object]) -> str:
    """What comes over one connection while `told` sends and closes."""
    told()
    connection, _ = listening.accept()
    with connection, connection.makefile("rb") as file:
        return file.read().decode()


def test_to_a_socket(feed: Feed) -> None:
    told = feed.poll()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        exporter = InfluxExporter(to=f"127.0.0.1:{port}")

        def send() -> None:
            with exporter:
                exporter.publish(told)

        assert received(listening, send) == "".join(lines(told))


def test_a_socket_that_was_closed_is_opened_again(
    feed: Feed, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    exporter = InfluxExporter(to=f"tcp://127.0.0.1:{port}")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            exporter.publish(feed.poll())
            clock.advance(60)
        assert len(caplog.messages) == 1
        with socket.create_server(("127.0.0.1", port)) as listening:
            last = feed.poll()

            def send() -> None:
                with exporter:
                    exporter.publish(last)

            assert received(listening, send) == "".join(lines(last))
    assert "again" in caplog.messages[-1]


@pytest.mark.parametrize("scheme", ["tcp", "udp", "http"])
def test_a_name_that_is_none_is_logged(
    feed: Feed, caplog: pytest.LogCaptureFixture, scheme: str
) -> None:
    with caplog.at_level(logging.WARNING):
        InfluxExporter(to=f"{scheme}://{'a' * 100}:1").publish(feed.poll())
    assert len(caplog.messages) == 1
    assert "could not be written" in caplog.messages[0]


def test_by_udp_in_packets_of_whole_lines(feed: Feed) -> None:
    told = feed.poll()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiving:
        receiving.bind(("127.0.0.1", 0))
        port = receiving.getsockname()[1]
        InfluxExporter(to=f"udp://127.0.0.1:{port}").publish(told)
        text = b""
        while text.count(b"\n") < len(list(lines(told))):
            packet = receiving.recv(65_536)
            assert packet.endswith(b"\n")
            assert len(packet) <= 1400
            text += packet
    assert text.decode() == "".join(lines(told))


def test_to_an_address_with_a_token(feed: Feed) -> None:
    asked = list[httpx.Request]()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(204)

    told = feed.poll()
    exporter = InfluxExporter(
        to="http://influx.test/api/v2/write?org=home&bucket=solar",
        token=TOKEN,
        transport=httpx.MockTransport(answer),
    )
    exporter.publish(told)
    (request,) = asked
    assert request.method == "POST"
    assert str(request.url).endswith("/api/v2/write?org=home&bucket=solar")
    assert request.headers["authorization"] == f"Token {TOKEN}"
    assert request.content.decode() == "".join(lines(told))
    assert TOKEN not in repr(exporter)


def test_a_refused_write_is_logged_without_the_token(
    feed: Feed, caplog: pytest.LogCaptureFixture
) -> None:
    told = feed.poll()
    with (
        caplog.at_level(logging.DEBUG),
        loopback(lambda _: wire("401 Unauthorized")) as (address, _),
        InfluxExporter(to=address, token=TOKEN) as exporter,
    ):
        exporter.publish(told)
    said = " ".join(caplog.messages)
    assert "could not be written" in said
    assert TOKEN not in said


@pytest.mark.parametrize(
    "to",
    ["", "host", "host:port", "host:99999", "ftp://host:1", "tcp://:1", "udp://host", "http://"],
)
def test_addresses_that_are_none(to: str) -> None:
    with pytest.raises(ConfigError):
        InfluxExporter(to=to)


@pytest.mark.parametrize("to", ["http://u:zzPASSzz@h/write", "http://h/write?db=x&u=a&p=zzPASSzz"])
def test_a_password_does_not_stand_in_the_address(to: str) -> None:
    with pytest.raises(ConfigError, match="USER:PASSWORD") as caught:
        InfluxExporter(to=to)
    assert "zzPASSzz" not in str(caught.value)


def test_a_token_is_for_an_address() -> None:
    with pytest.raises(ConfigError, match="token"):
        InfluxExporter(to="host:1", token=TOKEN)
    with pytest.raises(ConfigError):
        InfluxExporter()
