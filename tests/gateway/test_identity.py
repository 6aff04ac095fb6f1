"""``/info``: XML from a device that need not be one of ours."""

from __future__ import annotations

import pytest

from enphase_sdk.core.effects import Reply
from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    AuthenticationError,
    NotAvailableError,
    NotFoundError,
    ServerError,
)
from enphase_sdk.gateway.identity import identify, parse_info
from tests.gateway.gateways import HTML, FakeGateway


def info_xml(device: str) -> bytes:
    package = "<package name='app'><pn>500-00002-r01</pn><version>08.03</version></package>"
    return (
        f"<?xml version='1.0'?><envoy_info><device>{device}</device>{package}</envoy_info>".encode()
    )


FULL = "<sn> 122233334444\n</sn><pn>800-00654-r08</pn><software>D8.3.5167</software>"


def test_identity_is_read_from_the_device_element_alone() -> None:
    gateway = FakeGateway({"/info": Reply(200, {}, info_xml(FULL + "<imeter>true</imeter>"))})
    info = gateway.run(identify())
    assert info.serial_number == "122233334444"
    assert info.part_number == "800-00654-r08"
    assert info.firmware == "8.3.5167"
    assert info.version == (8, 3, 5167)
    assert info.is_metered


def test_old_gateways_say_nothing_of_metering() -> None:
    info = parse_info(info_xml("<sn>1</sn><software>R3.17.3</software>"))
    assert (info.is_metered, info.part_number) == (False, None)
    assert info.version > (3, 9)


@pytest.mark.parametrize("software", ["R3.7.0", "R3.8.10", "2.0"])
def test_firmware_that_serves_web_pages_only_is_named(software: str) -> None:
    with pytest.raises(NotAvailableError, match=r"firmware .* before 3\.9 has web pages only"):
        parse_info(info_xml(f"<sn>1</sn><software>{software}</software>"))


@pytest.mark.parametrize(
    "page",
    [
        HTML.content,
        b"<h1>Not found</h1>",
        b"\xef\xbb\xbf \n<!-- a comment --><title>Envoy",
        b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0'><html></html>",
        b"<HEAD><META charset=utf-8>",
    ],
)
def test_a_web_page_is_not_available_rather_than_broken(page: bytes) -> None:
    with pytest.raises(NotAvailableError, match="web page"):
        parse_info(page)


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<envoy_info><device><sn>&b;</sn><software>D8.3.1</software></device></envoy_info>"
)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (BOMB, "DTD"),
        (BOMB.decode().encode("utf-16"), "DTD"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "DTD"),
        (info_xml(FULL)[:-20], "cut off"),
        (b"", "cut off"),
        (b'{"sn": 1}', "not XML"),
        (b"<?xml version='1.0' encoding='no-such'?><a/>", "not XML"),
        (info_xml("<software>D8.3.1</software>"), "serial number"),
        (info_xml("<sn>1</sn>"), "software"),
        (info_xml("<sn>1</sn><software>unknown</software>"), "software"),
        (info_xml(f"<sn>1</sn><software>D{'9' * 5000}</software>"), "software"),
        (b"<envoy_info>" + b"<a>" * 50_000, "cut off"),
    ],
)
def test_what_is_no_identity_is_an_error_that_says_so(content: bytes, says: str) -> None:
    with pytest.raises(APIResponseValidationError, match=says) as caught:
        parse_info(content)
    assert caught.value.operation == "/info"


@pytest.mark.parametrize("text", ["1" * 1_000_000, "1\n" * 500_000])
def test_endless_text_is_not_kept(text: str) -> None:
    info = parse_info(info_xml(f"<sn>{text}</sn><software>D8.3.1</software>"))
    assert len(info.serial_number) <= 100


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AuthenticationError),
        (404, NotFoundError),
        (301, APIStatusError),
        (520, ServerError),
    ],
)
def test_a_status_that_is_no_success_is_its_error(status: int, error: type[APIStatusError]) -> None:
    with pytest.raises(error, match="is that of a gateway") as caught:
        FakeGateway({"/info": Reply(status, {}, b"secret")}).run(identify())
    assert caught.value.status_code == status
    assert "secret" not in repr(vars(caught.value))


def test_no_answer_is_passed_on() -> None:
    with pytest.raises(APIConnectionError):
        FakeGateway({"/info": APIConnectionError("gone")}).run(identify())
