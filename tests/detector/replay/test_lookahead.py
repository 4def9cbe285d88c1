"""What is looked at beforehand is what would have been seen, and nothing else is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from replay_rig import BrightDetector, Hillside, hillside

from camera_gateway.pictures import check_jpeg, encode_jpeg
from detector.evaluate.footage import Moment, PictureSequence, Sampling
from detector.jpeg_picture import JpegPicture
from detector.replay.ahead import Ahead, MadePicture
from detector.replay.lookahead import Effort, Lookahead
from detector.replay.playing import Footage, Look, play
from geo.locate import Locator
from models.config import Settings
from models.detection import Detections
from models.errors import FrameCorrupt, InputRefused
from models.footage import Conditions

SETTINGS = Settings()
START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
PART_FLOOR = 0.02  # as the attention asks its detectors


def moments(*pictures: bytes | FrameCorrupt) -> Iterator[Moment]:
    for number, picture in enumerate(pictures):
        yield Moment(60.0 * number, START + timedelta(minutes=number), picture)


def looking(
    found: Iterator[Moment], detector: BrightDetector | None = None, *, cost: float = 3.0
) -> Lookahead:
    bright = detector or BrightDetector()
    attention = SETTINGS.attention.model_copy(update={"cost": cost})
    settings = SETTINGS.model_copy(update={"attention": attention})
    return Lookahead(
        found, bright, bright, settings, hands=1, is_boxed=lambda _at_s: False, effort=Effort()
    )


def scores(answer: Detections | FrameCorrupt) -> list[float]:
    assert isinstance(answer, Detections)
    return [float(score) for score in answer.scores]


def test_only_the_frame_in_hand_is_known_and_only_as_it_was_asked() -> None:
    first, second = (encode_jpeg(hillside(number, 40), 95) for number in (1, 2))
    bright = BrightDetector()
    ahead = looking(moments(first, second), bright)
    try:
        assert ahead.next() is not None
        mine = JpegPicture.of(first, "mine")
        made = ahead.picture_of(mine)
        assert isinstance(made, MadePicture)
        assert (made.name, made.width_px, made.height_px) == ("frame", 320, 240)
        image = made.decode(1)
        (known,) = ahead.full.detect_each([image], floor_score=PART_FLOOR)
        assert known is ahead.whole_of(image, PART_FLOOR)
        # other pixels, another floor, an equal file that is another one: asked for anew
        assert ahead.whole_of(image.copy(), PART_FLOOR) is None
        assert ahead.whole_of(image, 0.5) is None
        again = JpegPicture.of(bytes(bytearray(first)), "equal")
        assert ahead.picture_of(again) is again
        (asked,) = ahead.full.detect_each([image.copy()], floor_score=PART_FLOOR)
        assert scores(asked) == scores(known)
        assert ahead.band_of(image[10:20], PART_FLOOR) is None
        assert scores(ahead.wide.detect([image[10:200]], floor_score=0.5)[0]) == scores(known)
        ahead.leave_small(mine)
        assert np.array_equal(mine.small(), image)
        assert made.decode(2).shape == (120, 160, 3)
        assert ahead.deep() is None
        assert ahead.next() is not None
        assert ahead.picture_of(mine) is mine
        assert ahead.next() is None
        assert ahead.whole_of(image, PART_FLOOR) is None
        assert ahead.band_of(image, PART_FLOOR) is None
    finally:
        ahead.close()
    assert ahead.full.reference == bright.reference


def test_without_a_closer_look_files_are_known() -> None:
    data = encode_jpeg(hillside(1, 40), 95)
    ahead = looking(moments(data), cost=1.0)
    try:
        assert ahead.next() is not None
        mine = JpegPicture.of(data, "mine")
        assert ahead.picture_of(mine) is mine
        floor = SETTINGS.evidence.floor_score
        (known,) = ahead.full.detect_each([mine], floor_score=floor)
        assert known is ahead.whole_of(mine, floor)
        assert ahead.whole_of(JpegPicture.of(data + b"\0", "other"), floor) is None
    finally:
        ahead.close()


@pytest.mark.parametrize("cost", [1.0, 3.0])
def test_a_frame_is_proven_whole_before_it_is_handed_on(cost: float) -> None:
    data = encode_jpeg(hillside(1, 40), 95)
    torn = data[: len(data) // 2] + data[-2:]
    ahead = looking(moments(data, torn, b"no picture", FrameCorrupt("gone")), cost=cost)
    try:
        assert ahead.small() is None
        assert ahead.next() is not None
        small = ahead.small()
        assert small is not None
        assert np.abs(small.astype(int) - check_jpeg(data, "whole")).max() <= 2
        for _ in ("torn", "no picture"):
            assert ahead.next() is not None
            with pytest.raises(FrameCorrupt):
                ahead.small()
        assert ahead.next() is not None
        assert ahead.small() is None
    finally:
        ahead.close()


def test_it_may_be_left_at_any_time() -> None:
    def endless() -> Iterator[Moment]:
        number = 0
        while True:
            yield Moment(float(number), START, encode_jpeg(hillside(number), 90))
            number += 1

    for taken in (0, 1, 3):
        ahead = looking(endless())
        for _ in range(taken):
            assert ahead.next() is not None
        ahead.close()


def test_what_the_recording_says_is_told_in_its_turn() -> None:
    def broken() -> Iterator[Moment]:
        yield Moment(0.0, START, FrameCorrupt("gone"))
        raise InputRefused("It is no recording.")

    ahead = looking(broken())
    try:
        first = ahead.next()
        assert isinstance(first, Ahead)
        assert first.picture is None
        with pytest.raises(InputRefused, match="no recording"):
            ahead.next()
    finally:
        ahead.close()


@dataclass(frozen=True)
class Unchecked:
    """A recording whose pictures nobody has decoded before they are handed on."""

    data: bytes
    name: str = "unchecked"
    has_known_times: bool = True

    def moments(self, _sampling: Sampling) -> Iterator[Moment]:
        whole = [encode_jpeg(hillside(number), 90) for number in range(2)]
        return moments(whole[0], self.data, b"no JPEG at all", whole[1])


def test_a_picture_that_is_damaged_inside_is_refused_where_a_live_one_would_be() -> None:
    whole = encode_jpeg(hillside(5), 90)
    middle = len(whole) // 2
    damaged = whole[:middle] + b"\xff\xd9"
    bright = BrightDetector()
    look = Look(bright, bright, SETTINGS, Locator(None))
    footage = Footage(Unchecked(damaged), "a", Sampling(), Conditions(), None)
    played = play(footage, look)
    assert [frame.refused for frame in played.frames] == ["", "corrupt", "corrupt", ""]


def test_a_picture_that_the_scorer_cannot_use_is_corrupt(tmp_path: Path) -> None:
    class Picky(BrightDetector):
        def detect_each(
            self, pictures: object, *, floor_score: float
        ) -> list[Detections | FrameCorrupt]:
            assert isinstance(pictures, list)
            found = super().detect_each(pictures, floor_score=floor_score)
            return [
                FrameCorrupt("It cannot be used.") if len(one) else one
                for one in found
                if isinstance(one, Detections)
            ]

    hill = Hillside(tmp_path)
    for minute, plume in enumerate((0, 40, 0)):
        hill.put(minute, hillside(minute, plume))
    bright = Picky()
    pictures = tuple(
        (START + timedelta(minutes=number), path) for number, path in enumerate(hill.written)
    )
    footage = Footage(
        PictureSequence("a", pictures), "a", Sampling(), Conditions(), None, is_drill=True
    )
    played = play(footage, Look(bright, bright, SETTINGS, Locator(None)))
    assert [frame.refused for frame in played.frames] == ["", "corrupt", ""]
