"""The list of all commands. Add a group of commands with ``app.add_typer(group, name=…)``."""

from __future__ import annotations

from typing import Annotated

import typer

from enphase_sdk.cli import (
    gateway,
    gateway_dashboard,
    gateway_export,
    gateway_set,
    live,
    login,
    operations,
    quota,
    report_command,
    simulation,
    sync_command,
    systems,
)
from enphase_sdk.cli.cloud import asked_api
from enphase_sdk.cli.shared_options import completed_by
from enphase_sdk.cli.usage import Command

__all__ = ["app"]

app = typer.Typer(
    name="enphase",
    help="Enphase solar systems: the Enlighten cloud and the local gateway.",
    epilog=(
        "Settings come from environment variables (v4: ENPHASE_API_KEY, ENPHASE_CLIENT_ID, "
        "ENPHASE_CLIENT_SECRET; v2: ENPHASE_API_KEY, ENPHASE_USER_ID), then from the config file. "
        " Exit codes: 0 done, 2 usage or settings, 3 not authorized, "
        "4 quota used up, 5 no usable answer, 6 partly done, 130 stopped by ctrl-c or SIGTERM, "
        "141 the reader of the output ended early (closed pipe)."
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from enphase_sdk import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def enphase(
    version: Annotated[  # noqa: ARG001 - the option's callback prints it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    api: Annotated[
        str | None,
        typer.Option(
            "--api",
            metavar="NAME",
            help="The cloud's API: v2 or v4 (ENPHASE_API).",
            autocompletion=completed_by(lambda: ("v2", "v4")),
        ),
    ] = None,
) -> None:
    """Enphase solar systems: the Enlighten cloud and the local gateway."""
    asked_api.set(api)


for command in (
    systems.systems,
    report_command.report,
    sync_command.sync,
    quota.quota,
    operations.summary,
    operations.energy,
    operations.stats,
    operations.rgm,
    operations.consumption,
    operations.consumption_stats,
    operations.meters,
    operations.monthly,
    operations.inverters,
    operations.inventory,
    operations.envoys,
    operations.search,
    live.live,
    login.login,
    login.logout,
    simulation.simulate,
    simulation.demo,
):
    app.command()(command)

for command in (gateway_export.export, gateway_dashboard.dashboard):
    gateway.group.command()(command)
gateway.group.add_typer(gateway_set.group, name="set")
app.add_typer(gateway.group, name="envoy")

for commands in (app, gateway.group, gateway_set.group):
    for registered in commands.registered_commands:
        registered.cls = Command
