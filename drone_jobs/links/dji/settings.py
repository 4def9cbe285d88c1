"""Times of a link to a dock, where docks fetch files, and what is known after a restart."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from drone_jobs.links.dji.progress import Progress
from models.errors import InputRefused

__all__ = ["DockSettings", "Files", "Standing", "fetchable"]

Files = Callable[[str, bytes], Awaitable[str]]
"""Serves a file of this name to docks, and returns its URL."""


@dataclass(frozen=True, slots=True)
class DockSettings:
    """Times of the link, in seconds.

    Attributes:
        answer_s: that one try waits for an answer.
        tries: of one order.
        heard_s: after which silence counts as gone; docks speak every 2 s.
        stale_s: a state that is older by the dock's clock is none.
        ready_s: that a flight with a window waits for the dock's word that it may start.
        fresh_s: after which a flight without a window is announced again before its start.
        home_tries: orders to come home, each with all its tries.
    """

    answer_s: float = 5.0
    tries: int = 4
    heard_s: float = 15.0
    stale_s: float = 60.0
    ready_s: float = 60.0
    fresh_s: float = 20.0
    home_tries: int = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a flight that somebody else began, as before a restart.

    Attributes:
        progress: its newest report; None when the dock has told none.
        is_in_the_air: whether the aircraft flies, this flight or another; None when not known.
        is_inside: whether it stands in its dock; None when not known.
    """

    progress: Progress | None
    is_in_the_air: bool | None
    is_inside: bool | None

    @property
    def is_known(self) -> bool:
        """Whether the dock and the aircraft have told enough to decide."""
        return self.is_in_the_air is not None


def fetchable(url: str) -> str:
    """The address, when a dock can fetch it.

    Raises:
        InputRefused: it begins with neither http:// nor https:// (``dock_file_url``).
    """
    try:
        told = urlsplit(url)
        is_web = told.scheme in {"http", "https"} and bool(told.hostname)
    except ValueError:
        is_web = False
    if not is_web:
        raise InputRefused(
            "The mission's file has no address that a dock can fetch.",
            remedy="Give the address of this server as docks see it.",
            code="dock_file_url",
        )
    return url
