"""A signed webhook, to a program of the bureau.

``X-Firewatch-Signature: t=SECONDS,v1=HEX`` with the HMAC-SHA256 over ``SECONDS.`` and the body. A
receiver refuses what is older than five minutes, and drops an ``X-Firewatch-Delivery`` that it has
seen.
"""

import hashlib
import hmac

from api.notices.channels.robots import json_of
from api.notices.message import Message
from api.notices.web import Web
from models.clock import Clock
from models.notice import Channel, Payload, Secrets

__all__ = ["WebhookSender", "signature"]

CONTENT_TYPES = {
    Payload.JSON: "application/json; charset=utf-8",
    Payload.CAP: "application/cap+xml; charset=utf-8",
    Payload.GBT35965: "application/xml; charset=utf-8",
}


class WebhookSender:
    """Posts JSON or XML, signed.

    Args:
        web: to ask with.
        clock: for the timestamp of the signature.
    """

    def __init__(self, web: Web, clock: Clock) -> None:
        self._web = web
        self._clock = clock

    async def send(self, message: Message, channel: Channel, secrets: Secrets) -> str:
        """Send it; see :class:`api.notices.message.Sender`."""
        payload = channel.draft.options.payload
        body = json_of(message.facts) if payload is Payload.JSON else message.xml
        seconds = int(self._clock.now().timestamp())
        headers = {
            "Content-Type": CONTENT_TYPES[payload],
            "User-Agent": "firewatch",
            "X-Firewatch-Delivery": message.message_id,
            "X-Firewatch-Signature": signature(secrets.values["signing_key"], seconds, body),
        }
        if secrets.values.get("bearer"):
            headers["Authorization"] = f"Bearer {secrets.values['bearer']}"
        address = channel.draft.options.address
        answer = await self._web.ask("POST", address, content=body, headers=headers)
        return f"HTTP {answer.status}"


def signature(key: str, seconds: int, body: bytes) -> str:
    """The value of the header.

    >>> signature("key", 0, b"{}")[:9]
    't=0,v1=68'
    """
    mac = hmac.new(key.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    return f"t={seconds},v1={mac.hexdigest()}"
