"""What Prometheus scrapes."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from enphase_sdk import Envoy
from enphase_sdk.errors import ConfigError
from enphase_sdk.export import MEASURES, Feed, Kind, PrometheusExporter
from enphase_sdk.export.prometheus import metric_name
from enphase_sdk.testing import FakeClock, SimulatedGateway
from tests.programs import free_port, program


@pytest.fixture
def exporter(clock: FakeClock) -> Iterator[PrometheusExporter]:  # noqa: ARG001 - is read by it
    with PrometheusExporter(0) as serving:
        yield serving


def scraped(exporter: PrometheusExporter) -> dict[str, Metric]:
    answer = httpx.get(exporter.address, trust_env=False)
    assert answer.status_code == 200
    families = list(text_string_to_metric_families(answer.text))
    assert len({family.name for family in families}) == len(families)
    return {family.name: family for family in families}


def only(families: dict[str, Metric], name: str) -> float:
    (sample,) = families[name].samples
    return float(sample.value)


def test_base_units_and_their_values(
    exporter: PrometheusExporter, feed: Feed, envoy: Envoy, clock: FakeClock
) -> None:
    exporter.publish(feed.poll())
    families = scraped(exporter)
    snapshot = envoy.read()
    assert snapshot.system_production is not None
    assert snapshot.encharge_aggregate is not None
    lifetime = snapshot.system_production.watt_hours_lifetime
    charge = snapshot.encharge_aggregate.state_of_charge
    assert lifetime is not None
    assert charge is not None
    assert only(families, "enphase_production_power_watts") == snapshot.system_production.watts_now
    assert only(families, "enphase_production_energy_joules") == lifetime * 3600
    assert families["enphase_production_energy_joules"].type == "counter"
    assert only(families, "enphase_battery_state_of_charge_ratio") == pytest.approx(charge / 100)
    assert only(families, "enphase_up") == 1
    assert only(families, "enphase_last_success_timestamp_seconds") == clock.time()
    labelled = {
        s.labels["inverter"]: s.value for s in families["enphase_inverter_power_watts"].samples
    }
    assert labelled == {
        serial: inverter.last_report_watts for serial, inverter in snapshot.inverters.items()
    }
    phases = {
        (s.labels["meter"], s.labels["phase"])
        for s in families["enphase_meter_power_watts"].samples
    }
    assert ("production", "L1") in phases
    assert ("production", "all") not in phases


def test_a_scrape_does_not_reach_the_gateway(
    exporter: PrometheusExporter, feed: Feed, gateway: SimulatedGateway
) -> None:
    exporter.publish(feed.poll())
    before = len(gateway.requests)
    assert scraped(exporter) == scraped(exporter)
    assert len(gateway.requests) == before


def test_before_the_first_reading_there_is_only_that_it_is_down(
    exporter: PrometheusExporter, feed: Feed, gateway: SimulatedGateway
) -> None:
    gateway.crashed = True
    exporter.publish(feed.poll())
    families = scraped(exporter)
    assert only(families, "enphase_up") == 0
    assert only(families, "enphase_read_failures") == 1
    assert set(families) == {"enphase_up", "enphase_read_failures"}


def test_old_values_go_away(
    exporter: PrometheusExporter, feed: Feed, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    exporter.publish(feed.poll())
    read_at = clock.time()
    gateway.crashed = True
    exporter.publish(feed.poll())
    assert "enphase_production_power_watts" in scraped(exporter)
    assert only(scraped(exporter), "enphase_up") == 0
    clock.advance(181)
    families = scraped(exporter)
    assert only(families, "enphase_last_success_timestamp_seconds") == read_at
    assert not [name for name in families if name.endswith(("_watts", "_joules", "_ratio"))]


def test_names_follow_the_rules() -> None:
    names = [metric_name(measure) for measure in MEASURES]
    assert len(set(names)) == len(names)
    for measure, name in zip(MEASURES, names, strict=True):
        assert name.startswith("enphase_")
        assert name.endswith("_total") == (measure.kind is Kind.COUNTER)
        assert not any(part in ("wh", "percent", "w", "info") for part in name.split("_"))


def test_no_address_and_no_token_is_told(
    exporter: PrometheusExporter, feed: Feed, envoy: Envoy, gateway: SimulatedGateway
) -> None:
    exporter.publish(feed.poll())
    text = httpx.get(exporter.address, trust_env=False).text
    assert "gateway.test" in repr(envoy)
    assert "gateway.test" not in text
    assert gateway.issue_token()[:20] not in text
    assert f'serial_number="{gateway.serial}"' in text


def test_a_port_in_use_is_a_setting_to_change() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port}.*choose another"):
            PrometheusExporter(port)
    with pytest.raises(ConfigError, match=r"192\.0\.2\.1"):
        PrometheusExporter(0, bind="192.0.2.1")


@pytest.mark.proof
@pytest.mark.no_cover
def test_a_real_prometheus_scrapes_it(feed: Feed, tmp_path: Path) -> None:
    prometheus, promtool = program("prometheus"), program("promtool", "prometheus")
    port = free_port()
    with Watched() as exporter:
        exporter.publish(feed.poll())
        text = httpx.get(exporter.address, trust_env=False).content
        checked = subprocess.run(
            [promtool, "check", "metrics"], input=text, capture_output=True, check=False
        )
        assert (checked.returncode, checked.stdout + checked.stderr) == (0, b"")
        config = tmp_path / "prometheus.yml"
        config.write_text(
            "global: {scrape_interval: 1s}\n"
            "scrape_configs:\n"
            "  - job_name: solar\n"
            f"    static_configs: [{{targets: ['127.0.0.1:{exporter.port}']}}]\n"
        )
        command = [
            prometheus,
            f"--config.file={config}",
            f"--storage.tsdb.path={tmp_path / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            try:
                # What it scraped first is in its database when it scrapes again; the first
                # scrape of all is that of this test.
                for _ in range(4):
                    assert exporter.scrapes.acquire(timeout=120)
                found = _queried(port, "enphase_production_energy_joules_total")
                named = _queried(port, "enphase_gateway_info")
            finally:
                run.terminate()
    reading = feed.told.reading
    assert reading is not None
    (lifetime,) = [v.number for v in reading.values if v.measure.name == "production_energy"]
    assert float(found["value"][1]) == lifetime * 3600
    assert named["metric"]["serial_number"] == reading.info.serial_number
    assert named["metric"]["job"] == "solar"


class Watched(PrometheusExporter):
    """Tells of each scrape."""

    def __init__(self) -> None:
        self.scrapes = threading.Semaphore(0)
        super().__init__(0)

    def collect(self) -> Iterator[Metric]:
        self.scrapes.release()
        return super().collect()


def _queried(port: int, query: str) -> dict[str, Any]:
    address = f"http://127.0.0.1:{port}/api/v1/query"
    answer = httpx.get(address, params={"query": query}, trust_env=False)
    (found,) = answer.json()["data"]["result"]
    return dict(found)
