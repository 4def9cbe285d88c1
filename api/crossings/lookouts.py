"""Which tower could confirm a fire: it sees the place, and its line crosses the one there is."""

import math
from collections.abc import Iterator
from typing import Final

from api.context import Context
from api.crossings.schemas import CrossingsAnswer, LookoutAnswer, LookoutsAnswer
from geo.coverage import sight_line
from geo.crs import geodesic
from geo.triangulate import MAST_M
from models.alert import Alert
from models.site import Camera, CameraKind, Pose
from models.units import angle_between_deg

__all__ = ["lookouts_of"]

FARTHEST_M: Final = 20_000.0
MOST_SMOKE_M: Final = 100.0
MOST: Final = 5
MOST_ASKED: Final = 60
"""Towers whose line of sight is read, the best to cross from first; a millisecond or two each."""


def lookouts_of(context: Context, alert: Alert, crossings: CrossingsAnswer) -> LookoutsAnswer:
    """Towers that could confirm an alert, best first; of its meeting's place where it has one."""
    fix = alert.draft.fix
    if crossings.matches:
        best = crossings.matches[0].places[0]
        place = best.lon_deg, best.lat_deg
    elif fix.clusters:
        place = fix.clusters[0].position.lon_deg, fix.clusters[0].position.lat_deg
    else:
        return LookoutsAnswer(lon_deg=None, lat_deg=None)
    members = {each.key for match in crossings.matches[:1] for each in match.members}
    members.add(crossings.key)
    stands = [
        (each.lon_deg, each.lat_deg)
        for each in crossings.witnesses
        if each.key in members and each.bearing_deg is not None
    ]
    stands.append((fix.observer.lon_deg, fix.observer.lat_deg))
    found = []
    for _, opening_deg, camera in sorted(
        _candidates(context, place, stands), key=lambda one: (one[0], one[2].camera_id)
    )[:MOST_ASKED]:
        lookout = _lookout(context, camera, place, opening_deg)
        if lookout is not None:
            found.append(lookout)
        if len(found) == MOST:
            break
    return LookoutsAnswer(lon_deg=place[0], lat_deg=place[1], lookouts=tuple(found))


def _candidates(
    context: Context, place: tuple[float, float], stands: list[tuple[float, float]]
) -> Iterator[tuple[float, float, Camera]]:
    """Towers of other masts in reach: how long the ellipse would be, the opening, the tower."""
    lines = [geodesic(*place, *each)[0] for each in stands]
    for camera in context.store.cameras.all():
        at = camera.position.lon_deg, camera.position.lat_deg
        azimuth_deg, _, range_m = geodesic(*place, *at)
        own = any(geodesic(*each, *at)[2] < MAST_M for each in stands)
        if camera.kind is not CameraKind.TOWER or own or range_m > FARTHEST_M:
            continue
        opening_deg = min(_opening_deg(azimuth_deg, line_deg) for line_deg in lines)
        crossing = max(math.sin(math.radians(opening_deg)), 0.01)
        yield range_m / crossing, opening_deg, camera


def _opening_deg(one_deg: float, other_deg: float) -> float:
    """Angle between two lines, 0 to 90."""
    turn_deg = abs(angle_between_deg(one_deg, other_deg))
    return min(turn_deg, 180.0 - turn_deg)


def _lookout(
    context: Context, camera: Camera, place: tuple[float, float], opening_deg: float
) -> LookoutAnswer | None:
    """None where the relief hides the place, or is not known."""
    if context.terrain is None:
        return None
    line = sight_line(context.terrain, camera.position, *place)
    if not line.smoke_m <= MOST_SMOKE_M:
        return None
    presets = tuple(
        (preset.number, preset.name)
        for preset in camera.presets
        if _shows(preset.pose, line.bearing_deg)
    )
    return LookoutAnswer(
        camera_id=camera.camera_id,
        name=camera.name,
        bearing_deg=line.bearing_deg,
        range_m=line.range_m,
        smoke_m=line.smoke_m,
        opening_deg=opening_deg,
        presets=presets,
        steerable=context.patrols.status(camera.camera_id) is not None,
    )


def _shows(pose: Pose, bearing_deg: float) -> bool:
    half_deg = 0.45 * pose.horizontal_fov_deg  # not at the very edge of the picture
    return abs(angle_between_deg(pose.azimuth_deg, bearing_deg)) <= half_deg
