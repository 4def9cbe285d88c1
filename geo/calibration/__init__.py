"""Where a camera really looks, found from what its picture shows: landmarks, and the skyline."""

from geo.calibration.landmarks import Landmark, LandmarkFit, fit_landmarks
from geo.calibration.skyline import Skyline, SkylineFit, fit_skyline

__all__ = ["Landmark", "LandmarkFit", "Skyline", "SkylineFit", "fit_landmarks", "fit_skyline"]
