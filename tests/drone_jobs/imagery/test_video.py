"""Videos with packets inside, muxed by FFmpeg: pictures and looks meet at their times."""

import math
from pathlib import Path

import av
import numpy as np
import pytest
from klv_rig import FLIGHT_ITEMS, KEY, mapped, packet, transport_stream
from pyproj import Geod
from scipy.spatial.transform import Rotation

from drone_jobs.imagery import video as video_module
from drone_jobs.imagery.placing import view_of_look
from drone_jobs.imagery.video import klv_looks, seen_frames
from geo.locate import Locator
from geo.terrain import Terrain
from models.errors import InputRefused
from models.flight import Look, LookGap


def heading(angle_deg: float) -> bytes:
    """Level aircraft and sensor, so that its heading is the look's yaw."""
    level = {6: bytes(2), 7: bytes(2), 18: bytes(4), 19: bytes(4), 20: bytes(4)}
    return packet(FLIGHT_ITEMS | level | {5: mapped(angle_deg, 0, 360, "H")})


def pid_of(head: bytes | bytearray) -> int:
    """Of a transport packet; FFmpeg numbers the pictures 256."""
    return (head[1] & 0x1F) << 8 | head[2]


def test_each_picture_has_the_look_of_its_own_time(tmp_path: Path) -> None:
    # The heading turns by 10 degrees a second; the stream's clock begins at 7.4 s.
    packets = [(7.4 + at / 5, heading(20.0 + 2.0 * at)) for at in range(15)]
    path = transport_stream(tmp_path / "a.ts", packets, seconds=2.0, begins_s=7.4)
    looks = klv_looks(path)
    assert looks is not None
    assert (looks.packets, looks.damaged) == (10, 0)
    frames = list(seen_frames(path, looks, every_s=0.2))
    assert len(frames) == 10
    for frame in frames[:-1]:
        assert frame.look.gaps == ()
        assert frame.look.yaw_deg == pytest.approx(20.0 + 10.0 * frame.time_s, abs=0.02)
        # The brightness tells the picture's number, by our rig.
        assert frame.image.mean() == pytest.approx(20 + 30 * (frame.number % 7), abs=12.0)
        assert frame.number == round(frame.time_s * 25)


def test_without_anybody_who_tells_every_look_is_empty(tmp_path: Path) -> None:
    path = transport_stream(tmp_path / "a.ts", [], seconds=0.4)
    (frame, *_rest) = seen_frames(path, None, every_s=0.0)
    assert LookGap.ATTITUDE in frame.look.gaps
    assert LookGap.PLACE in frame.look.gaps
    assert frame.image.shape == (96, 160, 3)


class Beside:
    """Somebody who tells by the time of the video."""

    def __init__(self) -> None:
        self.asked_s: list[float] = []

    def look_at(self, time_s: float, /) -> Look:
        self.asked_s.append(time_s)
        return Look(None, pitch_deg=-time_s)


def test_any_source_is_asked_by_seconds_from_the_first_picture(tmp_path: Path) -> None:
    path = transport_stream(tmp_path / "a.ts", [], seconds=1.0, begins_s=100.0, stream=False)
    beside = Beside()
    frames = list(seen_frames(path, beside, every_s=0.4))
    assert beside.asked_s == pytest.approx([0.0, 0.4, 0.8])
    assert [frame.look.pitch_deg for frame in frames] == [-time_s for time_s in beside.asked_s]


def test_damaged_packets_are_counted_and_bridged_and_a_long_hole_is_none(tmp_path: Path) -> None:
    good = [(at / 5, heading(50.0)) for at in (0, 2, 3)]
    bad = [(0.2, heading(50.0)[:-1] + b"\x00"), (0.8, KEY + b"\x20cut off")]
    path = transport_stream(tmp_path / "a.ts", sorted(good + bad), seconds=2.0)
    looks = klv_looks(path)
    assert looks is not None
    assert (looks.packets, looks.damaged) == (3, 2)
    assert looks.look_at(0.2).yaw_deg == pytest.approx(50.0, abs=0.01)
    assert LookGap.TIME in looks.look_at(1.9).gaps


def test_a_packet_between_strange_bytes_is_read(tmp_path: Path) -> None:
    """Some senders put a head before each packet; it is found by its key."""
    path = transport_stream(tmp_path / "a.ts", [(0.0, b"\x00\xdf\x0f\x00\x9a" + heading(7.0))])
    looks = klv_looks(path)
    assert looks is not None
    assert looks.look_at(0.0).yaw_deg == pytest.approx(7.0, abs=0.01)


def test_packets_without_a_time_take_that_of_the_picture_before_them(tmp_path: Path) -> None:
    packets = [(3.0 + at / 5, heading(20.0 + 2.0 * at)) for at in range(10)]
    path = transport_stream(tmp_path / "a.ts", packets, begins_s=3.0, timed=False)
    with av.open(path) as container:
        data = container.streams.data[0]
        assert {packet.pts for packet in container.demux(data) if packet.size} == {None}
    looks = klv_looks(path)
    assert looks is not None
    for time_s in (0.3, 0.7, 1.5):  # 10 degrees a second, and a picture is 0.04 s
        assert looks.look_at(time_s).yaw_deg == pytest.approx(20.0 + 10.0 * time_s, abs=1.0)


def test_a_stream_without_pictures_tells_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.ts"
    with av.open(path, "w", format="mpegts") as out:
        sound = out.add_stream("mp2", rate=48_000)
        for index in range(40):
            quiet = np.zeros((1, 1152 * 2), np.int16)
            frame = av.AudioFrame.from_ndarray(quiet, format="s16", layout="stereo")
            frame.rate, frame.pts = 48_000, index * 1152
            out.mux(sound.encode(frame))
    assert path.stat().st_size > 188 * 3
    assert klv_looks(path) is None
    with pytest.raises(InputRefused):
        next(seen_frames(path, None))


