"""A camera with everything that makes it run: where it looks and how it is read."""

from dataclasses import dataclass

from models.camera_link import CameraLink, Credential
from models.patrol import Patrol
from models.site import Camera

__all__ = ["CameraSetup"]


@dataclass(frozen=True, slots=True)
class CameraSetup:
    """What is configured about one camera.

    Attributes:
        camera: with its presets.
        link: how its pictures are had; None for a camera that has no source here.
        credential: for the link and for what turns the camera; None for one that asks for none.
        patrol: its tours and what turns it; None for a camera that stands still.
    """

    camera: Camera
    link: CameraLink | None = None
    credential: Credential | None = None
    patrol: Patrol | None = None

    @property
    def preset_number(self) -> int:
        """The preset in force: the first one, 0 where there is none."""
        return self.camera.presets[0].number if self.camera.presets else 0
