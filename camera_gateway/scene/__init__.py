"""The drill scene: an invented fire in a view computed from real relief, always marked as such."""

from camera_gateway.scene.plume import Plume
from camera_gateway.scene.view import View, render_view

__all__ = ["Plume", "View", "render_view"]
