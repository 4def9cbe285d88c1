"""What the demo's cameras show: recorded footage where there is some, the drill scene elsewhere."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path

from api.runtime import CameraFeed
from api.site import Site
from camera_gateway.sources.drill import DrillScene
from camera_gateway.sources.folder import FolderSource
from camera_gateway.sources.video import VideoSource
from geo.terrain import Terrain
from models.clock import Clock, SystemClock
from models.errors import InputRefused
from models.frame import FrameMode
from models.site import Camera, CameraKind, Position

__all__ = ["FeedPlan", "Scene", "plan_feeds"]

SEQUENCE = Path("sequences/20180728_FIRE_rm-w-mobo-c")
FOG = Path("clips/tamil_mist_ridge.mp4")
INFRARED = Path("infrared/bico_thermal2_conveyor.mp4")

DEMO_SEQUENCE = "recorded ignition of 2018-07-28, Red Mountain west (HPWREN/UCSD)"
FOG_NOTE = "recorded fog over a ridge: no fire"
INFRARED_NOTE = "recorded thermal clip, warm machinery: no fire"
DRILL_NOTE = "drill scene 演练: a plume at a known place"
QUIET_NOTE = "drill scene 演练: nothing burns"
OWN_NOTE = "your footage"

CLIP_EVERY_S = 2.0
LONGEST_GAP_S = 60.0
"""The recorded sequence has pauses of up to 20 minutes; they are cut, capture times stay true."""

DRILL_RATE = 10.0


class Scene(StrEnum):
    """What a demo shows."""

    RECORDED = "recorded"
    DRILL = "drill"
    BOTH = "both"


@dataclass(slots=True)
class FeedPlan:
    """Cameras of a demo.

    Attributes:
        site: the drill district.
        relief: that it lies on.
        feeds: by camera key.
        notes: what each shows, by camera key.
        rate: the fastest of them, scene or recorded seconds per second.
    """

    site: Site
    relief: Terrain
    feeds: dict[str, CameraFeed] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    rate: float = 1.0

    def add(self, camera: Camera, note: str, feed: CameraFeed) -> None:
        """Give a camera something to see."""
        self.feeds[camera.camera_id] = feed
        self.notes[camera.camera_id] = note


def plan_feeds(
    site: Site,
    *,
    footage_root: Path,
    own: Path | None,
    rate: float,
    scene: Scene | None,
    relief: Terrain,
) -> FeedPlan:
    """Choose what each camera shows.

    Args:
        site: the drill district, with the cameras t1-red, t2-fog, c1-canopy and t3-drill.
        footage_root: the recorded footage; it may be absent.
        own: a further recording of the user's.
        rate: of sequences of one picture a minute.
        scene: what to show; None for the footage where there is some and the drill elsewhere.
        relief: for the drill scene.

    Raises:
        InputRefused: ``own`` is missing or not footage, or recorded footage was asked for and there
            is none.
    """
    clock = SystemClock()
    plan = FeedPlan(site, relief)
    recorded = (footage_root / SEQUENCE).is_dir()
    if scene is None:
        scene = Scene.RECORDED if recorded else Scene.DRILL
    if scene is not Scene.DRILL:
        if not recorded:
            raise InputRefused(
                f"There is no recorded footage at {footage_root}.",
                remedy="Leave --scene out to see the drill scene.",
                code="file_missing",
            )
        _add_recorded(plan, footage_root, rate, clock)
        plan.rate = max(plan.rate, rate)
    if scene is not Scene.RECORDED:
        plan.rate = max(plan.rate, DRILL_RATE)
        _add_drill(plan, clock, alone=scene is Scene.DRILL)
    if own is not None:
        camera = Camera("own", f"自选录像 {own.name}"[:80], CameraKind.TOWER, _anywhere(site), ())
        if own.is_dir():
            # Opened once now, so that a wrong folder is refused before anything starts.
            FolderSource(own, rate=rate, clock=clock)
            source = partial(FolderSource, own, rate=rate, clock=clock, max_gap_s=LONGEST_GAP_S)
            plan.add(camera, OWN_NOTE, CameraFeed(camera, 0, source))
        elif own.is_file():
            video = partial(VideoSource, own, every_s=CLIP_EVERY_S, loop=True, clock=clock)
            plan.add(camera, OWN_NOTE, CameraFeed(camera, 0, video))
        else:
            raise InputRefused(
                f"There is no footage at {own}.",
                remedy="Name a video, or a folder of pictures with their time in the name.",
                code="file_missing",
            )
    return plan


def _add_recorded(plan: FeedPlan, root: Path, rate: float, clock: Clock) -> None:
    cameras = plan.site.cameras
    sequence = partial(
        FolderSource, root / SEQUENCE, rate=rate, clock=clock, max_gap_s=LONGEST_GAP_S
    )
    plan.add(cameras["t1-red"], DEMO_SEQUENCE, CameraFeed(cameras["t1-red"], 0, sequence))
    for camera_id, clip, note, mode in (
        ("t2-fog", FOG, FOG_NOTE, FrameMode.VISIBLE),
        ("c1-canopy", INFRARED, INFRARED_NOTE, FrameMode.THERMAL),
    ):
        video = partial(
            VideoSource, root / clip, every_s=CLIP_EVERY_S, loop=True, clock=clock, mode=mode
        )
        plan.add(cameras[camera_id], note, CameraFeed(cameras[camera_id], 0, video))


def _add_drill(plan: FeedPlan, clock: Clock, *, alone: bool) -> None:
    """The tower that sees the plume; alone, two quiet towers beside it."""
    quiet = ("t1-red", "t2-fog") if alone else ()
    for camera_id in (plan.site.plume_camera_id, *quiet):
        camera = plan.site.cameras[camera_id]
        burns = camera_id == plan.site.plume_camera_id
        scene = partial(
            DrillScene,
            plan.relief,
            camera.position,
            camera.presets[0].pose,
            plume=plan.site.plume if burns else None,
            rate=DRILL_RATE,
            clock=clock,
        )
        note = DRILL_NOTE if burns else QUIET_NOTE
        plan.add(camera, note, CameraFeed(camera, camera.presets[0].number, scene))


def _anywhere(site: Site) -> Position:
    """The own camera stands at the first tower, without a pose: no direction is claimed."""
    return next(iter(site.cameras.values())).position
