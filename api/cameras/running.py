"""From what the database says of cameras to the gateways that run."""

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from api.cameras.view_names import ViewNames
from camera_gateway.bus import FrameBus
from camera_gateway.fleet import Fleet
from camera_gateway.gateway import Gateway
from camera_gateway.knocking import knock_of
from camera_gateway.limits import Limits
from camera_gateway.masks import MaskBook, PictureVeil
from camera_gateway.opening import RECORDED, opener_of
from camera_gateway.patrol import PatrolDesk, Patrolling, patrol_of
from camera_gateway.patrol.making import view_files
from camera_gateway.patrol.visits import Standing
from camera_gateway.redaction import SecretFilter
from camera_gateway.ring import FrameRing
from camera_gateway.truth import ViewJudge, ViewMemory
from camera_gateway.video.tap import TapBook, VideoTap
from models.camera_link import CameraLink
from models.camera_setup import CameraSetup
from models.clock import Clock
from models.site import Camera, Pose, Preset
from models.store import Store

__all__ = ["CameraBook", "fleet_of", "forget_view", "fov_of", "gateway_of"]


class CameraBook(Mapping[str, Camera]):
    """The cameras as they are configured now, for whoever locates what they see.

    Readers in other threads see one whole book or the next one, never half of each. A camera that
    was removed is no longer listed, and still found by its key: its last picture may be under way.
    """

    def __init__(self, cameras: Mapping[str, Camera]) -> None:
        self._cameras = dict(cameras)
        self._former: dict[str, Camera] = {}

    def __getitem__(self, camera_id: str) -> Camera:
        """The camera of that key."""
        found = self._cameras.get(camera_id)
        return self._former[camera_id] if found is None else found

    def __contains__(self, camera_id: object) -> bool:
        """Whether the camera is there now."""
        return camera_id in self._cameras

    def __iter__(self) -> Iterator[str]:
        """Keys, as of this moment."""
        return iter(self._cameras)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._cameras)

    def replace(self, cameras: Mapping[str, Camera]) -> None:
        """Open a new book."""
        self._former |= self._cameras
        self._cameras = dict(cameras)


def fov_of(cameras: Mapping[str, Camera], camera_id: str, number: int) -> float | None:
    """Horizontal field of view of a preset, degrees; None where nobody has entered it."""
    camera = cameras.get(camera_id)
    preset = None if camera is None else camera.preset(number)
    return None if preset is None else preset.pose.horizontal_fov_deg


def fleet_of(
    store: Store,
    book: CameraBook,
    *,
    bus: FrameBus,
    ring: FrameRing,
    clock: Clock,
    secrets: SecretFilter,
    fixed: Mapping[str, Gateway],
    pool: Executor | None = None,
    views: Path | None = None,
    zone: tzinfo = UTC,
    taps: TapBook | None = None,
    masks: MaskBook | None = None,
    refresh_masks: Callable[[], None] = lambda: None,
    patrols: PatrolDesk | None = None,
) -> Fleet[CameraSetup]:
    """All cameras of a store that are linked and enabled, besides fixed ones.

    Args:
        store: read every few seconds.
        book: kept up to date with it.
        bus: takes the frames.
        ring: keeps the last ones.
        clock: the installation's.
        secrets: learns every credential before it is used.
        fixed: gateways of a demo.
        pool: where pictures are checked and judged.
        views: folder where is kept what views look like; None to learn them anew each time.
        zone: of times of recordings that do not say their own.
        taps: where the coded video of each camera can be heard.
        masks: what is private in the pictures; nothing is when left out.
        refresh_masks: called before the cameras are looked at.
        patrols: desk of the cameras that are turned; none is when left out.
    """
    taps = TapBook() if taps is None else taps
    names = ViewNames(store.calibrations)

    def plans() -> dict[str, CameraSetup]:
        refresh_masks()
        names.refresh()
        setups = store.links.all()
        before = set(book)
        book.replace({setup.camera.camera_id: setup.camera for setup in setups})
        for camera_id, gateway in fixed.items():
            if camera_id in book:
                gateway.relabel(book[camera_id])
        for camera_id in before - set(book) - set(fixed):
            ring.forget(camera_id)
            taps.forget(camera_id)
            if views is not None:
                forget_view(views, camera_id)
        return {
            setup.camera.camera_id: setup
            for setup in setups
            if setup.link is not None and setup.link.enabled
        }

    def make(setup: CameraSetup, first_sequence: int) -> Gateway:
        if setup.credential is not None:
            secrets.know(setup.credential)
        return gateway_of(
            setup,
            bus=bus,
            ring=ring,
            clock=clock,
            first_sequence=first_sequence,
            clean=secrets.clean,
            pool=pool,
            views=views,
            zone=zone,
            tap=taps.of(setup.camera.camera_id),
            masks=masks,
            patrols=patrols,
            view_name=lambda preset: names.of(setup.camera.camera_id, preset),
        )

    return Fleet(plans, make, clock, fixed=fixed)


