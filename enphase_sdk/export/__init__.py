"""Feeds a gateway's values to other systems: Prometheus, MQTT with Home Assistant, InfluxDB.

    from enphase_sdk.export import Feed, PrometheusExporter

    with Envoy("192.168.1.50") as envoy, PrometheusExporter(9100) as exporter:
        Feed(envoy, every=60).run([exporter])

All exporters use one list, `MEASURES`. A value that is not known, or too old, is not published; a
counter never falls.
"""

from __future__ import annotations

from enphase_sdk.export.feed import Exporter, Feed, Reading, Told
from enphase_sdk.export.influx import InfluxExporter
from enphase_sdk.export.measures import MEASURES, Kind, Measure, Unit, Value
from enphase_sdk.export.mqtt import MqttExporter
from enphase_sdk.export.prometheus import PrometheusExporter
from enphase_sdk.export.subjects import Subject

__all__ = [
    "MEASURES",
    "Exporter",
    "Feed",
    "InfluxExporter",
    "Kind",
    "Measure",
    "MqttExporter",
    "PrometheusExporter",
    "Reading",
    "Subject",
    "Told",
    "Unit",
    "Value",
]
