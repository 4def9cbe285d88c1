"""A drone's picture as a lens in space: what rays and footprints start from."""

import math
from dataclasses import dataclass, replace

import numpy as np

from geo.camera import ray_of_pixel
from geo.draws import Aloft
from geo.drone.attitude import pose_of
from geo.drone.footprint import Footprint, footprint
from geo.drone.heights import DroneHeight, drone_height
from geo.drone.lens import field_of_view
from geo.drone.photo import DronePhoto
from geo.locate import Locator
from geo.terrain import Terrain
from models.errors import InputRefused
from models.fix import Fix
from models.site import HeightDatum, Pose, Position

__all__ = ["DroneView", "view_of"]

PIXEL_SIGMA_PX = 2.0
BOX_SHARE = 0.36  # of a side: the standard deviation of an end of what fills it, 1 / sqrt(8)
EDGE_SHARE = 0.1  # of the height: how well a lower edge is drawn
FLAT_DEG, STEEP_DEG = -15.0, -45.0  # above the one seen from the side, below the other from above


@dataclass(frozen=True, slots=True)
class DroneView:
    """Where a drone's camera was, where it looked, and how well that is known.

    Attributes:
        lens: above sea level.
        pose: with its sigmas.
        size_px: width and height of the picture.
        aloft: errors of the lens's place.
        height: how its height was come by.
        focal_share: standard deviation of the focal length, as a share of it.
    """

    lens: Position
    pose: Pose
    size_px: tuple[int, int]
    aloft: Aloft
    height: DroneHeight
    focal_share: float

    def locate(
        self,
        locator: Locator,
        x_px: float,
        y_px: float,
        pixel_sigma_px: tuple[float, float] = (PIXEL_SIGMA_PX, PIXEL_SIGMA_PX),
    ) -> Fix:
        """The place on the ground at a pixel, by the samples of the locator.

        Args:
            locator: on the terrain that the height stands on.
            x_px: from the left edge.
            y_px: from the upper edge.
            pixel_sigma_px: standard deviation of the pixel, across and down.

        Raises:
            InputRefused: the pixel lies outside the picture (``drone_pixel``).
        """
        width_px, height_px = self.size_px
        if not (0.0 <= x_px <= width_px and 0.0 <= y_px <= height_px):
            raise InputRefused(
                f"The pixel {x_px:g}, {y_px:g} lies outside a picture of {width_px} x {height_px}.",
                remedy="Give it from the left and from the upper edge.",
                code="drone_pixel",
            )
        # A focal length that is off moves a pixel outwards or inwards, the farther the more.
        off_px = math.hypot(x_px - width_px / 2.0, y_px - height_px / 2.0) * self.focal_share
        across_px, down_px = pixel_sigma_px
        return locator.locate(
            self.lens,
            self.pose,
            x_px,
            y_px,
            width_px,
            height_px,
            box_sigma_px=(math.hypot(across_px, off_px), math.hypot(down_px, off_px)),
            aloft=self.aloft,
        )

    def locate_box(self, locator: Locator, box: tuple[float, float, float, float]) -> Fix:
        """The place on the ground of what fills a box.

        Seen from the side smoke stands on the lower edge of its box, anywhere along it, for it
        drifts. From above its fire lies anywhere in the box, mostly at an end. So the middle of the
        lower edge is told where the view is flatter than 15 degrees, that of the box where it is
        steeper than 45, a point between them else, for wind may blow smoke towards a lens that
        looks down on it. The standard deviation along a side is that of an end of a plume that lies
        in any direction.

        Args:
            locator: on the terrain that the height stands on.
            box: left, upper, right and lower edge, pixels.

        Raises:
            InputRefused: it is no box of the picture (``drone_pixel``).
        """
        left, upper, right, lower = box
        if not (left < right and upper < lower):
            raise InputRefused(
                f"{left:g}, {upper:g}, {right:g}, {lower:g} is no box.",
                remedy="Give its left, upper, right and lower edge.",
                code="drone_pixel",
            )
        x_px, y_px = (left + right) / 2.0, (upper + lower) / 2.0
        elevation_deg = ray_of_pixel(x_px, y_px, *self.size_px, self.pose)[1]
        steep = min(1.0, max(0.0, (FLAT_DEG - elevation_deg) / (FLAT_DEG - STEEP_DEG)))
        down_share = EDGE_SHARE + (BOX_SHARE - EDGE_SHARE) * steep
        sigma_px = (
            max(PIXEL_SIGMA_PX, BOX_SHARE * (right - left)),
            max(PIXEL_SIGMA_PX, down_share * (lower - upper)),
        )
        return self.locate(locator, x_px, lower + (y_px - lower) * steep, sigma_px)

    def footprint(self, locator: Locator) -> Footprint:
        """The ground that the whole picture shows.

        Args:
            locator: on the terrain that the height stands on.

        Raises:
            InputRefused: the locator has no terrain (``no_terrain``), or nothing in the picture
                meets ground (``footprint_none``).
        """
        if locator.horizons is None:
            raise InputRefused("No relief is loaded: a picture shows no ground.", code="no_terrain")
        ground = locator.horizons.around(self.lens.lon_deg, self.lens.lat_deg)
        return footprint(ground, self.lens, self.pose, self.size_px)


