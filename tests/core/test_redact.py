"""Secrets in texts: in forms nested in each other, and in texts made to take for ever."""

from __future__ import annotations

import base64
import html
import json
import logging
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk.core import redact
from enphase_sdk.core.redact import (
    HIDDEN,
    LONGEST_TEXT,
    Redactor,
    hide_in_library_logs,
)

Form = Callable[[str], str]

FORMS: list[Form] = [
    str,
    quote,
    lambda text: quote(text, safe=""),
    quote_plus,
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    html.escape,
    lambda text: repr(text.encode())[2:-1],
    lambda text: "".join(f"&#{ord(character)};" for character in text),
    lambda text: "".join(f"&#x{ord(character):X};" for character in text),
    lambda text: "".join(f"%{octet:02x}" for octet in text.encode()),
    lambda text: text.encode("utf-16-be").hex(" ", 2).replace(" ", "\\u").join(("\\u", "")),
]

SECRETS = ["_-KEY-zzz+&=_", "-kz\\y\\\\q", "\\\\\\\\zzyx", "zz%2fyy%25", "\u00e9\u20ac\U0001f600zq"]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("inner", FORMS)
@pytest.mark.parametrize("outer", FORMS)
def test_a_secret_is_found_in_a_form_inside_another(secret: str, inner: Form, outer: Form) -> None:
    text = Redactor([secret]).text(f"before {outer(inner(secret))} after")
    assert text.startswith("before ")
    assert text.endswith(" after")
    assert HIDDEN in text
    assert not any(part in text for part in ("zz", "yx", "kz", "zq", "KEY"))


@pytest.mark.parametrize("before", ["", "x", "owner:", "somebody@example.com:"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_is_found_in_what_is_base64(before: str, encode: Callable[[bytes], bytes]) -> None:
    secret = "p\u00e4ss?>w\u00f6rd?>zzz"
    written = encode(f"{before}{secret}".encode()).decode()
    text = Redactor([secret]).text(f"got {written}")
    # What is left is of the user's name, and the rest of one group of octets.
    assert HIDDEN in text
    assert len(text.removeprefix("got ").replace(HIDDEN, "")) <= len(encode(before.encode())) + 6


@pytest.mark.parametrize(
    ("secret", "unit"),
    [
        ("_" * 40, "_"),
        ("-" * 40, "\\-"),
        ("\\" * 40, "\\"),
        ("_\\" * 20, "_\\"),
        ("a" * 40, "a"),
        ("%25" * 12, "%25"),
        ("&amp;" * 8, "&amp;"),
        ("_abc", "\\"),
        ("abcd", "eyJa"),
        ("abcd", "-eyJ"),
        ("abcd", "eyJ."),
        ("abcd", "bearer "),
        ("abcd", "b'set-cookie', b'"),
    ],
)
def test_the_time_grows_with_the_text_and_no_faster(
    secret: str, unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By a method whose time grows with the square, each of these would take an hour.
    monkeypatch.setattr(redact, "LONGEST_TEXT", 1_000_000)
    text = unit * (500_000 // len(unit)) + "(" + secret + "x)"
    redacted = Redactor([f"{secret}x"]).text(text)
    assert f"{secret}x" not in redacted
    assert HIDDEN in redacted


def test_a_text_has_a_bound() -> None:
    assert len(Redactor(["zzzz"]).text("zzz " * 5_000_000)) <= LONGEST_TEXT + 20


@pytest.mark.parametrize("before", range(LONGEST_TEXT - 50, LONGEST_TEXT + 3))
def test_half_a_secret_at_the_cut_is_hidden(before: int) -> None:
    text = Redactor(["SECRETSECRETSECRET"]).text("." * before + "SECRETSECRETSECRET" + "." * 99)
    assert "SEC" not in text
    assert text.endswith("(cut)")


letters = st.text(st.characters(exclude_characters=HIDDEN, exclude_categories=["Cs"]), max_size=20)


@given(letters.filter(lambda text: len(text) >= 4), st.sampled_from(FORMS))
def test_any_secret_is_found_in_any_form(secret: str, form: Form) -> None:
    assert Redactor([secret]).text(f" {form(secret)} ") == f" {HIDDEN} "


@pytest.mark.parametrize(
    "text",
    [
        "eyJhbGciOiJub25lIn0.eyJpYXQiOjF9.zzzz",
        "Authorization: Bearer zzzzzzzzzzzzzzzzzzzzzz",
        "(b'Authorization', b'Basic enp6enp6enp6enp6enp6eno=')",
        "access_token=zzzz&refresh_token=zzzz;",
        "password=zzzz",
    ],
)
def test_what_looks_like_a_credential_is_hidden(text: str) -> None:
    hidden = Redactor([]).text(text)
    assert HIDDEN in hidden
    assert "zzzz" not in hidden
    assert "enp6" not in hidden


def test_a_log_s_arguments_and_exception_are_searched_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logger = logging.getLogger("httpcore.http11")
    secret = "zzSECRETzz"
    with (
        caplog.at_level(logging.DEBUG, "httpcore.http11"),
        hide_in_library_logs(Redactor([secret])),
    ):
        logger.debug("%s%s and %r", secret[:4], secret[4:], secret.encode())
        try:
            raise ValueError(f"cannot send {quote(secret)}")
        except ValueError:
            logger.exception("failed")
    assert len(caplog.records) == 2
    assert "SECRET" not in caplog.text
    assert "cannot send" in caplog.text
    for record in caplog.records:
        assert "SECRET" not in f"{record.msg} {record.args} {record.exc_info}"
