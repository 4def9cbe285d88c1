"""What holds for all that is read over HTTP: nothing leaks, neither descriptors nor words."""

import asyncio
import base64
import gc
import hashlib
import logging
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from http_rig import Handler, HttpRig, answer, basic, digest, stream
from onvif_sim import OnvifSim

from camera_gateway.source import FrameSource
from camera_gateway.sources import MjpegSource, OnvifSource, SnapshotSource
from camera_gateway.sources.isapi_events import ALERT_STREAM, IsapiEvents
from models.camera_link import Adapter, CameraLink, Credential
from models.clock import ManualClock, SystemClock
from models.errors import SourceRefused, WatchError

MakeJpeg = Callable[..., bytes]
SECRET = Credential("wächter-7", "p@ss#w/o:rd?1%林")


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def read_or_cancel(
    rig: HttpRig, read: Callable[[], Coroutine[None, None, object]], *, cancel: bool
) -> None:
    """Read once; when told so, cancel as soon as the server has been asked."""
    rig.first_question.clear()
    reading = asyncio.ensure_future(read())
    if cancel:
        await rig.first_question.wait()
        reading.cancel()
    with suppress(WatchError, asyncio.CancelledError):
        await reading


@pytest.mark.parametrize("kind", [SnapshotSource, MjpegSource])
def test_two_hundred_connections_leave_nothing_behind(
    kind: type[SnapshotSource | MjpegSource], clock: ManualClock, jpeg: MakeJpeg
) -> None:
    handlers: list[Handler] = [
        stream(jpeg(1)),
        stream(jpeg(1), 30.0),  # its question is cancelled
        stream(jpeg(1)[:300]),
        answer(b"<html>"),
        answer(status=503),
        digest(stream(jpeg(2)), SECRET.user, SECRET.password),
    ]

    async def one(rig: HttpRig, number: int) -> None:
        link = CameraLink(Adapter.SNAPSHOT, rig.url(f"/{number % len(handlers)}"), 1.0)
        source = kind(link, SECRET, clock)
        await read_or_cancel(rig, source.read, cancel=number % 3 == 1)
        await source.close()

    async def run() -> None:
        routes = {f"/{number}": handler for number, handler in enumerate(handlers)}
        async with HttpRig(routes) as rig:
            for number in range(20):  # threads and caches that are made once
                await one(rig, number)
            gc.collect()
            before = (descriptors(), threading.active_count(), len(asyncio.all_tasks()))
            for number in range(200):
                await one(rig, number)
            await asyncio.sleep(0.05)  # the server lets go of its ends
            gc.collect()
            after = (descriptors(), threading.active_count(), len(asyncio.all_tasks()))
            assert all(now <= then + 2 for now, then in zip(after, before, strict=True)), (
                before,
                after,
            )

    asyncio.run(run())


def test_many_logins_and_event_streams_leave_nothing_behind(jpeg: MakeJpeg) -> None:
    sim = OnvifSim(snapshot=answer(jpeg()))
    rights = (Credential(sim.user, sim.password), SECRET)

    async def one(onvif: HttpRig, number: int) -> None:
        clock = ManualClock(datetime.now(UTC))
        address = onvif.url("/onvif/device_service?via=snapshot")
        source = OnvifSource(CameraLink(Adapter.ONVIF, address), rights[number % 2], clock)
        events = IsapiEvents(onvif.url(""), None, clock)
        for read in (source.read, events.read):
            await read_or_cancel(onvif, read, cancel=number % 3 == 0)
        await source.close()
        await events.close()

    async def run() -> None:
        async with sim.open() as onvif:
            onvif.routes[ALERT_STREAM] = stream(b"<EventNotificationAlert>", 0.02)
            for number in range(12):
                await one(onvif, number)
            gc.collect()
            before = (descriptors(), threading.active_count(), len(asyncio.all_tasks()))
            for number in range(30):
                await one(onvif, number)
            await asyncio.sleep(0.05)
            gc.collect()
            after = (descriptors(), threading.active_count(), len(asyncio.all_tasks()))
            assert all(now <= then + 2 for now, then in zip(after, before, strict=True)), (
                before,
                after,
            )

    asyncio.run(run())


async def refusal_of(source: FrameSource | IsapiEvents) -> str:
    """All that the error shows."""
    with pytest.raises(SourceRefused) as refused:
        await source.read()
    await source.close()
    error = refused.value
    return f"{error} {error!r} {error.__cause__!r} {error.remedy}"


def test_no_word_of_a_login_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []

    async def run() -> None:
        sim = OnvifSim(password="another")
        async with sim.open() as onvif, HttpRig({}) as rig:
            rig.routes["/digest"] = digest(answer(), SECRET.user, "another")
            rig.routes["/basic"] = basic(answer(), "another")
            rig.routes[ALERT_STREAM] = digest(answer(), SECRET.user, "another")
            link = CameraLink(Adapter.SNAPSHOT, rig.url("/digest"), 0.01)
            clock = SystemClock()
            sources: tuple[FrameSource | IsapiEvents, ...] = (
                SnapshotSource(link, SECRET, clock),
                MjpegSource(CameraLink(Adapter.MJPEG, rig.url("/basic"), 0.01), SECRET, clock),
                IsapiEvents(rig.url(""), SECRET, clock),
                OnvifSource(CameraLink(Adapter.ONVIF, onvif.url("/")), SECRET, clock),
            )
            told.extend([await refusal_of(source) for source in sources])
            assert SECRET.password not in repr(link)

    asyncio.run(run())
    assert len(told) == 4
    both = f"{SECRET.user}:{SECRET.password}".encode()
    secrets = [
        SECRET.password,
        SECRET.user,
        base64.b64encode(both).decode(),
        hashlib.md5(f"{SECRET.user}:camera:{SECRET.password}".encode()).hexdigest(),  # noqa: S324
    ]
    for secret in secrets:
        assert secret not in caplog.text
        assert secret not in " ".join(told)
