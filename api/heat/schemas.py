"""Looks on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from models.heat_event import HeatEvent, HeatReason
from models.heat_look import HeatLook, LookState, NoFireReason, TowerView

__all__ = [
    "FireRequest",
    "LookAnswer",
    "LookPage",
    "NoFireRequest",
    "SortieFlyRequest",
    "SortieRequest",
    "TurnAnswer",
    "TurnRequest",
]

MOST_NOTE = 500


class ReasonAnswer(BaseModel):
    """What speaks for or against a fire, and how much, natural logarithm of odds."""

    code: HeatReason
    log_odds: float


class BoxAnswer(BaseModel):
    """Where it is in its frame, pixels; the latter two lie behind the last pixel."""

    x_min: int
    y_min: int
    x_max: int
    y_max: int


class HeatEventAnswer(BaseModel):
    """The hot place; see :class:`models.heat_event.HeatEvent`.

    Attributes:
        peak_c: None where the device tells no temperatures.
        peak_x: column of the hottest pixel of the latest frame.
        peak_y: its row.
        reasons: the weightiest first.
    """

    number: int
    first_at: datetime
    last_at: datetime
    frames: int
    peak_c: float | None
    log_odds: float
    reasons: tuple[ReasonAnswer, ...]
    box: BoxAnswer
    peak_x: int
    peak_y: int
    is_due: bool

    @classmethod
    def of(cls, event: HeatEvent) -> "HeatEventAnswer":
        """As it is now."""
        spot = event.spot
        return cls(
            number=event.number,
            first_at=event.first_at,
            last_at=event.last_at,
            frames=event.frames,
            peak_c=event.peak_c,
            log_odds=event.log_odds,
            reasons=tuple(
                ReasonAnswer(code=code, log_odds=log_odds) for code, log_odds in event.reasons
            ),
            box=BoxAnswer(x_min=spot.x_min, y_min=spot.y_min, x_max=spot.x_max, y_max=spot.y_max),
            peak_x=spot.peak_x,
            peak_y=spot.peak_y,
            is_due=event.is_due,
        )


class TowerAnswer(BaseModel):
    """A camera that could look there; see :class:`models.heat_look.TowerView`."""

    camera_id: str
    name: str
    bearing_deg: float
    tilt_deg: float
    range_m: float
    is_visible: bool | None
    can_turn: bool

    @classmethod
    def of(cls, view: TowerView, name: str) -> "TowerAnswer":
        """With the camera's name."""
        told = {key: getattr(view, key) for key in TowerView.__slots__}
        return cls(name=name, **told)


class LookAnswer(BaseModel):
    """A proposal to look; see :class:`models.heat_look.HeatLook`.

    Attributes:
        node_name: of the node; its key where it is not known any more.
        incident_id: of the fire that it became evidence of, the one that stands by now.
        reason: why it was no fire; None of any other.
        decided_by: user name, ``system``, or empty.
    """

    look_id: int
    node_id: str
    node_name: str
    frame_id: int
    opened_at: datetime
    state: LookState
    lon_deg: float
    lat_deg: float
    sigma_m: float
    is_drill: bool
    event: HeatEventAnswer
    towers: tuple[TowerAnswer, ...]
    observation_id: int | None
    incident_id: int | None
    decided_by: str
    decided_at: datetime | None
    note: str
    reason: NoFireReason | None

    @classmethod
    def of(cls, look: HeatLook, node_name: str, cameras: dict[str, str]) -> "LookAnswer":
        """With the names of its node and of cameras, by key."""
        same = (
            *("look_id", "node_id", "frame_id", "opened_at", "state", "sigma_m", "is_drill"),
            *("observation_id", "incident_id", "decided_by", "decided_at", "note", "reason"),
        )
        return cls(
            node_name=node_name,
            lon_deg=look.position.lon_deg,
            lat_deg=look.position.lat_deg,
            event=HeatEventAnswer.of(look.event),
            towers=tuple(
                TowerAnswer.of(view, cameras.get(view.camera_id, view.camera_id))
                for view in look.towers
            ),
            **{name: getattr(look, name) for name in same},
        )


class LookPage(BaseModel):
    """Looks, the newest first.

    Attributes:
        next_before: to ask on with; None on the last page.
        open: how many wait for somebody in all.
    """

    looks: tuple[LookAnswer, ...]
    next_before: int | None
    open: int


class TurnRequest(RequestBody):
    """Which camera is to look there."""

    camera_id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]


class TurnAnswer(BaseModel):
    """What became of it.

    Attributes:
        look: as it is now.
        is_turned: the camera goes to a view that shows the place, and is the asker's to steer.
        preset: number of that view; None where there is none.
        preset_name: of it; empty where there is none.
        bearing_deg: from the camera, true north: for who turns it by hand.
        tilt_deg: above the horizontal.
        code: why it was not turned: ``camera_not_turned``, ``look_no_preset``,
            ``lease_taken``, ``camera_silent``; empty where it was.
    """

    look: LookAnswer
    is_turned: bool
    preset: int | None
    preset_name: str
    bearing_deg: float
    tilt_deg: float
    code: str


class SortieRequest(RequestBody):
    """Which aircraft could look.

    Attributes:
        views: so many from upwind, or once around.
    """

    views: Literal[2, 3, "orbit"] = 3


class SortieFlyRequest(SortieRequest):
    """Let one look.

    Attributes:
        aircraft: its name.
        key: of this wish: the same again is the same flight, and no other.
    """

    aircraft: Annotated[str, Field(min_length=1, max_length=80)]
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{8,128}$")]


class FireRequest(RequestBody):
    """It is a fire."""

    note: Annotated[str, Field(max_length=MOST_NOTE)] = ""


class NoFireRequest(RequestBody):
    """It is none, and why; another reason needs a note."""

    reason: NoFireReason
    note: Annotated[str, Field(max_length=MOST_NOTE)] = ""
