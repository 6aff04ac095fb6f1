"""Where an owner's browser brings the code of a consent: a port of this machine."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import cast
from urllib.parse import parse_qs, urlsplit

from enphase_sdk.errors import ConfigError

__all__ = ["Listener"]


class Listener(HTTPServer):
    """Waits on loopback until the owner's browser brings the code."""

    def __init__(self, port: int, state: str) -> None:
        self.state = state
        self.answers: list[dict[str, list[str]]] = []
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise ConfigError(f"cannot listen on port {port}: {error.strerror}") from None

    def code(self) -> str:
        """The code.

        Raises:
            ConfigError: the owner has not agreed.
        """
        while not self.answers:
            self.handle_request()
        codes = self.answers[0].get("code")
        if not codes:
            raise ConfigError("the owner has not agreed; nothing was changed")
        return codes[0]


class _Handler(BaseHTTPRequestHandler):
    # Browsers open connections that they do not use; the code comes on another one.
    timeout = 5

    def do_GET(self) -> None:
        answer = parse_qs(urlsplit(self.path).query)
        listener = cast("Listener", self.server)
        ours = answer.get("state") == [listener.state]
        if ours:
            listener.answers.append(answer)
        self.send_response(200 if ours else 400)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"Done; you can close this page." if ours else b"Not for us.")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        """The code is a secret."""
