"""The microinverters of a system: all pages of v4 as one list, like v2's."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import msgspec
from attrs import evolve

from enphase_sdk import models
from enphase_sdk.cloud.api import Steps, call
from enphase_sdk.cloud.bodies import decoded_json
from enphase_sdk.cloud.boundary import MOST_IDLE_PAGES
from enphase_sdk.cloud.v4.mapping import made
from enphase_sdk.core.effects import Reply
from enphase_sdk.core.json import is_array, is_object

__all__ = ["all_inverters"]

# The largest page that the server allows, because each page costs a hit.
PAGE = 100

# More pages than any system has; after them the listing counts as endless.
MOST_PAGES = 1_000


def all_inverters(site_id: int, access: str) -> Steps[list[models.InvertersSummary]]:
    """GET /systems/inverters_summary_by_envoy_or_site, every page.

    Args:
        site_id: The system's Enlighten id.
        access: The access control that a plan must include.
    """
    from enphase_sdk_api_v4.api.default import inverters_summary_by_envoy_or_site as api
    from enphase_sdk_api_v4.models import InvertersSummary

    gateways: list[models.InvertersSummary] = []
    seen: set[str] = set()
    unread = 0
    for page in range(1, MOST_PAGES + 1):
        request = api.request(site_id=site_id, page=page, size=PAGE)
        asked = call(api, request, list[InvertersSummary], access=access, adapt=_by_gateway)
        reply, found = cast("tuple[Reply, list[models.InvertersSummary]]", (yield asked))
        read, fresh = 0, False
        for gateway in found:
            inverters = gateway.micro_inverters or []
            read += len(inverters)
            new = [each for each in inverters if each.serial_number not in seen]
            seen.update(each.serial_number for each in new if each.serial_number)
            if new:
                fresh = True
                _merge(gateways, evolve(gateway, micro_inverters=new))
        unread = 0 if read else unread + 1
        # A short page is the last one; a server without pages sends everything at once.
        is_last = read < PAGE and _rows_in(reply) < PAGE
        if is_last or unread > MOST_IDLE_PAGES or (read and not fresh):
            break
    return gateways


def _rows_in(reply: Reply) -> int:
    """Number of microinverters on a page, including those that could not be read."""
    body = decoded_json(reply.content)
    gateways = filter(is_object, body if is_array(body) else ())
    lists = [gateway.get("micro_inverters") for gateway in gateways]
    return sum(len(rows) for rows in lists if is_array(rows))


def _merge(gateways: list[models.InvertersSummary], part: models.InvertersSummary) -> None:
    """Join the groups of each gateway, whose microinverters may be on several pages."""
    serials = {each.envoy_serial_number for each in part.micro_inverters}
    last = gateways[-1] if gateways else None
    if last is not None and serials & {e.envoy_serial_number for e in last.micro_inverters}:
        merged = [*last.micro_inverters, *part.micro_inverters]
        gateways[-1] = evolve(last, micro_inverters=merged)
    else:
        gateways.append(part)


def _by_gateway(gateways: Any) -> list[models.InvertersSummary]:
    """Microinverters by gateway, with their last report converted to an instant."""
    found: list[models.InvertersSummary] = []
    for gateway in gateways:
        wire = msgspec.to_builtins(gateway)
        for each in wire.get("micro_inverters") or ():
            each["last_report_date"] = _epoch(each.get("last_report_date"))
        found.append(made(models.InvertersSummary, wire))
    return found


def _epoch(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return int(read.timestamp()) if read.tzinfo is not None else None
