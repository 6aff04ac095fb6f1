"""What a reply amounts to: documents, nothing there, refusals, failures."""

from __future__ import annotations

import pytest

from enphase_sdk.core.effects import Reply
from enphase_sdk.gateway.answers import Absent, Answer, Document, Failure, Refused, answer_of
from tests.gateway.gateways import HTML, NOTHING


@pytest.mark.parametrize(
    "reply",
    [
        NOTHING,
        HTML,
        Reply(200, {}, b'{"error": "404 - Not Found"}'),
        Reply(200, {}, b'{"err": "404"}'),
        Reply(200, {}, b"[]\n"),
        Reply(200, {}, b" {}"),
        Reply(200, {"content-type": "application/json"}, b"\xef\xbb\xbf<HTML><body>"),
        Reply(200, {}, b"<h1>404</h1>"),
        Reply(200, {}, b"  \t<!-- made by hand --><p>No such page"),
        Reply(200, {}, b"<head><title>Envoy</title></head>"),
        Reply(200, {}, b"<meta http-equiv=refresh content=0>"),
        Reply(200, {}, b"<?xml version='1.0'?><!DOCTYPE html><html/>"),
        Reply(200, {}, "\ufeff<h1>Nicht da</h1>".encode("utf-16-le")),
        Reply(200, {}, "\ufeff<h1>Nicht da</h1>".encode("utf-16-be")),
        Reply(200, {}, b"\x00\r\n<center>busy</center>"),
        Reply(405),
        Reply(410),
    ],
)
def test_not_there(reply: Reply) -> None:
    assert isinstance(answer_of(reply), Absent)


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (Reply(401, {}, b"{}"), Refused(401)),
        (Reply(403), Refused(403)),
        (Reply(503, {}, b"<html>"), Failure("HTTP 503")),
        (Reply(500, {}, b'{"error": "busy"}'), Failure("HTTP 500")),
        (Reply(429), Failure("HTTP 429")),
        (Reply(302), Failure("HTTP 302")),
        (Reply(200), Failure("an empty body")),
        (Reply(200, {}, b'{"a": 1'), Failure("not JSON, or cut off")),
        (Reply(200, {}, b'{"a": "\xff", "b": 1}'), Document({"a": None, "b": 1})),
        (Reply(200, {}, b'\xef\xbb\xbf{"a": 1}'), Document({"a": 1})),
        (
            Reply(200, {"content-type": "text/json;charset=latin-1"}, b'{"a": "\xfc"}'),
            Document({"a": "\u00fc"}),
        ),
        (Reply(200, {}, b"[" * 100_000), Failure("not JSON, or cut off")),
        (Reply(200, {}, b"[1e999, NaN, 1]"), Document([None, None, 1])),
        (Reply(200, {}, b'"text"'), Failure("JSON that is neither an object nor a list")),
        (Reply(200, {}, b"null"), Failure("JSON that is neither an object nor a list")),
        (Reply(200, {"content-type": "text/html"}, b'{"a": 1}'), Document({"a": 1})),
        (Reply(200, {}, b"[1]"), Document([1])),
    ],
)
def test_everything_else(reply: Reply, answer: Answer) -> None:
    assert answer_of(reply) == answer
