"""The local HTTP server that receives the code of an owner's consent from the browser."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import cast
from urllib.parse import parse_qs, urlsplit

from enphase_sdk.errors import ConfigError

__all__ = ["Listener"]


class Listener(HTTPServer):
    """Listens on loopback until the owner's browser is redirected here with the code."""

    def __init__(self, port: int, state: str) -> None:
        self.state = state
        self.answers: list[dict[str, list[str]]] = []
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise ConfigError(
                f"cannot listen on port {port}: {error.strerror}; choose another --port"
            ) from None

    def code(self) -> str:
        """The code.

        Raises:
            ConfigError: the owner did not give consent.
        """
        while not self.answers:
            self.handle_request()
        codes = self.answers[0].get("code")
        if not codes:
            raise ConfigError(
                "the owner did not give consent; nothing was changed; run 'enphase login' again"
            )
        return codes[0]


class _Handler(BaseHTTPRequestHandler):
    # Seconds. Browsers open connections that they do not use; do not wait on one for long.
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
        """Log nothing: the path holds the code, which is a secret."""