def view_of(
    photo: DronePhoto,
    terrain: Terrain,
    *,
    take_off: tuple[float, float] | None = None,
    stated_fov_deg: float | None = None,
    turned_deg: int | None = None,
) -> DroneView:
    """Put together what a photo tells, or say what is missing.

    Args:
        photo: as read.
        terrain: below it.
        take_off: longitude and latitude of where the drone took off; None when nobody knows.
        stated_fov_deg: full horizontal field of view of the picture, by a person.
        turned_deg: by how much an edited picture was turned clockwise since it was taken, 0, 90,
            180 or 270; None when nobody knows.

    Raises:
        InputRefused: the picture may have been turned since it was taken (``drone_edited``,
            ``drone_turned``), its camera hangs on top (``drone_upward``), its satellites had no fix
            (``drone_place``), the relief does not know the ground below it (``drone_outside``), or
            attitude, lens or height are refused (see :func:`pose_of`, :func:`field_of_view`,
            :func:`drone_height`).
    """
    pose_of(photo.gimbal, 90.0)  # what is missing altogether is told first
    _check_upright(photo, turned_deg)
    if photo.place is None:
        raise InputRefused(
            "The drone's satellites had no fix: it does not know where it was.",
            remedy="Nothing can be placed from it; take a photo of the same flight outdoors.",
            code="drone_place",
        )
    optics, turn_deg = photo.optics, turned_deg or 0
    size_px = optics.width_px, optics.height_px
    if turn_deg % 180 == 90:
        optics = replace(optics, width_px=size_px[1], height_px=size_px[0])
    fov_deg, focal_share = field_of_view(optics, stated_fov_deg)
    if stated_fov_deg is None:  # of the sensor's width, which may be the picture's height
        tangent = math.tan(math.radians(fov_deg) / 2.0) * size_px[0] / optics.width_px
        fov_deg = 2.0 * math.degrees(math.atan(tangent))
    lon_deg, lat_deg = photo.place
    if np.isnan(terrain.height_at(lon_deg, lat_deg)):
        west, south, east, north = terrain.bounds_deg
        raise InputRefused(
            f"The drone was at {lon_deg:.5f}, {lat_deg:.5f}, and the relief {terrain.name} reaches "
            f"from {west:.3f}, {south:.3f} to {east:.3f}, {north:.3f} or has a void there.",
            remedy="Give relief that holds the place (--dem FILE).",
            code="drone_outside",
        )
    height = drone_height(photo.heights, photo.place, terrain, take_off)
    pose = pose_of(photo.gimbal, fov_deg)
    return DroneView(
        lens=Position(lon_deg, lat_deg, height.height_m, HeightDatum.SEA_LEVEL),
        pose=replace(pose, roll_deg=pose.roll_deg - turn_deg),
        size_px=size_px,
        aloft=Aloft(height.sigma_m, photo.place_sigma_m),
        height=height,
        focal_share=focal_share,
    )


def _check_upright(photo: DronePhoto, turned_deg: int | None) -> None:
    if photo.hangs_up:
        raise InputRefused(
            "The gimbal hangs on top of the aircraft; how its angles count then is not known here.",
            code="drone_upward",
        )
    if photo.orientation != 1:
        raise InputRefused(
            f"The picture is shown turned (Exif orientation {photo.orientation}).",
            remedy="Take the original file: its pixels and its angles belong together.",
            code="drone_turned",
        )
    if turned_deg not in {None, 0, 90, 180, 270}:
        raise InputRefused(
            f"A picture is not turned by {turned_deg} degrees.",
            remedy="Give 0, 90, 180 or 270, clockwise.",
            code="drone_turned",
        )
    if photo.edited_by and turned_deg is None:
        raise InputRefused(
            f"The file was written anew by {photo.edited_by}, which may have turned the picture "
            "and left the gimbal's angles as they were.",
            remedy="Take the original file, or state by how much it was turned (--turned 0, 180).",
            code="drone_edited",
        )
