"""The drill scene: an invented fire in a view computed from real relief, always marked as such."""

from camera_gateway.scene.pictures import DrillPictures, Setting
from camera_gateway.scene.plume import Plume
from camera_gateway.scene.view import View, render_view
from camera_gateway.scene.weather import SceneWeather

__all__ = ["DrillPictures", "Plume", "SceneWeather", "Setting", "View", "render_view"]
