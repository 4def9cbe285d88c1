"""A look that is proposed because of heat: no siren, but somebody or something should look."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.heat_event import HeatEvent
from models.site import Position

__all__ = ["HeatLook", "LookState", "NoFireReason", "TowerView"]


class LookState(StrEnum):
    """How far a look is."""

    OPEN = "open"  # nobody has decided
    LOOKING = "looking"  # a camera was turned or a drone is asked for
    FIRE = "fire"  # it is evidence of a fire
    NO_FIRE = "no_fire"  # somebody has looked, or knows
    FADED = "faded"  # the heat went without anybody looking; kept for review


class NoFireReason(StrEnum):
    """Why heat was no fire; the first three stay where they are, and teach the node."""

    STOVE = "stove"  # a chimney, a kiln, a kitchen
    SUN = "sun"  # rock or a roof that the sun has warmed
    BURN = "burn"  # a fire that is registered and watched
    PEOPLE = "people"
    ANIMAL = "animal"
    ENGINE = "engine"  # a motorcycle, a saw, a car
    SENSOR = "sensor"  # the node itself: its lens, its sensor
    OTHER = "other"  # needs a note


@dataclass(frozen=True, slots=True)
class TowerView:
    """A camera that could look there.

    Attributes:
        camera_id: of it.
        bearing_deg: from it to the place, true north, [0, 360).
        tilt_deg: above the horizontal.
        range_m: to the place.
        is_visible: whether its sight passes the place below the crowns, so that it sees smoke as
            soon as that is out of them; None without relief.
        can_turn: whether the watch can turn it there.
    """

    camera_id: str
    bearing_deg: float
    tilt_deg: float
    range_m: float
    is_visible: bool | None
    can_turn: bool


@dataclass(frozen=True, slots=True)
class HeatLook:
    """A proposal to look.

    Attributes:
        look_id: number, rising.
        node_id: whose heat it is.
        event: as it is now.
        frame_id: of the frame that shows it best.
        position: where it is thought to be.
        sigma_m: standard deviation in each direction.
        opened_at: UTC.
        state: how far it is.
        towers: that could look, the best first.
        observation_id: by which it became evidence of a fire; None while it is none.
        incident_id: of that fire.
        decided_by: user name, or ``system``; empty while nobody has decided.
        decided_at: UTC.
        note: of whoever decided.
        is_drill: of an exercise.
        reason: why it is no fire; None of any other.
    """

    look_id: int
    node_id: str
    event: HeatEvent
    frame_id: int
    position: Position
    sigma_m: float
    opened_at: datetime
    state: LookState
    towers: tuple[TowerView, ...] = ()
    observation_id: int | None = None
    incident_id: int | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    note: str = ""
    is_drill: bool = False
    reason: NoFireReason | None = None
