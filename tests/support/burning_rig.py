"""Fires at chosen places, seen by cameras of a desk."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from desk_rig import SIZE_PX, DeskRig
from fire_rig import GEOD, eye

from geo.camera import pixel_of_ray
from geo.relief import drill_relief
from geo.terrain import Terrain
from models.detection import Box, Label
from models.incident import Incident
from models.site import Camera, Pose

SIGMA_DEG = 0.1
HIGH = [
    eye("j1", -84.2725, 36.27917),
    eye("j2", -84.24167, 36.27),
    eye("j3", -84.25417, 36.2475),
    eye("j4", -84.2975, 36.27083),
]
"""Towers of the drill's relief, on its highest tops."""

SEEN = [(-84.2175, 36.4001), (-84.2943, 36.2258), (-84.2347, 36.2134), (-84.3473, 36.2201)]
"""Places that all four of them see."""


@dataclass
class BurningRig:
    """A desk whose cameras look at fires.

    Attributes:
        desk: that decides.
        terrain: that everything stands on; None for none.
    """

    desk: DeskRig
    terrain: Terrain | None = None
    _tracks: int = 0
    _seen: dict[object, tuple[int, int]] = field(default_factory=dict)

    def see(
        self,
        camera: Camera,
        fire: tuple[float, float],
        *,
        width: float = 24.0,
        off_deg: float = 0.0,
        label: Label = Label.SMOKE,
        as_one_with: object = None,
        after_s: float = 20.0,
        **how: object,
    ) -> None:
        """One more frame in which a camera sees a fire, in a view that looks right at it.

        Args:
            camera: of the desk.
            fire: longitude and latitude.
            width: of its box, pixels.
            off_deg: by which the camera's pose is wrong.
            label: smoke or flame.
            as_one_with: any value; sightings of a camera with equal ones are of one track.
            after_s: since what was seen before.
            **how: as of :meth:`desk_rig.DeskRig.see`.
        """
        known = (camera.camera_id, fire, as_one_with, label)
        if known not in self._seen:
            self._tracks += 1
            self._seen[known] = (self._tracks, self._tracks)
        track, preset = self._seen[known]
        pose, x_px, y_px = self.pixel(camera, fire)
        shown = replace(
            pose,
            azimuth_deg=(pose.azimuth_deg + off_deg) % 360.0,
            azimuth_sigma_deg=SIGMA_DEG,
            tilt_sigma_deg=SIGMA_DEG,
        )
        box = Box(label, 0.8, x_px - width / 2, y_px - width / 2, x_px + width / 2, y_px)
        given = {"preset": preset, "pose": shown, **how}
        self.desk.see(box, of=camera, track=track, after_s=after_s, **given)

    def pixel(self, camera: Camera, fire: tuple[float, float]) -> tuple[Pose, float, float]:
        """The true pose of a view, and where in it the fire stands."""
        at = camera.position
        azimuth_deg, _, range_m = GEOD.inv(at.lon_deg, at.lat_deg, *fire)
        lower_m = -200.0
        if self.terrain is not None:
            lens_m = float(self.terrain.height_at(at.lon_deg, at.lat_deg)) + at.height_m
            lower_m = float(self.terrain.height_at(*fire)) - lens_m
        fall_m = 0.87 * range_m**2 / (2.0 * 6_371_000.0)
        elevation_deg = math.degrees(math.atan((lower_m - fall_m) / range_m))
        pose = Pose(azimuth_deg % 360.0, -3.0, 0.0, 60.0, 0.0, SIGMA_DEG, SIGMA_DEG)
        return pose, *pixel_of_ray(pose.azimuth_deg, elevation_deg, *SIZE_PX, pose)

    @property
    def fires(self) -> list[Incident]:
        """Those that need people, oldest first."""
        return list(reversed(self.desk.store.incidents.working()))

    @property
    def told(self) -> list[tuple[str, ...]]:
        """Whose evidence each of them has, oldest first."""
        return [
            tuple(
                [one.draft.camera_id for one in fire.alerts]
                + [str(one.draft.source) for one in fire.observations]
            )
            for fire in self.fires
        ]


def links(fire: Incident) -> list[str]:
    """Why each piece of evidence belongs to it, in order."""
    return [entry.link for entry in fire.entries if entry.link]


def burning(desk: DeskRig, cameras: Sequence[Camera], *, relief: bool = True) -> BurningRig:
    """A desk with these cameras, on the drill's relief or on none."""
    terrain = drill_relief() if relief else None
    rig = DeskRig(desk.store, desk.clock, desk.folder, cameras=tuple(cameras), terrain=terrain)
    return BurningRig(rig, terrain)
