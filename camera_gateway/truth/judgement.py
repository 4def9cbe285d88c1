"""What is said of one picture before anybody scores it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from camera_gateway.source import RawFrame
from models.condition import Condition
from models.frame import FrameMode, TimeSource
from models.light import Light
from models.patrol import PoseTrust
from models.site import Pose

__all__ = ["Fault", "FrameJudge", "Judgement", "Sighted"]


class Fault(StrEnum):
    """Why a picture says nothing of what is now; it is counted and never scored.

    Each of them is certain: what only makes a picture worse is a condition, and scored all the
    same, for a missed fire costs lives and a worse picture may still show one.
    """

    DUPLICATE = "duplicate"  # the bytes of the picture before it; nothing new
    FROZEN = "frozen"  # repeats for so long that the camera no longer sees
    BLACK = "black"  # black all over, without one brighter spot
    WHITE = "white"  # white all over, without one darker spot
    BLANK = "blank"  # one colour all over, as no lens gives it
    SMEARED = "smeared"  # a part was painted over by a decoder
    COVERED = "covered"  # something dark was put before the lens by day
    BACKLOG = "backlog"  # old pictures that a line held back, sent in a burst
    MOVING = "moving"  # made while the camera was turning, or before anybody knew where it looks
    STEERED = "steered"  # made while somebody steers the camera

    @property
    def is_harmless(self) -> bool:
        """Whether the camera is as well as before: it was asked more often than it looks."""
        return self is Fault.DUPLICATE

    @property
    def is_shown(self) -> bool:
        """Whether the picture is as good as any, and only of no known view: people see it."""
        return self in {Fault.MOVING, Fault.STEERED}


@dataclass(frozen=True, slots=True)
class Sighted:
    """Which view a picture of a camera that turns shows.

    Attributes:
        preset: its number.
        pose: None when nobody knows where the picture looks.
        trust: on what the pose rests; None without one.
    """

    preset: int
    pose: Pose | None
    trust: PoseTrust | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The truth of one picture as far as it can be told.

    Attributes:
        captured_at: UTC; receipt where the camera's clock is not believed.
        received_at: UTC.
        time_source: how ``captured_at`` is known.
        captured_doubt_s: one standard deviation; None when nobody can tell.
        mode: visible, infrared or thermal.
        fault: why it is not to be scored; None for a picture that is.
        trouble: the fault in one sentence.
        conditions: what it suffers from and is scored all the same.
        light: by what light it was made, over several pictures; None unknown.
        pose_doubtful: it may not show the view of its preset, whose pose then says nothing.
        trust: on what the pose of a camera that stands still rests.
        sighted: which view it shows, of a camera that turns; None for one that stands still.
        shows_land: smoke would show in it: it is neither of fog, blurred or white, nor of the
            night; a camera of heat shows it at night as well.
    """

    captured_at: datetime
    received_at: datetime
    time_source: TimeSource
    captured_doubt_s: float | None
    mode: FrameMode
    fault: Fault | None = None
    trouble: str = ""
    conditions: frozenset[Condition] = field(default_factory=frozenset)
    light: Light | None = None
    pose_doubtful: bool = False
    trust: PoseTrust = PoseTrust.COMMANDED
    sighted: Sighted | None = None
    shows_land: bool = True

    @property
    def view_known(self) -> bool:
        """Whether it is known which preset's view the picture shows; masks depend on that."""
        return not self.pose_doubtful

    @classmethod
    def of(cls, raw: RawFrame, received_at: datetime) -> "Judgement":
        """What the source itself says of the picture."""
        return cls(raw.captured_at, received_at, raw.time_source, raw.captured_doubt_s, raw.mode)


class FrameJudge(Protocol):
    """Judges the pictures of one camera, one after another."""

    async def look(self, raw: RawFrame, received_at: datetime, now_s: float) -> Judgement:
        """Judge the next picture.

        Args:
            raw: as its source handed it over.
            received_at: UTC.
            now_s: monotonic seconds.

        Raises:
            FrameCorrupt: it does not decode to its end.
        """
