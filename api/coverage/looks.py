"""When every cell was last watched, from what the cameras have written down.

Footprints of views are kept in memory, up to a bound, for a view is held again and again; the
newest look of every view is remembered, and only visits that came since are read.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from api.coverage.desk import Network
from geo.coverage import Footprint, LastSeen, Look, Looked, TowerView, footprints, last_seen
from models.clock import Clock
from models.patrol import PoseTrust
from models.site import Pose, Position
from models.store import Store
from models.watching import LastLook, Visit

__all__ = ["BACK", "WatchedLand", "Watches", "lasting"]

BACK: Final = timedelta(hours=24)
LATE: Final = timedelta(minutes=15)
"""Visits are at most five minutes long and written ten seconds later; a full store delays them."""

FRESH_S: Final = 55.0
MOST_BYTES: Final = 96 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class WatchedLand:
    """What was looked at, as of a moment.

    Attributes:
        at: UTC.
        smoke_m: of which height smoke would have been seen.
        network: whose cells these are.
        seen: when each was last watched, and by which of ``looks``.
        looks: newest look of each view.
    """

    at: datetime
    smoke_m: float
    network: Network
    seen: LastSeen
    looks: tuple[LastLook, ...]


def lasting(visits: Iterable[Visit]) -> list[LastLook]:
    """Visits that are under way, as looks."""
    return [
        LastLook(one.camera_id, one.preset, one.pose, one.trust, one.seen_until_at, 1)
        for one in visits
        if one.pose is not None and one.seen_until_at is not None
    ]


class Watches:
    """Of one installation; from any thread.

    Args:
        store: visits.
        running: visits that are under way.
        clock: the installation's.
        aspect_of: width of a camera's picture over its height.
    """

    def __init__(
        self,
        store: Store,
        running: Callable[[], list[Visit]],
        clock: Clock,
        aspect_of: Callable[[str], float],
    ) -> None:
        self._store = store
        self._running = running
        self._clock = clock
        self._aspect_of = aspect_of
        self._lock = Lock()
        self._footprints: OrderedDict[tuple[str, Position, Look], Footprint] = OrderedDict()
        self._bytes = 0
        self._newest: dict[tuple[str, int, Pose, PoseTrust], LastLook] = {}
        self._read_at: datetime | None = None
        self._kept: dict[float, tuple[float, WatchedLand]] = {}

    def watched(self, network: Network, smoke_m: float) -> WatchedLand:
        """When each cell was last watched; at most a minute old.

        Args:
            network: whose cells.
            smoke_m: of which height smoke would have been seen.
        """
        with self._lock:
            now_s = self._clock.monotonic_s()
            made_s, kept = self._kept.get(smoke_m, (-FRESH_S, None))
            if kept is not None and kept.network is network and now_s - made_s < FRESH_S:
                return kept
            now = self._clock.now()
            looks = tuple(self._looks(now))
            places = self._all(network, looks)
            looked = [
                Looked(footprint, look.at.timestamp())
                for look, footprint in zip(looks, places, strict=True)
                if footprint is not None
            ]
            told = tuple(
                look for look, footprint in zip(looks, places, strict=True) if footprint is not None
            )
            seen = last_seen(network.coverage.grid, looked, smoke_m)
            made = WatchedLand(now, smoke_m, network, seen, told)
            self._kept = {
                height: (at_s, one)
                for height, (at_s, one) in self._kept.items()
                if now_s - at_s < FRESH_S
            }
            self._kept[smoke_m] = now_s, made
            return made

    def warm(self, network: Network) -> None:
        """Compute what every preset watches, before anybody asks."""
        now = self._clock.now()
        for camera in network.cameras:
            looks = [
                LastLook(camera.camera_id, each.number, each.pose, PoseTrust.COMMANDED, now, 1)
                for each in camera.presets
            ]
            with self._lock:
                self._all(network, looks)

    def _looks(self, now: datetime) -> list[LastLook]:
        """The newest look of every view within a day."""
        since = now - BACK if self._read_at is None else max(now - BACK, self._read_at - LATE)
        for look in (
            *self._store.patrols.last_looks(since, now),
            *lasting(self._running()),
        ):
            key = look.camera_id, look.preset, look.pose, look.trust
            before = self._newest.get(key)
            if before is None or before.at <= look.at:
                self._newest[key] = look
        self._read_at = now
        self._newest = {key: look for key, look in self._newest.items() if look.at >= now - BACK}
        return list(self._newest.values())

    def _all(self, network: Network, looks: Sequence[LastLook]) -> list[Footprint | None]:
        """What each look watches; None of a camera that is no tower on known ground."""
        views = {
            camera.camera_id: view
            for camera, view in zip(network.cameras, network.views, strict=True)
            if view is not None
        }
        keys: list[tuple[str, Position, Look] | None] = []
        missing: dict[str, list[Look]] = {}
        for look in looks:
            view = views.get(look.camera_id)
            if view is None:
                keys.append(None)
                continue
            pose = Look(look.pose, self._aspect_of(look.camera_id))
            key = network.version, view.lens, pose
            keys.append(key)
            if key not in self._footprints and pose not in missing.get(look.camera_id, ()):
                missing.setdefault(look.camera_id, []).append(pose)
        made: dict[tuple[str, Position, Look], Footprint] = {}
        for camera_id, poses in missing.items():
            made |= self._made(network, views[camera_id], poses)
        found = [
            None if key is None else (made[key] if key in made else self._footprints[key])
            for key in keys
        ]
        for key, footprint in made.items():
            self._keep(key, footprint)
        return found

    @staticmethod
    def _made(
        network: Network, view: TowerView, poses: Sequence[Look]
    ) -> dict[tuple[str, Position, Look], Footprint]:
        grid = network.coverage.grid
        made = footprints(grid, network.ground_m, view, poses)
        return {
            (network.version, view.lens, pose): footprint
            for pose, footprint in zip(poses, made, strict=True)
        }

    def _keep(self, key: tuple[str, Position, Look], footprint: Footprint) -> None:
        self._footprints[key] = footprint
        self._bytes += footprint.nbytes
        while self._bytes > MOST_BYTES:
            _, oldest = self._footprints.popitem(last=False)
            self._bytes -= oldest.nbytes