@pytest.mark.parametrize("codec", ["mpeg2video", "libx264"])
def test_a_recording_cut_out_of_a_stream_counts_from_its_first_whole_picture(
    tmp_path: Path, codec: str
) -> None:
    packets = [(at / 25, heading(20.0 + 2.0 * at)) for at in range(75)]
    path = transport_stream(tmp_path / "a.ts", packets, seconds=3.0, codec=codec)
    stream = path.read_bytes()
    heads = [stream[at : at + 188] for at in range(0, len(stream), 188)]
    pictures = [at for at, head in enumerate(heads) if pid_of(head) == 256]
    begins = [at for at in pictures if heads[at][1] & 0x40]
    gone = {at for at in pictures if at < begins[4]}  # the key picture and three on it
    path.write_bytes(b"".join(head for at, head in enumerate(heads) if at not in gone))
    looks = klv_looks(path)
    assert looks is not None
    frames = list(seen_frames(path, looks, every_s=0.0))
    assert 60 <= len(frames) <= 71
    began = 75 - len(frames)  # pictures that are lost, each of 2 degrees
    for frame in frames[:-8]:
        assert frame.look.yaw_deg == pytest.approx(
            20.0 + 2.0 * began + 50.0 * frame.time_s, abs=0.05
        )


@pytest.mark.parametrize("codec", ["mpeg2video", "libx264"])
def test_pictures_that_are_all_damaged_leave_packets_without_a_time(
    tmp_path: Path, codec: str
) -> None:
    packets = [(at / 5, heading(50.0)) for at in range(10)]
    path = transport_stream(tmp_path / "a.ts", packets, codec=codec)
    noise = np.random.default_rng(3)
    stream = bytearray(path.read_bytes())
    for begin in range(0, len(stream), 188):
        if pid_of(stream[begin : begin + 188]) == 256:
            stream[begin + 40 : begin + 188] = noise.bytes(148)
    path.write_bytes(stream)
    assert klv_looks(path) is None


def test_the_row_of_looks_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video_module, "MOST_LOOKS", 3)
    packets = [(at / 25, heading(50.0)) for at in range(25)]
    looks = klv_looks(transport_stream(tmp_path / "a.ts", packets))
    assert looks is not None
    assert looks.packets == 25
    assert len(looks.track) == 3


@pytest.mark.parametrize("stream", [True, False])
def test_a_stream_without_packets_tells_nothing(tmp_path: Path, *, stream: bool) -> None:
    path = transport_stream(tmp_path / "a.ts", [], stream=stream, seconds=0.4)
    assert klv_looks(path) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n" * 40,
        b"\x00\x00\x00\x18ftypmp42" + bytes(4000),
        b"\x47" * 4000,
        (b"\x47" + bytes(187)) * 30,
        b"\x47",
    ],
)
def test_what_is_no_transport_stream_tells_nothing_and_is_no_video(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "a.ts"
    path.write_bytes(content)
    assert klv_looks(path) is None
    with pytest.raises(InputRefused):
        next(seen_frames(path, None))


def test_a_file_that_is_none_tells_nothing(tmp_path: Path) -> None:
    assert klv_looks(tmp_path / "none.ts") is None
    assert klv_looks(tmp_path) is None


def test_a_recording_cut_anywhere_tells_what_came_before(tmp_path: Path) -> None:
    packets = [(at / 5, heading(50.0)) for at in range(10)]
    whole = transport_stream(tmp_path / "a.ts", packets).read_bytes()
    for share in (0.2, 0.5, 0.9):
        path = tmp_path / "cut.ts"
        path.write_bytes(whole[: int(len(whole) * share)])
        looks = klv_looks(path)
        assert looks is None or 0 < looks.packets <= 10
    path.write_bytes(whole[3_000:])  # its tables and first picture are gone
    looks = klv_looks(path)
    assert looks is None or looks.packets <= 10


def test_the_middle_of_a_picture_lies_where_its_packet_says(tmp_path: Path) -> None:
    path = transport_stream(tmp_path / "a.ts", [(0.0, packet(FLIGHT_ITEMS))], seconds=0.4)
    frame = next(seen_frames(path, klv_looks(path)))
    ground = np.full((900, 900), 900.0, np.float32)
    place = (106.65, 28.85)
    terrain = Terrain("plain", ground, place[0] - 0.125, place[1] + 0.125, 1 / 3600)
    view = view_of_look(frame.look, (160, 96), terrain)
    fix = view.locate(Locator(terrain), 80.0, 48.0)
    # The truth: axes of aircraft and sensor turned by scipy, and a plane 110 m below.
    aircraft = Rotation.from_euler("ZYX", [30.0, 2.0, -3.0], degrees=True)
    sensor = Rotation.from_euler("ZYX", [15.0, -40.0, 1.0], degrees=True)
    north, east, down = (aircraft * sensor).apply([1.0, 0.0, 0.0])
    far_m = 110.0 / down * math.hypot(north, east)
    azimuth_deg = math.degrees(math.atan2(east, north))
    found = fix.clusters[0].position
    told_deg, _, told_m = Geod(ellps="WGS84").inv(*place, found.lon_deg, found.lat_deg)
    assert told_deg == pytest.approx(azimuth_deg, abs=2.0)
    assert told_m == pytest.approx(far_m, rel=0.1)
