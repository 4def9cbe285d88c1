"""Tells a dock to send its aircraft's live pictures, and to stop."""

import asyncio
from typing import Final

from api.drone_live.secrets import push_url_of
from drone_jobs.links import AircraftLink, LinkLost, LinkRefused
from drone_jobs.links.dji import DockLink, LiveQuality
from models.clock import Clock
from models.config.drone_links import DroneLinkRule
from models.errors import WatchError

__all__ = ["DockPush"]

AGAIN_S: Final = 30.0


class DockPush:
    """The word to one dock; for a link that is none it does nothing.

    A dock that pushes already says no when it is told again: pictures are read all the same, and
    their state tells whether they come.

    Args:
        rule: of the aircraft.
        clock: measures the time between two words.
    """

    def __init__(self, rule: DroneLinkRule, clock: Clock) -> None:
        self._rule = rule
        self._clock = clock
        self._pushes = self._was_asked = False
        self._said_s: float | None = None
        self.code = ""
        """Why it does not push; empty while it does."""
        self.message = ""

    @property
    def _video(self) -> str:
        return f"{self._rule.aircraft_serial}/{self._rule.live_video}"

    async def ask(self, link: AircraftLink | None) -> None:
        """Have it push, if it does not."""
        if self._pushes or not self._rule.live_push_url:
            return
        now_s = self._clock.monotonic_s()
        if self._said_s is not None and now_s - self._said_s < AGAIN_S:
            return
        self._said_s = now_s
        if not isinstance(link, DockLink):
            self._note("live_no_dock", "No dock is linked that could be told to push.")
            return
        try:
            url = await asyncio.to_thread(push_url_of, self._rule)
            self._was_asked = True  # no answer may have been a yes
            await link.start_live(url, self._video, LiveQuality.ADAPTIVE)
        except WatchError as error:  # its words hold no address
            self._note(error.code, error.message)
            return
        self._pushes = True
        self._note("", "")

    async def end(self, link: AircraftLink | None) -> None:
        """Have it stop, if it was told to push."""
        self._said_s = None
        self._note("", "")
        if not self._was_asked:
            return
        self._pushes = self._was_asked = False
        if isinstance(link, DockLink):
            try:
                await link.stop_live(self._video)
            except (LinkLost, LinkRefused) as error:
                self._note(error.code, error.message)

    def _note(self, code: str, message: str) -> None:
        self.code, self.message = code, message
