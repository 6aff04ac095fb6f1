"""The commands of the simulated cloud: serve it, or run the fleet report against it."""

from __future__ import annotations

import sys
import threading
from contextlib import ExitStack, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from enphase_sdk.cli.failures import PartlyDoneError, tell
from enphase_sdk.cli.interrupts import FirstInterrupt
from enphase_sdk.cli.report_command import made_report, print_report

if TYPE_CHECKING:
    from enphase_sdk import Enlighten, EnlightenV4
    from enphase_sdk.cli.progress import Waiting
    from enphase_sdk.testing import Plan, SimulatedEnlighten, SimulatedEnlightenV4

__all__ = ["demo", "simulate"]

# The API key of the simulated cloud; it refuses every other key.
API_KEY = "simulated-key"
USER_ID = "simulated-user"

DEMO_SYSTEMS = 60
DEMO_HITS = 15
DEMO_WINDOW = 3.0


class Version(StrEnum):
    """A version of the API."""

    V2 = "v2"
    V4 = "v4"


Api = Annotated[Version, typer.Option(help="The version of the API.", case_sensitive=False)]
Seed = Annotated[int, typer.Option(metavar="N", help="The same seed gives the same fleet.")]


def simulate(
    systems: Annotated[
        int, typer.Option(metavar="N", min=1, max=100_000, help="Size of the fleet.")
    ] = DEMO_SYSTEMS,
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="PORT", min=0, max=65535, help="Port to listen on; 0: any free one."
        ),
    ] = 0,
    plan: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Quota: watt, kilowatt, megawatt, partner. Default: no limit."
        ),
    ] = None,
    seed: Seed = 0,
    api: Api = Version.V2,
    gateway: Annotated[
        str | None,
        typer.Option(
            metavar="PROFILE",
            help="Serve a gateway instead, such as 8.3-three-phase or 8.2-batteries; `?` lists "
            "them (extra 'testing').",
        ),
    ] = None,
) -> None:
    """Serve a simulated cloud, or a simulated gateway, on this machine."""
    if gateway is not None:
        _serve_gateway(gateway, port, seed)
        return
    from enphase_sdk.cloud.plans import plan_named
    from enphase_sdk.errors import ConfigError

    quota = None if plan is None else plan_named(plan)
    simulated, credentials = _simulated(api, systems, seed, quota)
    if api is Version.V4:
        credentials = {"api": "v4", **credentials}
    strangers = "Any other key or " + ("token" if api is Version.V4 else "user id")
    with ExitStack() as serving:
        try:
            base_url = serving.enter_context(simulated.serve(port=port))
        except OSError as error:
            raise ConfigError(
                f"cannot listen on port {port}: {error.strerror}; try --port 0"
            ) from None
        with suppress(KeyboardInterrupt):
            typer.echo(
                f"A simulated cloud with {systems} systems answers at {base_url}; to use it:"
            )
            typer.echo(f"  export ENPHASE_BASE_URL={base_url}")
            for name, value in credentials.items():
                typer.echo(f"  export ENPHASE_{name.upper()}={value}")
            typer.echo(f"{strangers} is refused (401). Stop it with ctrl-c.")
            sys.stdout.flush()
            threading.Event().wait()
    tell(f"stopped after {simulated.hits} requests, {simulated.refused} more were refused")


def _serve_gateway(profile: str, port: int, seed: int) -> None:
    """Serve a gateway until ctrl-c."""
    from enphase_sdk.clock import current_clock
    from enphase_sdk.errors import ConfigError, InvalidArgumentError
    from enphase_sdk.testing import SimulatedGateway

    simulated = SimulatedGateway(profile, seed=seed, clock=current_clock())
    try:
        credentials = {"ENVOY_TOKEN": simulated.issue_token()}
    except InvalidArgumentError:
        credentials = {}
    with ExitStack() as serving:
        try:
            address = serving.enter_context(simulated.serve(tls=bool(credentials), port=port))
        except OSError as error:
            raise ConfigError(
                f"cannot listen on port {port}: {error.strerror}; try --port 0"
            ) from None
        if credentials:
            # The certificate is new each time, and a pinned one would be refused.
            credentials["ENVOY_FINGERPRINT"] = simulated.fingerprint
        with suppress(KeyboardInterrupt):
            typer.echo(f"A simulated gateway ({profile}) answers at {address}; to use it:")
            for name, value in credentials.items():
                typer.echo(f"  export {name}={value}")
            typer.echo(f"  enphase envoy read {address}")
            typer.echo("Stop it with ctrl-c.")
            sys.stdout.flush()
            threading.Event().wait()
    tell(f"stopped after {len(simulated.requests)} requests")


