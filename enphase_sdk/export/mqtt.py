"""MQTT: the last reading as one JSON object, announced to Home Assistant.

No command is accepted: the only subscription is the topic of Home Assistant's start.
"""

from __future__ import annotations

import random
import secrets
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

from enphase_sdk.clock import current_clock
from enphase_sdk.core.log import logger
from enphase_sdk.core.reasons import reason_of
from enphase_sdk.errors import ConfigError
from enphase_sdk.export.discovery import Topics, component_id, discovery
from enphase_sdk.export.feed import Told
from enphase_sdk.export.measures import Labels, Value

if TYPE_CHECKING:
    import paho.mqtt.client as paho

__all__ = ["MqttExporter"]

ONLINE, OFFLINE = "online", "offline"

# Seconds. The longest time for the last message at the end.
_FAREWELL = 5.0

# Seconds. Home Assistant asks devices not to answer its start all in the same moment.
_LONGEST_PAUSE = 2.0


class MqttExporter:
    """Publishes a gateway's values, and announces them to Home Assistant.

    The topics contain the gateway's serial number, so it connects to the broker after the first
    reading. A lost connection is opened again. A value that is not known is null.

    Use it as a context manager, or call `close`.

    Args:
        host: The broker.
        port: Its port. Default: 1883, or 8883 with `tls`.
        username: The user, if the broker requires one.
        password: The password. Over plain MQTT others on the network can read it.
        tls: Whether to connect by TLS.
        ca_file: A PEM file of certificate authorities to trust instead of the system's.
        prefix: Home Assistant's prefix of discovery.
        base: The first part of this program's topics.
        longest_pause: Seconds within which a start of Home Assistant is answered.

    Raises:
        ConfigError: an argument cannot be used, or `paho-mqtt` is missing.
    """

    def __init__(
        self,
        host: str,
        port: int | None = None,
        *,
        username: str | None = None,
        password: str | None = None,
        tls: bool = False,
        ca_file: str | Path | None = None,
        prefix: str = "homeassistant",
        base: str = "enphase",
        longest_pause: float = _LONGEST_PAUSE,
    ) -> None:
        try:
            import paho.mqtt.client as paho
            from paho.mqtt.enums import CallbackAPIVersion
        except ImportError:
            raise ConfigError("MQTT needs the extra: pip install 'enphase-sdk[mqtt]'") from None
        for name, text in (("prefix", prefix), ("base", base)):
            if not text or any(c in "+#\0" for c in text) or text.strip("/") != text:
                raise ConfigError(f"{name} must be a topic without + and #, not {text!r}")
        try:
            # A name that the resolver refuses would end paho's thread.
            host.encode("idna")
        except UnicodeError:
            raise ConfigError("host is not the name or address of a broker") from None
        if password is not None and username is None:
            raise ConfigError("MQTT has no password without a user; name the user too")
        self._new_client = partial(paho.Client, CallbackAPIVersion.VERSION2)
        self._host, self._port = host, (8883 if tls else 1883) if port is None else port
        self._username, self._password = username, password
        self._context = _tls(ca_file) if tls or ca_file else None
        self._prefix, self._base = prefix, base
        self._longest_pause = longest_pause
        self._clock = current_clock()
        self._lock = threading.RLock()
        self._client: paho.Client | None = None
        self._topics: Topics | None = None
        self._told = Told()
        self._announced: dict[tuple[str, Labels], Value] = {}
        self._timers: list[threading.Timer] = []
        self._refusal: str | None = None

    def __repr__(self) -> str:
        return f"<MqttExporter to {self._host}:{self._port}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def publish(self, told: Told) -> None:
        """Publish the present values, and announce new series."""
        if told.reading is None:
            return
        serial_number = told.reading.info.serial_number
        with self._lock:
            if self._topics is not None and self._topics.serial_number != serial_number:
                self.close()
            self._told = told
            new = [v for v in told.reading.values if v.identity not in self._announced]
            self._announced |= {value.identity: value for value in new}
            if self._client is None:
                self._topics = Topics(self._prefix, self._base, serial_number)
                self._client = self._connected(self._topics)
            elif self._client.is_connected():
                if new:
                    self._announce()
                self._publish_state()

    def close(self) -> None:
        """Publish that this program ends, and disconnect."""
        with self._lock:
            client, self._client = self._client, None
            topics, self._topics = self._topics, None
            timers, self._timers = self._timers, []
            self._announced = {}
        for timer in timers:
            timer.cancel()
        if client is None or topics is None:
            return
        if client.is_connected():
            farewell = client.publish(topics.bridge, OFFLINE, qos=1, retain=True)
            try:
                farewell.wait_for_publish(_FAREWELL)
            except (RuntimeError, ValueError):  # the connection has just been lost
                logger.debug("%r: the broker did not accept the last message", self)
        client.disconnect()
        client.loop_stop()

    def _connected(self, topics: Topics) -> paho.Client:
        """A client with a thread that connects, and reconnects after a loss."""
        client = self._new_client(
            # Two programs with the same id would disconnect each other.
            client_id=f"{topics.device_id}_{secrets.token_hex(4)}"
        )
        if self._username is not None:
            client.username_pw_set(self._username, self._password)
        if self._context is not None:
            client.tls_set_context(self._context)  # pyright: ignore[reportUnknownMemberType]  # paho does not annotate it
        client.will_set(topics.bridge, OFFLINE, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_message = self._on_message
        try:
            client.connect_async(self._host, self._port)
        except ValueError as error:
            raise ConfigError(
                f"{self._host}:{self._port} is not the address of a broker: {error}"
            ) from None
        client.loop_start()
        return client

    def _on_connect(
        self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        if reason.is_failure:
            self._note(f"the broker refuses the connection: {reason}")
            return
        self._note(None)
        with self._lock:
            if client is not self._client or self._topics is None:
                return
            client.subscribe(self._topics.birth, qos=1)
            client.publish(self._topics.bridge, ONLINE, qos=1, retain=True)
            self._announce()
            self._publish_state()

    def _on_connect_fail(self, _client: paho.Client, _data: Any) -> None:
        self._note("the broker does not answer")

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        # A retained message is old and was answered then.
        if message.retain or message.payload != ONLINE.encode():
            return
        pause = random.uniform(0, self._longest_pause)  # noqa: S311 - no secret
        timer = threading.Timer(pause, self._say_all)
        timer.daemon = True
        with self._lock:
            self._timers = [*(t for t in self._timers if t.is_alive()), timer]
        timer.start()

    def _say_all(self) -> None:
        with self._lock:
            if self._client is not None:
                self._announce()
                self._publish_state()

    def _announce(self) -> None:
        from enphase_sdk import __version__

        reading = self._told.reading
        if self._client is None or self._topics is None or reading is None:
            return
        message = discovery(
            reading.info,
            self._announced.values(),
            self._topics,
            expire_after=self._told.stale_after,
            version=__version__,
        )
        self._client.publish(self._topics.config, _json(message), qos=1, retain=True)

    def _publish_state(self) -> None:
        if self._client is None or self._topics is None:
            return
        now = self._clock.time()
        stale = self._told.is_stale(now)
        self._client.publish(self._topics.gateway, OFFLINE if stale else ONLINE, qos=1, retain=True)
        if stale:
            return
        known = {value.identity: value.number for value in self._told.fresh(now)}
        state = {
            component_id(value): known.get(identity) for identity, value in self._announced.items()
        }
        self._client.publish(self._topics.state, _json(state))

    def _note(self, refusal: str | None) -> None:
        """Log a problem once, not at every attempt."""
        if refusal is not None and refusal != self._refusal:
            logger.warning("%s:%d: %s; trying again", self._host, self._port, refusal)
        elif refusal is None and self._refusal is not None:
            logger.warning("%s:%d: connected to the broker", self._host, self._port)
        self._refusal = refusal


def _json(message: dict[str, Any]) -> bytes:
    return msgspec.json.encode(message)


def _tls(ca_file: str | Path | None) -> Any:
    import ssl

    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{ca_file} cannot be used as certificate authorities: {reason_of(error)}"
        ) from None
