"""Who watches a camera live begins with a key frame and goes at a pace that costs nobody else."""

import asyncio
import threading
import time
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from coded_video import coded
from mp4_rig import FORM, MADE, decoded, pictures_of

from camera_gateway.video import live
from camera_gateway.video.live import LiveViewer, LiveViews
from camera_gateway.video.remux import Piece, VideoState
from camera_gateway.video.tap import CodedPicture, VideoTap
from models.clock import ManualClock
from models.errors import Conflict


def views(**most: int) -> LiveViews:
    return LiveViews(ManualClock(MADE), **most)


def play(tap: VideoTap, pictures: list[CodedPicture]) -> None:
    """As a reader's thread does."""
    thread = threading.Thread(target=lambda: [tap.take(picture) for picture in pictures])
    thread.start()
    thread.join()


async def all_of(viewer: LiveViewer) -> list[Piece]:
    found = await viewer.pieces(0.2)
    while more := await viewer.pieces(0.0):
        found += more
    return found


def film(pieces: list[Piece]) -> bytes:
    return pieces[0].head.data + b"".join(piece.data for piece in pieces)


def test_nothing_is_heard_while_nobody_watches_and_one_remuxing_serves_all() -> None:
    async def watch() -> None:
        tap, all_views = VideoTap(), views()
        tap.begin(FORM)
        assert not tap.is_heard
        with all_views.watch(tap) as first:
            with all_views.watch(tap) as second:
                assert (all_views.viewers, all_views.watched, len(tap._listeners)) == (2, 1, 1)
                play(tap, pictures_of()[:30])
                a, b = await all_of(first), await all_of(second)
                assert all(x is y for x, y in zip(a, b, strict=True))
            assert tap.is_heard
            assert first.is_of(tap)
        assert not tap.is_heard
        assert (all_views.viewers, all_views.watched) == (0, 0)

    asyncio.run(watch())


def test_who_comes_later_begins_with_the_newest_key_frame_and_who_is_there_loses_none() -> None:
    async def watch() -> None:
        tap, all_views = VideoTap(), views()
        tap.begin(FORM)
        with all_views.watch(tap) as first:
            assert first.state is VideoState.NO_CAMERA
            await asyncio.sleep(0)
            assert first.state is VideoState.WAITING_KEY
            seen = []
            for at in range(0, 36, 6):
                play(tap, pictures_of()[at : at + 6])
                seen += await all_of(first)
            with all_views.watch(tap) as second:
                late = await all_of(second)
                assert second.state is VideoState.PLAYING
            assert late[0].is_key
            assert len(decoded(film(seen))) == 35  # the last one is held until its length is known
            assert len(decoded(film(late))) == 5
            assert first.skipped == 0

    asyncio.run(watch())


def test_one_who_is_slow_is_put_ahead_to_the_newest_key_frame() -> None:
    async def watch() -> None:
        tap, all_views = VideoTap(), views()
        tap.begin(FORM)
        with all_views.watch(tap) as slow:
            play(tap, pictures_of()[:5])
            await all_of(slow)
            for number in range(1, 12):  # 22 s of video that it does not take
                play(tap, pictures_of(first=50 * number))
                await asyncio.sleep(0.01)
            found = await all_of(slow)
            assert slow.skipped == 1
            assert found[0].is_key
            kept = [piece.at_s for piece in next(iter(all_views._channels.values()))._kept]
            assert kept[-1] - kept[0] < live.TAIL_S + 1.0
            assert len(decoded(film(found))) == 9

    asyncio.run(watch())


