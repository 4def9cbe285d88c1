"""A message as it is handed to a sender: written, not yet in the words of any channel."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from models.notice import Channel, Secrets

__all__ = ["Message", "Sender", "clipped"]


@dataclass(frozen=True, slots=True)
class Message:
    """What one message says.

    Attributes:
        message_id: its mark; the same whenever this message is sent again.
        title: one line.
        text: whole, with the title; plain text of several lines.
        lines: one for each fire, for channels that take little.
        urgent: it waits for nothing.
        written_at: UTC.
        facts: the same for programs, as JSON.
        xml: the same as XML, where a channel asks for it; empty otherwise.
        incident_ids: of the fires.
    """

    message_id: str
    title: str
    text: str
    lines: tuple[str, ...]
    urgent: bool
    written_at: datetime
    facts: dict[str, Any] = field(default_factory=dict)
    xml: bytes = b""
    incident_ids: tuple[int, ...] = ()

    def within(self, most_bytes: int) -> str:
        """The text, shortened to so many bytes of UTF-8: every fire keeps its line."""
        if len(self.text.encode()) <= most_bytes:
            return self.text
        if len(self.lines) <= 1:
            return clipped(self.text, most_bytes)
        head = clipped(self.title, most_bytes // (len(self.lines) + 1))
        rest = most_bytes - len(head.encode())
        each = rest // len(self.lines) - 1
        return "\n".join([head, *(clipped(line, each) for line in self.lines)])


class Sender(Protocol):
    """Brings a message through one kind of channel; safe to be asked by many tasks at once."""

    async def send(self, message: Message, channel: Channel, secrets: Secrets) -> str:
        """Send it.

        Returns:
            What the other end said to it, in a few words, without secrets.

        Raises:
            DeliveryFailed: it was not sent, or nobody knows whether it was.
        """


def clipped(text: str, most_bytes: int) -> str:
    """The text in so many bytes of UTF-8, an ellipsis where something was cut off."""
    raw = text.encode()
    if len(raw) <= most_bytes:
        return text
    mark = "…"
    kept = raw[: max(0, most_bytes - len(mark.encode()))].decode(errors="ignore")
    return kept + mark if most_bytes >= len(mark.encode()) else ""
