"""What towers can see, what was really looked at, and what nobody sees."""

from geo.coverage.blind import BlindArea, BlindReport, blind_areas, land_cells, names_at
from geo.coverage.footprint import (
    USUAL_ASPECT,
    Columns,
    Footprint,
    Look,
    footprints,
    within_picture,
)
from geo.coverage.grid import Grid
from geo.coverage.kept import ViewShelf
from geo.coverage.last_seen import NEVER_S, LastSeen, Looked, last_seen
from geo.coverage.network import NOBODY, Coverage, cover, together
from geo.coverage.picture import (
    SEEN,
    WATCHED,
    Ink,
    class_shares,
    coverage_png,
    seen_classes,
    watched_classes,
)
from geo.coverage.place import PlaceSight, PresetSight, SeenVerdict, TowerSight, see_place, watchers
from geo.coverage.sight import SightLine, sight_line
from geo.coverage.sites import NewSite, SiteWish, hill_tops, new_sites
from geo.coverage.tower import TowerView, view_from

__all__ = [
    "NEVER_S",
    "NOBODY",
    "SEEN",
    "USUAL_ASPECT",
    "WATCHED",
    "BlindArea",
    "BlindReport",
    "Columns",
    "Coverage",
    "Footprint",
    "Grid",
    "Ink",
    "LastSeen",
    "Look",
    "Looked",
    "NewSite",
    "PlaceSight",
    "PresetSight",
    "SeenVerdict",
    "SightLine",
    "SiteWish",
    "TowerSight",
    "TowerView",
    "ViewShelf",
    "blind_areas",
    "class_shares",
    "cover",
    "coverage_png",
    "footprints",
    "hill_tops",
    "land_cells",
    "last_seen",
    "names_at",
    "new_sites",
    "see_place",
    "seen_classes",
    "sight_line",
    "together",
    "view_from",
    "watched_classes",
    "watchers",
    "within_picture",
]
