"""The commands that change a gateway's settings: ``enphase envoy set …``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from enphase_sdk.cli.changing import Changing, settings_in
from enphase_sdk.cli.shared_options import command_sharing

__all__ = ["group"]

group = typer.Typer(
    help=(
        "Change a gateway's settings. Each command shows what would change and asks (--yes: "
        "does not ask; --dry-run: only shows the request), sends one request, never twice, and "
        "waits until the gateway acts on it. Exit codes: 0 applied, or sent with --no-wait; 6 "
        "sent, but stored only, reverted or unknown; 130 not sent, because the answer was no."
    )
)


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"


class Position(StrEnum):
    """A dry contact's position."""

    OPEN = "open"
    CLOSED = "closed"


class StorageMode(StrEnum):
    """What batteries are for."""

    BACKUP = "backup"
    SELF_CONSUMPTION = "self-consumption"
    ECONOMY = "economy"
    SAVINGS = "savings-mode"


class GeneratorMode(StrEnum):
    """How the generator runs."""

    OFF = "off"
    ON = "on"
    AUTO = "auto"


State = Annotated[Switch, typer.Argument(metavar="on|off", show_default=False)]
Contact = Annotated[
    str, typer.Argument(metavar="CONTACT", help="NC1, NC2, NO1 or NO2.", show_default=False)
]
Serial = Annotated[
    str,
    typer.Argument(metavar="SERIAL", help="The AC Battery's serial number.", show_default=False),
]
Settings = Annotated[
    list[str], typer.Argument(metavar="NAME=VALUE...", help="Settings.", show_default=False)
]


@group.command("grid")
@command_sharing(Changing)
def grid(
    changing: Changing,
    state: State,
    minimum_soc: Annotated[
        float,
        typer.Option(metavar="PERCENT", help="Charge below which the house stays on the grid."),
    ] = 10.0,
) -> None:
    """Disconnect the house from the grid (off), or connect it again (on).

    Off the grid the house has only its batteries and the sun. If its network also loses power, it
    cannot be connected again remotely. Needs a System Controller. Waits up to 90 seconds.
    """
    control = changing.envoy.control
    if state is Switch.ON:
        changing.carry_out(control.go_on_grid)
    else:
        changing.carry_out(control.go_off_grid, minimum_soc=minimum_soc)


@group.command("contact")
@command_sharing(Changing)
def contact(
    changing: Changing,
    contact: Contact,
    position: Annotated[Position, typer.Argument(metavar="open|closed", show_default=False)],
) -> None:
    """Open or close a dry contact, which switches what is wired to it."""
    control = changing.envoy.control
    if position is Position.OPEN:
        changing.carry_out(control.open_dry_contact, contact)
    else:
        changing.carry_out(control.close_dry_contact, contact)


@group.command("contact-settings")
@command_sharing(Changing)
def contact_settings(changing: Changing, contact: Contact, settings: Settings) -> None:
    """Change what a dry contact is for: load_name, mode, soc_low, soc_high and others.

    For 90 seconds afterwards NC1 and NC2 read as open, though they have not moved.
    """
    given = settings_in(settings)
    control = changing.envoy.control
    changing.carry_out(control.update_dry_contact, contact, **given)


@group.command("storage-mode")
@command_sharing(Changing)
def storage_mode(
    changing: Changing,
    mode: Annotated[StorageMode, typer.Argument(metavar="MODE", show_default=False)],
    schedules: Annotated[
        Switch | None,
        typer.Option(
            "--optimized-schedules",
            metavar="on|off",
            help="Switch Enphase's schedules too. While they are on, the mode is ignored.",
        ),
    ] = None,
) -> None:
    """Set what the batteries are for: backup, self-consumption or economy.

    Firmware 8.2.4225 and up often stores the mode without acting on it. Waits 3 minutes.
    """
    control = changing.envoy.control
    optimized = None if schedules is None else schedules is Switch.ON
    changing.carry_out(control.set_storage_mode, mode.value, optimized_schedules=optimized)


