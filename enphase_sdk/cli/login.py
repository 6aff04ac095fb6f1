"""An owner's consent and a partner's login for API v4, as commands."""

from __future__ import annotations

import secrets
import sys
import webbrowser
from contextlib import nullcontext, suppress
from typing import Annotated

import typer

__all__ = ["login", "logout"]

Profile = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="Table of the config file to use.")
]
BaseUrl = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="Base URL of the API, if not Enphase's."),
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
            help="Receive the code on http://localhost:PORT. Default: type the code.",
        ),
    ] = None,
    code: Annotated[
        str | None,
        typer.Option("--code", metavar="CODE", help="The code; `-` reads it from stdin."),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address.")
    ] = False,
    username: Annotated[
        str | None,
        typer.Option(
            "--username",
            metavar="NAME",
            help="An installer's account; the password is read from stdin.",
        ),
    ] = None,
) -> None:
    """Log in to API v4 once; the tokens are stored, and refreshed when they expire."""
    from enphase_sdk import EnlightenV4
    from enphase_sdk.cli.loopback import Listener
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
            # The port must be open before the browser is sent to it.
            with nullcontext() if port is None else Listener(port, state) as listener:
                if code is None:
                    address = client.authorize_url(redirect_uri=redirect_uri, state=state)
                    typer.echo(f"Let the owner agree here:\n\n  {address}\n")
                    sys.stdout.flush()
                    if not no_browser:
                        with suppress(webbrowser.Error):
                            webbrowser.open(address)
                found = _typed_code(code) if listener is None else listener.code()
            client.authorize(found, redirect_uri=redirect_uri)
    typer.echo("Logged in; the tokens are stored.")


def logout(profile: Profile = None) -> None:
    """Delete the tokens of API v4 on this machine."""
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
        typer.echo("The code that the page shows: ", nl=False)
        sys.stdout.flush()
    typed = sys.stdin.readline().strip()
    if not typed:
        raise ConfigError("no code was given; run 'enphase login' again")
    return typed
