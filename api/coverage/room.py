"""What the routes of coverage hold in their hands."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from api.coverage.desk import CoverageDesk
from api.coverage.looks import Watches
from camera_gateway.pictures import picture_size
from camera_gateway.ring import FrameRing
from geo.coverage import USUAL_ASPECT
from geo.locate import Locator
from models.clock import Clock
from models.errors import FrameCorrupt
from models.store import Store
from models.watching import Visit

__all__ = ["Aspects", "CoverageRoom"]


class Aspects:
    """Proportions of cameras' pictures, from the newest of each.

    Args:
        ring: newest frames.
    """

    def __init__(self, ring: FrameRing) -> None:
        self._ring = ring
        self._known: dict[str, float] = {}

    def __call__(self, camera_id: str) -> float:
        """Width over height; 16:9 for a camera of which no picture has come yet."""
        known = self._known.get(camera_id)
        if known is not None:
            return known
        for frame in self._ring.recent(camera_id, 1):
            try:
                width_px, height_px = picture_size(frame.jpeg)
            except FrameCorrupt:
                continue
            self._known[camera_id] = width_px / height_px
            return self._known[camera_id]
        return USUAL_ASPECT


@dataclass(frozen=True, slots=True)
class CoverageRoom:
    """Desk, looks and proportions of one installation."""

    desk: CoverageDesk
    watches: Watches
    aspect_of: Callable[[str], float] = field(default=lambda _camera: USUAL_ASPECT)

    @classmethod
    def of(
        cls,
        store: Store,
        clock: Clock,
        *,
        locator: Locator,
        ring: FrameRing,
        folder: Path,
        running: Callable[[], list[Visit]],
    ) -> "CoverageRoom":
        """Furnish it.

        Args:
            store: of the installation.
            clock: of the installation.
            locator: whose relief and profiles are used.
            ring: newest frames.
            folder: where what is computed is kept.
            running: visits that are under way.
        """
        aspects = Aspects(ring)
        watches = Watches(store, running, clock, aspects)
        desk = CoverageDesk(
            store,
            clock,
            terrain=locator.terrain,
            horizons=locator.horizons,
            folder=folder,
            on_ready=watches.warm,
        )
        return cls(desk, watches, aspects)
