"""Prometheus: the last reading, in base units, for scrapes.

A scrape sends no request to the gateway. `enphase_up` and `enphase_last_success_timestamp_seconds`
show how old the values are; values that are too old are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

from enphase_sdk.clock import current_clock
from enphase_sdk.errors import ConfigError
from enphase_sdk.export.feed import Told
from enphase_sdk.export.measures import MEASURES, Kind, Measure, Unit, Value

if TYPE_CHECKING:
    from prometheus_client.core import Metric

__all__ = ["PrometheusExporter", "metric_name"]

PREFIX = "enphase"

# The base unit's name, and the factor from our unit to it.
_BASE = {
    Unit.WATT: ("watts", 1.0),
    Unit.WATT_HOUR: ("joules", 3600.0),
    Unit.VOLT: ("volts", 1.0),
    Unit.AMPERE: ("amperes", 1.0),
    Unit.HERTZ: ("hertz", 1.0),
    Unit.PERCENT: ("ratio", 0.01),
    Unit.CELSIUS: ("celsius", 1.0),
    Unit.EPOCH: ("timestamp_seconds", 1.0),
    Unit.NUMBER: ("", 1.0),
}


def metric_name(measure: Measure) -> str:
    """The name of a measure's metric, with its base unit, and ``_total`` for a counter."""
    parts = [PREFIX, measure.name, _BASE[measure.unit][0]]
    if measure.kind is Kind.COUNTER:
        parts.append("total")
    return "_".join(part for part in parts if part)


class PrometheusExporter:
    """Serves the last reading over HTTP, on every path.

    Use it as a context manager, or call `close`.

    Args:
        port: The port; 0 for a free one.
        bind: The address to listen on. The metrics need no login.

    Attributes:
        port: The port.

    Raises:
        ConfigError: the port cannot be used, or `prometheus_client` is missing.
    """

    def __init__(self, port: int, *, bind: str = "127.0.0.1") -> None:
        try:
            from prometheus_client import CollectorRegistry, start_http_server
        except ImportError:
            raise ConfigError(
                "Prometheus needs the extra: pip install 'enphase-sdk[prometheus]'"
            ) from None
        self._clock = current_clock()
        self._told = Told()
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        try:
            self._server, self._thread = start_http_server(port, addr=bind, registry=registry)
        except (OSError, OverflowError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ConfigError(
                f"cannot listen on {bind}, port {port}: {reason}; choose another"
            ) from None
        self.port: int = self._server.server_port
        self._bind = bind

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        """The URL of the metrics."""
        host = f"[{self._bind}]" if ":" in self._bind else self._bind
        return f"http://{host}:{self.port}/metrics"

    def publish(self, told: Told) -> None:
        """Serve this state from now on."""
        self._told = told

    def describe(self) -> Iterator[Metric]:
        """Nothing, so that registering does not collect."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """The metrics of one scrape."""
        told, now = self._told, self._clock.time()
        yield from _about(told)
        by_measure: dict[str, list[Value]] = {}
        for value in told.fresh(now):
            by_measure.setdefault(value.measure.name, []).append(value)
        for measure in MEASURES:
            if values := by_measure.get(measure.name):
                yield _metric(measure, values)


def _metric(measure: Measure, values: list[Value]) -> Metric:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    factor = _BASE[measure.unit][1]
    family = CounterMetricFamily if measure.kind is Kind.COUNTER else GaugeMetricFamily
    metric = family(metric_name(measure), measure.title, labels=measure.subject.labels)
    for value in values:
        metric.add_metric([text for _, text in value.labels], value.number * factor)
    return metric


def _about(told: Told) -> Iterator[Metric]:
    from prometheus_client.core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        InfoMetricFamily,
    )

    yield GaugeMetricFamily(f"{PREFIX}_up", "Whether the last reading succeeded", told.up)
    yield CounterMetricFamily(
        f"{PREFIX}_read_failures_total", "Readings that failed", told.failures
    )
    reading = told.reading
    if reading is None:
        return
    yield GaugeMetricFamily(
        f"{PREFIX}_last_success_timestamp_seconds", "When the last reading succeeded", reading.at
    )
    yield GaugeMetricFamily(
        f"{PREFIX}_read_duration_seconds", "How long the last reading took", reading.seconds
    )
    yield GaugeMetricFamily(
        f"{PREFIX}_unread_endpoints",
        "Endpoints that the last reading could not read",
        len(reading.problems),
    )
    about = {
        "serial_number": reading.info.serial_number,
        "part_number": reading.info.part_number or "",
        "firmware": reading.info.firmware,
        "production_source": reading.source or "",
    }
    yield InfoMetricFamily(f"{PREFIX}_gateway", "The gateway", about)