def test_a_group_of_pictures_without_end_is_bounded_and_who_comes_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def watch() -> None:
        tap, all_views = VideoTap(), views()
        tap.begin(FORM)
        endless = pictures_of(coded("h264", 100, 100))
        monkeypatch.setattr(live, "MOST_KEPT_BYTES", sum(len(each.data) for each in endless) // 3)
        with all_views.watch(tap) as first:
            seen = []
            for at in range(0, 100, 5):
                play(tap, endless[at : at + 5])
                seen += await all_of(first)
            assert len(decoded(film(seen))) == 99
            channel = next(iter(all_views._channels.values()))
            assert channel._kept_bytes <= live.MOST_KEPT_BYTES
            assert channel._kept_bytes == sum(len(piece.data) for piece in channel._kept)
            with all_views.watch(tap) as second:
                assert await second.pieces(0.0) == []
                assert second.state is VideoState.WAITING_KEY
                play(tap, pictures_of(first=100)[:12])
                assert (await all_of(second))[0].is_key

    asyncio.run(watch())


def test_a_loop_that_hangs_costs_the_reader_nothing_and_memory_little(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def watch() -> None:
        tap, all_views = VideoTap(), views()
        tap.begin(FORM)
        monkeypatch.setattr(live, "MOST_WAITING_BYTES", 20_000)
        with all_views.watch(tap) as viewer:
            await asyncio.sleep(0)
            play(tap, pictures_of()[:45])  # nothing of the loop runs meanwhile
            channel = next(iter(all_views._channels.values()))
            assert channel._waiting_bytes <= live.MOST_WAITING_BYTES + 10_000
            await asyncio.sleep(0)
            # What is left may lack what it builds on: it begins with a key frame or not at all.
            play(tap, pictures_of(first=50))
            assert (await all_of(viewer))[0].is_key

    asyncio.run(watch())


def test_too_many_are_told_so_and_the_others_stay() -> None:
    async def watch() -> None:
        one, other, third = VideoTap(), VideoTap(), VideoTap()
        all_views = views(most_per_camera=2, most=3)
        with all_views.watch(one), all_views.watch(one):
            with pytest.raises(Conflict) as full, all_views.watch(one):
                pass
            assert full.value.code == "live_view_full"
            with all_views.watch(other):
                with pytest.raises(Conflict) as full, all_views.watch(third):
                    pass
                assert full.value.code == "live_views_full"
                assert not third.is_heard
            with all_views.watch(third):
                assert all_views.viewers == 3
        assert all_views.viewers == 0

    asyncio.run(watch())


def test_a_stream_that_ends_or_is_closed_leaves_nothing_behind() -> None:
    async def watch() -> None:
        tap, all_views = VideoTap(), views()
        tap.begin(FORM)
        with all_views.watch(tap) as first:
            play(tap, pictures_of())
            await all_of(first)
            tap.close()
            await asyncio.sleep(0)
            assert first.state is VideoState.NO_CAMERA
            with all_views.watch(tap) as second:
                assert await second.pieces(0.0) == []
            assert await first.pieces(0.0) == []
            tap.open()
            play(tap, pictures_of(first=60))
            found = await all_of(first)
            assert found[0].is_key
            tap.begin(replace(FORM, codec="hevc"))
            await asyncio.sleep(0)
            assert first.state is VideoState.OTHER_CODEC

    asyncio.run(watch())


def test_opened_and_closed_a_hundred_times_nothing_is_left() -> None:
    async def watch() -> None:
        tap, all_views = VideoTap(), views()
        tap.begin(FORM)
        before = set(threading.enumerate())
        for number in range(100):
            with all_views.watch(tap) as viewer:
                play(tap, pictures_of(first=50 * number)[:12])
                assert await all_of(viewer)
        assert set(threading.enumerate()) == before
        assert not tap.is_heard
        assert all_views._channels == {}

    asyncio.run(watch())


def test_a_loop_that_is_over_hears_nothing_more() -> None:
    tap = VideoTap()
    tap.begin(FORM)

    async def watch() -> AbstractContextManager[LiveViewer]:
        watching = views().watch(tap)
        watching.__enter__()
        return watching

    kept = asyncio.run(watch())
    play(tap, pictures_of()[:3])
    assert tap.is_heard, "it was not let go of for failing"
    kept.__exit__(None, None, None)
    assert not tap.is_heard


def test_leaving_a_picture_takes_the_reader_a_tenth_of_a_millisecond_at_most() -> None:
    async def watch() -> float:
        tap, all_views = VideoTap(), views()
        tap.begin(FORM)
        took_s = []
        with all_views.watch(tap):
            for number in range(10):
                for picture in pictures_of(first=50 * number):
                    began_s = time.perf_counter()
                    tap.take(picture)
                    took_s.append(time.perf_counter() - began_s)
                await asyncio.sleep(0)
        return sorted(took_s)[len(took_s) // 2]

    assert asyncio.run(watch()) < 1e-4
