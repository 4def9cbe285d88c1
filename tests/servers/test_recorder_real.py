"""The ring of a real server's stream: killed, stalled, set back, of another size, damaged."""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest
from recording_rig import Disk, times_in
from rtsp_rig import RtspServer, Wish
from stream_rig import LIMITS

from camera_gateway.sources.rtsp import RtspSource
from camera_gateway.video.tap import VideoTap
from models.camera_link import Adapter, CameraLink, Transport
from models.clock import SystemClock
from models.errors import FrameCorrupt, SourceUnavailable

pytestmark = pytest.mark.servers
Videos = dict[str, str]


class Camera:
    """Reads a server's stream into a ring, connection after connection."""

    def __init__(self, server: RtspServer, disk: Disk, transport: Transport) -> None:
        self.link = CameraLink(Adapter.RTSP, server.address(), every_s=1.0, transport=transport)
        self.disk = disk
        self.tap = VideoTap()
        self.tap.add(disk.segmenter.hand_over)

    def read(self, seconds: float) -> None:
        """One connection, until it ends or the time is over."""

        async def reading() -> None:
            source = RtspSource(self.link, None, SystemClock(), limits=LIMITS, tap=self.tap)
            until_s = time.monotonic() + seconds
            with suppress(SourceUnavailable, TimeoutError):
                while time.monotonic() < until_s:
                    with suppress(FrameCorrupt):
                        await asyncio.wait_for(source.read(), 2.0)
                    self.disk.write()
            await source.close()

        asyncio.run(reading())
        self.disk.write()


@pytest.mark.parametrize("codec", ["h264", "h265", "slices"])
@pytest.mark.parametrize("transport", list(Transport))
def test_whole_pieces_come_of_every_kind_of_stream(
    videos: Videos, tmp_path: Path, codec: str, transport: Transport
) -> None:
    disk = Disk(tmp_path)
    began_at = datetime.now(UTC)
    with RtspServer(Wish({"/cam": [videos[codec]]})) as server:
        Camera(server, disk, transport).read(14.0)
    disk.segmenter.close()
    assert len({piece.run for piece in disk.closed}) == 1
    assert disk.closed[0].duration_s == pytest.approx(10.0, abs=0.05)
    assert sum(piece.duration_s for piece in disk.closed) > 11.0
    for piece in disk.closed:
        times, whole = times_in(piece.path)
        assert times[0] == 0.0
        assert len(times) == whole == round(piece.duration_s * 25)
        assert began_at < piece.from_at < datetime.now(UTC)
    assert disk.failures == []


def test_what_happens_to_a_stream_breaks_its_recording_and_nothing_else(
    videos: Videos, tmp_path: Path
) -> None:
    disk = Disk(tmp_path)
    with RtspServer(Wish({"/cam": [videos["h264"], videos["other"]]})) as server:
        camera = Camera(server, disk, Transport.TCP)
        for number in range(4):  # the server is killed, and is there again
            camera.read(3.0 if number else 4.0)
            server.kill()
            server.start_again()
        faults = ("other", "stall?s=5", "garbage?p=0.3", "back?s=5")
        for fault in faults:
            loop = asyncio.new_event_loop()
            asking = loop.run_in_executor(None, _later, server, fault)
            camera.read(7.0)
            loop.run_until_complete(asking)
            loop.close()
            server.fault("clear")
    disk.segmenter.close()
    assert len({piece.run for piece in disk.closed}) >= 8
    sizes = set()
    for piece in disk.closed:
        times, whole = times_in(piece.path)
        assert times[0] == 0.0
        assert times == sorted(times)
        assert whole >= 1
        sizes.add(_size_of(piece.path))
    assert sizes == {(320, 180), (192, 108)}
    assert disk.failures == []
    assert [name for name in disk.files if name.endswith(".part")] == []


def _later(server: RtspServer, fault: str) -> None:
    time.sleep(3.0)
    server.fault(fault)


def _size_of(path: Path) -> tuple[int, int]:
    with av.open(str(path)) as container:
        codec = container.streams.video[0].codec_context
        said = codec.width, codec.height
        frame = next(container.decode(video=0))
        assert (frame.width, frame.height) == said, "as its head says"
    return said
