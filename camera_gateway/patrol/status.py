"""What a patrol says of itself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from camera_gateway.turner import Position3
from models.patrol import PoseTrust
from models.watching import Lease

__all__ = ["PatrolPhase", "PatrolStatus"]


class PatrolPhase(StrEnum):
    """What a camera that can be turned does now."""

    OFF = "off"  # its patrol is switched off: it stands where it stands
    WAITING = "waiting"  # nothing has been told to it yet
    MOVING = "moving"  # it was told to turn, and has not come to rest
    WATCHING = "watching"
    PROVING = "proving"  # turned a little and back, to see that it obeys; once a preset and light
    STEERED = "steered"  # somebody steers it
    UNREACHED = "unreached"  # it does not take its commands


@dataclass(frozen=True, slots=True)
class PatrolStatus:
    """A moment's view of one patrol.

    Attributes:
        camera_id: of the camera.
        phase: what it does.
        since: UTC, since when.
        tour: name of the tour that runs; empty while the camera rests at its first preset.
        stop: place in the tour, from 0; None while it rests.
        preset: number of the preset at which it is, or to which it turns; None before the first.
        shown: number of the preset whose view the newest picture shows; None when nobody knows.
        trust: on what the newest picture's pose rests; None without one.
        next_at: UTC, when it goes on; None when that is not known.
        next_preset: where it goes then; None when that is not known.
        reported: where the camera says that it looks; None when it does not say.
        lease: who steers it; None for nobody.
        stuck: different presets show the same picture.
        unreached: code of the trouble with which it refuses commands; empty while it obeys.
        overdue: stops in a row at which it did not come to rest in time.
        skipped: numbers of presets of the tour that the camera does not have any more.
    """

    camera_id: str
    phase: PatrolPhase
    since: datetime
    tour: str = ""
    stop: int | None = None
    preset: int | None = None
    shown: int | None = None
    trust: PoseTrust | None = None
    next_at: datetime | None = None
    next_preset: int | None = None
    reported: Position3 | None = None
    lease: Lease | None = None
    stuck: bool = False
    unreached: str = ""
    overdue: int = 0
    skipped: tuple[int, ...] = ()
