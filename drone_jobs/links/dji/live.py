"""Live pictures of a dock or its aircraft, pushed by RTMP to a server of ours.

Source: DJI Cloud API, live streaming. Agora and GB 28181 are not offered: the one is a service
elsewhere, the other carries credentials in its address.
"""

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Final
from urllib.parse import urlsplit

from models.errors import InputRefused

__all__ = ["LiveQuality", "start_words", "stop_words"]

_RTMP: Final = 1
_VIDEO: Final = re.compile(
    r"[A-Za-z0-9_-]{1,64}/[0-9]{1,5}-[0-9]{1,3}-[0-9]{1,3}/[a-z]{1,16}-[0-9]"
)
_LONGEST_URL: Final = 1000


class LiveQuality(IntEnum):
    """How much is sent; the maker's numbers."""

    ADAPTIVE = 0
    SMOOTH = 1  # 960 x 540, 512 kbit/s
    STANDARD = 2  # 1280 x 720, 1 Mbit/s
    HIGH = 3  # 1280 x 720, 1.5 Mbit/s
    HIGHEST = 4  # 1920 x 1080, 3 Mbit/s


def start_words(url: str, video: str, quality: LiveQuality) -> Mapping[str, Any]:
    """Content of ``live_start_push``.

    Args:
        url: ``rtmp://`` or ``rtmps://`` of ours; may hold a key, and is never printed.
        video: ``serial/type-subtype-gimbal/lens-index``, e.g. ``1ZNDH1D0010098/80-0-0/normal-0``.
        quality: how much.

    Raises:
        InputRefused: another kind of address (``live_url``), or no such video (``live_video``).
    """
    try:
        told = urlsplit(url)
        is_ours = told.scheme in {"rtmp", "rtmps"} and bool(told.hostname)
    except ValueError:
        is_ours = False
    if not is_ours or len(url) > _LONGEST_URL or not url.isprintable() or " " in url:
        raise InputRefused(
            "The dock's live pictures cannot be sent to this address.",
            remedy="Give one that begins with rtmp:// or rtmps://.",
            code="live_url",
        )
    return {
        "url_type": _RTMP,
        "url": url,
        "video_id": _video(video),
        "video_quality": int(quality),
    }


def stop_words(video: str) -> Mapping[str, Any]:
    """Content of ``live_stop_push``.

    Raises:
        InputRefused: no such video (``live_video``).
    """
    return {"video_id": _video(video)}


def _video(video: str) -> str:
    if not _VIDEO.fullmatch(video):
        raise InputRefused(
            f"{video[:100]!r} names no video of a dock or an aircraft.",
            remedy="Give serial number, camera and lens: SERIAL/80-0-0/normal-0.",
            code="live_video",
        )
    return video
