"""Stills for a wall: of key frames only, while somebody looks, and of nobody else's time."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from coded_video import coded, level_of
from mp4_rig import FORM, MADE, pictures_of

from camera_gateway.pictures import decode_jpeg
from camera_gateway.sources.stream_open import MOST_PIXELS
from camera_gateway.video import wall
from camera_gateway.video.key_still import small_stills
from camera_gateway.video.tap import CodedPicture, VideoTap
from camera_gateway.video.wall import LOOKED_FOR_S, WallStills
from models.clock import ManualClock


async def until(true: Callable[[], bool]) -> None:
    for _ in range(400):
        if true():
            return
        await asyncio.sleep(0.005)
    pytest.fail("it never came true")


def level(jpeg: bytes) -> float:
    return float(decode_jpeg(jpeg, "test")[:30].mean())


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_key_frame_alone_becomes_small_pictures_of_the_widths_asked_for(codec: str) -> None:
    unit = coded(codec, 10, 10, size=(640, 360))[0]
    form = replace(FORM, codec={"h264": "h264", "h265": "hevc"}[codec])
    made = small_stills(form, replace(pictures_of([unit])[0], is_key=True), (320, 960))
    shapes = {width: decode_jpeg(jpeg, "test").shape for width, jpeg in made.items()}
    assert shapes == {320: (180, 320, 3), 960: (360, 640, 3)}
    assert all(level(jpeg) == pytest.approx(level_of(0), abs=3.0) for jpeg in made.values())


def test_parameters_may_stand_in_the_description_alone() -> None:
    unit = coded("h264", 10, 10)[0]
    at = unit.index(b"\0\0\1\x65")
    picture = replace(pictures_of([unit])[0], data=unit[at:])
    assert small_stills(FORM, picture, (320,)) == {}
    assert small_stills(replace(FORM, parameters=unit[:at]), picture, (320,)) != {}


def test_what_does_not_decode_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    good = pictures_of(coded("h264", 10, 10, size=(640, 360)))[0]
    assert small_stills(FORM, replace(good, data=b"rubbish"), (320,)) == {}
    assert small_stills(FORM, replace(good, data=good.data[: len(good.data) // 2]), (320,)) == {}
    assert small_stills(replace(FORM, codec="pcm_s16le"), good, (320,)) == {}
    assert small_stills(FORM, good, (1,)) == {}
    monkeypatch.setattr("camera_gateway.video.key_still.MOST_PIXELS", 1000)
    assert small_stills(FORM, good, (320,)) == {}
    assert MOST_PIXELS > 1000


def key(number: int, at_s: float) -> CodedPicture:
    return replace(pictures_of()[10 * number % 50], at_s=at_s)


def test_key_frames_are_decoded_for_those_who_look_and_no_oftener_than_it_is_worth() -> None:
    async def look() -> None:
        clock = ManualClock(MADE)
        tap, stills = VideoTap(), WallStills(clock)
        stills.want(tap, 320)
        assert stills.looked_at == 0, "without a stream there is nothing to look at"
        tap.begin(FORM)
        assert not tap.is_heard
        stills.want(tap, 320)
        assert tap.is_heard
        assert stills.newest(tap, 320) is None
        tap.take(pictures_of()[3])  # no key frame
        tap.take(key(0, 1.0))
        await until(lambda: stills.newest(tap, 320) is not None)
        first = stills.newest(tap, 320)
        assert first is not None
        assert first.captured == key(0, 1.0).captured
        assert (first.received_at - MADE).total_seconds() == pytest.approx(1.0)
        assert stills.newest(tap, 960) is None
        tap.take(key(1, 1.5))  # too soon
        stills.want(tap, 960)
        tap.take(key(2, 2.0))
        await until(lambda: stills.newest(tap, 960) is not None)
        for width in (320, 960):
            found = stills.newest(tap, width)
            assert found is not None
            assert level(found.jpeg) == pytest.approx(level_of(20), abs=3.0)
        # Nothing outlives its stream: it may have been closed to hide what it shows.
        tap.close()
        assert stills.newest(tap, 320) is None

    asyncio.run(look())


def test_looking_expires_by_itself_and_the_thread_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look() -> None:
        monkeypatch.setattr(wall, "_SWEEP_S", 0.02)
        clock = ManualClock(MADE)
        one, other, stills = VideoTap(), VideoTap(), WallStills(clock)
        before = set(threading.enumerate())
        for tap in (one, other):
            tap.begin(FORM)
            stills.want(tap, 320)
        one.take(key(0, 1.0))
        await until(lambda: stills.newest(one, 320) is not None)
        clock.advance(LOOKED_FOR_S - 1.0)
        stills.want(other, 960)
        clock.advance(2.0)
        await until(lambda: not one.is_heard)
        assert other.is_heard
        assert stills.newest(one, 320) is None
        clock.advance(LOOKED_FOR_S)
        await until(lambda: stills.looked_at == 0)
        assert not other.is_heard
        await until(lambda: set(threading.enumerate()) <= before)
        stills.want(one, 320)  # and somebody looks again
        one.take(key(0, 20.0))
        await until(lambda: stills.newest(one, 320) is not None)
        clock.advance(LOOKED_FOR_S + 1.0)
        await until(lambda: stills.looked_at == 0)

    asyncio.run(look())


def test_many_cameras_get_theirs_half_as_often_and_a_slow_machine_leaves_some_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def look() -> None:
        stills, taps = WallStills(ManualClock(MADE)), [VideoTap() for _ in range(wall.FEW + 1)]
        for tap in taps[:-1]:
            tap.begin(FORM)
            stills.want(tap, 320)
        assert stills.every_s < 1.0
        taps[-1].begin(FORM)
        stills.want(taps[-1], 320)
        assert 1.0 < stills.every_s < 2.0
        slow, made = threading.Event(), []

        def decode(_form: object, picture: CodedPicture, _widths: object) -> dict[int, bytes]:
            slow.wait(5.0)
            made.append(picture.at_s)
            return {320: b"jpeg"}

        monkeypatch.setattr(wall, "small_stills", decode)
        for second in range(0, 20, 2):
            taps[0].take(key(0, float(second)))
        slow.set()
        await until(lambda: stills.newest(taps[0], 320) is not None)
        await asyncio.sleep(0.05)
        assert len(made) <= 2, "what came while it was at work is left out, but for the newest"

    asyncio.run(look())


def test_a_wall_that_nobody_looks_at_does_nothing() -> None:
    stills = WallStills(ManualClock(MADE))
    assert not stills.submit(lambda: None)
    assert stills.looked_at == 0


def test_a_decoder_that_fails_leaves_the_wall_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look() -> None:
        tap, stills = VideoTap(), WallStills(ManualClock(MADE))
        tap.begin(FORM)
        stills.want(tap, 320)

        def fail(*_: object) -> dict[int, bytes]:
            raise RuntimeError

        with monkeypatch.context() as failing:
            failing.setattr(wall, "small_stills", fail)
            tap.take(key(0, 1.0))
            await asyncio.sleep(0.05)
        tap.take(key(0, 3.0))
        await until(lambda: stills.newest(tap, 320) is not None)

    asyncio.run(look())
