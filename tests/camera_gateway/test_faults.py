"""Faults of a drill's camera: planned from a seed, and judged as those of live cameras are."""

import asyncio
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera_gateway.pictures import decode_jpeg, encode_jpeg
from camera_gateway.scene.faults import (
    CameraFault,
    FaultSpan,
    damaged,
    fault_at,
    plan_faults,
)
from camera_gateway.source import RawFrame
from camera_gateway.sources.faulty import LATEST, LONGEST_JUMP, FaultySource
from camera_gateway.truth.judge import ViewJudge
from camera_gateway.truth.judgement import Fault
from models.clock import ManualClock
from models.errors import FrameCorrupt, InputRefused
from models.frame import FrameMode, Provenance, TimeSource
from models.units import ImageBGR

START = datetime(2026, 5, 1, 4, tzinfo=UTC)
EVERY = timedelta(seconds=30)
WIDTH, HEIGHT = 320, 180


def land(number: int = 0) -> ImageBGR:
    """Sky over rough land, with the grain of that frame."""
    random = np.random.default_rng(5)
    rough = cv2.resize(random.integers(20, 110, (24, 40, 3), np.uint8), (WIDTH, HEIGHT))
    rough[: HEIGHT // 3] = (200, 180, 150)
    grain = np.random.default_rng([6, number]).normal(0.0, 2.0, rough.shape)
    return np.asarray(np.clip(rough + grain, 0, 255), np.uint8)


class Pictures:
    """A source of such pictures, one every half minute."""

    def __init__(self, *, whole: bool = True) -> None:
        self.number = 0
        self.closed = False
        self.whole = whole

    async def read(self) -> RawFrame:
        image = land(self.number)
        jpeg = encode_jpeg(image) if self.whole else b"\xff\xd8 no picture"
        at, small = START + self.number * EVERY, np.ascontiguousarray(image[::8, ::8])
        self.number += 1
        return RawFrame(
            jpeg, at, TimeSource.SIMULATED, FrameMode.VISIBLE, Provenance.DRILL, small=small
        )

    async def close(self) -> None:
        self.closed = True


def played(*spans: FaultSpan, count: int, clock: ManualClock) -> list[RawFrame]:
    async def scenario() -> list[RawFrame]:
        source = FaultySource(Pictures(), spans, clock=clock)
        return [await source.read() for _ in range(count)]

    return asyncio.run(scenario())


def image_of(raw: RawFrame) -> ImageBGR:
    return decode_jpeg(raw.jpeg, "test")


def test_frames_without_a_fault_come_as_they_are(clock: ManualClock) -> None:
    span = FaultSpan(CameraFault.BLACK, 2, 1)
    frames = played(span, count=4, clock=clock)
    for number in (0, 1, 3):
        assert frames[number].jpeg == encode_jpeg(land(number))
        assert frames[number].small is not None
    assert frames[2].small is None
    assert {frame.provenance for frame in frames} == {Provenance.DRILL}


def test_a_frozen_camera_repeats_under_new_times(clock: ManualClock) -> None:
    frames = played(FaultSpan(CameraFault.FROZEN, 2, 3), count=6, clock=clock)
    assert {frame.jpeg for frame in frames[1:5]} == {frames[1].jpeg}
    assert frames[5].jpeg != frames[1].jpeg
    assert [frame.captured_at for frame in frames] == [START + n * EVERY for n in range(6)]
    first = played(FaultSpan(CameraFault.FROZEN, 0, 2), count=2, clock=clock)
    assert first[0].jpeg == first[1].jpeg


def test_a_clock_jumps_and_comes_back(clock: ManualClock) -> None:
    for seed, sign in ((1, 1), (2, -1)):
        span = FaultSpan(CameraFault.CLOCK, 1, 1, 0.5, seed)
        frames = played(span, count=3, clock=clock)
        off = [frame.captured_at - START - n * EVERY for n, frame in enumerate(frames)]
        assert off == [timedelta(0), sign * LONGEST_JUMP / 2, timedelta(0)]


def test_late_frames_keep_the_time_at_which_they_were_made(clock: ManualClock) -> None:
    began_s = clock.monotonic_s()
    frames = played(FaultSpan(CameraFault.LATE, 0, 2, 0.25), count=3, clock=clock)
    assert clock.monotonic_s() - began_s == pytest.approx(LATEST.total_seconds() / 2)
    assert [frame.captured_at for frame in frames] == [START + n * EVERY for n in range(3)]


def test_each_fault_of_pictures_does_what_it_says() -> None:
    image = land()

    def made(fault: CameraFault, strength: float = 1.0, number: int = 0) -> ImageBGR:
        return damaged(image, FaultSpan(fault, 0, 9, strength, 3), number)

    assert not made(CameraFault.BLACK).any()
    for fault in (CameraFault.SMEARED, CameraFault.HALF):
        slight, bad = made(fault, 0.3), made(fault)
        good = [int((each == image).all(axis=(1, 2)).sum()) for each in (slight, bad)]
        assert good[0] > good[1] > 0
        assert (np.diff(bad[good[1] + 1 :].astype(int), axis=0) == 0).all()
    assert (made(CameraFault.HALF)[-1] == 128).all()
    cast = made(CameraFault.CAST).astype(float).mean(axis=(0, 1)) / image.mean(axis=(0, 1))
    assert np.ptp(cast) > 0.2
    assert (made(CameraFault.SHAKE, number=1) != made(CameraFault.SHAKE, number=2)).any()
    still = np.abs(made(CameraFault.SHAKE, 0.0).astype(int) - image)
    assert still.max() == 0
    drops = made(CameraFault.DROPS)
    assert (drops == made(CameraFault.DROPS, number=5)).all()
    share = (np.abs(drops.astype(int) - image).max(axis=2) > 8).mean()
    assert 0.005 < share < 0.4
    for fault in (CameraFault.FROZEN, CameraFault.CLOCK, CameraFault.LATE):
        assert (made(fault) == image).all()
    assert (image == land()).all()


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (CameraFault.BLACK, {Fault.BLACK, Fault.DUPLICATE}),
        (CameraFault.FROZEN, {Fault.DUPLICATE, Fault.FROZEN}),
        (CameraFault.SMEARED, {Fault.SMEARED}),
        (CameraFault.HALF, {Fault.SMEARED}),
    ],
)
def test_the_gateway_s_judge_refuses_what_says_nothing_of_now(
    fault: CameraFault, seen: set[Fault], clock: ManualClock
) -> None:
    frames = played(FaultSpan(fault, 4, 3), count=9, clock=clock)

    async def judged() -> list[Fault | None]:
        judge = ViewJudge("drill", known_mode=FrameMode.VISIBLE, every_s=30.0)
        return [
            (await judge.look(frame, frame.captured_at, 30.0 * number)).fault
            for number, frame in enumerate(frames)
        ]

    faults = asyncio.run(judged())
    assert faults[:4] + faults[7:] == [None] * 6
    assert set(faults[4:7]) <= seen
    assert None not in faults[4:7]


