"""The commands about a gateway on the local network: ``enphase envoy …``."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from enphase_sdk.cli.failures import PartlyDoneError, tell
from enphase_sdk.cli.formats import AsCsv, AsJson, Form
from enphase_sdk.cli.shared_options import a_number, command_sharing, secret_in

if TYPE_CHECKING:
    from enphase_sdk import Envoy
    from enphase_sdk.cli.output import View
    from enphase_sdk.gateway.snapshot import Snapshot

__all__ = ["group"]

# Seconds. A gateway that is polled more often can hang.
FASTEST = 5.0

# Enough for decades of readings.
MOST_READINGS = 1_000_000_000

# Seconds: a day.
LONGEST = 86_400.0

group = typer.Typer(help="A gateway (Envoy, IQ Gateway) on the local network.")


class Gateway:
    """The gateway's address and the options that all commands about a gateway have."""

    def __init__(
        self,
        host: Annotated[
            str, typer.Argument(metavar="HOST", help="Gateway's address or name[:port].")
        ],
        as_json: AsJson = False,
        as_csv: AsCsv = False,
        token: Annotated[
            str | None,
            typer.Option(
                envvar="ENVOY_TOKEN",
                help="The token (firmware 7 and up). On the command line it shows in `ps`: set "
                "ENVOY_TOKEN or use --token-file instead.",
            ),
        ] = None,
        token_file: Annotated[
            str | None,
            typer.Option(metavar="FILE", help="Read the token from a file; `-` is stdin."),
        ] = None,
        username: Annotated[
            str | None,
            typer.Option(
                envvar="ENVOY_USERNAME", help="The Enlighten account; firmware below 7: local user."
            ),
        ] = None,
        password: Annotated[
            str | None,
            typer.Option(
                envvar="ENVOY_PASSWORD",
                help="The password. On the command line it shows in `ps`: set ENVOY_PASSWORD or "
                "use --password-file instead.",
            ),
        ] = None,
        password_file: Annotated[
            str | None,
            typer.Option(metavar="FILE", help="Read the password from a file; `-` is stdin."),
        ] = None,
        fingerprint: Annotated[
            str | None,
            typer.Option(
                envvar="ENVOY_FINGERPRINT", help="Accept the certificate with this SHA-256."
            ),
        ] = None,
        ca_file: Annotated[
            str | None, typer.Option(metavar="FILE", help="Trusted certificate authorities (PEM).")
        ] = None,
        allow_http: Annotated[
            bool,
            typer.Option("--allow-http", help="Accept plain HTTP: the firmware is below 7."),
        ] = False,
        timeout: Annotated[
            float | None, typer.Option(metavar="SECONDS", help="Time limit of one request.")
        ] = None,
    ) -> None:
        self.host = host
        self.form = Form.chosen(as_json, as_csv)
        if {token_file, password_file} == {"-"}:
            raise typer.BadParameter("only one of --token-file and --password-file can be stdin")
        given = {
            # A file named on the command line has priority over the environment.
            "token": secret_in(token_file, "--token-file") if token_file else token,
            "username": username,
            "password": secret_in(password_file, "--password-file") if password_file else password,
            "fingerprint": fingerprint,
            "ca_file": ca_file,
            "allow_http": allow_http or None,
            "timeout": timeout,
        }
        self._options = {name: value for name, value in given.items() if value is not None}
        self._notices = _Notices()

    def __enter__(self) -> Self:
        logging.getLogger("enphase_sdk").addHandler(self._notices)
        return self

    def __exit__(self, *exc_info: object) -> None:
        logging.getLogger("enphase_sdk").removeHandler(self._notices)
        if "envoy" in self.__dict__:
            self.envoy.close()

    @cached_property
    def envoy(self) -> Envoy:
        """The client.

        Raises:
            ConfigError: an option cannot be used.
        """
        from enphase_sdk import Envoy

        options: dict[str, Any] = self._options
        return Envoy(self.host, **options)

    def show(self, view: View, wire: Any) -> None:
        """Print one answer."""
        from enphase_sdk.cli.output import show_one

        show_one(self.form, view, wire)

    def check(self, snapshot: Snapshot) -> None:
        """Print what could not be read, after the rest has been shown.

        Raises:
            PartlyDoneError: something could not be read.
        """
        for problem in snapshot.problems:
            tell(f"{problem.endpoint}: {problem.reason}")
        if snapshot.problems:
            raise PartlyDoneError("partly done: the rest was read")


