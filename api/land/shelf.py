"""The land as it is asked for full answers; made anew when somebody has changed it."""

from threading import Lock

from geo.land import LandAsker, LandBook, RoadNet
from geo.terrain import Terrain
from models.config import HelicopterRule

__all__ = ["AskerShelf"]


class AskerShelf:
    """Holds the newest asker; may be asked from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asker: LandAsker | None = None

    def asker(
        self, book: LandBook, helicopter: HelicopterRule, terrain: Terrain | None
    ) -> LandAsker:
        """Of the land as it is now; blocks while it is made.

        Args:
            book: whose land it is.
            helicopter: that water points are weighed for.
            terrain: for heights; None without one.
        """
        moment = book.refresh()
        with self._lock:
            if self._asker is None or self._asker.version != moment.version:
                self._asker = LandAsker(
                    moment.features,
                    version=moment.version,
                    land=moment.index.land,
                    helicopter=helicopter,
                    ground_m=None if terrain is None else terrain.height_at,
                    roads=RoadNet(moment.features),
                )
            return self._asker
