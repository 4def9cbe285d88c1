"""The way over MQTT for ``heat_node.py``: needs paho-mqtt 2.

``BROKER_USER`` and ``BROKER_PASSWORD`` of the environment say who asks. The broker's receipt says
nothing: a frame is taken when Firewatch has answered so.
"""

import json
import os
import threading
import time
from urllib.parse import urlsplit

from heat_node import Answer, signature
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

PATIENCE_S = 30.0


class Broker:
    """Pushes over MQTT."""

    def __init__(self, address: str, node_id: str, key: str) -> None:
        url, self.node_id, self.key = urlsplit(address), node_id, key
        self.answers: dict[str, Answer] = {}
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, f"heat-node-{node_id}")
        if "BROKER_USER" in os.environ:
            words = os.environ["BROKER_USER"], os.environ.get("BROKER_PASSWORD")
            self.client.username_pw_set(*words)
        if url.scheme == "mqtts":
            self.client.tls_set()
        topic = f"firewatch/nodes/{node_id}/answers"
        self.is_heard = threading.Event()  # answers would reach us now
        self.client.on_connect = lambda client, *_: client.subscribe(topic, qos=1)
        self.client.on_subscribe = lambda *_: self.is_heard.set()
        self.client.on_disconnect = lambda *_: self.is_heard.clear()
        self.client.on_message = lambda _client, _data, message: self.heard(message.payload)
        sealed = url.scheme == "mqtts"
        self.client.connect_async(url.hostname or "", url.port or (8883 if sealed else 1883))
        self.client.loop_start()

    def heard(self, payload: bytes | bytearray) -> None:
        """An answer came; anybody on the broker can have written it."""
        try:
            said = json.loads(payload)
            self.answers[str(said["sequence"])] = int(said["status"]), said
        except (ValueError, KeyError, TypeError):
            pass

    def send(self, told: dict[str, str], picture: bytes) -> Answer:
        """Push a frame; OSError where nobody answers."""
        if not self.is_heard.wait(PATIENCE_S):
            raise ConnectionError  # what is published now would only pile up
        self.answers.clear()
        line = {**told, "signature": signature(self.key, self.node_id, told, picture)}
        topic = f"firewatch/nodes/{self.node_id}/frames"
        self.client.publish(topic, json.dumps(line).encode() + b"\n" + picture, qos=1)
        until_s = time.monotonic() + PATIENCE_S
        while told["sequence"] not in self.answers:
            if time.monotonic() > until_s:
                raise TimeoutError
            time.sleep(0.02)
        return self.answers[told["sequence"]]
