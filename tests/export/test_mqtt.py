"""Home Assistant's discovery, and a real broker."""

from __future__ import annotations

import json
import logging
import queue
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from attrs import frozen
from paho.mqtt.enums import CallbackAPIVersion

from enphase_sdk import Envoy
from enphase_sdk.errors import ConfigError
from enphase_sdk.export import Feed, MqttExporter
from enphase_sdk.export.discovery import Topics, component_id, discovery
from enphase_sdk.testing import FakeClock, SimulatedGateway
from tests.programs import free_port, program

UNITS = {
    "power": {"W"},
    "voltage": {"V"},
    "current": {"A"},
    "frequency": {"Hz"},
    "battery": {"%"},
    "energy_storage": {"Wh"},
    "temperature": {"°C"},
    "energy": {"Wh"},
}


def check_discovery(topic: str, payload: dict[str, Any]) -> None:
    """Home Assistant's documented rules for the discovery of a device."""
    prefix, component, object_id, last = topic.split("/")
    assert (prefix, component, last) == ("homeassistant", "device", "config")
    assert re.fullmatch(r"[a-zA-Z0-9_-]+", object_id)
    assert set(payload) == {"dev", "o", "avty", "avty_mode", "stat_t", "cmps"}
    assert payload["dev"]["ids"] == [object_id]
    assert all(payload["dev"][key] for key in ("name", "mf", "mdl", "sn", "sw"))
    assert payload["o"]["name"]
    assert payload["avty_mode"] == "all"
    assert all(set(one) == {"t"} for one in payload["avty"])
    ids = [component["unique_id"] for component in payload["cmps"].values()]
    assert len(set(ids)) == len(ids) > 0
    names = [component["name"] for component in payload["cmps"].values()]
    assert len(set(names)) == len(names)
    for own_id, component in payload["cmps"].items():
        assert re.fullmatch(r"[a-zA-Z0-9_-]+", own_id)
        assert component["unique_id"] == f"{object_id}_{own_id}"
        assert component["expire_after"] >= 1
        assert f"value_json['{own_id}']" in component["value_template"]
        check_classes(component)


def check_classes(component: dict[str, Any]) -> None:
    """What class goes with which unit and state class."""
    kind, state = component.get("device_class"), component.get("state_class")
    assert "command_topic" not in component
    if component["p"] == "binary_sensor":
        assert kind == "connectivity"
        assert state is None
        return
    assert component["p"] == "sensor"
    if kind == "timestamp":
        assert state is None
        assert "unit_of_measurement" not in component
    elif kind == "energy":
        assert state == "total_increasing"
    else:
        assert state == "measurement"
    if kind in UNITS:
        assert component["unit_of_measurement"] in UNITS[kind]


@pytest.mark.parametrize("profile", ["8.2-batteries", "8.3-three-phase", "5.0"])
def test_discovery_follows_the_documented_rules(profile: str, clock: FakeClock) -> None:
    gateway = SimulatedGateway(profile, clock=clock)
    token = gateway.issue_token() if profile != "5.0" else None
    with Envoy("g.test", token=token, transport=gateway.transport()) as envoy:
        reading = Feed(envoy).poll().reading
    assert reading is not None
    topics = Topics("homeassistant", "enphase", reading.info.serial_number)
    payload = discovery(reading.info, reading.values, topics, expire_after=180, version="1")
    check_discovery(topics.config, json.loads(json.dumps(payload)))
    assert len(payload["cmps"]) == len(reading.values)
    assert payload["stat_t"] == f"enphase/{gateway.serial}/state"


def test_a_component_is_named_after_its_device(feed: Feed) -> None:
    reading = feed.poll().reading
    assert reading is not None
    value = next(v for v in reading.values if v.measure.name == "inverter_energy")
    serial = value.labels[0][1]
    assert component_id(value) == f"inverter_{serial}_energy_wh"
    topics = Topics("homeassistant", "enphase", reading.info.serial_number)
    payload = discovery(reading.info, [value], topics, expire_after=180, version="1")
    assert payload["cmps"][component_id(value)] == {
        "p": "sensor",
        "unique_id": f"enphase_{reading.info.serial_number}_inverter_{serial}_energy_wh",
        "name": f"Inverter {serial} energy",
        "expire_after": 180,
        "value_template": f"{{{{ value_json['inverter_{serial}_energy_wh'] }}}}",
        "device_class": "energy",
        "unit_of_measurement": "Wh",
        "state_class": "total_increasing",
    }