class _Notices(logging.Handler):
    """Prints the package's warnings, such as a certificate pinned at the first contact."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        tell(record.getMessage())


@group.command()
@command_sharing(Gateway)
def read(
    gateway: Gateway,
    home: Annotated[bool, typer.Option("--home", help="Read /home too (6 to 9 seconds).")] = False,
) -> None:
    """All values of one reading."""
    from enphase_sdk.cli.gateway_views import READING

    snapshot = gateway.envoy.read(home=home)
    gateway.show(READING, snapshot.to_dict())
    gateway.check(snapshot)


@group.command()
@command_sharing(Gateway)
def summary(gateway: Gateway) -> None:
    """Power now and energy of today, in the form of the cloud's summary."""
    from enphase_sdk.cli.views import SUMMARY

    gateway.show(SUMMARY, gateway.envoy.summary().to_dict())


@group.command()
@command_sharing(Gateway)
def inverters(gateway: Gateway) -> None:
    """Power and lifetime energy of each microinverter, in the form of the cloud."""
    from enphase_sdk.cli.views import INVERTERS

    answer = gateway.envoy.inverters_summary()
    gateway.show(INVERTERS, [group_.to_dict() for group_ in answer])


@group.command()
@command_sharing(Gateway)
def meters(gateway: Gateway) -> None:
    """Power, energy, voltage and current of each meter and phase."""
    from enphase_sdk.cli.gateway_views import METERS

    snapshot = gateway.envoy.read()
    wire = snapshot.to_dict()
    if gateway.form is Form.JSON:
        wire = {name: wire[name] for name in ("ctmeters", "ctmeters_phases")}
    gateway.show(METERS, wire)
    gateway.check(snapshot)


@group.command()
@command_sharing(Gateway)
def watch(
    gateway: Gateway,
    every: Annotated[
        float,
        typer.Option(
            min=FASTEST,
            max=LONGEST,
            callback=a_number,
            metavar="SECONDS",
            help="Time between two readings, 5 or more.",
        ),
    ] = FASTEST,
    count: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_READINGS, metavar="N", help="Number of readings. Default: until ctrl-c."
        ),
    ] = None,
) -> None:
    """Show the power repeatedly, with a chart of the last readings.

    --csv prints a header and one line for each reading, --json one JSON object for each: `at`
    (UTC) and, in W, `production_w`, `house_w`, `production_and_grid_w` (instead of `house_w` if
    the power of the batteries is not known), `grid_w` and `batteries_w`. An unknown value is
    empty or null. `grid_w` is negative for export, `batteries_w` for charging.
    """
    from enphase_sdk.cli.watch import watch_gateway

    watch_gateway(gateway.envoy, gateway.form, every=every, count=count)


@group.command()
def discover(
    seconds: Annotated[
        float,
        typer.Option(
            min=0.1,
            max=LONGEST,
            callback=a_number,
            metavar="SECONDS",
            help="How long to listen.",
        ),
    ] = 3.0,
    interface: Annotated[
        list[str] | None,
        typer.Option(metavar="IP", help="Listen on the interface with this address; repeatable."),
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Find gateways by multicast DNS (extra 'discover')."""
    from attrs import asdict

    from enphase_sdk.cli.gateway_views import FOUND
    from enphase_sdk.cli.output import show_all
    from enphase_sdk.gateway.discovery import discover as listen

    form = Form.chosen(as_json, as_csv)
    show_all(form, FOUND, [asdict(found) for found in listen(seconds, interfaces=interface)])