def test_a_damaged_picture_cannot_be_damaged_further(clock: ManualClock) -> None:
    inner = Pictures(whole=False)
    source = FaultySource(inner, [FaultSpan(CameraFault.CAST, 1, 1)], clock=clock)

    async def scenario() -> None:
        await source.read()
        with pytest.raises(FrameCorrupt):
            await source.read()
        await source.read()
        await source.close()

    asyncio.run(scenario())
    assert inner.closed


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**31),
    frames=st.integers(0, 3_000),
    share=st.floats(0.0, 0.6),
    longest=st.integers(1, 9),
)
def test_a_plan_never_overlaps_and_never_leaves_the_drill(
    seed: int, frames: int, share: float, longest: int
) -> None:
    plan = plan_faults(seed, frames, share=share, longest=longest)
    assert plan == plan_faults(seed, frames, share=share, longest=longest)
    numbers = [n for span in plan for n in range(span.first, span.first + span.count)]
    assert len(set(numbers)) == len(numbers)
    assert all(0 <= n < frames for n in numbers)
    assert all(span.count <= longest for span in plan)
    assert all(fault_at(plan, n) is not None for n in numbers[:50])
    if frames == 3_000:
        assert len(numbers) / frames == pytest.approx(share, abs=0.12)


def test_a_plan_draws_every_fault_and_about_the_share_that_is_asked_for() -> None:
    plan = plan_faults(1, 20_000, share=0.3)
    assert {span.fault for span in plan} == set(CameraFault)
    assert sum(span.count for span in plan) / 20_000 == pytest.approx(0.3, abs=0.03)
    only = plan_faults(1, 500, faults=[CameraFault.DROPS])
    assert {span.fault for span in only} == {CameraFault.DROPS}
    assert fault_at(plan, 20_001) is None
    assert not plan_faults(1, 1_000, share=0.0)


@pytest.mark.parametrize(
    "wrong", [{"share": 0.95}, {"share": float("nan")}, {"longest": 0}, {"faults": []}]
)
def test_a_plan_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputRefused) as refused:
        plan_faults(1, 10, **wrong)  # type: ignore[arg-type]
    assert refused.value.code == "drill_fault"
    with pytest.raises(InputRefused):
        plan_faults(1, -1)


@pytest.mark.parametrize(("first", "count", "strength"), [(-1, 1, 1.0), (0, 0, 1.0), (0, 1, 1.1)])
def test_a_span_that_is_none_is_refused(first: int, count: int, strength: float) -> None:
    with pytest.raises(InputRefused):
        FaultSpan(CameraFault.BLACK, first, count, strength)
