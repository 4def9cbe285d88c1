"""By what light a camera's pictures are made, over several of them.

One picture decides nothing: a stale infrared one at noon has put a whole site to sleep elsewhere.
Each camera is judged by its own pictures alone.
"""

from typing import Final

from camera_gateway.light import light_of
from camera_gateway.truth.thumb import Thumb
from models.light import Light

__all__ = ["LightWatch"]

AGREEING: Final = 3


class LightWatch:
    """One camera's light."""

    def __init__(self) -> None:
        self._light: Light | None = None
        self._other: Light | None = None
        self._agreeing = 0

    def look(self, thumb: Thumb) -> Light:
        """The light in force after the next picture."""
        seen = light_of(thumb.colour)
        if self._light is None or seen is self._light:
            self._light, self._agreeing = seen, 0
            return seen
        self._agreeing = self._agreeing + 1 if seen is self._other else 1
        self._other = seen
        if self._agreeing >= AGREEING:
            self._light, self._agreeing = seen, 0
        return self._light
