r"""DingTalk 钉钉: the robot of a group chat, signed where it asks for it.

The sign is the Base64 of HMAC-SHA256 over ``timestamp\nsecret`` with the secret as key, the
timestamp in milliseconds, within an hour of the robot's clock. More than 20 messages a minute shut
the robot up for ten minutes.
"""

import base64
import hashlib
import hmac
from typing import Final
from urllib.parse import urlencode

from api.notices.channels.robots import JSON_HEADERS, check_answer, json_of, mentions
from api.notices.message import Message
from api.notices.trouble import Trouble
from api.notices.web import Web
from models.clock import Clock
from models.notice import Channel, Secrets

__all__ = ["DingtalkSender", "sign"]

ADDRESS: Final = "https://oapi.dingtalk.com/robot/send"
MOST_BYTES: Final = 18_000

TROUBLES: Final = {
    -1: (Trouble.UNWELL, 0.0),
    130101: (Trouble.RATE, 600.0),  # too fast
    90030: (Trouble.RATE, 600.0),  # over the limit of this robot
    410100: (Trouble.RATE, 600.0),  # too fast
    40035: (Trouble.CONTENT, 0.0),  # not the JSON that it wants
    400105: (Trouble.CONTENT, 0.0),  # kind of message
    430101: (Trouble.CONTENT, 0.0),  # an unsafe link
    430102: (Trouble.CONTENT, 0.0),  # improper text
    # 310000: the sign, the keyword or the address that it wants is not there
}


class DingtalkSender:
    """Sends text to a group.

    Args:
        web: to ask with.
        clock: for the timestamp of the sign.
    """

    def __init__(self, web: Web, clock: Clock) -> None:
        self._web = web
        self._clock = clock

    async def send(self, message: Message, channel: Channel, secrets: Secrets) -> str:
        """Send it; see :class:`api.notices.message.Sender`."""
        options = channel.draft.options
        numbers, names, everybody = mentions(options.recipients)
        tail = "".join(f"\n@{one}" for one in (*numbers, *names))
        head = options.keyword
        text = message.within(MOST_BYTES - len((head + tail).encode()) - 1)
        if head and head not in text:
            text = f"{head}\n{text}"
        body = {
            "msgtype": "text",
            "text": {"content": text + tail},
            "at": {"atMobiles": numbers, "atUserIds": names, "isAtAll": everybody},
        }
        asked = {"access_token": secrets.values["access_token"]}
        if secrets.values.get("sign"):
            stamp = str(round(self._clock.now().timestamp() * 1000))
            asked |= {"timestamp": stamp, "sign": sign(stamp, secrets.values["sign"])}
        answer = await self._web.ask(
            "POST",
            f"{options.address or ADDRESS}?{urlencode(asked)}",
            content=json_of(body),
            headers={**JSON_HEADERS, "X-Firewatch-Delivery": message.message_id},
        )
        return check_answer(answer, TROUBLES)


def sign(timestamp: str, secret: str) -> str:
    """The sign of a timestamp, Base64, not yet percent-encoded."""
    mac = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()
