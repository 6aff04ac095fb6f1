"""The settings: dry contacts, tariff and generator."""

from __future__ import annotations

from enphase_sdk.gateway.fields import Content, Fields
from enphase_sdk.gateway.models.settings import (
    Currency,
    DryContactSettings,
    Generator,
    GeneratorConfig,
    GeneratorMode,
    GeneratorSchedule,
    SingleRate,
    StorageSettings,
    Tariff,
)

__all__ = [
    "dry_contact_settings",
    "generator",
    "generator_config",
    "generator_mode",
    "generator_schedule",
    "tariff",
]

_OLDER_MODES = {"savings-mode": "economy"}


def dry_contact_settings(content: Content) -> dict[str, DryContactSettings] | None:
    """The settings of each relay by its id (``/ivp/ss/dry_contact_settings``)."""
    answer = content.fields("dry_contacts")
    if answer is None:
        return None
    return {
        id_: DryContactSettings(
            id=id_,
            type=contact.text("type"),
            load_name=contact.text("load_name"),
            mode=contact.text("mode"),
            grid_action=contact.text("grid_action"),
            micro_grid_action=contact.text("micro_grid_action"),
            generator_action=contact.text("gen_action"),
            essential_start_time=contact.number("essential_start_time"),
            essential_end_time=contact.number("essential_end_time"),
            soc_low=contact.number("soc_low"),
            soc_high=contact.number("soc_high"),
            black_start=contact.number("black_s_start"),
            priority=contact.number("priority"),
            override=contact.flag("override"),
            manual_override=contact.flag("manual_override"),
            pv_serial_nb=contact.texts("pv_serial_nb"),
        )
        for id_, contact in answer.keyed("dry_contacts", key="id").items()
    }


def tariff(content: Content) -> Tariff | None:
    """Prices and storage settings (``/admin/lib/tariff``)."""
    answer = content.fields("tariff")
    document = answer.fields("tariff") if answer else None
    if document is None:
        return None
    currency, rate = document.fields("currency"), document.fields("single_rate")
    storage = document.fields("storage_settings")
    return Tariff(
        currency=Currency(code=currency.text("code")) if currency else None,
        date=document.text("date"),
        logger=document.text("logger"),
        single_rate=SingleRate(rate=rate.number("rate"), sell=rate.number("sell"))
        if rate
        else None,
        seasons=document.raw_records("seasons"),
        seasons_sell=document.raw_records("seasons_sell"),
        storage_settings=_storage_settings(storage) if storage else None,
    )


def generator(content: Content) -> Generator | None:
    """The state of the generator (``/ivp/ensemble/generator``)."""
    answer = content.fields("admin_state", "oper_state", "present")
    if answer is None:
        return None
    return Generator(
        admin_mode=answer.integer("admin_mode"),
        admin_state=answer.text("admin_state"),
        exc_on=answer.integer("exc_on"),
        oper_state=answer.text("oper_state"),
        present=answer.flag("present"),
        schedule=answer.integer("schedule"),
        start_soc=answer.number("start_soc"),
        stop_soc=answer.number("stop_soc"),
        type=answer.integer("type"),
    )


def generator_config(content: Content) -> GeneratorConfig | None:
    """The configuration of the generator (``/ivp/ss/gen_config``)."""
    answer = content.fields("gen_type", "manufacturer", "charge_from_generator")
    if answer is None:
        return None
    return GeneratorConfig(
        charge_from_generator=answer.flag("charge_from_generator"),
        cool_down_mins=answer.number("cool_down_mins"),
        gen_type=answer.text("gen_type"),
        generator_id=answer.text("generator_id"),
        last_updated_by=answer.text("last_updated_by"),
        manufacturer=answer.text("manufacturer"),
        max_cont_gen_amps=answer.number("max_cont_gen_amps"),
        max_gen_efficiency_perc=answer.number("max_gen_efficiency_perc"),
        min_gen_loading_perc=answer.number("min_gen_loading_perc"),
        model=answer.text("model"),
        name_plate_rating_wat=answer.number("name_plate_rating_wat"),
        start_method=answer.text("start_method"),
        warm_up_mins=answer.number("warm_up_mins"),
    )


def generator_schedule(content: Content) -> GeneratorSchedule | None:
    """The schedule of the generator (``/ivp/ss/gen_schedule``)."""
    answer = content.fields("schedule", "default_soc", "exercise_config")
    if answer is None:
        return None
    charge = answer.fields("default_soc") or answer.nothing()
    exercise = answer.fields("exercise_config") or answer.nothing()
    return GeneratorSchedule(
        default_start_soc=charge.number("start_soc"),
        default_stop_soc=charge.number("stop_soc"),
        exercise_day=exercise.text("day"),
        exercise_duration=exercise.number("duration"),
        exercise_freq_in_weeks=exercise.integer("freq_in_weeks"),
        exercise_start=exercise.number("start"),
        last_updated_by=answer.text("last_updated_by"),
        schedule=answer.raw("schedule"),
    )


def generator_mode(content: Content) -> GeneratorMode | None:
    """The mode that the generator is set to (``/ivp/ss/gen_mode``)."""
    answer = content.fields("gen_cmd")
    command = answer.text("gen_cmd") if answer else None
    if answer is None or command is None:
        return None
    return GeneratorMode(gen_cmd=command, last_updated_by=answer.text("last_updated_by"))


def _storage_settings(settings: Fields) -> StorageSettings:
    mode = settings.text("mode")
    return StorageSettings(
        mode=None if mode is None else _OLDER_MODES.get(mode, mode),
        operation_mode_sub_type=settings.text("operation_mode_sub_type"),
        reserved_soc=settings.number("reserved_soc"),
        very_low_soc=settings.number("very_low_soc"),
        charge_from_grid=settings.flag("charge_from_grid"),
        date=settings.text("date"),
        opt_schedules=settings.flag("opt_schedules"),
    )
