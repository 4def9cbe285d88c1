"""What a worker does: loads the weights once, and plays the recordings that it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2

from detector.attention import band_width_px
from detector.attention.layout import FULL_WIDTH_PX
from detector.core import Detector
from detector.replay.drills import DrillOrder, drill_footage, terrain_of
from detector.replay.lookahead import Effort
from detector.replay.playing import Footage, Look, play
from geo.crs import HeightSystem
from geo.locate import Locator
from models.config import Settings
from models.replay import Played
from models.zoo.registry import ModelCard

__all__ = ["Performance", "PlayerOf", "Show"]


@dataclass(frozen=True, slots=True)
class Show:
    """One recording to be played.

    Attributes:
        key: of its part.
        name: of the recording.
        what: it, or how it is made.
    """

    key: str
    name: str
    what: Footage | DrillOrder


@dataclass(frozen=True, slots=True)
class Performance:
    """What came of a recording, and what it took.

    Attributes:
        played: what came of it.
        effort: what looking took.
    """

    played: Played
    effort: Effort


@dataclass(frozen=True, slots=True)
class PlayerOf:
    """Makes players; travels to other processes.

    Attributes:
        card: of the weights.
        settings: of the decision.
        device: where the network runs.
        dem: on which alerts of known cameras are located; empty for none.
        dem_heights: what its heights are above, where the file does not say.
        hands: threads that look ahead in each recording.
        rate: at most so many times as fast as life.
    """

    card: ModelCard
    settings: Settings
    device: str
    dem: str
    dem_heights: HeightSystem | None
    hands: int
    rate: float

    def __call__(self) -> Callable[[Show, Callable[[int], None]], Performance]:
        """Load the weights.

        Raises:
            ModelMismatch: they do not run here.
            InputRefused: no such device, or the elevation model cannot be read.
        """
        cv2.setNumThreads(1)  # every hand works on a picture of its own
        # One thread a hand: whole pictures side by side are faster than one picture on all cores.
        full = Detector.open(self.card, device=self.device, threads=1, width_px=FULL_WIDTH_PX)
        wide = full.at_width(band_width_px(self.settings.attention.cost))

        @cache
        def located_on(dem: str, heights: HeightSystem | None) -> Locator:
            return Locator(terrain_of(dem, heights))

        plain = located_on(self.dem, self.dem_heights) if self.dem else Locator(None)

        def player(show: Show, tick: Callable[[int], None]) -> Performance:
            what, locator = show.what, plain
            if isinstance(what, DrillOrder):
                locator = located_on(what.dem, what.dem_heights)
                what = drill_footage(what)
            look = Look(full, wide, self.settings, locator, self.hands, self.rate)
            effort = Effort()
            return Performance(play(what, look, effort=effort, on_frame=tick), effort)

        return player
