"""The check of poses of one installation: what it works with, and what it is asked for."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from camera_gateway.pose_check import PoseBook, PoseChecker, PoseWatch, ReferenceShelf
from camera_gateway.pose_check.watch import TICK_S
from camera_gateway.recording.preview import step_back
from camera_gateway.ring import FrameRing
from models.clock import Clock
from models.config import Settings
from models.site import Camera
from models.store import Store

__all__ = ["PoseRoom"]


@dataclass(frozen=True, slots=True)
class PoseRoom:
    """Everything built, nothing started."""

    shelf: ReferenceShelf
    book: PoseBook
    watch: PoseWatch
    pool: ThreadPoolExecutor

    @classmethod
    def of(
        cls,
        settings: Settings,
        store: Store,
        clock: Clock,
        *,
        ring: FrameRing,
        cameras: Mapping[str, Camera],
        tours: Callable[[str], bool],
    ) -> "PoseRoom":
        """Furnish it.

        Args:
            settings: of the installation.
            store: of the installation.
            clock: of the installation.
            ring: newest frames.
            cameras: as they are configured now.
            tours: whether a camera is turned by us.
        """
        shelf, book = ReferenceShelf(settings.data_dir / "references"), PoseBook()
        rule = settings.pose_check
        checker = PoseChecker(store, shelf, ring, tours=tours, rule=rule, clock=clock, book=book)
        # One thread that gives way to all others: frames are judged meanwhile.
        pool = ThreadPoolExecutor(1, thread_name_prefix="poses", initializer=step_back)
        watch = PoseWatch(
            checker,
            cameras,
            clock,
            pool=pool,
            enabled=rule.enabled,
            tick_s=min(TICK_S, rule.apart_s),
        )
        return cls(shelf, book, watch, pool)
