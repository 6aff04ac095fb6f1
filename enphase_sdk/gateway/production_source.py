"""Where a gateway's production comes from: chosen once, and kept.

Each source counts from another day with other losses, so lifetime energy jumps where one takes
another's place. No value is better than one from another source.
"""

from __future__ import annotations

from enphase_sdk.gateway.gathered import Gathered
from enphase_sdk.gateway.profile import ProductionSource
from enphase_sdk.gateway.sources import METERS, PRODUCTION_V1

__all__ = ["chosen_source", "v1_may_be_it"]

# From this firmware on, /api/v1/production stands still on gateways with metering built in
# and no production meter connected.
_STALLED_SINCE = (8, 2, 4264)


def chosen_source(gathered: Gathered) -> ProductionSource | None:
    """The source of production, or None while it cannot be told for certain."""
    known = gathered.profile.production_source
    if known is not None:
        return known
    metered = _has_production_meter(gathered)
    if metered is not False:
        return "meter" if metered else None
    v1, page = gathered.of(PRODUCTION_V1), gathered.page
    if v1 is not None and v1.any_energy:
        return "v1"
    if gathered.failed(PRODUCTION_V1) or (v1 is not None and v1.lifetime is None):
        return None
    counted = page and page.inverters and page.inverters.figures.lifetime
    return "inverters" if counted else None


def v1_may_be_it(gathered: Gathered) -> bool:
    """Whether ``/api/v1/production`` is, or may turn out to be, the source of production."""
    known = gathered.profile.production_source
    if known is not None:
        return known == "v1"
    stalled = gathered.info.is_metered and gathered.info.version >= _STALLED_SINCE
    return not stalled and _has_production_meter(gathered) is False


def _has_production_meter(gathered: Gathered) -> bool | None:
    """Whether a meter measures production; None while what would tell has failed."""
    page = gathered.page
    if gathered.measures("production") or (page and page.meter and page.meter.active):
        return True
    meters_failed, page_failed = gathered.failed(METERS), gathered.failed(gathered.page_source)
    if page and page.meter and page.meter.active is None:
        certain = False
    elif not gathered.info.is_metered:
        certain = not (meters_failed and page_failed)
    elif meters_failed:
        certain = page is not None and page.meter is None
    else:
        certain = not page_failed or gathered.of(METERS) is not None
    return False if certain else None
