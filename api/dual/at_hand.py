"""What routes and the daily check ask for: the newest pictures of a view, of light and of heat."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from models.thermal import ThermalImage

__all__ = ["AtHand", "NothingAtHand", "ThermalAtHand", "VisibleAtHand"]


@dataclass(frozen=True, slots=True)
class VisibleAtHand:
    """A small visible picture, as the watch saw it: private masks are painted over.

    Attributes:
        jpeg: no wider than 960 pixels.
        captured_at: UTC.
    """

    jpeg: bytes = field(repr=False)
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class ThermalAtHand:
    """A picture of heat.

    Attributes:
        image: its levels.
        captured_at: UTC.
    """

    image: ThermalImage
    captured_at: datetime


class AtHand(Protocol):
    """Keeps or finds them; any thread may ask."""

    def visible(self, visible_id: str, preset: int) -> VisibleAtHand | None:
        """The newest of a preset of a paired camera; None where there is none."""

    def thermal(self, thermal_id: str, preset: int) -> ThermalAtHand | None:
        """The newest of a preset of a camera of heat; None where there is none that can be read."""


class NothingAtHand:
    """Where nothing looks."""

    def visible(self, visible_id: str, preset: int) -> VisibleAtHand | None:
        """None."""

    def thermal(self, thermal_id: str, preset: int) -> ThermalAtHand | None:
        """None."""
