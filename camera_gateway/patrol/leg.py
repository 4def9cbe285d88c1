"""One leg of a tour, and what the words around it are."""

from dataclasses import dataclass, field
from enum import Enum, auto

from camera_gateway.patrol.motion import Step
from camera_gateway.patrol.route import Stop
from camera_gateway.patrol.sights import Sight
from camera_gateway.truth.judgement import Fault, Sighted
from models.condition import Condition
from models.light import Light

__all__ = ["Command", "Doubt", "Go", "Leg", "Nudge", "Proof", "Said", "Seen"]


@dataclass(frozen=True, slots=True)
class Go:
    """Turn to a preset."""

    stop: Stop


@dataclass(frozen=True, slots=True)
class Nudge:
    """Turn a little, to see that both axes obey.

    Attributes:
        pan: speed, -1 to 1.
        tilt: speed, -1 to 1.
        for_s: seconds.
        zoom: speed, -1 to 1; then pan and tilt are 0.
    """

    pan: float
    tilt: float
    for_s: float
    zoom: float = 0.0


Command = Go | Nudge


class Doubt(Enum):
    """Why the view of a leg's end is not what was commanded for certain."""

    NONE = auto()
    NOT_LEFT = auto()  # the picture is still the one from before
    UNSETTLED = auto()  # it never came to rest
    UNSEEN = auto()  # nothing can be seen: fog, night


@dataclass(slots=True)
class Leg:
    """From one preset to the next, and the time there.

    Attributes:
        stop: where to.
        origin: preset that was shown before; None unknown.
        needs_move: origin and target are known to look different.
        returns: the camera comes back from a nudge.
        taken_s: when the camera took the command, monotonic; None before.
        seen_s: when the first picture since then came, monotonic; None before.
        until_s: when the tour goes on, monotonic.
        doubt: about its end.
        is_late: it did not come to rest in time.
        disturbed: the picture turned while the camera should have stood.
        stills: pictures in a row that stand still.
        matches: pictures in a row that show the view of its end.
        asked: the camera was asked where it is since it arrived.
    """

    stop: Stop
    origin: int | None
    needs_move: bool = False
    returns: bool = False
    taken_s: float | None = None
    seen_s: float | None = None
    until_s: float = 0.0
    doubt: Doubt = Doubt.NONE
    is_late: bool = False
    disturbed: bool = False
    stills: int = 0
    matches: int = 0
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What was measured of one picture.

    Attributes:
        step: from an earlier picture of this leg.
        from_departure: from the last picture before the command.
        from_home: from the last picture before a nudge.
        sight: which view it shows; None where nothing can be told of it.
        light: by which it was made.
    """

    step: Step
    from_departure: Step
    from_home: Step
    sight: Sight | None
    light: Light | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a return from a nudge has shown.

    Attributes:
        preset: to which the camera came back.
        light: of the pictures.
        holds: whether to its own view.
        by_zoom: from another zoom, instead of from the side.
    """

    preset: int
    light: Light | None
    holds: bool
    by_zoom: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What becomes of one picture.

    Attributes:
        sighted: the view that it is taken for.
        fault: why it is not scored; None for one that is.
        conditions: of the patrol.
        learn: preset for which it is learned, or against which it speaks; None for none.
        proof: what a return has shown; None for nothing.
    """

    sighted: Sighted
    fault: Fault | None = None
    conditions: frozenset[Condition] = field(default_factory=frozenset)
    learn: int | None = None
    proof: Proof | None = None
