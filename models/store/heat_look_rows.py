"""Rows of looks: what may stand in them, and how they are read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, select

from models.errors import Conflict, InputRefused, NotFound
from models.heat_event import HeatEvent
from models.heat_look import HeatLook, LookState, TowerView
from models.site import Position
from models.store.columns import number_of
from models.store.tables import heat_look, observation

__all__ = [
    "LONGEST_LOOK_NOTE",
    "UNDECIDED",
    "KeptWatch",
    "LookDraft",
    "check_author",
    "check_note",
    "load_look",
    "load_looks",
    "load_undecided",
    "values_of",
]

LONGEST_LOOK_NOTE: Final = 500
UNDECIDED: Final = (LookState.OPEN, LookState.LOOKING)
_COLUMNS: Final = (
    select(heat_look, observation.c.incident_id)
    .outerjoin(observation, observation.c.observation_id == heat_look.c.observation_id)
    .order_by(heat_look.c.look_id.desc())
)


@dataclass(frozen=True, slots=True)
class LookDraft:
    """A look that is to be opened, or how one is by now.

    Attributes:
        node_id: whose heat it is.
        event: as it is now.
        frame_id: of the frame that shows it.
        position: where it is thought to be.
        sigma_m: standard deviation in each direction.
        towers: that could look, the best first.
        is_drill: of an exercise.
    """

    node_id: str
    event: HeatEvent
    frame_id: int
    position: Position
    sigma_m: float
    towers: tuple[TowerView, ...] = ()
    is_drill: bool = False

    @property
    def key(self) -> str:
        """The same heat of the same frame proposes once."""
        event = self.event
        return f"{self.node_id}|{event.number}|{event.first_at.isoformat()}|{self.frame_id}"


@dataclass(frozen=True, slots=True)
class KeptWatch:
    """What is remembered of a node's view.

    Attributes:
        followed_at: UTC capture time of the latest frame in it.
        state: of the watch, in its own form.
    """

    followed_at: datetime
    state: bytes


def values_of(draft: LookDraft) -> dict[str, Any]:
    """Columns that change with what is seen."""
    same = ("event", "frame_id", "position", "sigma_m", "towers")
    return {"last_at": draft.event.last_at, **{name: getattr(draft, name) for name in same}}


def check_author(author: str) -> None:
    """Refuse a decision without its author; code ``author_missing``."""
    if not author.strip():
        raise InputRefused("A decision needs its author.", code="author_missing")


def check_note(note: str) -> None:
    """Refuse a note that cannot be kept; code ``look_note``."""
    if len(note) > LONGEST_LOOK_NOTE or "\0" in note:
        raise InputRefused(
            f"A note has up to {LONGEST_LOOK_NOTE} letters.", remedy="Shorten it.", code="look_note"
        )


def load_undecided(connection: Connection, look_id: int) -> HeatLook:
    """A look that waits for somebody.

    Raises:
        NotFound: there is none; code ``no_such_look``.
        Conflict: it is decided; code ``look_decided``.
    """
    known = load_look(connection, look_id)
    if known.state not in UNDECIDED:
        raise Conflict(
            f"Look {known.look_id} is decided: {known.state}.",
            remedy="Load it again, and look what became of it.",
            code="look_decided",
        )
    return known


def load_look(connection: Connection, look_id: int) -> HeatLook:
    """One look.

    Raises:
        NotFound: there is none; code ``no_such_look``.
    """
    found = load_looks(connection, heat_look.c.look_id == number_of(look_id))
    if not found:
        raise NotFound(f"There is no look {look_id}.", code="no_such_look")
    return found[0]


def load_looks(
    connection: Connection, *wanted: ColumnElement[bool], limit: int | None = None
) -> list[HeatLook]:
    """Those that meet every condition, the newest first."""
    return [_look(row) for row in connection.execute(_COLUMNS.where(*wanted).limit(limit))]


def _look(row: Row[Any]) -> HeatLook:
    return HeatLook(**{name: getattr(row, name) for name in HeatLook.__slots__})
