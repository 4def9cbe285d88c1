"""What a push and its answer look like on MQTT; HTTP has headers and statuses for the same."""

import json
import re
from datetime import datetime
from typing import Any, Final

from api.nodes.pushes import Push, PushRefused, Receipt
from models.errors import StorageFull, StoreUnreachable, WatchError

__all__ = ["TOPIC", "answer_topic", "node_of", "push_of", "refusal_of", "taken_of"]

TOPIC: Final = "firewatch/nodes/+/frames"
_NODE: Final = re.compile(r"firewatch/nodes/([a-z0-9-]{1,40})/frames")
_MOST_LINE: Final = 8192
"""Bytes of the line before a picture: a reading has 2 KiB, and JSON may write six for one."""
_MOST_ECHOED: Final = 40
_FULL, _BUSY, _OURS = 507, 503, 500


def node_of(topic: str) -> str | None:
    """Whose frame it is; None where the topic names no node that can be."""
    found = _NODE.fullmatch(topic)
    return found[1] if found is not None else None


def answer_topic(node_id: str) -> str:
    """Where a node hears what became of its pushes."""
    return f"firewatch/nodes/{node_id}/answers"


def push_of(node_id: str, payload: bytes) -> Push:
    """A push as it came: a line of JSON, then the picture.

    A line that is none leaves every text empty: such a push is refused and counted like any other.
    """
    end = payload.find(b"\n", 0, _MOST_LINE + 1)
    told = _object(payload[:end]) if end >= 0 else {}
    body = payload[end + 1 :] if end >= 0 else b""
    return Push(
        node_id,
        sequence=_text(told.get("sequence")),
        captured_at=_text(told.get("captured_at")),
        reading=_text(told.get("reading")),
        signature=_text(told.get("signature")),
        body=body,
    )


def taken_of(receipt: Receipt) -> bytes:
    """The answer for a frame that is kept: with its sequence it is the node's receipt."""
    return _line({"status": receipt.status, **receipt.answer()})


def refusal_of(push: Push, error: Exception, now: datetime) -> bytes:
    """The answer for a frame that was not taken; the clock is told all the same."""
    status, code, wait_s = _OURS, "internal", None
    if isinstance(error, PushRefused):
        status, code, wait_s = error.status, error.code, error.retry_after_s
    elif isinstance(error, WatchError):
        status, code = _status_of(error), error.code
    sequence = int(push.sequence) if _is_number(push.sequence) else push.sequence[:_MOST_ECHOED]
    told: dict[str, Any] = {
        "sequence": sequence,
        "status": status,
        "code": code,
        "server_time": now.isoformat(),
    }
    if wait_s is not None:
        told["retry_after_s"] = wait_s
    return _line(told)


def _status_of(error: WatchError) -> int:
    if isinstance(error, StorageFull):
        return _FULL
    return _BUSY if isinstance(error, StoreUnreachable) else _OURS


def _line(told: dict[str, Any]) -> bytes:
    return json.dumps(told).encode()


def _object(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _text(value: object) -> str:
    """A text as it was signed; a whole number has one writing only, so it may stand bare."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18:
        return str(value)
    return ""


def _is_number(told: str) -> bool:
    return told.isascii() and told.isdigit() and len(told) <= 18
