"""A drone's photo as a look: what its XMP and Exif tell, each gap with its reason.

The rays of a photo are made by :func:`geo.drone.view_of`, which asks for relief; a look says
beforehand whether that can succeed, and is what a photo has in common with a moment of a video.
The satellites' height is above the ellipsoid by RTK, about EGM96 without; with RTK that had no
solution of its own it is neither, and left out.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from drone_jobs.imagery.gaps import with_gaps
from drone_jobs.imagery.local_clock import utc_of_local
from geo.drone import Attitude, DronePhoto, RtkState, field_of_view, pose_of, read_photo
from models.errors import InputRefused
from models.flight import AttitudeSource, Look, LookGap
from models.height import Height, HeightSystem

__all__ = ["Still", "read_still"]


@dataclass(frozen=True, slots=True)
class Still:
    """A photo and its look.

    Attributes:
        photo: as read.
        look: what it tells.
        why: (gap, message in English) where a reason is known that is more than that nothing is
            told.
    """

    photo: DronePhoto
    look: Look
    why: tuple[tuple[LookGap, str], ...]

    @property
    def rtk(self) -> RtkState:
        """What the height of the satellites is worth."""
        return self.photo.heights.rtk


def read_still(
    path: Path, *, zone: tzinfo | None = None, stated_fov_deg: float | None = None
) -> Still:
    """Read a photo of a drone; none of its pixels.

    Args:
        path: of the original JPEG.
        zone: of the drone's clock, for photos that write their time without one; None when nobody
            says.
        stated_fov_deg: full horizontal field of view of the picture, by a person.

    Raises:
        InputRefused: as :func:`geo.drone.read_photo` (``drone_photo``, ``drone_xmp``,
            ``drone_value``), or the stated field of view is none (``drone_lens``).
    """
    photo = read_photo(path)
    if stated_fov_deg is not None:
        field_of_view(photo.optics, stated_fov_deg)  # what is no angle is refused as a whole
    gimbal, no_gimbal = _gimbal(photo)
    fov_deg, no_lens = _lens(photo, stated_fov_deg)
    why = [
        (gap, message)
        for gap, message in ((LookGap.ATTITUDE, no_gimbal), (LookGap.LENS, no_lens))
        if message
    ]
    place = photo.place
    if place is not None and not (abs(place[0]) <= 180.0 and abs(place[1]) <= 90.0):
        why.append((LookGap.PLACE, f"{place[0]:g}, {place[1]:g} is no place on earth."))
        place = None
    if photo.heights.rtk is RtkState.SINGLE:
        why.append(
            (LookGap.HEIGHT, "Its RTK had no solution: above what its height is, nobody can say.")
        )
    look = Look(
        at=_taken_at(photo, zone),
        lon_deg=None if place is None else place[0],
        lat_deg=None if place is None else place[1],
        height=_height(photo),
        above_take_off_m=photo.heights.relative_m,
        yaw_deg=None if gimbal is None else gimbal.yaw_deg % 360.0 % 360.0,
        pitch_deg=None if gimbal is None else gimbal.pitch_deg,
        roll_deg=None if gimbal is None else gimbal.roll_deg,
        horizontal_fov_deg=fov_deg,
        attitude=AttitudeSource.NONE if gimbal is None else AttitudeSource.XMP,
    )
    if look.at is None and {LookGap.PLACE, LookGap.ATTITUDE} & set(with_gaps(look).gaps):
        # Telemetry could tell it, if it were known when the picture was taken.
        look = replace(look, gaps=(LookGap.TIME,))
    return Still(photo, with_gaps(look), tuple(why))


def _gimbal(photo: DronePhoto) -> tuple[Attitude | None, str]:
    """Angles that belong to the pixels as they lie in the file, or why there are none."""
    if photo.gimbal is None:
        return None, ""
    try:
        pose_of(photo.gimbal, 90.0)
    except InputRefused as refused:  # zeros, or no angles
        return None, refused.message
    if photo.hangs_up:
        return None, "The gimbal hangs on top of the aircraft; how its angles count is not known."
    if photo.orientation != 1:
        return None, f"The picture is shown turned (Exif orientation {photo.orientation})."
    if photo.edited_by:
        return None, (
            f"The file was written anew by {photo.edited_by}, which may have turned the picture."
        )
    return photo.gimbal, ""


def _lens(photo: DronePhoto, stated_fov_deg: float | None) -> tuple[float | None, str]:
    try:
        return field_of_view(photo.optics, stated_fov_deg)[0], ""
    except InputRefused as refused:
        return None, refused.message


def _height(photo: DronePhoto) -> Height | None:
    reported = photo.heights
    if reported.absolute_m is None or reported.rtk is RtkState.SINGLE:
        return None
    by_rtk = reported.rtk in {RtkState.FLOAT, RtkState.FIXED}
    return Height(reported.absolute_m, HeightSystem.ELLIPSOID if by_rtk else HeightSystem.EGM96)


def _taken_at(photo: DronePhoto, zone: tzinfo | None) -> datetime | None:
    if photo.taken_at is not None:
        return photo.taken_at.astimezone(UTC)
    if zone is None:
        return None
    try:
        local = datetime.strptime(photo.taken_local, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None
    return utc_of_local(local, zone)
