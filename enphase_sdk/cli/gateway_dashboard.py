"""``enphase envoy dashboard``: a page that shows a gateway's power as it changes."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import Annotated

import typer

from enphase_sdk.cli.failures import tell
from enphase_sdk.cli.formats import Form
from enphase_sdk.cli.gateway import Every, Gateway
from enphase_sdk.cli.shared_options import command_sharing

__all__ = ["dashboard"]


@command_sharing(Gateway)
def dashboard(
    gateway: Gateway,
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="PORT", min=0, max=65535, help="Port to listen on; 0: any free one."
        ),
    ] = 8642,
    bind: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Address to listen on. If it is not loopback, the page needs the token that is "
            "printed with its address. Plain HTTP.",
        ),
    ] = "127.0.0.1",
    every: Every = 15.0,
    live: Annotated[
        bool,
        typer.Option(
            "--live",
            help="Show live data too, each second. With batteries this makes the gateway renew "
            "its live data, which is a write.",
        ),
    ] = False,
) -> None:
    """Serve a page with the power now, today's curve and the inverters (extra 'dashboard').

    Today's curve comes from the recording of this gateway. Stop it with ctrl-c.
    """
    from enphase_sdk.export import Feed
    from enphase_sdk.export.dashboard import Dashboard
    from enphase_sdk.export.dashboard.sources import CurveSource, LiveSource

    if gateway.form is not Form.TABLE:
        raise typer.BadParameter("the dashboard prints no values: leave --json and --csv out")
    with suppress(KeyboardInterrupt), ExitStack() as running:
        page = running.enter_context(Dashboard(port, bind=bind))
        typer.echo(f"The page is at {page.url}; stop it with ctrl-c.")
        if live:
            running.enter_context(LiveSource(gateway.envoy, page))
        feed = Feed(gateway.envoy, every=every)
        feed.run([page, CurveSource(gateway.envoy, page)], on_failure=tell)
