"""``enphase envoy export``: a gateway's values for other systems."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from enphase_sdk.cli.failures import tell
from enphase_sdk.cli.formats import Form
from enphase_sdk.cli.gateway import Count, Every, Gateway
from enphase_sdk.cli.shared_options import command_sharing, secret_in

if TYPE_CHECKING:
    from enphase_sdk.export import Exporter

__all__ = ["export"]


@command_sharing(Gateway)
def export(
    gateway: Gateway,
    prometheus: Annotated[
        int | None,
        typer.Option(
            metavar="PORT",
            min=0,
            max=65535,
            help="Serve the last reading to Prometheus on this port; 0: any free one.",
        ),
    ] = None,
    bind: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Address for --prometheus to listen on."),
    ] = "127.0.0.1",
    mqtt: Annotated[
        str | None,
        typer.Option(metavar="HOST[:PORT]", help="Publish to an MQTT broker, for Home Assistant."),
    ] = None,
    mqtt_username: Annotated[
        str | None, typer.Option(envvar="MQTT_USERNAME", metavar="NAME", help="The broker's user.")
    ] = None,
    mqtt_password_file: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Read the broker's password from a file; or set MQTT_PASSWORD.",
        ),
    ] = None,
    mqtt_tls: Annotated[
        bool, typer.Option("--mqtt-tls", help="Connect to the broker by TLS (port 8883).")
    ] = False,
    mqtt_ca_file: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Certificate authorities (PEM) for --mqtt-tls."),
    ] = None,
    mqtt_prefix: Annotated[
        str, typer.Option(metavar="TOPIC", help="Home Assistant's prefix of discovery.")
    ] = "homeassistant",
    influx: Annotated[
        bool, typer.Option("--influx", help="Print InfluxDB's line protocol.")
    ] = False,
    influx_socket: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Send line protocol by TCP to this address; or udp://HOST:PORT, or the http(s):// "
            "address for writes.",
        ),
    ] = None,
    influx_token_file: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Read the token of an http(s):// address; or set INFLUX_TOKEN."
        ),
    ] = None,
    every: Every = 60.0,
    count: Count = None,
) -> None:
    """Feed the gateway's values to Prometheus, MQTT (Home Assistant) or InfluxDB.

    One reading serves all of them. A failed reading does not end the program: `enphase_up`
    (Prometheus) and the availability topic (MQTT) report it, and values older than three readings
    are removed.
    """
    from enphase_sdk.cli.output import print_document
    from enphase_sdk.export import Feed, InfluxExporter, MqttExporter, PrometheusExporter

    if gateway.form is not Form.TABLE:
        raise typer.BadParameter("export has no --json and --csv; leave them out")
    with ExitStack() as open_ones:
        exporters: list[Exporter] = []
        if mqtt is not None:
            host, port = _address(mqtt, "--mqtt")
            broker = MqttExporter(
                host,
                port,
                username=mqtt_username,
                password=_secret(mqtt_password_file, "--mqtt-password-file", "MQTT_PASSWORD"),
                tls=mqtt_tls or mqtt_ca_file is not None,
                ca_file=mqtt_ca_file,
                prefix=mqtt_prefix,
            )
            exporters.append(open_ones.enter_context(broker))
        if influx:
            exporters.append(InfluxExporter(lambda text: print_document([text], at_once=True)))
        if influx_socket is not None:
            token = _secret(influx_token_file, "--influx-token-file", "INFLUX_TOKEN")
            sender = InfluxExporter(to=influx_socket, token=token)
            exporters.append(open_ones.enter_context(sender))
        if prometheus is not None:
            server = open_ones.enter_context(PrometheusExporter(prometheus, bind=bind))
            exporters.append(server)
            tell(f"metrics at {server.address}")
        if not exporters:
            raise typer.BadParameter(
                "no target: give --prometheus, --mqtt, --influx or --influx-socket"
            )
        with suppress(KeyboardInterrupt):
            Feed(gateway.envoy, every=every).run(exporters, count=count, on_failure=tell)


def _secret(path: str | None, option: str, variable: str) -> str | None:
    """A secret from a file, else from the environment: never from the command line."""
    import os

    return secret_in(path, option) if path else os.environ.get(variable) or None


def _address(text: str, option: str) -> tuple[str, int | None]:
    """A host and its port, if one is given.

    Raises:
        typer.BadParameter: it is neither.
    """
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or any(c in "/@?# " for c in text):
        raise typer.BadParameter(f"{option}: {text!r} is not HOST or HOST:PORT")
    return host, port
