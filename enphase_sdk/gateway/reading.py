"""The flow that reads a gateway: which endpoints are requested, and in what order.

`read` is a flow that does no I/O. It goes through `PLAN` and requests the endpoints that this
reading needs, one at a time. `enphase_sdk.gateway.told` holds the answers,
`enphase_sdk.gateway.assemble` makes a `Snapshot` from them, `enphase_sdk.gateway.profile` keeps
the data for later readings, and `enphase_sdk.gateway.answers` classifies the replies. The sender
logs in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from attrs import frozen

from enphase_sdk.core.effects import Flow, Reply, Send
from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    NotAvailableError,
)
from enphase_sdk.gateway import sources
from enphase_sdk.gateway.answers import (
    LOGIN_ADVICE,
    Absent,
    Contact,
    Document,
    Failure,
    Refused,
    answer_of,
    status_error,
)
from enphase_sdk.gateway.assemble import assembled
from enphase_sdk.gateway.fields import Content
from enphase_sdk.gateway.identity import GatewayInfo, needs_token
from enphase_sdk.gateway.problems import Problems
from enphase_sdk.gateway.profile import SEVERAL, GatewayProfile
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.gateway.sources import Source
from enphase_sdk.gateway.told import Part, Told

__all__ = ["ENERGIES", "EVERYTHING", "PLAN", "Step", "fetch", "fetch_whole", "read"]

T = TypeVar("T")

ENERGIES = frozenset[Part](("production", "consumption", "odometers", "inverters"))
"""Power and energy only, for frequent readings."""

EVERYTHING = ENERGIES | frozenset[Part](("meters", "storage", "settings"))
"""All parts except the slow endpoints, ``home`` and ``devices``."""


# The plan


@frozen
class Step:
    """One endpoint of a reading.

    Attributes:
        source: The endpoint, and how its answer is read.
        parts: The endpoint is requested only if one of these parts is wanted.
        needed: Whether to request it, given the answers of this and earlier readings.
    """

    source: Source[Any]
    parts: frozenset[Part]
    needed: Callable[[Told], bool]


def _step(source: Source[Any], *parts: Part, needed: Callable[[Told], bool] | None = None) -> Step:
    return Step(source, frozenset(parts), needed or (lambda _: True))


def _meters_are_unsure(told: Told) -> bool:
    live = told.wants("meters") and bool(told.profile.meters)
    return (
        live or not told.profile.is_known(sources.METERS.endpoint) or told.looks_at(sources.METERS)
    )


def _needs_meter_readings(told: Told) -> bool:
    if told.wants("meters"):
        return bool(told.enabled_meters)
    if told.wants("odometers") and told.measures("production"):
        return True
    return told.measures("total-consumption")


def _needs_page(told: Told) -> bool:
    profile = told.profile
    for_production = (
        profile.production_source != "v1"
        or profile.source_misses > 0
        or told.measures("production")
    )
    for_consumption = bool(profile.consumption) or told.measures(
        "net-consumption", "total-consumption"
    )
    return (
        (told.wants("production") and for_production)
        or (told.wants("consumption") and for_consumption)
        or (told.wants("storage") and profile.acb_count > 0)
        or not profile.is_known(told.page_source.endpoint)
        or told.looks_at(told.page_source)
    )


def _needs_older_page(told: Told) -> bool:
    return told.absent(sources.PRODUCTION_JSON) and _needs_page(told)


def _needs_inverter_details(told: Told) -> bool:
    return not told.profile.details_are_cut or told.looks_at(sources.DEVICE_DATA)


def _needs_inverter_list(told: Told) -> bool:
    return not told.all_inverters_detailed


def _has_batteries(told: Told) -> bool:
    return told.has_device("encharge")


def _has_any_batteries(told: Told) -> bool:
    return _has_batteries(told) or told.has_ac_batteries


def _has_ac_batteries(told: Told) -> bool:
    return told.has_ac_batteries


def _has_relays(told: Told) -> bool:
    return told.has_device("enpower")


def _can_leave_grid(told: Told) -> bool:
    return told.has_device("enpower", "collar")


def _has_generator(told: Told) -> bool:
    return told.has_generator


PLAN: tuple[Step, ...] = (
    _step(
        sources.METERS,
        *("meters", "odometers", "production", "consumption"),
        needed=_meters_are_unsure,
    ),
    _step(
        sources.METER_READINGS,
        *("meters", "odometers", "consumption"),
        needed=_needs_meter_readings,
    ),
    _step(sources.PRODUCTION_JSON, "production", "consumption", "storage", needed=_needs_page),
    _step(sources.PRODUCTION, "production", "consumption", "storage", needed=_needs_older_page),
    _step(sources.PRODUCTION_V1, "production", needed=Told.v1_may_be_source),
    _step(sources.DEVICE_DATA, "inverters", needed=_needs_inverter_details),
    _step(sources.INVERTERS, "inverters", needed=_needs_inverter_list),
    _step(sources.ENSEMBLE_INVENTORY, "storage"),
    _step(sources.SECONDARY_CONTROL, "storage", needed=_has_any_batteries),
    _step(sources.ENCHARGE_POWER, "storage", needed=_has_batteries),
    _step(sources.DRY_CONTACTS, "storage", needed=_has_relays),
    _step(sources.DRY_CONTACT_SETTINGS, "storage", needed=_has_relays),
    _step(sources.ACB_INVENTORY, "storage", needed=_has_ac_batteries),
    _step(sources.TARIFF, "settings"),
    _step(sources.GENERATOR_CONFIG, "settings", needed=_can_leave_grid),
    _step(sources.GENERATOR, "settings", needed=_has_generator),
    _step(sources.GENERATOR_SCHEDULE, "settings", needed=_has_generator),
    _step(sources.GENERATOR_MODE, "settings", needed=_has_generator),
    _step(sources.DEVICES, "devices"),
    _step(sources.HOME, "home"),
)
"""The steps of a reading: first what later steps depend on, then cheapest first, slow ones last.

