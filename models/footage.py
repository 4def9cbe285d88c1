"""Recorded footage and what is known of it: scene, conditions, rights, and the truth about fires.

Times are seconds from the zero of the recording (``at_s``): the ignition where the names of its
pictures tell it, else its first frame. Boxes are shares of the upright picture, 0 to 1 from the
upper left corner, so that they outlive another size.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from models.detection import Label
from models.errors import InputRefused
from models.frame import FrameMode

__all__ = [
    "Conditions",
    "FootageKind",
    "Ignored",
    "Light",
    "Rights",
    "Season",
    "Sky",
    "Span",
    "TrueBox",
    "TrueFire",
    "Truth",
]

MOST_NAME = 120


class FootageKind(StrEnum):
    """How footage is kept."""

    VIDEO = "video"
    PICTURES = "pictures"  # a folder, capture times in the names
    RING = "ring"  # cut from the recorder of a camera
    DRONE = "drone"  # handed in after a flight


class Light(StrEnum):
    """How light it is."""

    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


class Sky(StrEnum):
    """What stands between the camera and the land."""

    CLEAR = "clear"
    CLOUD = "cloud"
    HAZE = "haze"
    FOG = "fog"
    RAIN = "rain"
    SNOW = "snow"


class Season(StrEnum):
    """Of the year, at the place."""

    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"
    WINTER = "winter"


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under what the footage was taken; None where nobody says.

    Attributes:
        light: day, dusk or night.
        mode: visible, infrared or thermal.
        sky: clear, fog and so on.
        season: of the year.
        range_m: distance of the fire, or of the land that is watched, > 0.
    """

    light: Light | None = None
    mode: FrameMode | None = None
    sky: Sky | None = None
    season: Season | None = None
    range_m: float | None = None

    def __post_init__(self) -> None:
        """Refuse a distance that cannot be."""
        if self.range_m is not None and not 0.0 < self.range_m < math.inf:
            raise _refused(f"A distance of {self.range_m} m cannot be.", "footage_range")