def gateway_of(
    setup: CameraSetup,
    *,
    bus: FrameBus,
    ring: FrameRing,
    clock: Clock,
    first_sequence: int,
    clean: Callable[[str], str],
    pool: Executor | None = None,
    views: Path | None = None,
    zone: tzinfo = UTC,
    tap: VideoTap | None = None,
    masks: MaskBook | None = None,
    patrols: PatrolDesk | None = None,
    view_name: Callable[[Preset], Pose] = lambda preset: preset.pose,
) -> Gateway:
    """The gateway of a linked camera; see :func:`fleet_of`.

    Raises:
        ValueError: the setup has no link.
    """
    link = setup.link
    if link is None:
        msg = f"camera {setup.camera.camera_id} has no link"
        raise ValueError(msg)
    recorded = link.adapter in RECORDED
    patrolling: Patrolling | None = None
    if setup.patrol is not None and patrols is not None and not recorded:
        patrolling = patrol_of(
            setup,
            setup.patrol,
            desk=patrols,
            clock=clock,
            random=random.random,
            zone=zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC"),
            pool=pool,
            views=views,
            view_name=view_name,
            clean=clean,
        )
    camera_id, tours = setup.camera.camera_id, patrolling is not None
    return Gateway(
        setup.camera,
        setup.preset_number,
        opener_of(link, setup.credential, clock, pool=pool, zone=zone, tap=tap),
        bus=bus,
        ring=ring,
        clock=clock,
        random=random.random,  # jitter of retries, not a secret
        limits=Limits() if recorded else Limits.of_cadence(link.every_s),
        judge=_fixed(setup, link, pool, views, view_name)
        if patrolling is None
        else patrolling.judge,
        knock=knock_of(link),
        may_end=recorded,
        first_sequence=first_sequence,
        clean=clean,
        veil=None if masks is None else PictureVeil(camera_id, masks, pool, tours=tours),
        beside=None if patrolling is None else patrolling.round.run,
        standing=(
            None
            if recorded or patrolling is not None or patrols is None
            else Standing(patrols.visits, camera_id)
        ),
    )


def _fixed(
    setup: CameraSetup,
    link: CameraLink,
    pool: Executor | None,
    views: Path | None,
    view_name: Callable[[Preset], Pose],
) -> ViewJudge:
    keeps = link.adapter not in RECORDED
    memory = _memory_of(setup, link, views, view_name) if keeps and views is not None else None
    return ViewJudge(
        setup.camera.camera_id,
        known_mode=link.mode,
        every_s=link.every_s,
        pool=pool,
        memory=memory,
    )


def forget_view(views: Path, camera_id: str) -> bool:
    """What a camera shows from now on is its view; whether there was something to forget."""
    files = [_view_file(views, camera_id), *view_files(views, camera_id)]
    found = [file for file in files if file.exists()]
    for file in found:
        with suppress(FileNotFoundError):
            file.unlink()
    return bool(found)


def _view_file(views: Path, camera_id: str) -> Path:
    return views / f"{camera_id}.npz"


def _memory_of(
    setup: CameraSetup, link: CameraLink, views: Path, view_name: Callable[[Preset], Pose]
) -> ViewMemory:
    """Of this view at this address; the key is a digest, for an address may hold a secret."""
    camera = setup.camera
    preset = camera.preset(setup.preset_number)
    pose = None if preset is None else view_name(preset)
    what = repr((camera.position, setup.preset_number, pose, link.address))
    key = hashlib.sha256(what.encode()).hexdigest()[:32]
    return ViewMemory(_view_file(views, camera.camera_id), key)
