"""The settings of a gateway: dry contacts, tariff and storage, generator.

Words such as modes and actions are kept as the gateway sends them, known or not.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

__all__ = [
    "Currency",
    "DryContact",
    "DryContactSettings",
    "Generator",
    "GeneratorConfig",
    "GeneratorMode",
    "GeneratorSchedule",
    "SingleRate",
    "StorageSettings",
    "Tariff",
]


@frozen(kw_only=True)
class DryContact:
    """The state of one relay (``/ivp/ensemble/dry_contacts``): ``open`` or ``closed``."""

    id: str
    status: str | None


@frozen(kw_only=True, hash=False)
class DryContactSettings:
    """The settings of one relay (``/ivp/ss/dry_contact_settings``).

    Attributes:
        type: ``NONE``, ``LOAD``, ``PV``, ``GENERATOR``, …
        mode: ``manual`` or ``soc``.
        grid_action: Its action on the grid: ``apply``, ``shed``, ``schedule``, ``none``.
        micro_grid_action: Its action off the grid.
        generator_action: Its action while a generator runs.
        essential_start_time: In s after midnight.
        essential_end_time: In s after midnight.
        soc_low: Charge in percent below which the load is shed.
        soc_high: Charge in percent above which it is applied again.
        black_start: In s.
        priority: 1 is the most important.
        pv_serial_nb: Serial numbers of the microinverters behind it.
    """

    id: str
    type: str | None
    load_name: str | None
    mode: str | None
    grid_action: str | None
    micro_grid_action: str | None
    generator_action: str | None
    essential_start_time: float | None
    essential_end_time: float | None
    soc_low: float | None
    soc_high: float | None
    black_start: float | None
    priority: float | None
    override: bool | None
    manual_override: bool | None
    pv_serial_nb: list[str] | None


@frozen(kw_only=True)
class Currency:
    """A currency by its ISO 4217 code."""

    code: str | None


@frozen(kw_only=True)
class SingleRate:
    """The price of energy bought and sold, in the tariff's currency per kWh."""

    rate: float | None
    sell: float | None


@frozen(kw_only=True)
class StorageSettings:
    """How the batteries are used.

    Attributes:
        mode: ``backup``, ``self-consumption``, ``economy`` (which older firmware calls
            ``savings-mode``), or another word of the gateway.
        reserved_soc: The reserve in percent.
        very_low_soc: The charge in percent below which batteries shut down.
        charge_from_grid: Whether batteries may charge from the grid.
        date: When it was set, epoch seconds as text.
        opt_schedules: Whether an optimiser chooses the mode; while True, the gateway ignores
            a mode that is set. None on older firmware.
    """

    mode: str | None
    operation_mode_sub_type: str | None
    reserved_soc: float | None
    very_low_soc: float | None
    charge_from_grid: bool | None
    date: str | None
    opt_schedules: bool | None


@frozen(kw_only=True, hash=False)
class Tariff:
    """Prices and storage settings (``/admin/lib/tariff``).

    Attributes:
        date: When it was set, epoch seconds as text.
        logger: Who set it.
        seasons: Prices for buying, as the gateway's JSON has them: ``start`` is month/day,
            a period's ``start`` is minutes after midnight, ``rate`` is per kWh.
        seasons_sell: Prices for selling, of the same form.
    """

    currency: Currency | None
    date: str | None
    logger: str | None
    single_rate: SingleRate | None
    seasons: list[dict[str, Any]]
    seasons_sell: list[dict[str, Any]]
    storage_settings: StorageSettings | None


@frozen(kw_only=True)
class Generator:
    """The state of the generator (``/ivp/ensemble/generator``).

    Attributes:
        admin_state: The state that its relay is set to.
        oper_state: The actual state of its relay: ``open`` or ``close``.
        admin_mode: Off, on or automatic, as the gateway's number.
        schedule: The schedule in force, as the gateway's number.
        start_soc: Charge in percent at which it starts.
        stop_soc: Charge in percent at which it stops; -1 is none.
        exc_on: 1 while it runs for exercise.
        present: Whether there is one.
        type: The gateway's number for its kind.
    """

    admin_mode: int | None
    admin_state: str | None
    exc_on: int | None
    oper_state: str | None
    present: bool | None
    schedule: int | None
    start_soc: float | None
    stop_soc: float | None
    type: int | None


@frozen(kw_only=True)
class GeneratorConfig:
    """The configuration of the generator (``/ivp/ss/gen_config``).

    Attributes:
        max_cont_gen_amps: Greatest continuous current in A.
        min_gen_loading_perc: Least load in percent.
        max_gen_efficiency_perc: Most efficient load in percent.
        name_plate_rating_wat: Rated power; in W according to its name, but real gateways send kW.
        warm_up_mins: In minutes.
        cool_down_mins: In minutes.
    """

    charge_from_generator: bool | None
    cool_down_mins: float | None
    gen_type: str | None
    generator_id: str | None
    last_updated_by: str | None
    manufacturer: str | None
    max_cont_gen_amps: float | None
    max_gen_efficiency_perc: float | None
    min_gen_loading_perc: float | None
    model: str | None
    name_plate_rating_wat: float | None
    start_method: str | None
    warm_up_mins: float | None


@frozen(kw_only=True, hash=False)
class GeneratorSchedule:
    """The schedule of the generator (``/ivp/ss/gen_schedule``).

    Attributes:
        default_start_soc: Charge in percent.
        default_stop_soc: Charge in percent.
        exercise_day: ``Sun`` to ``Sat``.
        exercise_start: In minutes after midnight.
        exercise_duration: In minutes.
        exercise_freq_in_weeks: In weeks.
        schedule: The seasons, days and periods, as the gateway's JSON has them.
    """

    default_start_soc: float | None
    default_stop_soc: float | None
    exercise_day: str | None
    exercise_duration: float | None
    exercise_freq_in_weeks: int | None
    exercise_start: float | None
    last_updated_by: str | None
    schedule: dict[str, Any] | None


@frozen(kw_only=True)
class GeneratorMode:
    """The mode that the generator is set to (``/ivp/ss/gen_mode``).

    Attributes:
        gen_cmd: ``on``, ``off`` or ``auto``.
        last_updated_by: Who set it; None if the firmware does not send it.
    """

    gen_cmd: str
    last_updated_by: str | None = None
