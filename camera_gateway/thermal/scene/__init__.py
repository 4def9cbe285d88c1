"""A stand under the canopy as an infrared node sees it, over days, with the truth beside it."""

from camera_gateway.thermal.scene.eye import Eye
from camera_gateway.thermal.scene.heat_scene import HeatScene
from camera_gateway.thermal.scene.sensor import encode_frame
from camera_gateway.thermal.scene.truth import HeatStart, HeatTruth, Passing
from camera_gateway.thermal.scene.weather import Moment

__all__ = ["Eye", "HeatScene", "HeatStart", "HeatTruth", "Moment", "Passing", "encode_frame"]
