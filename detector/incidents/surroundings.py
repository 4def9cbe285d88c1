"""What is known around a fire when its urgency is reckoned; what is not known says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.land import Fact, LandReport
from models.weather import DangerNow
from models.wind import Wind

__all__ = ["LandSaid", "Sensors", "Surroundings"]


@dataclass(frozen=True, slots=True, eq=False)
class LandSaid:
    """The land's answer to a fire's place.

    Attributes:
        report: the full answer.
        stands: properties of the stands that it names, by code.
    """

    report: LandReport
    stands: Mapping[str, Mapping[str, Fact]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sensors:
    """Who speaks for a fire. Cameras of one mast are one, and so are all people, and all drones.

    Drones and masts are of one kind: the same network looks at their pictures.

    Attributes:
        masts: of cameras over the trees.
        nodes: that see heat, each by itself: under the trees, or on towers a camera each.
        drones: whether the pictures of one show it.
        people: whether somebody told of it who was not taken back.
        one_place: heat and smoke are seen from one and the same mast, and from nowhere else.
    """

    masts: int = 0
    nodes: int = 0
    drones: bool = False
    people: bool = False
    one_place: bool = False

    @property
    def count(self) -> int:
        """Independent sensors."""
        return self.masts + self.nodes + self.drones + self.people

    @property
    def kinds(self) -> int:
        """Kinds of them."""
        return (self.masts > 0 or self.drones) + (self.nodes > 0) + self.people


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """Everything besides the fire itself.

    Attributes:
        at: UTC.
        sensors: who speaks for it.
        land: around its place; None for a fire without a place, or where the land did not answer.
        located: whether it has a place.
        wind: of now, not stale; None when nobody knows.
        danger: class of the day.
        is_night: whether the sun is down; None when nobody knows where the fire is.
        nuisances: what the ledger knows at its place, in the words of who entered it.
    """

    at: datetime
    sensors: Sensors = Sensors()
    land: LandSaid | None = None
    located: bool = False
    wind: Wind | None = None
    danger: DangerNow = field(default_factory=DangerNow)
    is_night: bool | None = None
    nuisances: tuple[str, ...] = ()
