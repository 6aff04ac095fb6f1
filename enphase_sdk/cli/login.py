"""An owner's consent and a partner's login for API v4, as commands."""

from __future__ import annotations

import secrets
import sys
import webbrowser
from contextlib import nullcontext, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Annotated, cast
from urllib.parse import parse_qs, urlsplit

import typer

__all__ = ["login", "logout"]

Profile = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="Table of the config file to read.")
]
BaseUrl = Annotated[
    str | None, typer.Option("--base-url", metavar="URL", help="Another address of the API.")
]


def login(
    profile: Profile = None,
    base_url: BaseUrl = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            metavar="PORT",
            min=1,
            max=65535,
            help="Take the code on http://localhost:PORT; else it is typed in.",
        ),
    ] = None,
    code: Annotated[
        str | None,
        typer.Option("--code", metavar="CODE", help="The code itself; - to read it from stdin."),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address.")
    ] = False,
    username: Annotated[
        str | None,
        typer.Option(
            "--username",
            metavar="NAME",
            help="An installer's account; the password from stdin.",
        ),
    ] = None,
) -> None:
    """Log in to API v4 once; the tokens are kept and renewed from then on."""
    from enphase_sdk import EnlightenV4
    from enphase_sdk.cloud.v4.oauth import REDIRECT_PAGE

    password = sys.stdin.readline().rstrip("\n") if username else None
    client = EnlightenV4(profile=profile, base_url=base_url, username=username, password=password)
    del password
    with client:
        if username:
            client.authorize_installer()
        else:
            state = secrets.token_urlsafe(16)
            redirect_uri = REDIRECT_PAGE if port is None else f"http://localhost:{port}/"
            # Listening before anybody is sent here.
            with nullcontext() if port is None else _Listener(port, state) as listener:
                if code is None:
                    address = client.authorize_url(redirect_uri=redirect_uri, state=state)
                    typer.echo(f"Let the owner agree here:\n\n  {address}\n")
                    sys.stdout.flush()
                    if not no_browser:
                        with suppress(webbrowser.Error):
                            webbrowser.open(address)
                found = _typed_code(code) if listener is None else listener.code()
            client.authorize(found, redirect_uri=redirect_uri)
    typer.echo("Logged in; the tokens are kept.")


def logout(profile: Profile = None) -> None:
    """Forget the tokens of API v4 on this machine."""
    import os

    from enphase_sdk.cloud.settings import Lookup
    from enphase_sdk.cloud.v4.settings import FileTokens
    from enphase_sdk.errors import ConfigError

    client_id = Lookup(profile or os.environ.get("ENPHASE_PROFILE"))("client_id", None)
    if not client_id:
        raise ConfigError("no client id: set ENPHASE_CLIENT_ID, so that its tokens can be found")
    FileTokens(client_id).remove()
    typer.echo("Logged out; the tokens are deleted.")


def _typed_code(code: str | None) -> str:
    from enphase_sdk.errors import ConfigError

    if code not in (None, "-"):
        return str(code)
    if code is None:
        typer.echo("The code that is shown then: ", nl=False)
        sys.stdout.flush()
    typed = sys.stdin.readline().strip()
    if not typed:
        raise ConfigError("no code was given; run 'enphase login' again")
    return typed


class _Listener(HTTPServer):
    """Waits on loopback until the owner's browser brings the code."""

    def __init__(self, port: int, state: str) -> None:
        from enphase_sdk.errors import ConfigError

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
        from enphase_sdk.errors import ConfigError

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
        listener = cast("_Listener", self.server)
        ours = answer.get("state") == [listener.state]
        if ours:
            listener.answers.append(answer)
        self.send_response(200 if ours else 400)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"Done; you can close this page." if ours else b"Not for us.")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        """The code is a secret."""
