"""No picture leaves a gateway with what is private in it, whatever happens on its way."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from camera_gateway.bus import MemoryBus
from camera_gateway.gateway import Gateway
from camera_gateway.masks import MaskBook, PictureVeil
from camera_gateway.masks.paint import PAINT_BGR, PAINT_SPREAD
from camera_gateway.pictures import decode_jpeg, encode_jpeg
from camera_gateway.ring import FrameRing
from camera_gateway.source import RawFrame
from camera_gateway.status import GatewayState
from camera_gateway.truth import ViewJudge
from models.clock import ManualClock
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.mask import MaskKind, ViewMask
from models.patrol import PoseTrust
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
POSE = Pose(0.0, 0.0, 0.0, 60.0)
HERE = Position(106.6, 29.0, 800.0, HeightDatum.SEA_LEVEL)
CAMERA = Camera("t1", "塔一", CameraKind.TOWER, HERE, (Preset(0, "谷口", POSE),))
LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
RIGHT = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
NEVER = ViewMask("t1", 0, MaskKind.PRIVACY, LEFT, "wang", NOW)


def picture(seed: int = 1) -> bytes:
    return encode_jpeg(np.random.default_rng(seed).integers(130, 256, (120, 160, 3), np.uint8))


def frame(jpeg: bytes | None = None, **facts: object) -> Frame:
    plain = Frame(
        camera_id="t1",
        preset=0,
        sequence=0,
        captured_at=NOW,
        received_at=NOW,
        time_source=TimeSource.RECEIPT,
        jpeg=picture() if jpeg is None else jpeg,
        mode=FrameMode.VISIBLE,
        provenance=Provenance.LIVE,
        pose=POSE,
    )
    return replace(plain, **facts)  # type: ignore[arg-type]  # facts are named as the fields are


def is_painted(jpeg: bytes, side: slice) -> bool:
    shown = decode_jpeg(jpeg, "t1")[:, side].astype(int)
    return bool(np.abs(shown - PAINT_BGR).max() < PAINT_SPREAD + 25)


LEFT_SIDE, RIGHT_SIDE = slice(0, 70), slice(120, 160)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def book(clock: ManualClock) -> MaskBook:
    book = MaskBook(clock.now)
    book.replace([NEVER])
    return book


def over(veil: PictureVeil, shown: Frame, *, free: bool = False) -> Frame | None:
    return asyncio.run(veil.over(shown, free=free))


def test_a_camera_without_masks_costs_nothing_and_is_left_as_it_is(book: MaskBook) -> None:
    book.replace([replace(NEVER, camera_id="t2")])
    veil, given = PictureVeil("t1", book), frame()
    assert over(veil, given) is given
    assert over(veil, given, free=True) is given
    assert veil.apply(given.jpeg, 0, 60.0, NOW) is given.jpeg
    assert veil.apply(given.jpeg, None, None, NOW) is given.jpeg


def test_what_is_private_is_painted_over_and_the_frame_is_the_same_otherwise(
    book: MaskBook,
) -> None:
    with ThreadPoolExecutor(1) as pool:
        given = frame()
        veiled = over(PictureVeil("t1", book, pool), given)
    assert veiled is not None
    assert is_painted(veiled.jpeg, LEFT_SIDE)
    assert not is_painted(veiled.jpeg, RIGHT_SIDE)
    assert replace(veiled, jpeg=given.jpeg) == replace(given, hidden=(NEVER,))
    assert PictureVeil("t1", book).apply(given.jpeg, 0, 60.0, NOW) == veiled.jpeg


def test_another_preset_or_zoom_shows_another_place(book: MaskBook) -> None:
    veil = PictureVeil("t1", book)
    other = frame(preset=4)
    assert over(veil, other) is other
    book.replace([replace(NEVER, fov_max_deg=20.0)])
    wide = frame()
    assert over(veil, wide) is wide
    unknown = over(veil, frame(pose=None))
    assert unknown is not None
    assert is_painted(unknown.jpeg, LEFT_SIDE)


@pytest.mark.parametrize("trust", [None, PoseTrust.COMMANDED, PoseTrust.REPORTED])
def test_a_camera_on_tour_that_may_be_at_any_preset_hides_what_is_private_at_all(
    book: MaskBook, trust: PoseTrust | None
) -> None:
    book.replace([NEVER, replace(NEVER, preset=1, polygon=RIGHT, fov_max_deg=5.0)])
    touring = PictureVeil("t1", book, tours=True)
    unsure, sure = (
        over(touring, frame(pose_trust=trust)),
        over(touring, frame(pose_trust=PoseTrust.VERIFIED)),
    )
    assert unsure is not None
    assert sure is not None
    assert is_painted(unsure.jpeg, LEFT_SIDE)
    assert is_painted(unsure.jpeg, RIGHT_SIDE)
    assert not is_painted(sure.jpeg, RIGHT_SIDE)
    standing = over(PictureVeil("t1", book), frame(pose_trust=trust))
    assert standing is not None
    assert not is_painted(standing.jpeg, RIGHT_SIDE)


def test_nothing_leaves_of_a_camera_under_way_with_anything_private(book: MaskBook) -> None:
    veil = PictureVeil("t1", book, tours=True)
    book.replace([replace(NEVER, preset=7)])
    assert over(veil, frame(), free=True) is None
    assert veil.apply(picture(), None, None, NOW) is None


def test_nothing_leaves_while_nobody_knows_what_is_private(clock: ManualClock) -> None:
    veil = PictureVeil("t1", MaskBook(clock.now))
    assert over(veil, frame()) is None
    assert veil.apply(picture(), 0, None, NOW) is None
    assert not veil.still_covers(frame())


@pytest.mark.parametrize("jpeg", [b"", b"\xff\xd8\xff", picture()[:-200]])
def test_a_picture_that_cannot_be_masked_does_not_leave(book: MaskBook, jpeg: bytes) -> None:
    veil = PictureVeil("t1", book)
    assert over(veil, frame(jpeg)) is None
    assert veil.apply(jpeg, 0, None, NOW) is None


def test_a_mask_that_is_drawn_while_a_picture_is_painted_is_in_it(book: MaskBook) -> None:
    veil = PictureVeil("t1", book)
    paint, drawn = veil._paint, []

    def slow(jpeg: bytes, masks: tuple[ViewMask, ...]) -> bytes | None:
        if not drawn:
            drawn.append(replace(NEVER, polygon=RIGHT))
            book.replace([NEVER, *drawn])
        return paint(jpeg, masks)

    veil._paint = slow  # type: ignore[method-assign]
    veiled = over(veil, frame())
    assert veiled is not None
    assert is_painted(veiled.jpeg, RIGHT_SIDE)


class Playing:
    """A source with one picture a second."""

    def __init__(self, clock: ManualClock, pictures: list[bytes]) -> None:
        self._clock, self._pictures = clock, iter(pictures)

    async def read(self) -> RawFrame:
        await self._clock.sleep(1.0)
        jpeg = next(self._pictures, None)
        if jpeg is None:
            await asyncio.Event().wait()
        assert jpeg is not None
        return RawFrame(
            jpeg, self._clock.now(), TimeSource.RECEIPT, FrameMode.VISIBLE, Provenance.LIVE
        )

    async def close(self) -> None:
        """Nothing is open."""


class House:
    """A gateway with a veil, and all that its frames reach."""

    def __init__(
        self, clock: ManualClock, book: MaskBook, pictures: list[bytes], *, judged: bool = False
    ) -> None:
        self.bus, self.ring = MemoryBus(clock, 1e9, lossless=True), FrameRing(10**7, 50)
        self.published: list[Frame] = []
        self.gateway = Gateway(
            CAMERA,
            0,
            lambda: Playing(clock, pictures),
            bus=self.bus,
            ring=self.ring,
            clock=clock,
            random=lambda: 0.0,
            veil=PictureVeil("t1", book),
            judge=ViewJudge("t1") if judged else None,
        )

    def play(self, until: Callable[[], bool], then: Callable[[], None] = lambda: None) -> None:
        async def scene() -> None:
            running = asyncio.create_task(self.gateway.run())
            for _turn in range(2000):
                await asyncio.sleep(0)
                self.published += await self.bus.pull(1, 0.0)
                if until():
                    break
            then()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

        asyncio.run(scene())
        assert until()


def test_ring_bus_and_still_get_masked_pictures_only(clock: ManualClock, book: MaskBook) -> None:
    house = House(clock, book, [picture(seed) for seed in range(6)], judged=True)
    house.play(lambda: len(house.published) == 6)
    kept = house.ring.recent("t1", 50)
    still = house.gateway.status().still
    assert len(kept) == 6
    assert still == kept[-1].jpeg
    for leaving in (*kept, *house.published):
        assert is_painted(leaving.jpeg, LEFT_SIDE)
        assert not is_painted(leaving.jpeg, RIGHT_SIDE)


def test_the_newest_still_is_withheld_from_the_moment_at_which_more_is_private(
    clock: ManualClock, book: MaskBook
) -> None:
    book.replace(())
    house = House(clock, book, [picture()])
    house.play(lambda: len(house.published) == 1)
    assert house.gateway.status().still == picture()
    book.replace([replace(NEVER, preset=1)])
    assert house.gateway.status().still == picture()
    book.replace([NEVER])
    told = house.gateway.status()
    assert told.still is None
    assert told.captured_at is not None
    book.replace(())
    assert house.gateway.status().still == picture()


def test_a_picture_that_cannot_be_masked_is_counted_told_and_over_with_the_next(
    clock: ManualClock, book: MaskBook
) -> None:
    house = House(clock, book, [picture(1), picture(2)[:-300]])
    house.play(lambda: house.gateway.status().frames_received == 2)
    told = house.gateway.status()
    assert (told.frames_dropped, told.frames_published) == ({"unmaskable": 1}, 1)
    assert (told.state, told.trouble_code) == (GatewayState.DEGRADED, "unmaskable")
    assert [each.sequence for each in house.ring.recent("t1", 9)] == [0]


def test_the_judge_sees_the_camera_as_it_is(clock: ManualClock, book: MaskBook) -> None:
    whole = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    book.replace([replace(NEVER, polygon=whole)])
    house = House(clock, book, [picture(seed) for seed in range(12)], judged=True)
    house.play(lambda: len(house.published) == 12)
    told = house.gateway.status()
    assert told.state is GatewayState.LIVE
    assert not told.frames_dropped


def test_a_mask_that_ends_is_gone_from_the_next_picture(clock: ManualClock, book: MaskBook) -> None:
    book.replace([replace(NEVER, expires_at=NOW + timedelta(seconds=2.5))])
    house = House(clock, book, [picture(seed) for seed in range(4)])
    house.play(lambda: len(house.published) == 4)
    assert [is_painted(each.jpeg, LEFT_SIDE) for each in house.published] == [
        True,
        True,
        False,
        False,
    ]
