"""An SMS gateway that is asked by HTTP, by a template.

Placeholders in address, headers and body: ``{text}``, ``{title}``, ``{recipient}`` (one question
for each), ``{recipients}`` (all, parted by commas), ``{time}`` (``20261126120000``, site's clock),
``{timestamp}`` (seconds), ``{message_id}`` and ``{secret.NAME}``. A value is escaped as the place
wants it: percent-encoded in an address and in a form, as a string's inside in JSON and in XML.
"""

import json
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import escape

from api.notices.message import Message
from api.notices.trouble import DeliveryFailed, Trouble
from api.notices.web import Answer, Web
from models.clock import Clock
from models.notice import Channel, Secrets

__all__ = ["SmsSender"]

MOST_BYTES: Final = 900  # 300 Chinese characters: five parts of a long message
_PLACE: Final = re.compile(r"\{([a-z_]+(?:\.[a-z0-9_]+)?)\}")


class SmsSender:
    """Asks a gateway to send text messages.

    Args:
        web: to ask with.
        clock: for timestamps.
    """

    def __init__(self, web: Web, clock: Clock) -> None:
        self._web = web
        self._clock = clock

    async def send(self, message: Message, channel: Channel, secrets: Secrets) -> str:
        """Send it; see :class:`api.notices.message.Sender`."""
        options = channel.draft.options
        templates = (options.address, options.body, *(value for _, value in options.headers))
        each = any("{recipient}" in one for one in templates)
        groups = [(one,) for one in options.recipients] if each else [options.recipients]
        for done, group in enumerate(groups):
            values = self._values(message, secrets, group)
            try:
                answer = await self._web.ask(
                    options.method,
                    _filled(options.address, values, "url"),
                    content=_filled(options.body, values, options.content_type).encode(),
                    headers={
                        "Content-Type": options.content_type,
                        "X-Firewatch-Delivery": message.message_id,
                        **{name: _header(value, values) for name, value in options.headers},
                    },
                )
                _check(answer, options.success)
            except DeliveryFailed as error:
                if done:  # some have it: whatever is the matter, it keeps its mark
                    error.maybe_sent = True
                raise
        return f"{len(options.recipients)} recipients"

    def _values(
        self, message: Message, secrets: Secrets, group: tuple[str, ...]
    ) -> Mapping[str, str]:
        now = self._clock.now()
        return {
            "text": message.within(MOST_BYTES),
            "title": message.title,
            "recipient": group[0],
            "recipients": ",".join(group),
            "time": message.written_at.strftime("%Y%m%d%H%M%S"),
            "timestamp": str(int(now.timestamp())),
            "message_id": message.message_id,
            **{f"secret.{name}": value for name, value in secrets.values.items()},
        }


def _filled(template: str, values: Mapping[str, str], content_type: str) -> str:
    def value_of(found: re.Match[str]) -> str:
        value = values.get(found[1])
        if value is None:
            return found[0]  # a brace of the template's own
        if content_type == "url" or "urlencoded" in content_type:
            return quote(value, safe="")
        if "json" in content_type:
            return json.dumps(value, ensure_ascii=False)[1:-1]
        return escape(value, {'"': "&quot;"}) if "xml" in content_type else value

    return _PLACE.sub(value_of, template)


def _header(template: str, values: Mapping[str, str]) -> str:
    filled = _filled(template, values, "text/plain")
    if not (filled.isascii() and filled.isprintable()):
        raise DeliveryFailed(Trouble.SETTING, "A header of the template holds no plain ASCII.")
    return filled


def _check(answer: Answer, success: str) -> None:
    if success and re.search(success, answer.text[:4000]) is None:
        raise DeliveryFailed(
            Trouble.REFUSED, "The gateway's answer does not match what a success looks like."
        )
