"""Where a camera really looks, found from what its picture shows: landmarks, sun and skyline."""

from geo.calibration.from_picture import fit_picture
from geo.calibration.landmarks import Landmark, direction_of, fit_landmarks
from geo.calibration.picture import PictureSkyline, picture_skyline, picture_skylines
from geo.calibration.relief import skyline_around
from geo.calibration.sights import SightFit
from geo.calibration.skyline import SkylineFit, fit_skyline
from geo.calibration.sun import sun_direction
from geo.calibration.suns import SunSighting, fit_sun
from geo.calibration.terrain_line import Skyline, skyline_of

__all__ = [
    "Landmark",
    "PictureSkyline",
    "SightFit",
    "Skyline",
    "SkylineFit",
    "SunSighting",
    "direction_of",
    "fit_landmarks",
    "fit_picture",
    "fit_skyline",
    "fit_sun",
    "picture_skyline",
    "picture_skylines",
    "skyline_around",
    "skyline_of",
    "sun_direction",
]
