"""WeCom 企业微信: the robot of a group chat.

Text of at most 2,048 bytes; at most 20 messages a minute, above which it answers ``errcode 45009``.
"""

from typing import Final
from urllib.parse import quote

from api.notices.channels.robots import JSON_HEADERS, check_answer, json_of, mentions
from api.notices.message import Message
from api.notices.trouble import Trouble
from api.notices.web import Web
from models.notice import Channel, Secrets

__all__ = ["WecomSender"]

ADDRESS: Final = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"
MOST_BYTES: Final = 2048

TROUBLES: Final = {
    -1: (Trouble.UNWELL, 0.0),  # busy
    45009: (Trouble.RATE, 60.0),  # more than 20 a minute
    45033: (Trouble.RATE, 60.0),  # too many at once
    40008: (Trouble.CONTENT, 0.0),  # kind of message
    40058: (Trouble.CONTENT, 0.0),  # a parameter
    44004: (Trouble.CONTENT, 0.0),  # empty
    45002: (Trouble.CONTENT, 0.0),  # too long
}


class WecomSender:
    """Sends text to a group.

    Args:
        web: to ask with.
    """

    def __init__(self, web: Web) -> None:
        self._web = web

    async def send(self, message: Message, channel: Channel, secrets: Secrets) -> str:
        """Send it; see :class:`api.notices.message.Sender`."""
        options = channel.draft.options
        numbers, names, everybody = mentions(options.recipients)
        text: dict[str, object] = {"content": message.within(MOST_BYTES)}
        if names or everybody:
            text["mentioned_list"] = [*names, *(["@all"] if everybody else [])]
        if numbers:
            text["mentioned_mobile_list"] = numbers
        url = f"{options.address or ADDRESS}?key={quote(secrets.values['key'], safe='')}"
        answer = await self._web.ask(
            "POST",
            url,
            content=json_of({"msgtype": "text", "text": text}),
            headers={**JSON_HEADERS, "X-Firewatch-Delivery": message.message_id},
        )
        return check_answer(answer, TROUBLES)
