"""From what is configured of a camera that is turned to what patrols with it."""

import hashlib
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from camera_gateway.credentials import host_of
from camera_gateway.patrol.course import Course
from camera_gateway.patrol.desk import PatrolDesk
from camera_gateway.patrol.judge import PatrolJudge
from camera_gateway.patrol.round import Round
from camera_gateway.patrol.route import Route
from camera_gateway.patrol.sights import Sights
from camera_gateway.sources.onvif_ptz import OnvifTurner
from camera_gateway.truth.view_memory import ViewMemory
from camera_gateway.turner import Turner
from models.camera_link import Credential
from models.camera_setup import CameraSetup
from models.clock import Clock
from models.patrol import Mover, Patrol, Tour
from models.site import Pose, Preset

__all__ = ["Patrolling", "patrol_of", "turner_of", "view_files"]


@dataclass(frozen=True, slots=True)
class Patrolling:
    """What patrols with one camera.

    Attributes:
        judge: of its pictures.
        round: tells the camera where to turn; its ``run`` goes beside the gateway.
    """

    judge: PatrolJudge
    round: Round


def turner_of(mover: Mover, credential: Credential | None, clock: Clock) -> OnvifTurner:
    """What turns a camera; it connects with the first question.

    Raises:
        SourceRefused: the address is not one of HTTP.
    """
    return OnvifTurner(mover.address, credential, clock, profile=mover.profile)


def _own_pose(preset: Preset) -> Pose:
    return preset.pose


def patrol_of(
    setup: CameraSetup,
    patrol: Patrol,
    *,
    desk: PatrolDesk,
    clock: Clock,
    random: Callable[[], float],
    zone: ZoneInfo,
    turner: Turner | None = None,
    pool: Executor | None = None,
    views: Path | None = None,
    view_name: Callable[[Preset], Pose] = _own_pose,
    clean: Callable[[str], str] = str,
) -> Patrolling:
    """Build it; nothing is started.

    Args:
        setup: of the camera, with a link.
        patrol: how it patrols.
        desk: of the house.
        clock: the installation's.
        random: numbers in [0, 1).
        zone: of the site, for the hours of tours.
        turner: turns the camera; ONVIF when left out.
        pool: where pictures are measured.
        views: folder where is kept what views look like; None to learn them anew.
        view_name: pose under which it is kept: a calibration is a better label of the same view.
        clean: takes passwords out of what is logged.

    Raises:
        SourceRefused: the address of what turns it is not one of HTTP.
    """
    camera, link = setup.camera, setup.link
    every_s = 5.0 if link is None else link.every_s
    poses = {preset.number: preset.pose for preset in camera.presets}

    def tour_now() -> Tour | None:
        return patrol.tour_at(clock.now(), zone, desk.danger)

    route = Route(patrol.mover, tuple(poses), tour_now)
    course = Course(poses, route, every_s=every_s, random=random, is_on=patrol.is_on)
    sights = Sights(
        poses, {} if views is None else _memories(setup, patrol.mover, views, view_name)
    )
    judge = PatrolJudge(
        camera.camera_id,
        course,
        sights,
        desk.visits,
        known_mode=None if link is None else link.mode,
        every_s=every_s,
        pool=pool,
    )
    return Patrolling(
        judge,
        Round(
            camera.camera_id,
            patrol.mover,
            turner or turner_of(patrol.mover, _credential_of(setup, patrol.mover), clock),
            course,
            route=route,
            sights=sights,
            keeper=desk,
            clock=clock,
            clean=clean,
        ),
    )


def _credential_of(setup: CameraSetup, mover: Mover) -> Credential | None:
    """The camera's own, where the mount is at its host; a password goes to no other one."""
    if setup.link is None or setup.credential is None:
        return None
    hosts = {host_of(address)[0].lower() for address in (setup.link.address, mover.address)}
    return setup.credential if len(hosts) == 1 else None


def view_files(views: Path, camera_id: str) -> list[Path]:
    """Where the views of a camera's presets are kept; the sign is in no camera's key."""
    return sorted(views.glob(f"{camera_id}+*.npz"))


def _memories(
    setup: CameraSetup, mover: Mover, views: Path, view_name: Callable[[Preset], Pose]
) -> dict[int, ViewMemory]:
    """Of each preset's view and token at these addresses; a digest, for they may hold a secret."""
    camera = setup.camera
    link = "" if setup.link is None else setup.link.address
    memories = {}
    for preset in camera.presets:
        token = mover.token_of(preset.number)
        name = view_name(preset)
        what = repr((camera.position, preset.number, name, link, mover.address, token))
        key = hashlib.sha256(what.encode()).hexdigest()[:32]
        path = views / f"{camera.camera_id}+{preset.number}.npz"
        memories[preset.number] = ViewMemory(path, key)
    return memories
