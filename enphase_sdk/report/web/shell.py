"""A page of one file: its style and script are allowed by their hash, nothing is loaded."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import msgspec

__all__ = ["as_json", "asset", "filled", "scripts", "text"]

_ASSETS = Path(__file__).with_name("assets")


@cache
def asset(name: str) -> str:
    """The text of a file beside this one."""
    return (_ASSETS / name).read_text(encoding="utf-8")


def scripts(*names: str) -> str:
    """Scripts joined into one, in a scope of their own."""
    return '(() => {\n"use strict";\n' + "\n".join(asset(name) for name in names) + "})();\n"


def filled(template: str, /, *, style: str, script: str = "", **parts: str) -> str:
    """A template with its parts (HTML), and the content security policy that they need."""
    allowed = ["default-src 'none'", f"style-src {_hash(style)}"]
    if script:
        allowed.append(f"script-src {_hash(script)}")
    policy = "; ".join([*allowed, "base-uri 'none'", "form-action 'none'"])
    return Template(asset(template)).substitute(parts, style=style, script=script, policy=policy)


def as_json(value: Any) -> str:
    """JSON for a `<script>`: no text in it can end the element or start another one."""
    return msgspec.json.encode(value).decode().replace("<", "\\u003c")


def text(value: str) -> str:
    """A text as HTML."""
    return escape(value)


def _hash(content: str) -> str:
    # A browser hashes the parsed text, in which line ends are line feeds.
    digest = sha256(content.replace("\r\n", "\n").encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"
