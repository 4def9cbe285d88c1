"""What came of recordings that were played through the watch.

Nothing in here depends on when, how fast or on how many workers it was played: the same footage,
weights and settings give the same values.
"""

from dataclasses import dataclass
from datetime import datetime

from models.detection import Box, Label
from models.fix import Fix
from models.footage import Conditions, Truth

__all__ = ["Played", "PlayedAlert", "PlayedFrame"]


@dataclass(frozen=True, slots=True)
class PlayedFrame:
    """One frame of a recording.

    Attributes:
        at_s: seconds from the recording's zero.
        captured_at: UTC.
        refused: why nobody scored it (the word of the gateway: ``corrupt``, ``frozen``, …); empty
            for a frame that was scored.
        smoke: best score of smoke in it, 0 to 1; 0 where there was none.
        flame: likewise.
        log_odds: most of any track that was seen in it; None when there was none.
        found: every detection down to 0.001, by falling score, kept only of frames that people have
            boxed; pixels of the upright picture.
    """

    at_s: float
    captured_at: datetime
    refused: str = ""
    smoke: float = 0.0
    flame: float = 0.0
    log_odds: float | None = None
    found: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class PlayedAlert:
    """An alert as it opened, and what became of it.

    Attributes:
        frame: index in the recording's frames of the one that opened it, from 0.
        at_s: of that frame.
        captured_at: of that frame, UTC.
        label: smoke or flame.
        score: of its box, 0 to 1.
        log_odds: of its evidence as it opened.
        most_log_odds: of its evidence ever.
        findings: words of the decision, as the watch tells them.
        hits: frames in which its track had been seen.
        seen_for_s: from the first of them to the alert, >= 0.
        box: in the frame that opened it, pixels.
        last_at_s: when it was seen last.
        sightings: frames in which it alerted, at least 1.
        fix: where it lies; None where the camera's pose is not known or the line of sight meets no
            ground.
    """

    frame: int
    at_s: float
    captured_at: datetime
    label: Label
    score: float
    log_odds: float
    most_log_odds: float
    findings: tuple[str, ...]
    hits: int
    seen_for_s: float
    box: Box
    last_at_s: float
    sightings: int
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one recording.

    Attributes:
        name: unique in its run.
        scene: pictures of one scene look alike; intervals draw scenes, not recordings.
        size_px: width and height of its upright pictures; (0, 0) where none was whole.
        conditions: under which it was taken.
        truth: what is known of it; None when nothing is.
        is_dated: whether capture times are the world's, not only counted from the first frame.
        frames: in the order of their time, refused ones included.
        alerts: in the order in which they opened.
    """

    name: str
    scene: str
    size_px: tuple[int, int]
    conditions: Conditions
    truth: Truth | None
    is_dated: bool
    frames: tuple[PlayedFrame, ...]
    alerts: tuple[PlayedAlert, ...]