def _simulated(
    api: Version, systems: int, seed: int, plan: Plan | None
) -> tuple[SimulatedEnlighten | SimulatedEnlightenV4, dict[str, str]]:
    """A simulated cloud and the credentials that it accepts."""
    from enphase_sdk.clock import current_clock
    from enphase_sdk.testing import SimulatedEnlighten, SimulatedEnlightenV4

    clock = current_clock()
    if api is Version.V4:
        newer = SimulatedEnlightenV4(systems, seed=seed, plan=plan, clock=clock, api_key=API_KEY)
        return newer, newer.credentials()
    older = SimulatedEnlighten(
        systems, seed=seed, plan=plan, clock=clock, api_key=API_KEY, user_id=USER_ID
    )
    return older, {"api_key": API_KEY, "user_id": USER_ID}


def _client(
    api: Version, credentials: dict[str, str], base_url: str, waiting: Waiting
) -> Enlighten | EnlightenV4:
    """A client that ignores the settings of this machine and keeps its tokens in memory."""
    from enphase_sdk import Enlighten, EnlightenV4
    from enphase_sdk.cloud.v4.authorization import TokensInMemory

    settings: dict[str, Any] = {**credentials, "base_url": base_url, "on_wait": waiting.on_wait}
    if api is Version.V4:
        return EnlightenV4(**settings, tokens=TokensInMemory())
    return Enlighten(**settings)


def demo(
    folder: Annotated[
        Path,
        typer.Option(
            "--folder",
            metavar="FOLDER",
            parser=Path,
            help="Folder for the report; created if missing.",
        ),
    ] = Path("demo"),
    seed: Seed = 0,
    api: Api = Version.V2,
) -> None:
    """The fleet report on a simulated cloud; no account needed."""
    from enphase_sdk.cli.progress import Waiting
    from enphase_sdk.clock import current_clock
    from enphase_sdk.errors import ConfigError
    from enphase_sdk.report import write_report
    from enphase_sdk.testing import Plan

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{folder}: {reason}; name another with --folder") from None
    clock = current_clock()
    plan = Plan("Demo", DEMO_HITS, 10_000, minute_seconds=DEMO_WINDOW)
    simulated, credentials = _simulated(api, DEMO_SYSTEMS, seed, plan)
    waiting = Waiting()
    started = clock.monotonic()
    with (
        simulated.serve() as base_url,
        _client(api, credentials, base_url, waiting) as client,
        waiting,
        FirstInterrupt() as interrupt,
    ):
        typer.echo(
            f"A simulated cloud with {DEMO_SYSTEMS} systems answers at {base_url}. Its quota is "
            f"{DEMO_HITS} hits\nin {DEMO_WINDOW:.0f} s; the client must learn this limit."
        )
        # The demo shows how the quota is learned, so a plan from the settings is ignored.
        made, run = made_report(client.with_options(quota=None), waiting, {}, interrupt)
    seconds = clock.monotonic() - started
    print_report(made, 0, elsewhere="a wider terminal and the files show all")
    typer.echo(
        f"\n{run.done} systems in {seconds:.1f} s with {simulated.hits} hits; "
        f"the cloud refused {simulated.refused} more "
        f"({429 if api is Version.V4 else 409})."
    )
    typer.echo(f"Waited {len(waiting.pauses)} times:")
    for pause in waiting.pauses:
        typer.echo(f"  {pause.seconds:4.1f} s: {pause.reason}")
    for suffix in ("html", "json", "csv"):
        path = folder / f"report.{suffix}"
        write_report(made, path)
        typer.echo(f"wrote {path}")
    if not made.complete:
        raise PartlyDoneError(f"partly done: {made.stopped_by or 'not every system was read'}")