@dataclass(frozen=True, slots=True)
class Rights:
    """Whose it is and what may be done with it; where nobody says, nothing but looking.

    Attributes:
        licence: its name, or who allowed it; empty when nobody says.
        owner: who made it; empty when nobody says.
        may_train: a detector may be trained on it.
        may_leave: it may be handed to others.
    """

    licence: str = ""
    owner: str = ""
    may_train: bool = False
    may_leave: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A time of a recording.

    Attributes:
        from_s: its beginning; a frame at it belongs to it.
        until_s: its end, later than ``from_s``; a frame at it does not. None: to the end.
    """

    from_s: float
    until_s: float | None = None

    def __post_init__(self) -> None:
        """Refuse times that cannot be."""
        until_s = self.until_s
        if not math.isfinite(self.from_s) or not (until_s is None or self.from_s < until_s):
            raise _refused(f"No time lasts from {self.from_s} s to {until_s} s.", "truth_span")

    def holds(self, at_s: float) -> bool:
        """Whether a moment belongs to it."""
        return self.from_s <= at_s and (self.until_s is None or at_s < self.until_s)


@dataclass(frozen=True, slots=True)
class TrueFire:
    """A fire that burns in a recording.

    Attributes:
        name: unique in its recording; 1 to 120 letters.
        first_visible_s: when a person first sees its smoke or flame. None: nobody could see it in
            this recording (behind a ridge, in fog, too far), which is no miss of the watch.
        ignition_s: when it was lit; None when nobody knows.
        clear_s: when everybody sees it, not before ``first_visible_s``; None when nobody says.
        until_s: when it is out or no longer to be seen; None: it outlasts the recording.
        lon_deg: of its place, WGS 84, with ``lat_deg``; None when nobody knows.
        lat_deg: likewise.
        unseen: why nobody could see it; empty where somebody could.
    """

    name: str
    first_visible_s: float | None
    ignition_s: float | None = None
    clear_s: float | None = None
    until_s: float | None = None
    lon_deg: float | None = None
    lat_deg: float | None = None
    unseen: str = ""

    def __post_init__(self) -> None:
        """Refuse a fire that cannot be."""
        if not 1 <= len(self.name) <= MOST_NAME:
            raise _refused(f"A fire's name has 1 to {MOST_NAME} letters.", "truth_name")
        times = (self.ignition_s, self.first_visible_s, self.clear_s, self.until_s)
        known = [at_s for at_s in times if at_s is not None]
        if not all(map(math.isfinite, known)) or known != sorted(known):
            raise _refused(
                f"Fire {self.name}: ignition, first sight, clear sight and end are not in this "
                "order.",
                "truth_times",
            )
        if self.first_visible_s is None and self.clear_s is not None:
            raise _refused(f"Fire {self.name} is clear and never visible.", "truth_times")
        if (self.lon_deg is None) != (self.lat_deg is None) or not (
            -180.0 <= (self.lon_deg or 0.0) <= 180.0 and -90.0 <= (self.lat_deg or 0.0) <= 90.0
        ):
            raise _refused(f"Fire {self.name} has no place on earth.", "truth_place")

    @property
    def is_visible(self) -> bool:
        """Whether somebody could see it."""
        return self.first_visible_s is not None


@dataclass(frozen=True, slots=True)
class TrueBox:
    """Where smoke or flame is in one frame, drawn by a person.

    Attributes:
        at_s: of the frame.
        label: smoke or flame.
        x_min: left edge as a share of the width, 0 to 1, and so on; right of it and below it are
            ``x_max`` and ``y_max``.
        fire: name of the fire; empty when nobody says.
    """

    at_s: float
    label: Label
    x_min: float
    y_min: float
    x_max: float
    y_max: float
    fire: str = ""

    def __post_init__(self) -> None:
        """Refuse a box that is none."""
        if not math.isfinite(self.at_s) or not (
            0.0 <= self.x_min < self.x_max <= 1.0 and 0.0 <= self.y_min < self.y_max <= 1.0
        ):
            raise _refused(f"The box at {self.at_s} s is empty or beyond the picture.", "truth_box")


@dataclass(frozen=True, slots=True)
class Ignored:
    """What nobody is to be judged by: a time, a part of the picture, or both.

    Attributes:
        span: of the recording.
        x_min: left edge as a share of the width, and so on; the whole picture when left out.
        why: in a person's words; may be empty.
    """

    span: Span
    x_min: float = 0.0
    y_min: float = 0.0
    x_max: float = 1.0
    y_max: float = 1.0
    why: str = ""

    def __post_init__(self) -> None:
        """Refuse a region that is none."""
        if not (0.0 <= self.x_min < self.x_max <= 1.0 and 0.0 <= self.y_min < self.y_max <= 1.0):
            raise _refused("A region to ignore is empty or beyond the picture.", "truth_region")


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a recording.

    Footage of which nothing is known has no truth at all: what alerts there is neither right nor
    false.

    Attributes:
        fires: all that burn; none means that nothing burns there, and every alert is false.
        boxes: drawn by people, by rising ``at_s``.
        boxed_at_s: frames in which every smoke and flame was boxed, rising; one without a box shows
            none. Each box stands at one of them.
        ignored: neither right nor false there.
    """

    fires: tuple[TrueFire, ...] = ()
    boxes: tuple[TrueBox, ...] = ()
    boxed_at_s: tuple[float, ...] = ()
    ignored: tuple[Ignored, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        names = {fire.name for fire in self.fires}
        if len(names) < len(self.fires):
            raise _refused("Two fires have one name.", "truth_name")
        for box in self.boxes:
            if box.fire and box.fire not in names:
                raise _refused(f"A box belongs to fire {box.fire}, which is none.", "truth_name")
        drawn = [box.at_s for box in self.boxes]
        if (
            drawn != sorted(drawn)
            or list(self.boxed_at_s) != sorted(set(self.boxed_at_s))
            or not set(drawn) <= set(self.boxed_at_s)
        ):
            raise _refused("Boxes stand in no order, or at no boxed frame.", "truth_order")

    @property
    def shows_nothing(self) -> bool:
        """Whether it is known that nothing burns."""
        return not self.fires


def _refused(message: str, code: str) -> InputRefused:
    return InputRefused(message, remedy="Correct the truth that was given.", code=code)
