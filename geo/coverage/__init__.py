"""What towers can see, what was really looked at, and what nobody sees."""

from geo.coverage.footprint import (
    USUAL_ASPECT,
    Columns,
    Footprint,
    Look,
    footprints,
    within_picture,
)
from geo.coverage.grid import Grid
from geo.coverage.last_seen import NEVER_S, LastSeen, Looked, last_seen
from geo.coverage.network import NOBODY, Coverage, cover, together
from geo.coverage.sight import SightLine, sight_line
from geo.coverage.tower import TowerView, view_from

__all__ = [
    "NEVER_S",
    "NOBODY",
    "USUAL_ASPECT",
    "Columns",
    "Coverage",
    "Footprint",
    "Grid",
    "LastSeen",
    "Look",
    "Looked",
    "SightLine",
    "TowerView",
    "cover",
    "footprints",
    "last_seen",
    "sight_line",
    "together",
    "view_from",
    "within_picture",
]