@group.command("reserve")
@command_sharing(Changing)
def reserve(
    changing: Changing,
    percent: Annotated[
        float, typer.Argument(metavar="PERCENT", help="0 to 100.", show_default=False)
    ],
) -> None:
    """Set the charge that is kept for an outage. Waits 3 minutes."""
    control = changing.envoy.control
    changing.carry_out(control.set_reserve_soc, percent)


@group.command("charge-from-grid")
@command_sharing(Changing)
def charge_from_grid(changing: Changing, state: State) -> None:
    """Permit charging from the grid, or not; this does not start charging. Waits 3 minutes."""
    control = changing.envoy.control
    changing.carry_out(control.set_charge_from_grid, state is Switch.ON)


@group.command("optimized-schedules")
@command_sharing(Changing)
def optimized_schedules(changing: Changing, state: State) -> None:
    """Let Enphase's schedules run the batteries (on), or the stored mode (off)."""
    control = changing.envoy.control
    changing.carry_out(control.set_optimized_schedules, state is Switch.ON)


@group.command("acb-sleep")
@command_sharing(Changing)
def acb_sleep(
    changing: Changing,
    serial: Serial,
    min_soc: Annotated[int, typer.Option(metavar="PERCENT", help="Lowest charge.")],
    max_soc: Annotated[int, typer.Option(metavar="PERCENT", help="Highest charge.")],
) -> None:
    """Put an AC Battery to sleep within a band of charge. Waits up to 15 minutes."""
    control = changing.envoy.control
    changing.carry_out(control.set_acb_sleep, serial, min_soc=min_soc, max_soc=max_soc)


@group.command("acb-wake")
@command_sharing(Changing)
def acb_wake(changing: Changing, serial: Serial) -> None:
    """Wake an AC Battery. Waits up to 15 minutes."""
    control = changing.envoy.control
    changing.carry_out(control.clear_acb_sleep, serial)


@group.command("generator")
@command_sharing(Changing)
def generator(
    changing: Changing,
    mode: Annotated[GeneratorMode, typer.Argument(metavar="off|on|auto", show_default=False)],
) -> None:
    """Run the generator, keep it off, or leave it to the gateway. Waits up to 2 minutes."""
    control = changing.envoy.control
    changing.carry_out(control.set_generator_mode, mode.value)


@group.command("generator-schedule")
@command_sharing(Changing)
def generator_schedule(changing: Changing, settings: Settings) -> None:
    """Change when the generator exercises, and the charge at which it starts and stops.

    Settings: exercise_day (Mon to Sun), exercise_start (minutes after midnight),
    exercise_duration (10 to 60, in tens), exercise_freq_in_weeks (1 to 4), default_start_soc and
    default_stop_soc (percent).
    """
    given = settings_in(settings)
    control = changing.envoy.control
    changing.carry_out(control.update_generator_schedule, **given)


@group.command("charge-from-generator")
@command_sharing(Changing)
def charge_from_generator(changing: Changing, state: State) -> None:
    """Let the generator charge the batteries, or not."""
    control = changing.envoy.control
    changing.carry_out(control.set_charge_from_generator, state is Switch.ON)


@group.command("production")
@command_sharing(Changing)
def production(changing: Changing, state: State) -> None:
    """Switch the microinverters' production on or off (installer's token).

    Switched on again, some produce nothing before the next morning. Waits up to 15 minutes.
    """
    control = changing.envoy.control
    changing.carry_out(control.set_production, state is Switch.ON)


@group.command("export-limit")
@command_sharing(Changing)
def export_limit(
    changing: Changing,
    watts: Annotated[
        str, typer.Argument(metavar="WATTS|none", help="none: no limit.", show_default=False)
    ],
    slew_rate: Annotated[
        float, typer.Option(metavar="W/S", help="How fast power follows the limit.")
    ] = 50.0,
) -> None:
    """Limit the power exported to the grid (installer's token). Waits up to 5 minutes."""
    try:
        limit = None if watts == "none" else float(watts)
    except ValueError:
        raise typer.BadParameter(f"{watts!r} is neither a number of watts nor none") from None
    control = changing.envoy.control
    changing.carry_out(control.set_export_limit, limit, slew_rate=slew_rate)
