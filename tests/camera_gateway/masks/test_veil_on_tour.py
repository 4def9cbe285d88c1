"""A camera that turns: no home is in any picture that leaves, wherever the head really looks."""

import asyncio
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from patrol_rig import START, PatrolRig, setup_of
from ptz_sim import head_of
from ptz_world import Head, Target

from camera_gateway.labelling import Labels
from camera_gateway.masks import MaskBook, PictureVeil, painted
from camera_gateway.pictures import decode_jpeg, encode_jpeg
from camera_gateway.source import RawFrame
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.mask import MaskKind, ViewMask
from models.patrol import PoseTrust

TARGETS = {0: Target(350.0, -3.0), 1: Target(30.0, -3.0), 2: Target(75.0, -5.0)}
HOMES = {0: (340.0, -12.0), 1: (41.0, -11.0)}  # azimuth and tilt of the home seen from a preset
SIZE = (480, 270)
HALF = 0.08


def place_of(home: tuple[float, float], look: tuple[float, float, float]) -> tuple[float, float]:
    """Where a home lies in a picture, in shares of it; outside of 0 to 1 it is not in it."""
    azimuth, tilt, fov = look
    x = 0.5 + ((home[0] - azimuth + 180.0) % 360.0 - 180.0) / fov
    return x, 0.5 + (tilt - home[1]) / (fov * SIZE[1] / SIZE[0])


def mask_of(preset: int) -> ViewMask:
    target = TARGETS[preset]
    x, y = place_of(HOMES[preset], (target.azimuth_deg, target.tilt_deg, target.fov_deg))
    corners = (
        (x - HALF, y - HALF),
        (x + HALF, y - HALF),
        (x + HALF, y + HALF),
        (x - HALF, y + HALF),
    )
    return ViewMask("north", preset, MaskKind.PRIVACY, corners, "wang", START)


@dataclass
class VeiledRig(PatrolRig):
    """A patrol whose pictures leave through a veil.

    Attributes:
        left: what left, with where the camera really looked.
        held: how many did not.
    """

    left: list[tuple[Frame, tuple[float, float, float]]] = field(default_factory=list)
    held: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.book = MaskBook(self.clock.now)
        self.book.replace([mask_of(preset) for preset in HOMES])
        self.veil = PictureVeil("north", self.book, tours=True)
        self.labels = Labels(self.setup.camera, 0, 0)

    async def _picture(self) -> None:
        await super()._picture()
        judgement = self.seen[-1].judgement
        if judgement.fault is not None and not judgement.fault.is_shown:
            return
        raw = RawFrame(
            encode_jpeg(self.head.picture(SIZE)), self.clock.now(), TimeSource.RECEIPT,
            FrameMode.VISIBLE, Provenance.LIVE,
        )  # fmt: skip
        frame = self.labels.frame(judgement, raw)
        veiled = await self.veil.over(frame, free=judgement.fault is not None)
        if veiled is None:
            self.held += 1
        else:
            self.left.append((veiled, self.head.look_deg()))

    def bare(self) -> list[tuple[Frame, tuple[float, float, float]]]:
        """Pictures that left with a home to be seen in them."""
        return [(frame, look) for frame, look in self.left if _shows_a_home(frame, look)]


def _shows_a_home(frame: Frame, look: tuple[float, float, float]) -> bool:
    shown = decode_jpeg(frame.jpeg, "north")
    white = encode_jpeg(np.full((SIZE[1], SIZE[0], 3), 255, np.uint8))
    hidden = decode_jpeg(painted(white, frame.hidden, "north"), "north") if frame.hidden else None
    for home in HOMES.values():
        x, y = (int(part * side) for part, side in zip(place_of(home, look), SIZE, strict=True))
        is_in_it = 0 <= x < SIZE[0] and 0 <= y < SIZE[1]
        if is_in_it and (
            hidden is None or np.abs(shown[y, x].astype(int) - hidden[y, x]).max() > 12
        ):
            return True
    return False


def rig_of(**wishes: object) -> VeiledRig:
    return VeiledRig(head_of(TARGETS, **wishes), setup_of(TARGETS))


def stands_at_a_preset(head: Head) -> bool:
    return any(
        abs(head.look[0] % 360.0 - one.azimuth_deg) < 0.5 and abs(head.look[1] - one.tilt_deg) < 0.5
        for one in TARGETS.values()
    )


@pytest.mark.parametrize("says", ["honest", "idle", "there", "mute"])
def test_no_home_leaves_on_a_tour_whatever_the_camera_says_of_itself(says: str) -> None:
    rig = rig_of(says=says, backlash_deg=0.6)
    asyncio.run(rig.play(420.0))
    assert rig.bare() == []
    assert rig.held > 10  # under way
    assert {frame.preset for frame, _ in rig.left} == {0, 1, 2}
    # Once it is known where it looks, only what is private there is hidden.
    verified = [frame for frame, _ in rig.left if frame.pose_trust is PoseTrust.VERIFIED]
    assert {len(frame.hidden) for frame in verified} == {0, 1}


@pytest.mark.parametrize("stuck_at", [0, 1, 2])
def test_no_home_leaves_when_a_mast_is_stuck_and_labels_say_otherwise(stuck_at: int) -> None:
    rig = rig_of(says="there")
    asyncio.run(rig.play(300.0))
    target = TARGETS[stuck_at]
    for _ in range(240):
        asyncio.run(rig.play(0.5))
        if rig.head.look[0] % 360.0 == target.azimuth_deg and not rig.head.is_moving:
            break
    rig.head.stuck = {"pan", "tilt"}
    assert stands_at_a_preset(rig.head)
    rig.left.clear()
    asyncio.run(rig.play(300.0))
    assert rig.left
    assert rig.bare() == []


def test_fog_on_tour_hides_what_is_private_at_any_preset() -> None:
    rig = rig_of()
    asyncio.run(rig.play(300.0))
    rig.head.fog = 0.97
    rig.left.clear()
    asyncio.run(rig.play(120.0))
    assert rig.left
    assert all(len(frame.hidden) == 2 for frame, _ in rig.left if frame.pose_trust is None)
    assert rig.bare() == []


def test_without_masks_a_camera_that_turns_shows_all_that_it_sees() -> None:
    rig = rig_of()
    rig.book.replace([replace(mask_of(1), camera_id="south")])
    asyncio.run(rig.play(200.0))
    assert rig.held == 0
    assert rig.bare() != []
