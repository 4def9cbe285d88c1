"""A probe looks, measures, gives advice, and never tries a refused password twice."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from camera_gateway import probe as module
from camera_gateway.probe import Advice, ProbeReport, probe
from camera_gateway.source import FrameSource, RawFrame
from camera_gateway.sources.stream_facts import StreamFacts
from models.camera_link import Adapter, CameraLink, Credential
from models.clock import ManualClock
from models.errors import FrameCorrupt, SourceEnded, SourceRefused, SourceUnavailable
from models.frame import FrameMode, Provenance, TimeSource

START = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
SNAPSHOT = CameraLink(Adapter.SNAPSHOT, "http://10.0.0.5/a", 2.0)
WHO = Credential("admin", "geheim")
Step = bytes | BaseException | type


class Scripted:
    """Pictures every ``every_s`` seconds of a manual clock."""

    def __init__(self, clock: ManualClock, steps: list[Step], every_s: float, off_s: float) -> None:
        self.clock, self.steps, self.every_s, self.off_s = clock, iter(steps), every_s, off_s

    async def read(self) -> RawFrame:
        await self.clock.sleep(self.every_s)
        step = next(self.steps, SourceEnded("over"))
        if not isinstance(step, bytes):
            raise step
        captured = self.clock.now() - timedelta(seconds=self.off_s)
        source = TimeSource.RECEIPT if self.off_s == 0.0 else TimeSource.CAMERA_CLOCK
        return RawFrame(step, captured, source, FrameMode.VISIBLE, Provenance.LIVE)

    async def close(self) -> None:
        pass

    def facts(self) -> StreamFacts:
        return StreamFacts(codec="h264", key_interval_s=20.0, sender_offset_s=90.0)


def look(
    monkeypatch: pytest.MonkeyPatch,
    scripts: dict[Adapter, list[Step]],
    *,
    every_s: float = 2.0,
    off_s: float = 0.0,
    who: Credential | None = WHO,
) -> tuple[ProbeReport, list[Adapter]]:
    clock, opened = ManualClock(START), []

    def opener(link: CameraLink, *_more: object) -> Callable[[], FrameSource]:
        opened.append(link.adapter)
        return lambda: Scripted(clock, scripts[link.adapter], every_s, off_s)

    monkeypatch.setattr(module, "opener_of", opener)
    links = [replace(SNAPSHOT, adapter=adapter) for adapter in scripts]
    return asyncio.run(probe(links, who, clock, cpu_s=lambda: 0.25 * clock.monotonic_s())), opened


def test_a_good_camera_needs_nothing(
    monkeypatch: pytest.MonkeyPatch, jpeg: Callable[..., bytes]
) -> None:
    picture = jpeg(width_px=1280, height_px=720)
    report, _ = look(monkeypatch, {Adapter.SNAPSHOT: [picture] * 9}, off_s=0.5)
    assert report.advice == ()
    assert (report.pictures, report.gap_s, report.first_picture_s) == (5, 2.0, 2.0)
    assert report.clock_offset_s == 0.5
    assert report.core_share == pytest.approx(0.25)
    assert (report.width_px, report.height_px) == (1280, 720)


def test_what_should_be_set_is_said(
    monkeypatch: pytest.MonkeyPatch, jpeg: Callable[..., bytes]
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 100)
    script: list[Step] = [FrameCorrupt("half"), jpeg(), jpeg(1), FrameCorrupt("half")]
    report, _ = look(monkeypatch, {Adapter.SNAPSHOT: script}, every_s=4.0, who=None)
    assert set(report.advice) == {
        Advice.DAMAGED,
        Advice.SLOW,
        Advice.TIME_UNKNOWN,
        Advice.SMALL_PICTURE,
        Advice.LARGE_PICTURE,
        Advice.NO_PASSWORD,
    }
    report, _ = look(monkeypatch, {Adapter.SNAPSHOT: [jpeg()]}, off_s=3600.0)
    assert Advice.CLOCK_OFF in report.advice
    monkeypatch.setattr(module, "RtspSource", Scripted)
    report, _ = look(monkeypatch, {Adapter.SNAPSHOT: [jpeg(), jpeg(1)]})
    assert {Advice.KEY_INTERVAL, Advice.CLOCK_OFF} <= set(report.advice)
    assert Advice.TIME_UNKNOWN not in report.advice, "its clock is told, though it is off"


def test_a_recording_is_looked_at_without_advice(
    monkeypatch: pytest.MonkeyPatch, jpeg: Callable[..., bytes]
) -> None:
    tiny = jpeg(width_px=24, height_px=20)
    report, _ = look(monkeypatch, {Adapter.VIDEO: [tiny]}, who=None)
    assert (report.advice, report.light, report.gap_s) == ((), None, None)


def test_the_next_way_is_tried_unless_we_are_refused(
    monkeypatch: pytest.MonkeyPatch, jpeg: Callable[..., bytes]
) -> None:
    good: list[Step] = [jpeg()]
    for trouble in (SourceUnavailable("no"), SourceRefused("no", code="camera_address")):
        report, opened = look(monkeypatch, {Adapter.SNAPSHOT: [trouble], Adapter.MJPEG: good})
        assert report.link.adapter is Adapter.MJPEG
        assert opened == [Adapter.SNAPSHOT, Adapter.MJPEG]
    refused = SourceRefused("no", code="camera_login")
    with pytest.raises(SourceRefused):
        look(monkeypatch, {Adapter.SNAPSHOT: [refused], Adapter.MJPEG: good})


def test_a_camera_without_one_whole_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceUnavailable, match="3 were damaged"):
        look(monkeypatch, {Adapter.SNAPSHOT: [FrameCorrupt("half")] * 3})


def test_what_is_no_picture_is_told_at_the_second_time(
    monkeypatch: pytest.MonkeyPatch, jpeg: Callable[..., bytes]
) -> None:
    page = FrameCorrupt("a web page", remedy="Open it.", code="camera_no_picture")
    once: list[Step] = [page, jpeg(), jpeg(1)]
    report, _ = look(monkeypatch, {Adapter.SNAPSHOT: once})
    assert (report.pictures, report.damaged) == (2, 1)
    with pytest.raises(SourceUnavailable, match="a web page") as told:
        look(monkeypatch, {Adapter.SNAPSHOT: [page, page, jpeg()]})
    assert (told.value.code, told.value.remedy) == ("camera_no_picture", "Open it.")
