"""Everything else, through Apprise: what can be written as one of its URLs.

Apprise says yes or no and nothing else; after a no nobody knows whom of several it reached.
"""

import asyncio
import logging

from api.notices.message import Message
from api.notices.trouble import DeliveryFailed, Trouble
from models.notice import Channel, Secrets

__all__ = ["AppriseSender"]


class AppriseSender:
    """Sends title and text to each URL of the channel."""

    async def send(self, message: Message, channel: Channel, secrets: Secrets) -> str:
        """Send it; see :class:`api.notices.message.Sender`."""
        del channel
        urls = [one.strip() for one in secrets.values["urls"].splitlines() if one.strip()]
        return await asyncio.to_thread(_send, message, urls)


def _send(message: Message, urls: list[str]) -> str:
    if not urls:
        raise DeliveryFailed(Trouble.SETTING, "Apprise has nobody to send to.")
    # Its own log tells addresses that it cannot read, and addresses hold tokens.
    logging.getLogger("apprise").disabled = True
    import apprise  # noqa: PLC0415  # takes half a second and 20 MB; most bureaus never use it

    asset = apprise.AppriseAsset(
        app_id="Firewatch",
        app_desc="Firewatch",
        app_url="",
        image_url_mask="",  # no picture is fetched from anywhere
        image_url_logo="",
        async_mode=False,
        secure_logging=True,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )
    apobj = apprise.Apprise(asset=asset)
    for number, url in enumerate(urls, 1):
        if not apobj.add(url):
            raise DeliveryFailed(Trouble.SETTING, f"Apprise does not know what URL {number} is.")
    kind = apprise.NotifyType.WARNING if message.urgent else apprise.NotifyType.INFO
    text = message.text.removeprefix(message.title).strip() or message.title
    if not apobj.notify(body=text, title=message.title, notify_type=kind):
        raise DeliveryFailed(
            Trouble.UNWELL,
            "Apprise could not reach all of its URLs.",
            maybe_sent=len(urls) > 1,
        )
    return f"{len(urls)} URLs"
