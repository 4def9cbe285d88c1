"""Footage that was handed in, what the detector found in it, and where each find lies."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from models.detection import Box, ModelReference
from models.fix import Fix
from models.flight import AttitudeSource

__all__ = [
    "HitGap",
    "Imagery",
    "ImageryDraft",
    "ImageryHit",
    "ImageryHitDraft",
    "ImageryKind",
    "ImageryResult",
    "ImageryState",
]


class ImageryKind(StrEnum):
    """What kind of file it is, by its content."""

    STILL = "still"
    VIDEO = "video"
    SUBTITLES = "subtitles"  # where the camera of a video looked; has no pictures
    LIVE = "live"  # no file: what an aircraft sent while it was looked at


class ImageryState(StrEnum):
    """How far it is."""

    QUEUED = "queued"
    LIVE = "live"  # of that kind: it goes on
    SCORED = "scored"
    REFUSED = "refused"


class HitGap(StrEnum):
    """What is missing to place a find or a picture, or to make a find a witness of a fire."""

    PLACE = "place"  # the words of models.flight.LookGap
    HEIGHT = "height"
    ATTITUDE = "attitude"
    LENS = "lens"
    TIME = "time"
    ORDER = "order"
    SKY = "sky"  # the line of sight clears the ground
    RELIEF = "relief"  # none is loaded, or it ends before the line of sight meets ground
    NEAR = "near"  # the lens is too near to the ground
    WEAK = "weak"  # placed, and its score alone does not suffice to tell of a fire
    OLD = "old"  # placed, and taken too long ago to tell of a fire, or in the future


@dataclass(frozen=True, slots=True)
class ImageryDraft:
    """A file as it is handed in.

    Attributes:
        name: of the file, without folders; 1 to 120 letters. Of live pictures the aircraft's.
        sha256: of its content, 64 hexadecimal digits; empty of live pictures.
        size_bytes: of it, above 0; 0 of live pictures.
        kind: by its content.
        run_id: of the flight that it was taken on; None when nobody says.
        zone: name of the time zone of the camera's clock (IANA); empty when nobody says.
        stated_fov_deg: full horizontal field of view by a person, (0, 180); None otherwise.
    """

    name: str
    sha256: str
    size_bytes: int
    kind: ImageryKind
    run_id: int | None = None
    zone: str = ""
    stated_fov_deg: float | None = None


@dataclass(frozen=True, slots=True)
class ImageryResult:
    """What became of a file.

    Attributes:
        state: scored or refused.
        code: of a refusal, of damage behind the last good picture, or of a thermal picture; else
            empty.
        message: of the same, in English.
        remedy: of the same.
        taken_at: UTC, of its first picture; None when it cannot be told.
        frames: pictures that were scored.
        gaps: what its pictures lack to be placed.
        attitude: who told where the camera pointed, the best of all pictures.
        footprint: ground of its picture, or of some pictures of a video, WGS 84; None without.
    """

    state: ImageryState
    code: str = ""
    message: str = ""
    remedy: str = ""
    taken_at: datetime | None = None
    frames: int = 0
    gaps: tuple[HitGap, ...] = ()
    attitude: AttitudeSource = AttitudeSource.NONE
    footprint: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class ImageryHitDraft:
    """A find.

    Attributes:
        frame: number of the decoded picture, from 0.
        time_s: from the beginning of the video; 0 in a still.
        box: with class and score, pixels of the picture as shown upright.
        fix: where it lies; None when no ray could be made of it.
        gaps: why it has no place, or is no witness.
        observation_id: that it became, or is part of; None otherwise.
        model: weights that found it; None where that was not kept yet.
    """

    frame: int
    time_s: float
    box: Box
    fix: Fix | None = None
    gaps: tuple[HitGap, ...] = ()
    observation_id: int | None = None
    model: ModelReference | None = None


@dataclass(frozen=True, slots=True)
class ImageryHit:
    """A find as the store knows it.

    Attributes:
        hit_id: number.
        draft: what was found.
        incident_id: of the fire that its observation is evidence of now; None without one.
    """

    hit_id: int
    draft: ImageryHitDraft
    incident_id: int | None


@dataclass(frozen=True, slots=True)
class Imagery:
    """A file as the store knows it.

    Attributes:
        imagery_id: number, rising.
        draft: as it was handed in.
        author: user name.
        entered_at: UTC.
        round: how often it was queued, from 1.
        result: what became of it; None while it is queued.
    """

    imagery_id: int
    draft: ImageryDraft
    author: str
    entered_at: datetime
    round: int = 1
    result: ImageryResult | None = None

    @property
    def state(self) -> ImageryState:
        """How far it is."""
        return ImageryState.QUEUED if self.result is None else self.result.state
