"""The near-infrared variant: grey by day, and at night what the camera's own lamp reaches.

Near infrared is light beyond red that a silicon sensor sees; heat it does not see, that is a
thermal camera's. At night such a camera shines a lamp of its own: what it lights comes back with
the square of the distance and through the haze twice, so that beyond some hundred metres the land
is black. A flame shines by itself and is seen as far as the haze lets it. Leaves are bright in that
light, and the sky is less so.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from camera_gateway.scene.view import View, air_share
from camera_gateway.scene.weather import SceneWeather
from models.footage import Light
from models.units import ImageBGR

__all__ = ["grey", "lamp_lit", "lit_by_lamp"]

LAMP_M: Final = 180.0
"""Up to there the lamp and the gain light the picture fully."""
BLACK_LEVEL: Final = 7.0
WEIGHTS: Final = (0.10, 0.60, 0.30)  # of blue, green and red: leaves stay bright


def grey(image: ImageBGR) -> ImageBGR:
    """The picture without colour: three equal channels."""
    plane = np.clip(image.astype(np.float32) @ np.array(WEIGHTS, np.float32), 0, 255)
    return np.asarray(np.repeat(np.rint(plane)[..., None], 3, axis=2), np.uint8)


def lamp_lit(weather: SceneWeather) -> SceneWeather:
    """The light under which a view is rendered before :func:`lit_by_lamp` darkens it.

    By night the lamp beside the lens lights everything from the front: there are no shadows.
    """
    if weather.light is not Light.NIGHT:
        return weather
    return replace(weather, sun_elevation_deg=45.0, cloud=1.0)


def lit_by_lamp(view: View, weather: SceneWeather) -> View:
    """A view rendered under :func:`lamp_lit`, as it is seen under the weather it was asked for."""
    if weather.light is not Light.NIGHT:
        return view
    near = np.minimum(1.0, LAMP_M / np.maximum(view.range_m, 1.0)) ** 2
    back = near * (1.0 - air_share(view.range_m, weather)) ** 2
    lit = view.image * back[..., None] + BLACK_LEVEL
    return View(np.asarray(np.clip(lit, 0, 255), np.uint8), view.range_m, weather)
