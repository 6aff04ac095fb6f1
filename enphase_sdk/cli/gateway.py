"""The commands about a gateway on the local network: ``enphase envoy …``."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from enphase_sdk.cli.failures import PartlyDoneError, tell
from enphase_sdk.cli.formats import AsCsv, AsJson, Form, Verbose
from enphase_sdk.cli.shared_options import a_number, command_sharing, secret_in

if TYPE_CHECKING:
    from enphase_sdk import Envoy
    from enphase_sdk.cli.output import View
    from enphase_sdk.gateway.snapshot import Snapshot

__all__ = ["Count", "Every", "Gateway", "group"]

# Seconds. A gateway that is polled more often can hang.
FASTEST = 5.0

# Enough for decades of readings.
MOST_READINGS = 1_000_000_000

# Seconds: a day.
LONGEST = 86_400.0

Every = Annotated[
    float,
    typer.Option(
        min=FASTEST,
        max=LONGEST,
        callback=a_number,
        metavar="SECONDS",
        help="Time between two readings.",
    ),
]
Count = Annotated[
    int | None,
    typer.Option(
        min=1, max=MOST_READINGS, metavar="N", help="Number of readings. Default: until ctrl-c."
    ),
]

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
                "--token",
                metavar="TOKEN",
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
                metavar="NAME",
                envvar="ENVOY_USERNAME",
                help="The Enlighten account; firmware below 7: local user.",
            ),
        ] = None,
        password: Annotated[
            str | None,
            typer.Option(
                "--password",
                metavar="PASSWORD",
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
                metavar="SHA256",
                envvar="ENVOY_FINGERPRINT",
                help="Accept the certificate with this SHA-256.",
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
        verbose: Verbose = False,  # noqa: ARG002 - the option's callback does it
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if "envoy" in self.__dict__:
            self.envoy.close()

    def also(self, **options: Any) -> None:
        """Give the client further options, unless they are None; before it is used."""
        self._options |= {name: value for name, value in options.items() if value is not None}

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


@group.command()
@command_sharing(Gateway)
def read(
    gateway: Gateway,
    home: Annotated[bool, typer.Option("--home", help="Read /home too (6 to 9 seconds).")] = False,
) -> None:
    """All values of one reading.

    A table shows the most important values, in sections; --csv (a line for each value, named by its
    path) and --json show all.
    """
    from enphase_sdk.cli.gateway_reading import print_reading
    from enphase_sdk.cli.gateway_views import READING

    snapshot = gateway.envoy.read(home=home)
    if gateway.form is Form.TABLE:
        print_reading(snapshot)
    else:
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
        float | None,
        typer.Option(
            min=FASTEST,
            max=LONGEST,
            callback=a_number,
            metavar="SECONDS",
            help="Time between two readings, 5 or more; with --live between two polls. "
            "Default: 5, with --live 1.",
        ),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Show live data: one line each second.")
    ] = False,
    count: Count = None,
) -> None:
    """Show the power repeatedly, with a chart of the last readings.

    --csv prints a header and one line for each reading, --json one JSON object for each: `at`
    (UTC) and, in W, `production_w`, `house_w`, `production_and_grid_w` (instead of `house_w` if
    the power of the batteries is not known), `grid_w` and `batteries_w`. An unknown value is
    empty or null. `grid_w` is negative for export, `batteries_w` for charging.

    With --live there is a line for each sample, with the names of `enphase live`, the phases (CSV:
    `pv_w_l1` and so on) and `source`, `age_s` and `is_stale`. With batteries this makes the
    gateway renew its live data, which is a write.
    """
    from enphase_sdk.cli.watch import watch_gateway, watch_live

    if live:
        watch_live(gateway.envoy, gateway.form, every=every or 1.0, count=count)
        return
    watch_gateway(gateway.envoy, gateway.form, every=every or FASTEST, count=count)


@group.command()
@command_sharing(Gateway)
def token(
    gateway: Gateway,
    show: Annotated[bool, typer.Option("--show", help="Print the token itself, a secret.")] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Fetch one even if the stored one is still valid.")
    ] = False,
) -> None:
    """Fetch the gateway's token with the Enlighten account, and show how long it is valid.

    It is stored for later commands, readable by you only. With --show nothing but the token is
    printed, to be passed on (`export ENVOY_TOKEN=$(enphase envoy token HOST --show)`).
    """
    from enphase_sdk.cli.gateway_views import TOKEN

    found = gateway.envoy.token(new=new)
    if show and gateway.form is Form.TABLE:
        print(found.text)
        return
    wire = {
        "serial_number": gateway.envoy.info.serial_number,
        "user": found.user,
        "expires_at": None if found.expires_at is None else int(found.expires_at),
    }
    gateway.show(TOKEN, wire | ({"token": found.text} if show else {}))


@group.command()
@command_sharing(Gateway)
def record(
    gateway: Gateway,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", metavar="FILE", parser=Path, help="The recording. Default: by serial number."
        ),
    ] = None,
    every: Annotated[
        float,
        typer.Option(
            min=FASTEST,
            max=900.0,
            callback=a_number,
            metavar="SECONDS",
            help="Time between two readings.",
        ),
    ] = 60.0,
    until: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="The last reading's time. Default: until ctrl-c."),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The site's IANA time zone. Default: read once."),
    ] = None,
) -> None:
    """Record power and energy, from which `stats` and the other series are read.

    A reading takes at most 3 requests. Problems are reported: a reading that failed, a counter that
    was reset, jumped or wrapped, another gateway at this address. The recording can be read while
    it is written.
    """
    from enphase_sdk import GatewayRecorder

    if gateway.form is not Form.TABLE:
        raise typer.BadParameter("record prints no readings: leave --json and --csv out")
    gateway.also(timezone=timezone)
    envoy = gateway.envoy
    with GatewayRecorder(envoy, path=file, every=every) as recorder:
        where = file or envoy.recording_path()
        tell(f"recording every {every:g} s to {where}; stop with ctrl-c")
        recorder.run(until)


@group.command()
def discover(
    seconds: Annotated[
        float,
        typer.Option(
            "--seconds",
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
