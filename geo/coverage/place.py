"""Who could see a place, and who did: the three cases of the review of a miss.

No tower could see it; towers could, and none was looking; or it was being watched. Where a void in
the relief leaves it open what a tower sees, and no other one is known to see the place, it is told
as unknown.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from geo.coverage.footprint import USUAL_ASPECT, Columns, Look, within_picture
from geo.coverage.sight import SightLine, sight_line
from geo.terrain import Terrain
from models.site import Camera, Pose
from models.watching import LastLook

__all__ = ["PlaceSight", "PresetSight", "SeenVerdict", "TowerSight", "see_place", "watchers"]


class SeenVerdict(StrEnum):
    """What may be said of a fire that nobody reported."""

    NOBODY_COULD = "nobody_could"  # no tower could see this place
    NONE_LOOKED = "none_looked"  # towers could see it, none was looking
    WATCHED = "watched"  # it was being watched
    UNKNOWN = "unknown"  # the relief does not say


@dataclass(frozen=True, slots=True)
class PresetSight:
    """A preset whose picture holds the place.

    Attributes:
        number: of the preset.
        smoke_m: from which height on smoke over the place is in sight and in the picture.
    """

    number: int
    smoke_m: float


@dataclass(frozen=True, slots=True)
class TowerSight:
    """One tower and the place.

    Attributes:
        camera: of the tower.
        line: from its lens.
        presets: whose pictures hold the place up to the height that was asked about.
    """

    camera: Camera
    line: SightLine
    presets: tuple[PresetSight, ...]


@dataclass(frozen=True, slots=True)
class PlaceSight:
    """All towers in reach of a place.

    Attributes:
        smoke_m: height that was asked about.
        ground_m: of the place above sea level; NaN unknown.
        towers: those that see the lowest smoke first, those of which nobody can tell last.
    """

    smoke_m: float
    ground_m: float
    towers: tuple[TowerSight, ...]

    @property
    def seeing(self) -> tuple[TowerSight, ...]:
        """Towers that are known to see smoke so high."""
        return tuple(each for each in self.towers if each.line.smoke_m <= self.smoke_m)

    @property
    def could(self) -> bool | None:
        """Whether any tower could see it; None where nobody can tell."""
        if self.seeing:
            return True
        unknown = np.isnan(self.ground_m) or any(np.isnan(one.line.smoke_m) for one in self.towers)
        return None if unknown else False

    def verdict(self, *, watched: bool) -> SeenVerdict:
        """What may be said; ``watched`` where somebody held a view of it in time."""
        if self.could is None:
            return SeenVerdict.UNKNOWN
        if not self.could:
            return SeenVerdict.NOBODY_COULD
        return SeenVerdict.WATCHED if watched else SeenVerdict.NONE_LOOKED


def see_place(
    terrain: Terrain,
    cameras: Iterable[Camera],
    place_deg: tuple[float, float],
    *,
    smoke_m: float,
    reach_m: float,
    aspect_of: Callable[[str], float] = lambda _camera: USUAL_ASPECT,
) -> PlaceSight:
    """Ask every tower about one place.

    Args:
        terrain: between them.
        cameras: of towers.
        place_deg: longitude and latitude, WGS 84.
        smoke_m: how high smoke over it is.
        reach_m: how far towers look.
        aspect_of: width of a camera's picture over its height.

    Raises:
        InputRefused: a lens's height is above the ellipsoid where the geoid is not known.
    """
    found = []
    for camera in cameras:
        line = sight_line(terrain, camera.position, *place_deg)
        if line.range_m > reach_m:
            continue
        aspect = aspect_of(camera.camera_id)
        heights = [
            PresetSight(preset.number, _in_picture_m(line, Look(preset.pose, aspect)))
            for preset in camera.presets
        ]
        found.append(
            TowerSight(camera, line, tuple(one for one in heights if one.smoke_m <= smoke_m))
        )
    found.sort(key=lambda each: (np.isnan(each.line.smoke_m), each.line.smoke_m, each.line.range_m))
    return PlaceSight(smoke_m, float(terrain.height_at(*place_deg)), tuple(found))


def watchers(
    sight: PlaceSight,
    looks: Sequence[LastLook],
    aspect_of: Callable[[str], float] = lambda _camera: USUAL_ASPECT,
) -> list[LastLook]:
    """Which of these looks were at the place, the newest first.

    Args:
        sight: of the place.
        looks: views that were held, of any camera.
        aspect_of: width of a camera's picture over its height.
    """
    lines = {tower.camera.camera_id: tower.line for tower in sight.seeing}

    def is_in(look: LastLook) -> bool:
        line = lines.get(look.camera_id)
        if line is None:
            return False
        pose: Pose = look.pose
        return _in_picture_m(line, Look(pose, aspect_of(look.camera_id))) <= sight.smoke_m

    return sorted(filter(is_in, looks), key=lambda look: look.at, reverse=True)


def _in_picture_m(line: SightLine, look: Look) -> float:
    column = Columns(
        *(
            np.array([value])
            for value in (line.bearing_deg, max(line.range_m, 1.0), line.ground_m, line.smoke_m)
        )
    )
    return float(within_picture(column, look)[0])
