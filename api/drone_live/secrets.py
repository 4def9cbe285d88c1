"""What opens a stream: its link, and the credentials that lie in files."""

from pathlib import Path
from typing import Final
from urllib.parse import quote

from models.camera_link import Adapter, CameraLink, Credential, ListeningLink
from models.config.drone_links import DroneLinkRule
from models.errors import InputRefused

__all__ = ["EVERY_S", "link_of", "push_url_of"]

EVERY_S: Final = 1.0
_MOST: Final = 10_000


def link_of(rule: DroneLinkRule) -> tuple[CameraLink, Credential | None]:
    """How the stream is read. Reads files: not for an event loop.

    Raises:
        InputRefused: a file cannot be read, or holds no words; code ``live_secret``.
    """
    address = rule.live_url
    if rule.live_key_file is not None and address.startswith("rtmp"):
        address = _with_key(address, _read(rule.live_key_file, rule))
    password = "" if rule.live_password_file is None else _read(rule.live_password_file, rule)
    credential = Credential(rule.live_user, password) if rule.live_user or password else None
    kind = ListeningLink if rule.live_listen else CameraLink
    return kind(Adapter.RTSP, address, every_s=EVERY_S), credential


def push_url_of(rule: DroneLinkRule) -> str:
    """Where a dock is told to push. Raises as :func:`link_of`."""
    if rule.live_key_file is None:
        return rule.live_push_url
    return _with_key(rule.live_push_url, _read(rule.live_key_file, rule))


def _with_key(address: str, key: str) -> str:
    return f"{address.rstrip('/')}/{quote(key, safe='')}"


def _read(path: Path, rule: DroneLinkRule) -> str:
    try:
        with path.open(encoding="utf-8") as opened:
            text = opened.read(_MOST).strip()
    except (OSError, UnicodeDecodeError):
        text = ""
    if not text or not text.isprintable():
        raise InputRefused(
            f"The file {path} of the live pictures of {rule.aircraft} cannot be read, or is empty.",
            remedy="Name a text file of one line that the service may read.",
            code="live_secret",
        )
    return text
