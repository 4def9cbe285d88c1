"""What may stand in ``[nodes.broker]``."""

import pytest
from pydantic import ValidationError

from models.config.node_broker import NodeBrokerRule


@pytest.mark.parametrize(
    ("url", "host", "port", "has_tls"),
    [
        ("", "", 1883, False),
        ("mqtt://broker", "broker", 1883, False),
        ("mqtts://broker.bureau.cn", "broker.bureau.cn", 8883, True),
        ("mqtts://10.0.0.7:9000", "10.0.0.7", 9000, True),
        ("mqtt://[fd00::7]:1884", "fd00::7", 1884, False),
    ],
)
def test_an_address(url: str, host: str, port: int, *, has_tls: bool) -> None:
    rule = NodeBrokerRule(url=url)
    assert (rule.host, rule.port, rule.has_tls) == (host, port, has_tls)


@pytest.mark.parametrize(
    "url",
    [
        "broker",
        "http://broker",
        "mqtt://",
        "mqtt://:1883",
        "mqtt://broker:0",
        "mqtt://broker:70000",
        "mqtt://broker:x",
        "mqtt://user:word@broker",
        "mqtt://broker/topic",
        "mqtt://bro ker",
        "mqtt://[fd00::7",
        "mqtt://" + "b" * 200,
    ],
)
def test_no_address(url: str) -> None:
    with pytest.raises(ValidationError):
        NodeBrokerRule(url=url)


def test_bounds() -> None:
    for wrong in ({"hands": 0}, {"most_waiting_mib": 8}, {"keepalive_s": 4}, {"port": 1883}):
        with pytest.raises(ValidationError):
            NodeBrokerRule.model_validate(wrong)
