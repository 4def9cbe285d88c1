"""The MQTT broker to which nodes push; without one they push over HTTP only."""

from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from models.config.section import Section

__all__ = ["NodeBrokerRule"]

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


class NodeBrokerRule(Section):
    """``[nodes.broker]``: ``docs/nodes.md``.

    Attributes:
        url: ``mqtts://HOST:PORT`` or ``mqtt://``; empty for none. The ports are 8883 and 1883
            where none is told.
        user: at the broker; empty for none.
        password_file: with the broker's password.
        ca_file: certificate that signed the broker's; the system's own when not set.
        keepalive_s: silence after which the broker counts as lost, 5 to 3600.
        hands: pushes that are taken in at once, 1 to 32.
        most_waiting_mib: of pushes that wait for a hand; what is more, nobody hears, and its node
            sends it again.
    """

    url: Annotated[str, Field(max_length=200, pattern=r"^(mqtts?://[^\s/?#@]+)?$")] = ""
    user: Annotated[str, Field(max_length=200)] = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    keepalive_s: Annotated[int, Field(ge=5, le=3600)] = 20
    hands: Annotated[int, Field(ge=1, le=32)] = 8
    most_waiting_mib: Annotated[int, Field(ge=16, le=1024)] = 64

    @model_validator(mode="after")
    def _check_address(self) -> Self:
        if self.url:
            told = urlsplit(self.url)  # its port is looked at when it is asked for
            if not told.hostname or told.port == 0:
                msg = "the url of the nodes' broker names no host"
                raise ValueError(msg)
        return self

    @property
    def host(self) -> str:
        """Name or address; empty where there is no broker."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """1 to 65535."""
        told = urlsplit(self.url)
        return told.port or _PORTS.get(told.scheme, 1883)

    @property
    def has_tls(self) -> bool:
        """Whether the connection is sealed."""
        return self.url.startswith("mqtts:")