A step is skipped if the endpoint is known to be absent, or needs newer firmware.
"""


# The flows


def read(
    info: GatewayInfo,
    profile: GatewayProfile,
    *,
    now: float,
    wanted: frozenset[Part] = EVERYTHING,
) -> Flow[Snapshot]:
    """Read a gateway, or some parts of it.

    Each endpoint is requested at most once.

    Args:
        info: The gateway's identity, from `identify`.
        profile: The profile of the gateway, empty before the first reading. It is updated.
        now: The time, seconds of a monotonic clock.
        wanted: The parts to read.

    Raises:
        AuthenticationError: the login is not accepted.
        APIConnectionError: the gateway does not answer at all.
        ServerError: it answers with 5xx only, and no wanted part was read.
        APIResponseValidationError: it answers, but no wanted part can be read.
        NotAvailableError: it has none of the wanted parts.
    """
    profile.belongs_to(info)
    profile.suspect = False
    told = Told(info=info, profile=profile, now=now, wanted=wanted)
    told.look_at = profile.longest_due(_checked(told), now)
    contact = Contact(tokens=needs_token(info), refused_before=profile.refused)
    # What was absent while nothing could be read may be there again.
    yield from _asked(told, contact, absent_too=not wanted.isdisjoint(profile.unread))
    if not told.endpoints:
        # All wanted endpoints count as absent: request one to be sure.
        yield from _asked(told, contact, insist=True)
    nothing_read = told.nothing_read
    if told.absences and not profile.is_settled and not told.wants("production"):
        # The production endpoints show whether the gateway is starting.
        told.wanted |= frozenset[Part](("production",))
        yield from _asked(told, contact)
    contact.conclude()
    _remember(told, contact)
    if told.look_at is not None and told.look_at not in told.endpoints:
        profile.put_off(told.look_at, now)
    if nothing_read and (profile.unsure or (told.nothing_read and "production" in wanted)):
        profile.suspect = True
        profile.unread |= wanted
        raise _nothing_told(told, contact)
    profile.unread -= wanted
    return assembled(told)


def _checked(told: Told) -> list[str]:
    """The endpoints of which this reading may check one.

    Until the gateway has settled, those of production are among them: they show when it has.
    """
    settling = told.wanted if told.profile.is_settled else {*told.wanted, "production"}
    return [step.source.endpoint for step in PLAN if not step.parts.isdisjoint(settling)]


def _asked(
    told: Told, contact: Contact, *, insist: bool = False, absent_too: bool = False
) -> Flow[None]:
    """Run the plan.

    Args:
        told: The answers.
        contact: What the requests showed of the gateway.
        insist: Request the first wanted endpoint even if it counts as absent.
        absent_too: Request all wanted endpoints even if they count as absent.
    """
    profile = told.profile
    for step in PLAN:
        source, endpoint = step.source, step.source.endpoint
        if not told.wants(*step.parts) or told.info.version < source.since or told.asked(source):
            continue
        if not (insist and not told.endpoints):
            if not step.needed(told):
                continue
            if profile.is_absent(endpoint) and not (
                absent_too or profile.is_doubtful(endpoint) or told.looks_at(source)
            ):
                continue
        if contact.lost:
            told.problems.add(endpoint, "not requested: the gateway no longer answers")
            continue
        try:
            reply = cast(Reply, (yield Send(source.request)))
        except APIConnectionError as error:
            told.take(source, contact.silent(error))
        except APIResponseValidationError:
            told.take(source, Failure("larger than 16 MiB"))
        else:
            told.take(source, contact.judged(endpoint, reply))


def _nothing_told(told: Told, contact: Contact) -> Exception:
    """The error of a reading without any result."""
    if contact.failed_with:
        return status_error(*contact.failed_with, "nothing else could be read; try again later")
    problem = "no answer of the gateway can be read; it may be starting, so try again later"
    if reasons := "; ".join(f"{p.endpoint}: {p.reason}" for p in told.problems.listed()):
        return APIResponseValidationError(f"{problem} ({reasons})", operation="reading")
    return NotAvailableError(f"{problem} (it answers that it has none of the requested data)")


def fetch(source: Source[T]) -> Flow[T]:
    """Read a single source, such as `sources.HOME` or `sources.GRID_RELAY`.

    Raises:
        NotAvailableError: the gateway lacks the endpoint.
        APIStatusError: it refuses the request (`AuthenticationError`) or fails.
        APIResponseValidationError: its answer cannot be read.
        APIConnectionError: it does not answer.
    """
    return (yield from fetch_whole(source))[1]


def fetch_whole(source: Source[T]) -> Flow[tuple[Reply, T]]:
    """The answer of a single source, and what was read from it; raises like `fetch`."""
    reply = cast(Reply, (yield Send(source.request)))
    answer, endpoint = answer_of(reply), source.endpoint
    match answer:
        case Refused(status):
            raise status_error(endpoint, status, LOGIN_ADVICE)
        case Absent(reason):
            raise NotAvailableError(f"{endpoint}: this gateway does not have it ({reason})")
        case Failure() if not 200 <= reply.status < 300:
            raise status_error(endpoint, reply.status, "try again later")
        case Failure(reason):
            raise APIResponseValidationError(f"{endpoint}: {reason}", operation=endpoint)
        case Document(content):
            problems = Problems()
            value = source.parse(Content(endpoint, content, problems))
    if value is None:
        reasons = (
            "; ".join(problem.reason for problem in problems.listed())
            or "the answer holds no usable value"
        )
        raise APIResponseValidationError(f"{endpoint}: {reasons}", operation=endpoint)
    return reply, value


# The profile after a reading


def _remember(told: Told, contact: Contact) -> None:
    """Update the gateway's profile with the results of this reading."""
    profile, page = told.profile, told.page
    _remember_production(told, contact)
    for endpoint in told.absences:
        profile.is_missing(endpoint, told.now, refused=endpoint in contact.refused)
    if told.of(sources.METERS) is not None:
        profile.meters = told.enabled_meters
    if page is not None:
        profile.acb_count = page.acb.batteries if page.acb else 0
        if page.meter and page.meter.active:
            profile.active_phase_count = min(len(page.meter.lines), profile.phase_count)
    inventory = told.of(sources.ENSEMBLE_INVENTORY)
    if inventory is not None:
        profile.devices = {
            name
            for name in ("encharge", "enpower", "collar", "combiner")
            if getattr(inventory, name) is not None
        }
    details, listed = told.of(sources.DEVICE_DATA), told.of(sources.INVERTERS)
    if details is not None:
        more = bool(listed and listed.keys() - details.inverters.keys())
        profile.details_are_cut = details.cut or (more and bool(details.inverters))
        if listed is not None:
            profile.detailed = None if profile.details_are_cut else len(details.inverters)


def _remember_production(told: Told, contact: Contact) -> None:
    """Update the sources of production and consumption, and whether the gateway is starting."""
    profile, page = told.profile, told.page
    if page is not None:
        if page.meter and page.meter.active and not told.measures("production"):
            profile.contradict(sources.METERS.endpoint)
        profile.consumption = {
            kind: misses for kind in told.consumption if (misses := _misses(told, kind)) < SEVERAL
        }
    troubled = contact.is_starting or profile.suspect
    if told.wants("production"):
        contradicted = told.source_is_contradicted
        profile.source_misses = profile.source_misses + 1 if contradicted else 0
        source = told.production_source
        if source != profile.production_source:
            profile.production_source, profile.source_misses, contradicted = source, 0, False
        in_order = source is not None and not (contradicted or troubled)
        profile.note_health(told.now, in_order=in_order)
    elif troubled:
        profile.note_health(told.now, in_order=False)


def _misses(told: Told, kind: str) -> int:
    """Number of readings in a row, with this one, that contradict this kind of consumption."""
    entry = told.page.consumption.get(kind) if told.page else None
    counts = entry is not None and (entry.active or entry.figures.any_energy)
    return 0 if counts or told.measures(kind) else told.profile.consumption.get(kind, 0) + 1