@pytest.mark.parametrize(
    "settings",
    [
        {"prefix": "home/#"},
        {"base": ""},
        {"base": "/a"},
        {"password": "zzSECRETzz"},
        {"ca_file": "no"},
    ],
)
def test_settings_that_make_no_sense(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        MqttExporter("localhost", **settings)
    assert "zzSECRETzz" not in str(caught.value)


def test_a_host_that_is_none() -> None:
    with pytest.raises(ConfigError, match="host"):
        MqttExporter("a" * 10_000)


@frozen
class Broker:
    """A Mosquitto that runs, and what one of its clients hears."""

    port: int
    heard: queue.Queue[paho.MQTTMessage]
    client: paho.Client

    def next(self, topic: str) -> paho.MQTTMessage:
        """The next message of a topic; others before it are passed over."""
        while True:
            message = self.heard.get(timeout=60)
            if message.topic == topic:
                return message

    def listen(self) -> None:
        """Subscribe anew, so that what is retained comes again."""
        self.client.subscribe([("homeassistant/#", 1), ("enphase/#", 1)])


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    port = free_port()
    (tmp_path / "users").write_text("solar:zzSECRETzz\nlistener:listener\n")
    subprocess.run([program("mosquitto_passwd", "mosquitto"), "-U", tmp_path / "users"], check=True)
    (tmp_path / "m.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\n"
        f"password_file {tmp_path / 'users'}\nuser root\n"
    )
    command = [program("mosquitto"), "-v", "-c", str(tmp_path / "m.conf")]
    heard = queue.Queue[paho.MQTTMessage]()
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("listener", "listener")
    client.on_message = lambda *a: heard.put(a[2])
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run,
    ):
        assert run.stdout is not None
        assert any(b" running" in line for line in run.stdout), "it did not start"
        # Its output must go on being read, or it would stop.
        reader = threading.Thread(
            target=lambda: log.writelines(map(bytes.decode, run.stdout or ()))
        )
        reader.start()
        client.connect("127.0.0.1", port)
        client.loop_start()
        found = Broker(port, heard, client)
        found.listen()
        try:
            yield found
        finally:
            client.disconnect()
            client.loop_stop()
            run.terminate()
            reader.join()


def exporter(broker: Broker, password: str = "zzSECRETzz") -> MqttExporter:  # noqa: S107 - made up
    return MqttExporter(
        "127.0.0.1", broker.port, username="solar", password=password, longest_pause=0
    )


@pytest.mark.proof
@pytest.mark.no_cover
def test_a_real_broker(
    broker: Broker, feed: Feed, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    config = f"homeassistant/device/enphase_{gateway.serial}/config"
    state, bridge = (f"enphase/{gateway.serial}/{last}" for last in ("state", "bridge"))
    available = f"enphase/{gateway.serial}/gateway"
    with exporter(broker) as publishing:
        told = feed.poll()
        publishing.publish(told)
        announced = json.loads(broker.next(config).payload)
        check_discovery(config, announced)
        values = json.loads(broker.next(state).payload)
        assert set(values) == set(announced["cmps"])
        assert told.reading is not None
        assert values == {component_id(v): v.number for v in told.reading.values}
        broker.listen()
        retained = {m.topic for m in (broker.heard.get(timeout=60) for _ in range(3)) if m.retain}
        assert retained == {config, bridge, available}

        # Home Assistant starts anew.
        broker.client.publish("homeassistant/status", "online")
        assert json.loads(broker.next(config).payload) == announced
        assert json.loads(broker.next(state).payload) == values

        # What is not known this time is null; what is too old makes the gateway unavailable.
        clock.advance(3000)
        gateway.crashed = True
        publishing.publish(feed.poll())
        assert broker.next(available).payload == b"offline"
        gateway.reboot()
        publishing.publish(feed.poll())
        assert broker.next(available).payload == b"online"
        assert set(json.loads(broker.next(state).payload)) == set(values)
    assert broker.next(bridge).payload == b"offline"


@pytest.mark.proof
@pytest.mark.no_cover
def test_the_last_will_is_told_and_a_lost_connection_made_again(
    broker: Broker, feed: Feed, gateway: SimulatedGateway
) -> None:
    bridge = f"enphase/{gateway.serial}/bridge"
    with exporter(broker) as publishing:
        publishing.publish(feed.poll())
        assert broker.next(bridge).payload == b"online"
        client = publishing._client
        assert client is not None
        lost: Any = client.socket()
        lost.shutdown(socket.SHUT_RDWR)
        assert broker.next(bridge).payload == b"offline"
        assert broker.next(bridge).payload == b"online"


class Heard(logging.Handler):
    """Log messages, as they come."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages = queue.Queue[str]()

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.put(record.getMessage())


@pytest.mark.proof
@pytest.mark.no_cover
def test_a_refused_password_ends_nothing_and_is_not_told(
    broker: Broker, feed: Feed, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), exporter(broker, "zzWRONGzz") as publishing:
        refused = Heard()
        logging.getLogger("enphase_sdk").addHandler(refused)
        publishing.publish(feed.poll())
        assert "refuses the connection" in refused.messages.get(timeout=60)
        publishing.publish(feed.poll())
        logging.getLogger("enphase_sdk").removeHandler(refused)
    assert "zzWRONGzz" not in caplog.text
