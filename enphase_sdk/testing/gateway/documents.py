"""The answers of a simulated gateway's firmware, built from its plant at one instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from attrs import frozen

from enphase_sdk.testing.gateway.answers import Answer, json_answer, page, text
from enphase_sdk.testing.gateway.ensemble import Ensemble
from enphase_sdk.testing.gateway.inverters import (
    METER_LOSS,
    Inverter,
    device_data,
    inventory_devices,
    production_inverters,
)
from enphase_sdk.testing.gateway.live import livedata_status, meter_event, pdm_energy
from enphase_sdk.testing.gateway.meters import Meters
from enphase_sdk.testing.gateway.plant import Moment, Sizes
from enphase_sdk.testing.gateway.profiles import Profile
from enphase_sdk.testing.gateway.settings import Settings

__all__ = ["Documents"]

_JSON = "application/json"
_PACKAGES = (("app", "500-00002-r01"), ("rootfs", "500-00001-r01"), ("kernel", "500-00011-r02"))
_REPORT_SECONDS = 900


@frozen(kw_only=True)
class Documents:
    """What the firmware would answer at one instant.

    Attributes:
        profile: The gateway's equipment.
        serial: Its serial number.
        sizes: How the plant is spread over the phases.
        inverters: All microinverters, removed ones too.
        settings: What the owner has set.
        moment: The plant at the instant.
        booting: Whether old firmware still answers zeros.
        stalled: What ``/api/v1/production`` is stuck at, if it is.
        inactive: Whether the production meter claims to be unused (8.3.5528 does at times).
        total_is_net: Whether total consumption repeats net consumption (8.3.5433).
    """

    profile: Profile
    serial: str
    sizes: Sizes
    inverters: tuple[Inverter, ...]
    settings: Settings
    moment: Moment
    booting: bool = False
    stalled: dict[str, int] | None = None
    inactive: bool = False
    total_is_net: bool = False

    def routes(self) -> dict[str, Callable[[str], Answer]]:
        """How each path that this firmware has is answered, given the query."""
        version = self.profile.version
        routes: dict[str, Callable[[str], Answer]] = {
            "/info": lambda _: self._info(),
            "/home": lambda _: self._home(),
            "/production": lambda _: self._production_page(),
        }
        if version >= (3, 9):
            routes |= {
                "/api/v1/production": lambda _: json_answer(self.production_v1(), _JSON),
                "/api/v1/production/inverters": lambda _: json_answer(
                    production_inverters(self.inverters, self.moment, version), _JSON
                ),
                "/production.json": lambda _: page("error", "<h1>Page not found</h1>"),
            }
        if version >= (5,):
            routes |= {
                "/production.json": lambda query: self._production("details=1" in query),
                "/inventory.json": lambda _: json_answer(self._inventory(), _JSON),
                "/ivp/meters": lambda _: json_answer(self._meters.configuration()),
                "/ivp/meters/readings": lambda _: json_answer(self._meters.readings()),
                "/admin/lib/tariff": lambda _: self._tariff(),
            }
        return routes | self._modern_routes() if version >= (7,) else routes

    def production_v1(self) -> dict[str, int]:
        """``/api/v1/production``: Wh and W, by the meter where there is one."""
        if self.stalled is not None:
            return self.stalled
        factor = 0.0 if self.booting else 1.0 if self.profile.metered else 1.0 + METER_LOSS
        moment = self.moment
        return {
            "wattHoursToday": round(moment.today.produced * factor),
            "wattHoursSevenDays": round(moment.week.produced * factor),
            "wattHoursLifetime": round(moment.totals.produced * factor),
            "wattsNow": round(moment.production * factor),
        }

    def livedata(self) -> dict[str, Any]:
        """``/ivp/livedata/status`` while it is renewed."""
        return livedata_status(self.profile, self._meters, self._ensemble, self.settings)

    def _modern_routes(self) -> dict[str, Callable[[str], Answer]]:
        ensemble, meters, settings = self._ensemble, self._meters, self.settings
        contacts = list(settings.contact_settings.values())
        documents: dict[str, Callable[[], Any]] = {
            "/ivp/ensemble/dry_contacts": ensemble.dry_contacts,
            "/ivp/ensemble/generator": ensemble.generator,
            "/ivp/ensemble/inventory": ensemble.inventory,
            "/ivp/ensemble/power": ensemble.power,
            "/ivp/ensemble/relay": ensemble.relay,
            "/ivp/ensemble/secctrl": ensemble.secctrl,
            "/ivp/ensemble/status": ensemble.status,
            "/ivp/livedata/status": self.livedata,
            "/ivp/meters/reports": meters.reports,
            "/ivp/pdm/energy": lambda: pdm_energy(self.production_v1(), meters),
            "/ivp/sc/pvlimit": lambda: {"enable": False, "pv_limit_pct": 100},
            "/ivp/ss/dry_contact_settings": lambda: {"dry_contacts": contacts},
            "/ivp/ss/gen_config": lambda: settings.generator_config,
            "/ivp/ss/gen_schedule": lambda: settings.generator_schedule,
            "/ivp/ss/pel_settings": lambda: {"PEL": False},
        }
        if self.profile.generator:
            documents["/ivp/ss/gen_mode"] = lambda: {"gen_cmd": settings.controls.generator}
        if self.profile.acbs:
            documents["/admin/lib/acb_config"] = settings.sleeping
        if self.profile.version >= (8, 2):
            documents["/ivp/pdm/device_data"] = lambda: device_data(
                self.inverters, self.moment, meters.devices(self.serial), self.profile
            )
        routes = {path: _plain(document) for path, document in documents.items()}
        routes["/production"] = lambda _: self._production(details=False)
        if self.profile.meters:
            routes["/stream/meter"] = lambda _: meter_event(meters)
        return routes

    @property
    def _meters(self) -> Meters:
        return Meters(self.profile, self.sizes, self.moment)

    @property
    def _ensemble(self) -> Ensemble:
        return Ensemble(self.profile, self.settings, self.moment)

    def _production(self, details: bool) -> Answer:
        moment, meters = self.moment, self._meters
        active = [inverter for inverter in self.inverters if not inverter.removed]
        production: list[dict[str, Any]] = [
            {
                "type": "inverters",
                "activeCount": len(active),
                "readingTime": int(moment.reported_at),
                "wNow": round(moment.production * (1 + METER_LOSS)),
                "whLifetime": round(moment.totals.produced * (1 + METER_LOSS)),
            }
        ]
        document: dict[str, Any] = {"production": production}
        if self.profile.meters:
            entry = meters.production_entry(details=details)
            production.append(entry | ({"activeCount": 0} if self.inactive else {}))
            total, net = meters.consumption_entries(details=details)
            if self.total_is_net:
                total = net | {"measurementType": total["measurementType"]}
            document["consumption"] = [total, net]
        document["storage"] = [self._ensemble.acb_summary()]
        return json_answer(document, _JSON, chunked=True)

    def _production_page(self) -> Answer:
        v1 = self.production_v1()
        rows = (
            ("Currently", f"{v1['wattsNow'] / 1000:.2f} kW"),
            ("Today", f"{v1['wattHoursToday'] / 1000:.1f} kWh"),
            ("Past Week", f"{v1['wattHoursSevenDays'] / 1000:.0f} kWh"),
            ("Since Installation", f"{v1['wattHoursLifetime'] / 1e6:.1f} MWh"),
        )
        table = "".join(f"<tr><td>{name}</td>    <td> {value}</td></tr>" for name, value in rows)
        return page("production", f"<h1>System Energy Production</h1>\n<table>{table}</table>")

    def _inventory(self) -> list[dict[str, Any]]:
        return [
            {"type": "PCU", "devices": inventory_devices(self.inverters, self.moment)},
            {"type": "ACB", "devices": self._ensemble.acb_devices()},
            {"type": "NSRB", "devices": []},
        ]

    def _tariff(self) -> Answer:
        written = datetime.fromtimestamp(self.settings.tariff_seconds, ZoneInfo("UTC"))
        schedule = {"date": f"{written:%Y-%m-%d %H:%M:%S} UTC"}
        if self.profile.version >= (7,):
            schedule |= self.settings.schedule()
        document = {"tariff": self.settings.tariff, "schedule": schedule}
        return json_answer(document, _JSON if self.profile.version < (8,) else None)

    def _info(self) -> Answer:
        profile = self.profile
        imeter = "" if profile.imeter is None else f"<imeter>{str(profile.imeter).lower()}</imeter>"
        tokens = "<web-tokens>true</web-tokens>" if profile.login == "token" else ""
        numbers = ".".join(f"{part:02}" for part in profile.version)
        packages = "".join(
            f"<package name='{name}'><pn>{part}</pn><version>{numbers}</version>"
            "<build>5e57a9</build></package>"
            for name, part in _PACKAGES
        )
        return text(
            f"<?xml version='1.0' encoding='UTF-8'?>\n<envoy_info>"
            f"<time>{int(self.moment.at)}</time><device><sn>{self.serial}</sn>"
            f"<pn>{profile.part_number}</pn><software>{profile.software}</software>"
            f"<euaid>4c8675</euaid><seqnum>0</seqnum><apiver>1</apiver>{imeter}</device>"
            f"{tokens}{packages}</envoy_info>\n",
            "text/xml",
        )

    def _home(self) -> Answer:
        profile, at = self.profile, self.moment.at
        if profile.version < (7,):
            return page("home", f"<h1>Envoy Serial Number: {self.serial}</h1>")
        local = datetime.fromtimestamp(at, ZoneInfo(profile.zone))
        wired = {
            "type": "ethernet",
            "interface": "eth0",
            "mac": "02:00:00:00:00:01",
            "dhcp": True,
            "ip": "192.0.2.10",
            "signal_strength": 1,
            "signal_strength_max": 1,
            "carrier": True,
        }
        document = {
            "software_build_epoch": 1_700_000_000,
            "timezone": profile.zone,
            "current_date": f"{local:%m/%d/%Y}",
            "current_time": f"{local:%H:%M}",
            "network": {
                "web_comm": True,
                "ever_reported_to_enlighten": True,
                "last_enlighten_report_time": int(at // _REPORT_SECONDS * _REPORT_SECONDS),
                "primary_interface": "eth0",
                "interfaces": [wired],
            },
            "tariff": "single_rate",
            "comm": {
                "num": len(self.inverters) + profile.batteries,
                "level": 5,
                "pcu": {"num": len(self.inverters), "level": 5},
                "acb": {"num": profile.acbs, "level": 5 if profile.acbs else 0},
                "nsrb": {"num": 0, "level": 0},
            },
        }
        return json_answer(document, _JSON, chunked=True)


def _plain(document: Callable[[], Any]) -> Callable[[str], Answer]:
    return lambda _: json_answer(document())
